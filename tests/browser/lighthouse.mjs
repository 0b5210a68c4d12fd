// Lighthouse on a list of fifty integrations. The scores for accessibility and best practices must be
// perfect. The score for performance is asserted only with NEXUS_LIGHTHOUSE_STRICT, because other programs
// share the machine.

import { pathToFileURL } from "node:url";

import { CHROMIUM_ARGS, ask, executablePath, facts, fill, packages } from "./stage.mjs";

const load = (name) => import(pathToFileURL(packages.resolve(name)));
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

const CATEGORIES = ["performance", "accessibility", "best-practices"];
/** What Lighthouse itself answers with "run Lighthouse again": Chromium lost a part of the trace. */
const AGAIN = new Set(["NO_NAVSTART", "NO_TRACING_STARTED", "NO_FCP"]);

const strict = Boolean(process.env.NEXUS_LIGHTHOUSE_STRICT);

await fill(50);
const chrome = await launch({ chromePath: executablePath, chromeFlags: ["--headless=new", ...CHROMIUM_ARGS], logLevel: "silent" });
let failed = false;
try {
  const options = { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "silent", output: "json" };
  const judge = () => lighthouse(`${facts.url}/#token=${facts.tokens.ADMIN}`, options);
  let { lhr } = await judge();
  for (let tries = 1; AGAIN.has(lhr.runtimeError?.code) && tries < 5; tries += 1) {
    ({ lhr } = await judge());
  }
  if (lhr.runtimeError) {
    throw new Error(lhr.runtimeError.message);
  }
  const scores = CATEGORIES.map((id) => `${id} ${lhr.categories[id].score}`);
  await ask("say", { text: `Lighthouse, fifty integrations: ${scores.join(", ")}` });
  for (const id of CATEGORIES) {
    const { score, auditRefs } = lhr.categories[id];
    if (score === 1 || (id === "performance" && !(strict && score < 0.95))) {
      continue;
    }
    failed = true;
    console.error(`${id} is ${score}:`);
    for (const { id: audit, weight } of auditRefs) {
      const { score: its, title, displayValue = "", details } = lhr.audits[audit];
      if (weight > 0 && its !== null && its < 1) {
        console.error(`  ${title} ${displayValue}\n    ${JSON.stringify(details?.items ?? [])}`);
      }
    }
  }
} catch (error) {
  failed = true;
  console.error(error.stack);
} finally {
  await chrome.kill();
}
process.exit(failed ? 1 : 0);
