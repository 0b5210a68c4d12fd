// Deleting an OAuth connection: every token gets a receipt, even if the provider fails.

import assert from "node:assert/strict";

import { ask, call, hold, pick, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await ask("consent", { as: "allow" });
  await signedIn("ADMIN");
  const add = async () => {
    await pick(page, "Sandbox (OAuth)");
    await page.getByRole("button", { name: "Continue to Sandbox" }).click();
    await page.getByRole("dialog", { name: /is connected/ }).getByRole("button", { name: "Open integration" }).click();
  };
  const remove = async () => {
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const question = page.getByRole("dialog", { name: /^Delete / });
    await question.getByText("No agent has used this integration in the last 30 days.").waitFor();
    await question.getByRole("button", { name: "Delete", exact: true }).click();
  };
  await add();
  // A reload that was in progress during the deletion does not replace the receipts either.
  const early = await hold(page, "**/api/integrations/primary-sandbox-account");
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  assert.ok((await ask("live_tokens")).tokens > 0);
  // The receipts are shown once. Neither Escape nor switching to another tab loses them.
  const deletion = await hold(page, "**/api/integrations/int_*", "DELETE");
  await remove();
  for (let times = 0; times < 3; times += 1) await page.keyboard.press("Escape");
  deletion.release();
  const receipts = page.getByRole("dialog", { name: "Primary Sandbox Account was deleted" });
  await receipts.waitFor();
  assert.equal(await receipts.getByText("Revoked at the provider").count(), 2);
  early.release();
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.waitForResponse((answer) => answer.url().includes("/api/integrations?"));
  await look("delete-receipts");
  assert.equal((await ask("live_tokens")).tokens, 0);
  await receipts.getByRole("button", { name: "Done" }).click();

  // The provider fails. The page says so, and the retries continue.
  await add();
  await ask("fail_revocations", { count: 2 });
  await remove();
  await receipts.getByText("Revocation pending, retried for up to 7 days").first().waitFor();
  await look("delete-receipts-pending");
  await receipts.getByRole("button", { name: "Done" }).click();
  await page.getByText("Connect your first service").waitFor();

  assert.deepEqual((await call("GET", "/api/integrations")).items, []);
});
