// A connection that the provider has ended is visible in the list, and is connected again from its card.
// Another account is rejected unless the person accepts it.

import assert from "node:assert/strict";

import { ask, call, consent, pick, said, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await ask("consent", { as: "page" });
  await signedIn("ADMIN");
  await pick(page, "Sandbox (OAuth)");
  await consent(page, page.getByRole("button", { name: "Continue to Sandbox" }));
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();

  await ask("revoke_grants");
  const [made] = (await call("GET", "/api/integrations")).items;
  await call("POST", `/api/integrations/${made.id}/check`);
  // A change from elsewhere is visible when the person returns to the page.
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
  await page.getByRole("listitem").getByText("Disconnected").waitFor();
  await look("list-attention");

  await page.getByRole("button", { name: `Reconnect: ${made.name}` }).click();
  const dialog = page.getByRole("dialog", { name: `Reconnect ${made.name}` });
  const goOn = dialog.getByRole("button", { name: "Continue to Sandbox" });
  await dialog.getByText("Sign in with the account that is connected now (Sandbox Inc.).").waitFor();
  await look("reconnect");

  // Another account consents, so nothing changes.
  await ask("account", { id: "acct_other", label: "Other Ltd." });
  allow(/status of 403/);
  const popup = await consent(page, goOn);
  await popup.getByText("Another account was connected").waitFor();
  await dialog.getByText("The sign-in failed").waitFor();
  await look("reconnect-failed");
  await popup.close();
  assert.equal((await call("GET", `/api/integrations/${made.id}`)).account.id, made.account.id);

  await dialog.getByRole("checkbox", { name: /Accept a different account/ }).check();
  await consent(page, goOn);
  await said(page, `${made.name} was reconnected.`);
  const now = await call("GET", `/api/integrations/${made.id}`);
  assert.deepEqual([now.account.label, now.health.state], ["Other Ltd.", "healthy"]);
  await page.getByRole("listitem").getByText("Healthy", { exact: true }).waitFor();
  assert.equal(await page.getByRole("heading", { name: /Needs attention/ }).count(), 0);
  assert.equal(await dialog.count(), 0);
});
