// Runs the unit tests. Every *.test.ts is bundled, because Node 20 does not strip types, and run by
// `node --test`. Arguments are passed on to it: `npm test -- --test-name-pattern=…`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";

import { settings } from "./bundle.mjs";

const tests = readdirSync(settings.absWorkingDir, { recursive: true }).filter(
  (file) => /\.test\.tsx?$/.test(file) && !/^(node_modules|dist)\//.test(file),
);
if (tests.length === 0) {
  console.error("error: no *.test.ts found");
  process.exit(1);
}
const outdir = mkdtempSync(join(tmpdir(), "nexus-ui-tests-"));
try {
  await build({
    ...settings,
    entryPoints: tests,
    outdir,
    outbase: settings.absWorkingDir,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: "inline",
  });
  const files = tests.map((file) => join(outdir, file.replace(/\.tsx?$/, ".mjs")));
  const args = ["--enable-source-maps", "--test", ...process.argv.slice(2), ...files];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", cwd: settings.absWorkingDir });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
