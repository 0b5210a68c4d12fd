// The overview: numbers, the chart that the keyboard reads out, what needs a person, and what was denied.

import assert from "node:assert/strict";

import { call, connect, facts, scenario, titled } from "./harness.mjs";

const proxied = async (slug, method = "GET") => {
  const response = await fetch(`${facts.url}/api/proxy/${slug}/me`, { method, headers: { authorization: `Bearer ${facts.tokens.AGENT}` } });
  await response.text();
  return response.status;
};

await scenario(async ({ page, signedIn, look }) => {
  await signedIn("ADMIN");
  await page.getByRole("heading", { name: "Connect your first service" }).waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await titled(page, "Overview · Integration Nexus");
  await page.getByRole("heading", { name: "Connect your first service" }).waitFor();
  await look("overview-empty");

  await connect("Billing", { preset: "read_only" });
  const broken = await connect("Old key", { credentials: { api_key: "dead-key-0000000000000001" }, verify: false });
  await call("POST", `/api/integrations/${broken.id}/check`);
  assert.equal(await proxied("billing"), 200);
  assert.equal(await proxied("billing"), 200);
  assert.equal(await proxied("billing", "DELETE"), 403);
  // Usage and denials are written a moment later.
  const settled = async () => {
    const { items } = await call("GET", "/api/integrations/billing/usage?per=day");
    const audit = await call("GET", "/api/audit");
    return items[0]?.calls >= 2 && audit.items.some((one) => one.outcome === "denied");
  };
  const last = Date.now() + 30_000;
  while (!(await settled())) assert.ok(Date.now() < last, "the usage is recorded");
  await page.reload();

  const number = (name) => page.locator(".number-tile").filter({ hasText: name }).locator("dd").first();
  await page.getByText("2 calls in 7 days").first().waitFor();
  assert.equal(await number("Calls").innerText(), "2");
  assert.equal(await number("Error rate").innerText(), "0%");
  assert.equal(await number("Active agents").innerText(), "1");
  assert.equal(await number("Needs you").innerText(), "1");
  await look("overview");

  const rows = (period) => page.getByRole("table", { name: `2 calls in ${period}` }).getByRole("row");
  // The arrow keys read the chart out. Screen readers have a table.
  const chart = page.getByRole("group", { name: "2 calls in 7 days" });
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".readout").getByText(/2 calls, 0 errors$/).waitFor();
  await page.keyboard.press("Home");
  await page.locator(".readout").getByText(/0 calls, 0 errors$/).waitFor();
  await rows("7 days").nth(6).waitFor({ state: "attached" });
  assert.equal(await rows("7 days").count(), 7);
  await page.getByRole("button", { name: "24 hours" }).click();
  await page.getByText("2 calls in 24 hours").first().waitFor();
  await rows("24 hours").nth(23).waitFor({ state: "attached" });
  assert.equal(await rows("24 hours").count(), 24);
  await page.getByRole("button", { name: "30 days" }).click();
  await page.getByText("2 calls in 30 days").first().waitFor();

  // What was denied, in words.
  await page.getByText(/user-1 was denied DELETE .*Billing/).waitFor();
  // One button for what needs a person, and it leads to the end.
  await page.getByRole("button", { name: "Replace credentials: Old key" }).click();
  const replace = page.getByRole("dialog", { name: "Replace the credentials of Old key" });
  await replace.getByLabel("API key", { exact: true }).fill(facts.key);
  await replace.getByRole("button", { name: "Replace credentials" }).click();
  await replace.waitFor({ state: "detached" });
  await page.getByText("Everything works. There is nothing to do.").first().waitFor();
  assert.equal(await number("Needs you").innerText(), "0");
  await page.getByRole("link", { name: "Billing", exact: true }).click();
  await page.getByRole("heading", { name: "Billing", level: 1 }).waitFor();
  await page.getByRole("tab", { name: "Usage", selected: true }).waitFor();

  // The page of an integration shows where the credential is, and how it went.
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("img", { name: /^Every agent: calls go to Nexus with the agent's own key/ }).waitFor();
  await page.getByRole("heading", { name: "Health, 30 days" }).waitFor();
  const heights = await page.locator(".cells li").evaluateAll((all) => all.map((one) => one.offsetHeight));
  assert.equal(heights.length, 30);
  assert.equal(new Set(heights).size, 1, "days with and without a state have one height");
  await look("integration");
  await page.getByRole("switch").click();
  await page.getByRole("img", { name: /^Nexus rejects the calls of agents/ }).waitFor();
  // A preset is one click, and is recognised again.
  await page.getByRole("tab", { name: "Access" }).click();
  const preset = (name) => page.getByRole("group", { name: "Ready-made rules" }).getByRole("button", { name, exact: true });
  assert.equal(await preset("Read only").getAttribute("aria-pressed"), "true");
  await preset("Everything but deleting").click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("You have unsaved changes.").waitFor({ state: "detached" });
  const { policy } = await call("GET", "/api/integrations/billing");
  assert.deepEqual(policy.rules, [{ effect: "deny", methods: ["DELETE"], path: "/**" }]);
  await look("access-presets");
});
