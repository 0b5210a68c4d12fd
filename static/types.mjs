// Generates the types of the API from the application's OpenAPI document.
//
// `npm run types` writes api/schema.d.ts. With --check, it only reports whether that file is current.

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
  console.error("error: static/api/schema.d.ts does not match the OpenAPI document. Run `npm run types` in static");
  process.exit(1);
}
