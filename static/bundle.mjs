// Bundles a script or a style sheet of the UI. The tests are bundled with the same settings.

import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

import { marksModule } from "./marks.mjs";

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

/** Makes `nexus:marks` the module of the usual marks, and `nexus:other-marks` that of all others. */
const marks = {
  name: "marks",
  setup(build) {
    build.onResolve({ filter: /^nexus:(other-)?marks$/ }, ({ path }) => ({ path: path.slice(6), namespace: "marks" }));
    build.onLoad({ filter: /.*/, namespace: "marks" }, async ({ path }) => {
      return { contents: await marksModule({ usual: path === "marks" }), loader: "js" };
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
  plugins: [styles, marks],
};

/**
 * Bundles `entry`, minified, into files `{file, text}` with the hash of their content in their names.
 * The first file is that of the entry. `needs` are the names of the files that it cannot begin without;
 * what is imported with `import()` is in files that load later, but the usual marks are needed at once.
 *
 * A classic script is one file, and runs when the browser comes to it, unlike a module.
 */
export async function bundle(entry, { isClassic = false } = {}) {
  const { outputFiles, metafile } = await build({
    ...settings,
    // A style sheet that is an entry stays a style sheet.
    plugins: entry.endsWith(".css") ? [] : settings.plugins,
    entryPoints: [entry],
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    ...(isClassic ? { format: "iife" } : { splitting: true }),
    metafile: true,
    outdir: "dist",
    minify: true,
    write: false,
  });
  const files = outputFiles.map(({ path, text }) => ({ file: relative(`${root}/dist`, path), text }));
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [relative("dist", path), output]));
  const isEntry = ({ file }) => outputs.get(file)?.entryPoint === entry;
  const first = files.find(isEntry);
  if (!first) {
    throw new Error(`${entry}: none of the output files is the entry's`);
  }
  const needs = new Set();
  const follow = (file) => {
    for (const { path, kind } of outputs.get(file)?.imports ?? []) {
      const next = relative("dist", path);
      if (kind !== "import-statement" || needs.has(next)) continue;
      needs.add(next);
      follow(next);
    }
  };
  follow(first.file);
  const marksFile = files.find(({ file }) => file.startsWith("assets/marks-"));
  if (marksFile) needs.add(marksFile.file);
  return { ...first, needs: [...needs], later: files.filter((file) => file !== first) };
}
