// A sign-in that is abandoned before the provider's consent leaves nothing behind. The person is asked before.

import assert from "node:assert/strict";

import { ask, call, consent, pick, scenario, toProvider } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await ask("consent", { as: "page" });
  await signedIn("ADMIN");
  const dialog = page.getByRole("dialog", { name: "Connect Sandbox (OAuth)" });
  const question = page.getByRole("dialog", { name: "The sign-in is not finished" });
  const begin = async () => {
    await pick(page, "Sandbox (OAuth)");
    const popup = await toProvider(page, dialog.getByRole("button", { name: "Continue to Sandbox" }));
    await dialog.getByText("Sign in to Sandbox (OAuth)").waitFor();
    return popup;
  };
  const items = async () => (await call("GET", "/api/integrations")).items;

  // The person leaves and removes it. Nothing stays.
  let popup = await begin();
  await page.keyboard.press("Escape");
  await question.waitFor();
  await look("unfinished");
  await question.getByRole("button", { name: "Continue sign-in" }).click();
  await dialog.getByText("Sign in to Sandbox (OAuth)").waitFor();
  await page.evaluate(() => history.back());
  // The window shows the provider's page, so we cannot close it. Chromium says so.
  allow(/Unsafe attempt to initiate navigation/);
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("searchbox", { name: "Search providers" }).waitFor();
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await page.getByText("Connect your first service").waitFor();
  assert.deepEqual(await items(), []);
  if (!popup.isClosed()) await popup.close();

  // The person declines, and leaves. Nothing stays.
  popup = await begin();
  allow(/status of 400/);
  await popup.getByRole("button", { name: /deny/i }).click();
  await dialog.getByText("Access was denied").waitFor();
  await popup.close();
  await page.keyboard.press("Escape");
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("searchbox", { name: "Search providers" }).waitFor();
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await page.getByText("Connect your first service").waitFor();

  // A sign-in that is under way elsewhere is in no list, but somebody who looks for it can finish it.
  await call("POST", "/api/integrations", { manifest_id: "custom-sandbox-oauth", name: "Primary Sandbox Account" });
  await page.reload();
  await page.getByText("Connect your first service").waitFor();
  assert.deepEqual(await items(), []);
  await page.evaluate(() => void (location.hash = "#/integrations?health=pending"));
  const card = page.getByRole("listitem").filter({ hasText: "Primary Sandbox Account" });
  await card.getByText("Sign-in not finished").waitFor();
  assert.equal(await card.getByRole("switch").count(), 0);
  assert.equal(await card.getByText("Active", { exact: true }).count(), 0);
  await look("unfinished-draft");
  await card.getByRole("link", { name: "Primary Sandbox Account", exact: true }).click();
  await page.getByRole("heading", { name: "Primary Sandbox Account", level: 1 }).waitFor();
  await page.getByText("Agents cannot use it yet.").waitFor();
  assert.equal(await page.getByRole("switch").count(), 0);
  await look("unfinished-page");

  // At the end, the person finishes it.
  await page.getByRole("button", { name: "Finish sign-in" }).click();
  const finish = page.getByRole("dialog", { name: "Reconnect Primary Sandbox Account" });
  await consent(page, finish.getByRole("button", { name: "Continue to Sandbox" }));
  await page.getByText("Healthy", { exact: true }).waitFor();
  await page.getByRole("switch", { checked: true }).waitFor();
});
