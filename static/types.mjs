// The types of the API's wire format, made from the application's own OpenAPI document.
//
// `npm run types` writes api/schema.d.ts; with --check it says whether that is current, and changes
// nothing.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const HEADER = "// Made by `npm run types` from the OpenAPI document of `openapi/`; not to be edited.\n\n";

const file = new URL("api/schema.d.ts", import.meta.url);
const command = ["run", "--quiet", "-p", "nexus-openapi", "--example", "document"];
const document = execFileSync(process.env.CARGO ?? "cargo", command, {
  cwd: new URL("..", import.meta.url),
  encoding: "utf8",
  maxBuffer: 1 << 26,
  stdio: ["ignore", "pipe", "inherit"],
});
const types = HEADER + astToString(await openapiTS(document, { alphabetize: true, immutable: true }));
if (!process.argv.includes("--check")) {
  writeFileSync(file, types);
} else if (types !== readFileSync(file, "utf8")) {
  console.error("error: static/api/schema.d.ts is not what the OpenAPI document says; run `npm run types` in static");
  process.exit(1);
}
