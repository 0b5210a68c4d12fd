// The pictures in the README: a workspace that is in use. The providers are the sandbox under other names.

import assert from "node:assert/strict";

import { ask, call, facts, scenario } from "./harness.mjs";

/** Id, name and colour of each provider. */
const PROVIDERS = [
  ["stripe", "Stripe", "#635BFF"],
  ["github", "GitHub", "#181717"],
  ["notion", "Notion", "#000000"],
  ["gmail", "Gmail", "#EA4335"],
  ["google-drive", "Google Drive", "#0F9D58"],
  ["linear", "Linear", "#5E6AD2"],
  ["hubspot", "HubSpot", "#FF7A59"],
  ["airtable", "Airtable", "#18BFFF"],
  ["sentry", "Sentry", "#362D59"],
  ["shopify", "Shopify", "#7AB55C"],
  ["zendesk", "Zendesk", "#03363D"],
  ["figma", "Figma", "#F24E1E"],
];
/** Names of agents, and how many calls each makes. */
const AGENTS = [["Support bot", 34], ["Billing reconciler", 21], ["Research agent", 13]];

await scenario(async ({ page, signedIn, look }) => {
  const start = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  const { name: _, ...sandbox } = await call("GET", `/api/manifests/${facts.by_key}`);
  const made = [];
  for (const [icon, name, color] of PROVIDERS.toReversed()) {
    const id = `custom-${icon}`;
    await call("POST", "/api/manifests", { ...sandbox, id, name, family: icon, brand: { color, icon } });
    // One of them has a key that the provider does not accept any more.
    const isDead = icon === "zendesk";
    const credentials = { api_key: isDead ? "dead-key-0000000000000001" : facts.key };
    const body = { manifest_id: id, name, credentials, preset: "no_deletes", verify: !isDead };
    made.push(await call("POST", "/api/integrations", body));
  }
  await call("PUT", "/api/integrations/figma", { status: "inactive" });
  await call("POST", "/api/integrations/zendesk/check");
  const usable = made.filter((one) => !/zendesk|figma/.test(one.slug));
  let calls = 0;
  for (const [name, many] of AGENTS) {
    const agent = await call("POST", "/api/agents", { name });
    for (const [at, one] of usable.entries()) {
      await ask("past_use", { integration: one.id, agent: agent.id, days: 29, calls: Math.round((many * 9) / (at + 1)) });
    }
    const { key } = await call("POST", `/api/agents/${agent.id}/keys`, { name: "production", expires_in: 86_400 });
    for (let number = 0; number < many; number += 1) {
      const { slug } = usable[(number * number) % usable.length];
      const method = number % 17 === 16 ? "DELETE" : "GET";
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

  await signedIn("ADMIN");
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
  await look("readme-integrations");
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("button", { name: "30 days" }).click();
  await page.getByText(/calls in 30 days/).first().waitFor();
  await look("readme-overview");
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await page.getByRole("link", { name: "Stripe", exact: true }).click();
  await page.getByRole("heading", { name: "Health, 30 days" }).waitFor();
  await look("readme-integration");
});
