// The pictures in the README: a workspace that has been in use for a month. The providers are the sandbox under other
// names, and the pages show older times and other paths than those of this run.
//
// With `NEXUS_PICTURES`, the pictures are saved in that folder as `NAME-{light,dark}.png`. They are drawn in Inter, where it is
// installed: it is closest to what a browser on a Mac or on Windows shows.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { ask, call, facts, scenario } from "./harness.mjs";

/** The icon, the name, the colour and the name of the integration of each provider. */
const PROVIDERS = [
  ["stripe", "Stripe", "#635BFF", "Stripe payments"],
  ["github", "GitHub", "#181717", "GitHub engineering"],
  ["notion", "Notion", "#000000", "Notion wiki"],
  ["gmail", "Gmail", "#EA4335", "Support inbox"],
  ["google-drive", "Google Drive", "#0F9D58", "Shared drive"],
  ["linear", "Linear", "#5E6AD2", "Linear product"],
  ["hubspot", "HubSpot", "#FF7A59", "HubSpot sales"],
  ["airtable", "Airtable", "#18BFFF", "Inventory"],
  ["sentry", "Sentry", "#362D59", "Sentry web app"],
  ["shopify", "Shopify", "#7AB55C", "Web shop"],
  ["zendesk", "Zendesk", "#03363D", "Zendesk"],
  ["figma", "Figma", "#F24E1E", "Figma design"],
  ["datadog", "Datadog", "#632CA6", "Datadog production"],
  ["intercom", "Intercom", "#6AFDEF", "Intercom chat"],
];
/** Names of agents, and how many calls each makes. */
const AGENTS = [["Support bot", 34], ["Billing reconciler", 21], ["Research agent", 13], ["Release notes", 5]];
/** What the list of calls shows in place of the sandbox's paths, by method. */
const PATHS = {
  GET: ["/v1/customers/{id}", "/v1/invoices", "/v1/charges/{id}", "/v1/balance"],
  DELETE: ["/v1/customers/{id}"],
};
const PERSON = "Ann Lee";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const SIZE = { width: 1280, height: 840 };

const ago = (time) => new Date(Date.now() - time).toISOString();

/** Changes the JSON of the responses to GET requests of `page` to `url`. */
async function showing(page, url, change) {
  await page.route(url, async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    if (!response.ok()) return route.fulfill({ response });
    return route.fulfill({ response, json: change(await response.json()) });
  });
}

/** The pages of a workspace that is older than this run. */
async function aged(page) {
  const older = (one) => ({ ...one, created_at: ago(40 * DAY), created_by: PERSON });
  await showing(page, /\/api\/integrations\/[^/?]+$/, older);
  await showing(page, /\/api\/integrations\/[^/?]+\/events/, ({ items, ...rest }) => {
    const [event] = items;
    const health = (at, from, to) => ({ ...event, kind: "integration.health", actor: "tick", at, detail: { from, to } });
    const changes = [[17.2, "healthy", "failing"], [17, "failing", "healthy"]].map(([days, from, to]) => health(ago(days * DAY), from, to));
    return { ...rest, items: [...items, ...changes.toReversed()] };
  });
  await showing(page, /\/calls(\?|$)/, ({ items, ...rest }) => {
    const shown = items.map((one, at) => {
      const path = PATHS[one.method][at % PATHS[one.method].length];
      const sent = one.status === 200 && { ms: 40 + ((at * 37) % 160), bytes: 900 + ((at * 331) % 9_000) };
      return { ...one, at: ago(at * 1.7 * MINUTE), template: path, path, ...sent };
    });
    return { ...rest, items: shown };
  });
  await showing(page, /\/api\/integrations\?/, ({ items, ...rest }) => {
    const used = (one, at) => (one.health?.state === "healthy" ? ago((at * at * 2 + 1) * MINUTE) : one.last_used_at);
    return { ...rest, items: items.map((one, at) => ({ ...one, last_used_at: used(one, at) })) };
  });
  await showing(page, /\/api\/manifests\/custom-stripe$/, (one) => ({ ...one, api: { ...one.api, hosts: ["api.stripe.com"] } }));
  await showing(page, /\/api\/audit\?.*denied/, ({ items, ...rest }) => ({
    ...rest,
    items: items.map((one, at) => ({ ...one, at: ago((at * at * 11 + 4) * MINUTE) })),
  }));
}

/** Saves the page as it is, in both colour schemes. */
async function picture(page, name) {
  const folder = process.env.NEXUS_PICTURES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.setViewportSize(SIZE);
  await page.mouse.move(0, 0);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), animations: "disabled", caret: "hide" });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** Connects each provider, and makes agents that have called them for a month. */
