// Builds the admin UI into dist/. The files are bundled, hashed, compressed, and listed in
// dist/files.json, from which the component `ui` is built.
//
// The build happens in memory, is written to a directory beside dist/, and then replaces dist/. So a
// build that fails leaves nothing half-written. It must not write anything else or use the network.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { bundle } from "./bundle.mjs";

/** The most that the page may load, in bytes, gzipped. */
const LIMIT = 60_000;

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

const root = dirname(fileURLToPath(import.meta.url));

/**
 * Every file as `{path, file, text, immutable}`. `path` is the path of its URL.
 *
 * The pages are the `*.html` files here, at `/NAME`, and those in examples/, at `/examples/NAME.html`.
 * Their placeholders stand for hashed files: `{{script}}` for the element, `{{first}}` for the script that runs
 * before a page is painted, `{{style}}`, `{{icon}}`, and `{{NAME}}` for the script NAME.ts of the page NAME.html.
 * `{{preload}}` is a link for each file that the script imports.
 */
async function files() {
  const pages = (await readdir(root)).filter((file) => file.endsWith(".html")).sort();
  const own = pages.map((page) => page.replace(".html", ".ts")).filter((script) => existsSync(join(root, script)));
  const made = await Promise.all([
    bundle("integration-nexus.tsx"),
    bundle("first-paint.ts", { isClassic: true }),
    bundle("page.css"),
    hashed("icon.svg"),
    ...own.map((script) => bundle(script)),
  ]);
  const names = ["script", "first", "style", "icon", ...own.map((script) => script.replace(".ts", ""))];
  const urls = Object.fromEntries(names.map((name, at) => [name, `/${made[at].file}`]));
  // What the script imports is loaded beside it, not after it.
  urls.preload = made[0].needs.map((file) => `<link rel="modulepreload" href="/${file}">`).join("\n");
  const stable = [...pages, ...(await examples())].map(async (file) => {
    const text = await readFile(join(root, file), "utf8");
    const name = file === "index.html" ? "" : file.replace(/\.html$/, "");
    const path = `/${pages.includes(file) ? name : file}`;
    return { path, file, text: file.endsWith(".html") ? fillPlaceholders(file, text, urls) : text, immutable: false };
  });
  // Stable names for other pages of this origin.
  const icon = { path: "/icon.svg", file: "icon.svg", text: await readFile(join(root, "icon.svg"), "utf8"), immutable: false };
  const entry = { file: "integration-nexus.js", text: `export * from ".${urls.script}";\n` };
  return [
    ...(await Promise.all(stable)),
    { path: `/${entry.file}`, ...entry, immutable: false },
    icon,
    ...made
      .flatMap(({ later = [], ...first }) => [first, ...later])
      .map(({ file, text }) => ({ path: `/${file}`, file, text, immutable: true })),
  ];
}

/** A file that is served unchanged, with the hash of its content in its name. */
async function hashed(file) {
  const text = await readFile(join(root, file), "utf8");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { file: `assets/${file.replace(".", `-${hash}.`)}`, text };
}

async function examples() {
  const names = await readdir(join(root, "examples"), { recursive: true }).catch(() => []);
  return names.filter((name) => /\.[a-z]+$/.test(name)).sort().map((name) => `examples/${name}`);
}

/** Replaces the placeholders of a page. */
function fillPlaceholders(file, text, urls) {
  const page = text.replaceAll(/\{\{\s*(\w*)\s*\}\}/g, (_, name) => {
    if (!Object.hasOwn(urls, name)) {
      throw new Error(`${file}: unknown placeholder {{${name}}}. Use one of ${Object.keys(urls).join(", ")}`);
    }
    return urls[name];
  });
  const missing = ["script", "first", "preload", "style", "icon"].find((name) => file === "index.html" && !page.includes(urls[name]));
  if (missing) {
    throw new Error(`${file}: the placeholder {{${missing}}} is missing. Add it to the page`);
  }
  return page;
}

/** A file with its media type and its compressed forms. */
async function compress({ path, file, text, immutable }) {
  const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
  if (!type) {
    throw new Error(`${file}: the media type of this kind of file is unknown. Add it to TYPES, which has ${Object.keys(TYPES).join(", ")}`);
  }
  const raw = Buffer.from(text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  const [gz, br] = await Promise.all([
    promisify(gzip)(raw, { level: 9 }),
    promisify(brotliCompress)(raw, { params }),
  ]);
  return { listed: { path, file, type, immutable }, raw, gz, br };
}

/** A table of the sizes, and the total that the page loads: itself and each file that it names. */
function report(built) {
  const page = built.find(({ listed }) => listed.path === "/");
  const html = page.raw.toString();
  const loaded = built.filter(({ listed }) => listed.path === "/" || html.includes(`"${listed.path}"`));
  const total = loaded.reduce((sum, { gz }) => sum + gz.length, 0);
  const row = (...cells) => cells.map((cell, at) => String(cell)[at < 3 ? "padStart" : "padEnd"](8)).join("  ").trimEnd();
  const lines = built.map(({ listed, raw, gz, br }) => row(raw.length, gz.length, br.length, listed.path));
  lines.unshift(row("bytes", "gzip", "brotli", "the UI"));
  lines.push(row("", total, "", `loaded by / (limit ${LIMIT})`));
  return { text: `${lines.join("\n")}\n`, total };
}

async function write(built, sizes) {
  const [next, dist] = [join(root, ".dist-next"), join(root, "dist")];
  await rm(next, { recursive: true, force: true });
  for (const { listed, raw, gz, br } of built) {
    const file = join(next, listed.file);
    await mkdir(dirname(file), { recursive: true });
    await Promise.all([writeFile(file, raw), writeFile(`${file}.gz`, gz), writeFile(`${file}.br`, br)]);
  }
  await writeFile(join(next, "sizes.txt"), sizes);
  await writeFile(join(next, "files.json"), `${JSON.stringify(built.map(({ listed }) => listed), null, 1)}\n`);
  await rm(dist, { recursive: true, force: true });
  await rename(next, dist);
}

try {
  const built = await Promise.all((await files()).map(compress));
  const { text, total } = report(built);
  process.stdout.write(text);
  if (total > LIMIT) {
    throw new Error(`the page loads ${total} bytes gzipped, more than the limit of ${LIMIT}`);
  }
  await write(built, text);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
