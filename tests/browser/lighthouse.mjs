// Lighthouse on the pages. Accessibility and best practices have to be perfect on each. Performance is measured on
// a list of fifty integrations, on a machine that does other things too. It is asserted only if
// NEXUS_LIGHTHOUSE_STRICT is set, then on every page.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { register } from "./program.mjs";
import { CHROMIUM_ARGS, ask, call, executablePath, facts, fill, packages } from "./stage.mjs";

const load = (name) => import(pathToFileURL(packages.resolve(name)));
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

const ALWAYS = ["accessibility", "best-practices"];
/** What Lighthouse itself answers with "run Lighthouse again": Chromium lost a part of the trace. */
const AGAIN = new Set(["NO_NAVSTART", "NO_TRACING_STARTED", "NO_FCP"]);

const strict = Boolean(process.env.NEXUS_LIGHTHOUSE_STRICT);

/** Signs in by a link, and returns the cookie. */
async function session() {
  const { url } = await ask("sign_in_link", { role: "ADMIN", name: "Ann" });
  const headers = { "content-type": "application/json", origin: facts.url };
  const body = JSON.stringify({ link: url.split("#link=")[1] });
  const answer = await fetch(`${facts.url}/sign-in/link`, { method: "POST", headers, body });
  assert.equal(answer.status, 200, await answer.text());
  return answer.headers.get("set-cookie").split(";")[0];
}

/** Lets a program in, as the person with this cookie. */
async function agree(program, cookie) {
  const page = await (await fetch(`${facts.url}${program.asks}`, { headers: { cookie } })).text();
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1];
  assert.ok(token, page);
  const body = new URLSearchParams({ token, decision: "allow", access: "read", which: "all", days: "30" });
  const headers = { cookie, origin: facts.url };
  const answer = await fetch(`${facts.url}/oauth/authorize`, { method: "POST", headers, body, redirect: "manual" });
  assert.equal(answer.status, 303, await answer.text());
}

await fill(50);
const { id } = await call("POST", "/api/agents", { name: "Support bot" });
await call("POST", `/api/agents/${id}/keys`, {});
await call("POST", "/api/people/invitations", { role: "MANAGER", name: "Bob" });
const Cookie = await session();
const program = await register("Claude", `${facts.provider}/callback`);
await agree(program, Cookie);

/** The pages: a name, a path, and the headers with which it is opened. */
const PAGES = [
  ["the list of fifty integrations", `/#token=${facts.tokens.ADMIN}`, {}],
  ["the sign-in page", "/sign-in", {}],
  ["the consent page", program.asks, { Cookie }],
  ["the page of an integration", "/#/integrations/service-001", { Cookie }],
  ["the agents", "/#/agents", { Cookie }],
  ["the page of an agent", `/#/agents/${id}`, { Cookie }],
  ["the connected apps", "/#/connected-apps", { Cookie }],
  ["the people", "/#/people", { Cookie }],
  ["the account", "/#/account", { Cookie }],
  ["the emergency stop", "/#/emergency-stop", { Cookie }],
];

const chrome = await launch({ chromePath: executablePath, chromeFlags: ["--headless=new", ...CHROMIUM_ARGS], logLevel: "silent" });
let failed = false;

/** Judges a page, and says what is not perfect. */
async function judge([name, path, extraHeaders], isFirst) {
  const onlyCategories = isFirst || strict ? ["performance", ...ALWAYS] : ALWAYS;
  const options = { port: chrome.port, onlyCategories, extraHeaders, logLevel: "silent", output: "json" };
  const run = () => lighthouse(`${facts.url}${path}`, options);
  let { lhr } = await run();
  for (let tries = 1; AGAIN.has(lhr.runtimeError?.code) && tries < 5; tries += 1) {
    ({ lhr } = await run());
  }
  if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  // A page that sends the browser elsewhere is not judged.
  assert.equal(new URL(lhr.finalDisplayedUrl).pathname, new URL(path, facts.url).pathname, name);
  const scores = onlyCategories.map((id) => `${id} ${lhr.categories[id].score}`);
  await ask("say", { text: `Lighthouse, ${name}: ${scores.join(", ")}` });
  for (const id of onlyCategories) {
    const { score, auditRefs } = lhr.categories[id];
    if (score === 1 || (id === "performance" && !(strict && score < 0.95))) continue;
    failed = true;
    console.error(`${name}: ${id} is ${score}:`);
    for (const { id: audit, weight } of auditRefs) {
      const { score: its, title, displayValue = "", details } = lhr.audits[audit];
      if (weight > 0 && its !== null && its < 1) {
        console.error(`  ${title} ${displayValue}\n    ${JSON.stringify(details?.items ?? [])}`);
      }
    }
  }
}

try {
  for (const [index, page] of PAGES.entries()) await judge(page, index === 0);
} catch (error) {
  failed = true;
  console.error(error.stack);
} finally {
  await chrome.kill();
}
process.exit(failed ? 1 : 0);
