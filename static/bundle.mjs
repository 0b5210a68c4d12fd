// One bundle of the UI, as it is served. The tests are bundled with the same settings.

import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));

/** What the element imports from `*.css` is the style sheet's text, minified. */
const styles = {
  name: "styles-as-text",
  setup(it) {
    it.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** What all bundles have in common. */
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

/** `entry` as one minified file `{file, text}`, named after what is in it. */
export async function bundled(entry) {
  const { outputFiles } = await build({
    ...settings,
    // A style sheet of its own stays one.
    plugins: entry.endsWith(".css") ? [] : settings.plugins,
    entryPoints: [entry],
    entryNames: "assets/[name]-[hash]",
    outdir: "dist",
    minify: true,
    write: false,
  });
  if (outputFiles.length !== 1) {
    throw new Error(`${entry}: one file was expected, not ${outputFiles.length}`);
  }
  const [{ path, text }] = outputFiles;
  return { file: relative(`${root}/dist`, path), text };
}
