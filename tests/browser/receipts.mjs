// Receipts stay: they are found again, copied, and verified. The audit chain is checked in the browser.

import assert from "node:assert/strict";

import { ask, call, connect, facts, pick, scenario, titled } from "./harness.mjs";

await scenario(async ({ page, context, signedIn, look, allow }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ask("consent", { as: "allow" });
  await connect("Billing");
  await signedIn("ADMIN");
  await page.getByRole("link", { name: "Receipts" }).click();
  await page.getByRole("heading", { name: "Nothing was deleted yet" }).waitFor();
  await look("receipts-empty");
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await pick(page, "Sandbox (OAuth)");
  await page.getByRole("button", { name: "Continue to Sandbox" }).click();
  await page.getByRole("dialog", { name: /is connected/ }).getByRole("button", { name: "Open integration" }).click();

  // One revocation fails at first: the receipt follows what became of it.
  await ask("fail_revocations", { count: 2 });
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const question = page.getByRole("dialog", { name: /^Delete / });
  await question.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Primary Sandbox Account was deleted" });
  await dialog.getByText("Revocation pending").first().waitFor();
  await dialog.getByText(/^Audit record/).waitFor();
  await dialog.getByRole("button", { name: "Copy Revocation receipt" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^Revocation receipt, acme, 20/);
  assert.match(copied, /Primary Sandbox Account \(Sandbox \(OAuth\), int_\w{26}\)\n {2}(Access|Refresh) token: Revocation pending/);
  await dialog.getByRole("button", { name: "Verify chain" }).click();
  await dialog.getByText(/^The chain holds: \d+ records consistent, checked in this browser just now\. It contains this record\./).waitFor();
  await dialog.getByRole("link", { name: "Follow the revocation" }).click();
  await page.getByRole("heading", { name: "Primary Sandbox Account was deleted", level: 1 }).waitFor();
  await titled(page, "Primary Sandbox Account · Integration Nexus");
  const slip = page.getByRole("article", { name: "Revocation receipt" });
  await slip.getByText("Revocation pending").first().waitFor();
  await look("receipt");
  await ask("due_revocations");
  await ask("tick");
  assert.equal((await ask("live_tokens")).tokens, 0);
  await page.reload();
  // Each token, also one that ended with the grant of another.
  await slip.getByText("Revoked at the provider").first().waitFor();
  assert.equal(await slip.getByText("Revocation pending").count(), 0, await slip.innerText());
  // The record of the deletion says what was planned. A later one says how it ended.
  await slip.getByText(/^Audit record \d+/).waitFor();
  await slip.getByText(/^Outcome in audit record \d+/).waitFor();
  await page.getByRole("button", { name: "Verify chain" }).click();
  await page.getByText(/^The chain holds/).waitFor();

  // On paper there is only the slip.
  await page.emulateMedia({ media: "print" });
  assert.ok(await slip.isVisible());
  assert.ok(!(await page.getByRole("navigation").isVisible()));
  await page.emulateMedia({ media: "screen" });

  // The list of all, and the way from the audit record. A manager may read a receipt, too.
  await page.getByRole("main").getByRole("link", { name: "Receipts" }).click();
  await page.getByRole("link", { name: "Primary Sandbox Account" }).waitFor();
  await look("receipts");
  const sought = page.getByRole("searchbox", { name: /^Search by name/ });
  await sought.fill("nothing like it");
  await sought.press("Enter");
  await page.getByText("No matching receipts").waitFor();
  await sought.fill("primary sandbox");
  await sought.press("Enter");
  await page.getByRole("link", { name: "Primary Sandbox Account" }).waitFor();
  // Every page can be printed, without what leads elsewhere.
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.getByRole("link", { name: "Primary Sandbox Account" }).isVisible());
  assert.ok(!(await page.getByRole("navigation").isVisible()));
  await page.emulateMedia({ media: "screen" });
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  await page.getByRole("link", { name: "Show the receipt" }).first().click();
  await slip.waitFor();
  const address = page.url();
  allow(/status of 404/);
  await page.evaluate(() => void (location.hash = "#/receipts/int_01J0000000000000000000000X"));
  await page.getByText("There is no receipt here").waitFor();

  // The audit record: searched, and the chain checked here. A record that was changed on the way is found.
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  const search = page.getByRole("searchbox", { name: "Search names, actions, targets or request ids" });
  await search.fill("integration.delete");
  await search.press("Enter");
  await page.getByText("1 record found").waitFor();
  await page.getByRole("combobox", { name: "Outcome" }).selectOption("denied");
  await page.getByText("0 records found").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("cell", { name: /^Creating an integration/ }).first().waitFor();
  // The record is in words. Its codes are in its details.
  const created = page.getByRole("row").filter({ hasText: "Creating an integration" }).first();
  assert.equal(await created.getByText("integration.create").isVisible(), false);
  await created.getByText("Details", { exact: true }).click();
  await created.getByText("integration.create").waitFor();
  await created.getByText(/^req_/).waitFor();
  await page.getByRole("button", { name: "Verify chain" }).click();
  await page.getByText(/^The chain holds/).waitFor();
  await look("audit-verified");
  await page.route("**/api/audit?*", async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    for (const one of body.items) if (one.seq === 2) one.actor = "mallory";
    await route.fulfill({ response, json: body });
  });
  await page.getByRole("button", { name: "Verify chain" }).click();
  await page.getByText("Record 2 was edited: its content does not match its hash.").waitFor();
  await page.unroute("**/api/audit?*");

  await page.evaluate(() => sessionStorage.clear());
  await page.goto("about:blank");
  await signedIn("MANAGER");
  await page.getByRole("link", { name: "Billing", exact: true }).waitFor();
  await page.goto(address);
  await slip.getByText("Revoked at the provider").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Verify chain" }).count(), 0);
  assert.ok(facts.url);
});
