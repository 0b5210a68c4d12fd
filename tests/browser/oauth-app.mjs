// OAuth apps: an administrator sets up a missing app while connecting, and manages all apps on their page.

import assert from "node:assert/strict";

import { ask, call, facts, pick, scenario, toProvider } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await call("DELETE", `/api/oauth-clients/${facts.by_oauth}`);
  allow(/status of 422/);
  await ask("consent", { as: "page" });
  const begin = async () => {
    await pick(page, "Sandbox (OAuth)");
    await page.getByRole("button", { name: "Continue to Sandbox" }).click();
  };
  const dialog = page.getByRole("dialog", { name: "Connect Sandbox (OAuth)" });

  await signedIn("MANAGER");
  await begin();
  await dialog.getByText("No OAuth app is set up for Sandbox (OAuth)").waitFor();
  await dialog.getByText("Ask an administrator").waitFor();
  await look("app-missing-manager");
  assert.equal(await dialog.getByLabel("Client secret").count(), 0);

  await page.evaluate(() => sessionStorage.clear());
  await page.goto("about:blank");
  await signedIn("ADMIN");
  await begin();
  await dialog.getByText("Set up the OAuth app").waitFor();
  await dialog.getByText(`${facts.url}/api/oauth/callback/${facts.by_oauth}`).waitFor();
  await look("app-missing-admin");
  await dialog.getByRole("button", { name: "Save and continue" }).click();
  await dialog.getByText("Client secret is required.").waitFor();
  await dialog.getByLabel("Client ID").and(page.locator(":focus")).waitFor();
  await dialog.getByLabel("Client ID").fill("sandbox-demo-client");
  await dialog.getByLabel("Client secret", { exact: true }).fill("sandbox-demo-secret-000000000001");
  await dialog.getByRole("button", { name: "Save and continue" }).click();
  const popup = await toProvider(page, dialog.getByRole("button", { name: "Continue to Sandbox" }));
  await popup.close();
  await dialog.getByRole("button", { name: "Discard" }).click();
  await page.keyboard.press("Escape");

  // The page never shows a secret.
  await page.getByRole("link", { name: "OAuth apps" }).click();
  await page.getByRole("heading", { name: "Sandbox (OAuth)" }).waitFor();
  await look("oauth-apps");
  assert.ok(!(await page.locator("main").innerText()).includes("sandbox-demo-secret"));
  await page.getByRole("button", { name: "Delete: Sandbox (OAuth)" }).click();
  await look("oauth-app-delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No OAuth apps in this workspace").waitFor();
  await look("oauth-apps-empty");
  assert.deepEqual((await call("GET", "/api/oauth-clients")).items, []);
  await page.getByRole("button", { name: "Set up an app" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Slack", exact: true }).click();
  const slack = page.getByRole("dialog", { name: "Set up the OAuth app for Slack" });
  await slack.getByText(`${facts.url}/api/oauth/callback`, { exact: true }).waitFor();
  await slack.getByLabel("Client ID").fill("123.456");
  await slack.getByLabel("Client secret", { exact: true }).fill("a-secret-of-slack-0001");
  await slack.getByRole("button", { name: "Save app" }).click();
  await slack.getByRole("button", { name: "Done" }).click();
  await page.getByRole("heading", { name: "Slack" }).waitFor();
});
