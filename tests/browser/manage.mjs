// One integration: renamed, switched off, its key replaced, its access changed, its usage shown, and deleted
// with receipts.

import assert from "node:assert/strict";

import { ask, call, connect, facts, hold, said, scenario, titled } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  const made = await connect("Sandbox");
  const used = await fetch(`${facts.url}/api/proxy/${made.slug}/me`, {
    headers: { authorization: `Bearer ${facts.tokens.AGENT}` },
  });
  assert.equal(used.status, 200);
  await used.text();
  await signedIn("MANAGER");

  // The switch on the card.
  const toggle = page.getByRole("switch", { name: "Sandbox: available to agents" });
  await toggle.click();
  await said(page, "Sandbox is inactive. Agents cannot use it.");
  assert.equal(await toggle.getAttribute("aria-checked"), "false");
  assert.equal((await call("GET", `/api/integrations/${made.id}`)).status, "inactive");
  await look("list-inactive");
  await toggle.click();
  await said(page, "Sandbox is active");

  const card = page.getByRole("link", { name: "Sandbox", exact: true });
  await card.click();
  const billing = page.locator("main");
  await page.getByRole("heading", { name: "Sandbox", exact: true, level: 1 }).waitFor();
  await billing.getByText("Healthy", { exact: true }).waitFor();
  assert.match(page.url(), /#\/integrations\/sandbox$/);
  await look("manage-overview");
  await billing.getByRole("button", { name: "Check now" }).click();
  await said(page, "Sandbox works.");

  await billing.getByLabel("Name").fill("Billing");
  await billing.getByRole("button", { name: "Rename" }).click();
  await said(page, "Renamed to Billing.");
  await page.getByRole("heading", { name: "Billing", exact: true, level: 1 }).waitFor();
  await titled(page, "Billing · Integration Nexus");

  // The key is revoked. A wrong key is rejected, and the right key replaces it.
  await ask("revoke_key");
  await billing.getByRole("button", { name: "Check now" }).click();
  await said(page, "Billing: Disconnected.");
  await look("manage-broken");
  await billing.getByRole("button", { name: "Replace credentials" }).click();
  const replace = page.getByRole("dialog", { name: "Replace the credentials of Billing" });
  const key = replace.getByLabel("API key", { exact: true });
  await key.fill("wrong-key-0000000000000001");
  allow(/status of 422/);
  await key.press("Enter");
  await replace.getByText(/Sandbox rejected the credentials/).waitFor();
  await page.locator("input:focus").and(key).waitFor();
  await look("replace-refused");
  await ask("accept_key", { key: "another-key-0000000000001234" });
  await key.fill("another-key-0000000000001234");
  await key.press("Enter");
  await said(page, "The credentials of Billing were replaced.");
  await billing.getByText(/^Ends in 1234/).waitFor();

  // A request that ends late closes only its own dialog.
  const change = await hold(page, `**/api/integrations/${made.id}`, "PUT");
  await billing.getByRole("button", { name: "Replace credentials" }).click();
  await key.fill("another-key-0000000000001234");
  await key.press("Enter");
  await replace.getByText("Checking with Sandbox").waitFor();
  // Closing the dialog asks first, because the typed key has not been accepted yet.
  await page.keyboard.press("Escape");
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Discard changes" }).click();
  await billing.getByRole("button", { name: "Delete", exact: true }).click();
  change.release();
  await said(page, "The credentials of Billing were replaced.");
  await page.getByRole("dialog", { name: "Delete Billing?" }).getByRole("button", { name: "Cancel" }).click();
  await change.end();

  // The access of agents.
  await billing.getByRole("tab", { name: "Access" }).click();
  const verdict = billing.locator(".verdict");
  await billing.getByLabel("Path to test").fill("/keys");
  assert.equal(await verdict.innerText(), "Allowed: no rule denies it");
  await billing.getByLabel("Method", { exact: true }).selectOption("POST");
  assert.match(await verdict.innerText(), /^Always denied: Mints another key/);
  await billing.getByRole("button", { name: "Add rule" }).click();
  const rule = billing.getByRole("group", { name: "Rule 1" });
  // The server checks rules while they are typed. The page predicts nothing for rules that cannot be saved.
  await billing.getByLabel("Method", { exact: true }).selectOption("GET");
  const foretold = (words) => verdict.getByText(words, { exact: true }).waitFor();
  await foretold("Allowed by rule 1");
  await rule.getByLabel("Path").fill("no-slash");
  await foretold("These rules cannot be saved. Correct them first.");
  await rule.locator(".error").getByText("must start with `/`").waitFor();
  await billing.getByRole("button", { name: "Save" }).click();
  await rule.locator(".error").waitFor();
  await billing.getByLabel("Method", { exact: true }).selectOption("POST");
  await look("access-error");
  await rule.getByLabel("Path").fill("/messages/**");
  await billing.getByLabel("Path to test").fill("/messages/1");
  await foretold("Denied: no allow rule matches");
  await billing.getByLabel("Method", { exact: true }).selectOption("GET");
  await foretold("Allowed by rule 1");
  await billing.getByRole("button", { name: "Save" }).click();
  await said(page, "The access rules were saved.");
  await look("access");
  // The page shows the rule that was saved.
  await billing.getByRole("button", { name: "Add rule" }).click();
  const second = billing.getByRole("group", { name: "Rule 2" });
  await second.getByLabel(/^Methods/).fill("*");
  await second.getByLabel("Effect").selectOption("deny");
  await second.getByLabel("Path").fill("/secret/**");
  await billing.getByRole("button", { name: "Remove rule 1" }).click();
  assert.equal(await rule.getByLabel(/^Methods/).inputValue(), "*");
  // The person does not leave unsaved changes by mistake.
  await billing.getByRole("tab", { name: "Usage" }).click();
  await look("leave");
  await question.getByRole("button", { name: "Keep editing" }).click();
  assert.equal(await rule.getByLabel("Path").inputValue(), "/secret/**");
  // Another person has saved a change first.
  await call("PUT", `/api/integrations/${made.id}`, { name: "Billing" });
  await call("PUT", `/api/integrations/${made.id}`, { status: "inactive" });
  allow(/status of 412/);
  await billing.getByRole("button", { name: "Save" }).click();
  await billing.getByText("The rules that were saved in the meantime:").waitFor();
  await billing.getByRole("alert").getByText("GET /messages/**").waitFor();
  await billing.getByRole("button", { name: "Replace them by my rules" }).waitFor();
  await look("access-conflict");
  await billing.getByRole("button", { name: "Use the saved rules" }).click();
  await billing.getByText("You have unsaved changes.").waitFor({ state: "detached" });
  assert.equal(await rule.getByLabel("Path").inputValue(), "/messages/**");
  await call("PUT", `/api/integrations/${made.id}`, { status: "active" });
  const { policy } = await call("GET", `/api/integrations/${made.id}`);
  assert.deepEqual(policy, { agents: ["*"], rules: [{ effect: "allow", methods: ["GET"], path: "/messages/**" }] });

  // The events and the usage.
  await billing.getByRole("tab", { name: "Activity" }).click();
  await billing.getByText("Health changed").first().waitFor();
  await look("activity");
  await billing.getByRole("tab", { name: "Usage" }).click();
  await billing.locator("figcaption").getByText("1 call in 30 days").waitFor();
  await billing.getByRole("rowheader", { name: "user-1" }).waitFor();
  await billing.getByRole("button", { name: "24 hours" }).click();
  await billing.locator("figcaption").getByText("1 call in 24 hours").waitFor();
  await look("usage");
  // The arrow keys move between the tabs.
  await billing.getByRole("tab", { name: "Usage" }).press("ArrowRight");
  // The rules deny the usual call, so the person has to complete the example.
  await billing.locator("pre").getByText(`${facts.url}/api/proxy/sandbox/PATH`).waitFor();
  await look("use-it");

  // The page of a deletion: first the affected agents, then the receipt for the key.
  await billing.getByRole("tab", { name: "Overview" }).click();
  await billing.getByRole("button", { name: "Delete", exact: true }).click();
  const remove = page.getByRole("dialog", { name: "Delete Billing?" });
  await remove.getByText("1 agent made 1 call with this integration in the last 30 days").waitFor();
  await remove.getByText("user-1").waitFor();
  await look("delete");
  await remove.getByRole("button", { name: "Delete", exact: true }).click();
  const gone = page.getByRole("dialog", { name: "Billing was deleted" });
  await gone.getByText("You must remove it at the provider yourself").waitFor();
  await look("delete-receipts-by-hand");
  await gone.getByRole("button", { name: "Done" }).click();
  await page.getByText("Connect your first service").waitFor();
  assert.equal((await call("GET", "/api/integrations")).items.length, 0);
});
