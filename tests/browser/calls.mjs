// The calls of an integration: followed, filtered, opened, and rules that are tried on them before they are saved.

import assert from "node:assert/strict";

import { call, connect, facts, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await connect("Sandbox");
  const agent = await call("POST", "/api/agents", { name: "Support bot" });
  const { key } = await call("POST", `/api/agents/${agent.id}/keys`, {});
  const proxied = async (path) => {
    const response = await fetch(`${facts.url}/api/proxy/sandbox${path}`, { headers: { authorization: `Bearer ${key}` } });
    await response.text();
  };
  await signedIn("MANAGER");
  await page.getByRole("link", { name: "Sandbox", exact: true }).click();
  await page.getByRole("tab", { name: "Calls" }).click();
  await page.getByText("No agent has used this integration in the last 7 days.").waitFor();
  assert.match(page.url(), /#\/integrations\/sandbox\/calls$/);

  // Calls appear while they are made, without a query.
  await page.getByRole("switch", { name: "Follow" }).click();
  await proxied("/me");
  const table = page.getByRole("region", { name: "Calls of agents, newest first" });
  await table.getByRole("button", { name: "Details of GET /me" }).waitFor();
  await proxied("/things/cus_9s6XKzkNRiz8i3?token=of-a-query");
  const other = table.getByRole("button", { name: "Details of GET /things/{id}" });
  await other.waitFor();
  assert.equal(await table.getByRole("row").count(), 3);
  assert.equal(await table.getByRole("cell", { name: "Support bot" }).count(), 2);
  assert.equal(await page.getByText("of-a-query").count(), 0);
  await look("calls");

  // One call, with its whole path and the id that the logs have.
  await other.click();
  const details = page.getByRole("dialog", { name: "GET /things/{id}" });
  await details.getByText("/things/cus_9s6XKzkNRiz8i3", { exact: true }).waitFor();
  await details.getByText(/^req_/).waitFor();
  await details.getByRole("button", { name: "Copy Request id" }).waitFor();
  await look("calls-one");
  await page.keyboard.press("Escape");
  await details.waitFor({ state: "detached" });

  await page.getByLabel("Method", { exact: true }).selectOption("POST");
  await page.getByText("No call matches these filters.").waitFor();
  await look("calls-none");
  await page.getByLabel("Method", { exact: true }).selectOption("GET");
  await other.waitFor();
  await page.getByLabel("Result", { exact: true }).selectOption("succeeded");
  await table.getByRole("button", { name: "Details of GET /me" }).waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await other.waitFor();
  await page.getByRole("switch", { name: "Follow" }).click();

  // The agent's page has its calls to all integrations.
  await page.goto(`/#/agents/${agent.id}`);
  await page.getByRole("button", { name: "Details of GET /things/{id}" }).click();
  await page.getByRole("dialog").getByText("Sandbox", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await look("agent-calls");

  // Rules are tried on these calls while they are written.
  await page.goto("/#/integrations/sandbox/access");
  const trial = page.locator(".trial");
  await trial.getByText("Would deny none of the last 2 calls").waitFor();
  await page.getByRole("button", { name: "Add rule" }).click();
  await trial.getByText("Would deny none of the last 2 calls").waitFor();
  const rule = page.getByRole("group", { name: "Rule 1" });
  await rule.getByLabel("Path").fill("/me");
  await trial.getByText("Would deny 1 of the last 2 calls").waitFor();
  await trial.getByRole("listitem").getByText("GET /things/cus_9s6XKzkNRiz8i3").waitFor();
  assert.equal(await trial.getByRole("listitem").count(), 1);
  await look("access-trial");
  allow(/status of 422/);
  await rule.getByLabel("Path").fill("no-slash");
  await trial.getByText("These rules cannot be saved. Correct them first.").waitFor();
});