async function fillWorkspace() {
  const start = new Date(Math.floor(Date.now() / MINUTE) * MINUTE).toISOString();
  const { name: _, ...sandbox } = await call("GET", `/api/manifests/${facts.by_key}`);
  const { account: __, ...verify } = sandbox.verify;
  const made = [];
  for (const [icon, provider, color, name] of PROVIDERS.toReversed()) {
    const id = `custom-${icon}`;
    await call("POST", "/api/manifests", { ...sandbox, verify, id, name: provider, family: icon, brand: { color, icon } });
    // One of them has a key that the provider does not accept any more.
    const isDead = icon === "zendesk";
    const credentials = { api_key: isDead ? "dead-key-0000000000000001" : facts.key };
    const body = { manifest_id: id, name, slug: icon, credentials, preset: "no_deletes", verify: !isDead };
    made.push(await call("POST", "/api/integrations", body));
  }
  await call("PUT", "/api/integrations/figma", { status: "inactive" });
  await call("POST", "/api/integrations/zendesk/check");
  const usable = made.filter((one) => !/zendesk|figma/.test(one.slug)).toReversed();
  let calls = 0;
  for (const [name, many] of AGENTS) {
    const agent = await call("POST", "/api/agents", { name });
    for (const [at, one] of usable.entries()) {
      await ask("past_use", { integration: one.id, agent: agent.id, days: 29, calls: Math.round((many * 9) / (at + 1)) });
    }
    const { key } = await call("POST", `/api/agents/${agent.id}/keys`, { name: "production", expires_in: 86_400 });
    for (let number = 0; number < many; number += 1) {
      const { slug } = usable[number % 2 === 0 ? 0 : (number * number) % usable.length];
      const method = number % 9 === 8 ? "DELETE" : "GET";
      const response = await fetch(`${facts.url}/api/proxy/${slug}/me`, { method, headers: { authorization: `Bearer ${key}` } });
      await response.text();
      assert.equal(response.status, method === "GET" ? 200 : 403);
      calls += method === "GET" ? 1 : 0;
    }
  }
  const counted = async () => {
    const { items } = await call("GET", `/api/usage?per=day&from=${start}`);
    return items.reduce((sum, one) => sum + one.calls, 0);
  };
  const last = Date.now() + 30_000;
  while ((await counted()) < calls) assert.ok(Date.now() < last, "the usage is recorded");
}

/** Connects the provider with OAuth as Slack, deletes that, and opens the receipt. */
async function openReceipt(page) {
  await ask("consent", { as: "allow" });
  const { id: _, ...manifest } = await call("GET", `/api/manifests/${facts.by_oauth}`);
  const brand = { color: "#4A154B", icon: "slack" };
  await call("PUT", `/api/manifests/${facts.by_oauth}`, { ...manifest, id: facts.by_oauth, name: "Slack", family: "slack", brand });
  await page.goto(`/#/add/${facts.by_oauth}`);
  await page.reload();
  const form = page.getByRole("dialog", { name: "Connect Slack" });
  await form.getByLabel("Name", { exact: true }).fill("Team Slack");
  await form.getByRole("button", { name: "Continue to Slack" }).click();
  await page.getByRole("dialog", { name: "Team Slack is connected" }).getByRole("button", { name: "Open integration" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog", { name: /^Delete / }).getByRole("button", { name: "Delete", exact: true }).click();
  const receipt = page.getByRole("dialog", { name: "Team Slack was deleted" });
  await receipt.getByText("Revoked at the provider").nth(1).waitFor();
  await receipt.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Receipts", exact: true }).click();
  await page.getByRole("link", { name: "Team Slack" }).click();
  await page.getByText("Revoked at the provider").nth(1).waitFor();
  await page.getByRole("button", { name: "Verify chain" }).click();
  await page.getByText(/^The chain holds/).waitFor();
  // The notice of the deletion goes away by itself.
  await page.waitForFunction(() => !document.querySelector("integration-nexus").shadowRoot.querySelector(".toast"));
}

await scenario(
  async ({ page, look }) => {
    await fillWorkspace();
    await page.addInitScript(() =>
      addEventListener("DOMContentLoaded", () => document.documentElement.style.setProperty("--nexus-font", "Inter, system-ui")),
    );
    await aged(page);
    const { token } = await ask("token", { role: "ADMIN", subject: PERSON });
    await page.goto(`/#token=${token}`);
    await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
    const show = async (name) => {
      await look(`readme-${name}`);
      await picture(page, name);
    };

    await show("integrations");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("button", { name: "30 days" }).click();
    await page.getByText(/calls in 30 days/).first().waitFor();
    await page.getByText(/was denied/).first().waitFor();
    await show("overview");
    await page.getByRole("link", { name: "Integrations", exact: true }).click();
    await page.getByRole("link", { name: "Stripe payments", exact: true }).click();
    await page.getByRole("heading", { name: "Health, 30 days" }).waitFor();
    await show("integration");
    await page.getByRole("tab", { name: "Calls" }).click();
    await page.getByRole("cell", { name: /^403/ }).first().waitFor();
    await show("calls");
    await page.getByRole("tab", { name: "Access" }).click();
    await page.getByRole("group", { name: "Ready-made rules" }).waitFor();
    await show("access");
    await openReceipt(page);
    await show("receipt");
  },
  { context: { deviceScaleFactor: 1.5 } },
);
