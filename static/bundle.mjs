// Bundles a script or a style sheet of the UI. The tests are bundled with the same settings.

import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));

/** Makes an import of `*.css` the text of the style sheet, minified. */
const styles = {
  name: "styles-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The settings of all bundles. */
export const settings = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  plugins: [styles],
};

/** Bundles `entry` into one minified file `{file, text}`, with the hash of its content in its name. */
export async function bundle(entry) {
  const { outputFiles } = await build({
    ...settings,
    // A style sheet that is an entry stays a style sheet.
    plugins: entry.endsWith(".css") ? [] : settings.plugins,
    entryPoints: [entry],
    entryNames: "assets/[name]-[hash]",
    outdir: "dist",
    minify: true,
    write: false,
  });
  if (outputFiles.length !== 1) {
    throw new Error(`${entry}: expected one output file, got ${outputFiles.length}`);
  }
  const [{ path, text }] = outputFiles;
  return { file: relative(`${root}/dist`, path), text };
}
