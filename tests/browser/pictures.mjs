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
  const { name: _, ...sandbox } = await call("GET", `/api/manifests/${facts.by_key}`);
  const made = [];
  for (const [icon, name, color] of PROVIDERS.toReversed()) {
    const id = `custom-${icon}`;
    await call("POST", "/api/manifests", { ...sandbox, id, name, family: icon, brand: { color, icon } });
    const body = { manifest_id: id, name: `Primary ${name} Account`, credentials: { api_key: facts.key }, preset: "no_deletes" };
    made.push(await call("POST", "/api/integrations", body));
  }
  await call("PUT", "/api/integrations/primary-figma-account", { status: "inactive" });
  const dead = "sandbox-dead-key-000000000001";
  await ask("accept_key", { key: dead });
  await call("PUT", "/api/integrations/primary-zendesk-account", { credentials: { api_key: dead } });
  await ask("revoke_key", { key: dead });
  await call("POST", "/api/integrations/primary-zendesk-account/check");
  const usable = made.filter((one) => !/zendesk|figma/.test(one.slug));
  let calls = 0;
  for (const [name, many] of AGENTS) {
    const agent = await call("POST", "/api/agents", { name });
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
    const all = await Promise.all(usable.map((one) => call("GET", `/api/integrations/${one.id}/usage?per=day`)));
    return all.flatMap(({ items }) => items).reduce((sum, one) => sum + one.calls, 0);
  };
  for (let tries = 0; (await counted()) < calls; tries += 1) assert.ok(tries < 500, "the usage is recorded");

  await signedIn("ADMIN");
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
  await look("readme-integrations");
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("button", { name: "24 hours" }).click();
  await page.getByText(`${calls} calls in 24 hours`).first().waitFor();
  await look("readme-overview");
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await page.getByRole("link", { name: "Primary Stripe Account", exact: true }).click();
  await page.getByRole("heading", { name: "Health, 30 days" }).waitFor();
  await look("readme-integration");
});
