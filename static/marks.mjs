// The marks of the providers: one SVG path for each, on a grid of 24, for every `brand.icon` in manifests/.
//
// The paths are those of simple-icons (CC0). A brand that is not there gets a letter of ours, which
// ui/letters.ts draws. The marks become a file of their own, with the hash of its content in its name. It
// is a script and not an SVG that `<use>` refers to, because some browsers load the latter only if
// `default-src` of the page's policy allows it.

import { readFile, readdir } from "node:fs/promises";

import { optimize } from "svgo";

const manifests = new URL("../manifests/", import.meta.url);

/** The icons that the first view has. The others arrive a moment later. */
const USUAL = new Set([
  "airtable", "anthropic", "asana", "cloudflare", "confluence", "datadog", "discord", "dropbox", "figma", "github", "gitlab",
  "gmail", "google", "google-calendar", "google-docs", "google-drive", "google-sheets", "hubspot", "intercom", "jira", "linear",
  "mailchimp", "microsoft", "microsoft-teams", "notion", "openai", "outlook", "pagerduty", "quickbooks", "salesforce", "sandbox",
  "sendgrid", "sentry", "shopify", "slack", "stripe", "supabase", "trello", "twilio", "vercel", "xero", "youtube", "zendesk",
]);

/** Icons that are the name of the brand, which cannot be read at the size of a mark. A letter is better. */
const WORDMARKS = new Set(["caldotcom", "typeform", "woocommerce", "zoom"]);

/** Marks of ours. */
const OWN = {
  sandbox: "M12 2 3 7v10l9 5 9-5V7Zm0 2.3L18.6 8 12 11.7 5.4 8ZM5 9.7l6 3.4v6.2l-6-3.4Zm14 0v6.2l-6 3.4v-6.2Z",
};

/** The digits after the point that are kept. A hundredth of the grid is less than a pixel anywhere. */
const precision = { floatPrecision: 2, noSpaceAfterFlags: false };

/** The source of a module whose export `MARKS` has the paths of the usual icons, or of all others, by their names. */
export async function marksModule({ usual }) {
  const { default: _, ...all } = await import("simple-icons");
  const known = new Map(Object.values(all).map((icon) => [icon.slug, icon.path]));
  const paths = Object.fromEntries(
    [...(await iconNames())]
      .filter((name) => USUAL.has(name) === usual && !WORDMARKS.has(name))
      .sort()
      .map((name) => [name, OWN[name] ?? known.get(name) ?? known.get(name.replaceAll("-", ""))])
      .filter(([, path]) => path)
      .map(([name, path]) => [name, shortened(path)]),
  );
  return `export const MARKS = ${JSON.stringify(paths)};`;
}

async function iconNames() {
  const names = new Set(Object.keys(OWN));
  for (const file of await readdir(manifests)) {
    if (!file.endsWith(".json") || file === "schema.json") continue;
    const { brand } = JSON.parse(await readFile(new URL(file, manifests), "utf8"));
    if (brand?.icon) names.add(brand.icon);
  }
  return names;
}

/** The path with as few characters as the precision allows. */
function shortened(path) {
  const { data } = optimize(`<svg xmlns="http://www.w3.org/2000/svg"><path d="${path}"/></svg>`, {
    plugins: [{ name: "convertPathData", params: precision }],
  });
  return data.match(/ d="([^"]+)"/)[1];
}
