// Adding by OAuth in a window: declined, closed early, blocked, and finally connected.

import assert from "node:assert/strict";

import { allowIn, ask, call, hold, pick, scenario, toProvider } from "./harness.mjs";

await scenario(async ({ page, context, signedIn, look, allow }) => {
  await ask("consent", { as: "page" });
  await signedIn("ADMIN");
  await pick(page, "Sandbox (OAuth)");
  const dialog = page.getByRole("dialog", { name: "Connect Sandbox (OAuth)" });
  const goOn = dialog.getByRole("button", { name: "Continue to Sandbox" });
  await dialog.getByText("Permissions").first().click();
  const read = dialog.getByRole("checkbox", { name: /Read messages/ });
  const write = dialog.getByRole("checkbox", { name: /Post messages/ });
  assert.ok((await read.isChecked()) && (await write.isChecked()), "the manifest's defaults");
  await look("add-oauth");
  await write.uncheck();

  // The person declines. The window and the page both say so.
  let popup = await toProvider(page, goOn);
  assert.match(popup.url(), /scope=messages%3Aread&/);
  assert.ok(await popup.evaluate(() => window.opener === null), "the provider has no hold of our page");
  await dialog.getByText("Sign in to Sandbox (OAuth)").waitFor();
  await look("flow-waiting");
  allow(/status of 400/);
  await popup.getByRole("button", { name: /deny/i }).click();
  await dialog.getByText("Access was denied").waitFor();
  await look("flow-denied");
  await popup.close();

  // The window is closed before the sign-in begins. The page says so at once.
  const silent = { contentType: "text/html", body: "<title>Slow</title>" };
  await context.route("**/connect", (route) => route.fulfill(silent));
  [popup] = await Promise.all([page.waitForEvent("popup"), dialog.getByRole("button", { name: "Try again" }).click()]);
  await popup.close();
  await dialog.getByRole("alert").getByText("was closed before the sign-in started").waitFor();
  await context.unroute("**/connect");

  // The window is closed early. The page keeps waiting, and can open it again.
  popup = await toProvider(page, dialog.getByRole("button", { name: "Try again" }));
  await popup.close();
  await dialog.getByText("Continue in the window that has opened").waitFor();
  popup = await toProvider(page, dialog.getByRole("button", { name: "Open the window again" }));
  const closed = popup.waitForEvent("close");
  await allowIn(popup);
  await closed;
  const done = page.getByRole("dialog", { name: "Primary Sandbox Account is connected" });
  await done.getByText("accepted the credentials").waitFor();
  await done.getByRole("button", { name: "Done" }).click();
  const [made] = (await call("GET", "/api/integrations")).items;
  assert.deepEqual([made.health.state, made.scopes.granted], ["healthy", ["messages:read"]]);

  // A cancelled sign-in leaves nothing behind.
  await pick(page, "Sandbox (OAuth)");
  popup = await toProvider(page, goOn);
  await popup.close();
  const gone = page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await dialog.getByRole("button", { name: "Discard" }).click();
  assert.equal((await gone).status(), 200);
  assert.equal((await call("GET", "/api/integrations")).items.length, 1);

  // A sign-in that is cancelled while it begins leaves nothing behind either.
  const creation = await hold(context, "**/api/integrations", "POST");
  const begun = context.waitForEvent("request", (request) => request.method() === "POST");
  await goOn.click();
  await begun;
  await dialog.getByRole("button", { name: "Discard" }).click();
  const undone = page.waitForResponse((answer) => answer.request().method() === "DELETE");
  creation.release();
  assert.equal((await undone).status(), 200);
  assert.equal((await call("GET", "/api/integrations")).items.length, 1);
  await creation.end();

  // If the browser blocks the window, a link opens it.
  await page.evaluate(() => void (globalThis.open = () => null));
  await goOn.click();
  await dialog.getByText("The browser blocked the window").waitFor();
  await look("flow-blocked");
  [popup] = await Promise.all([context.waitForEvent("page"), dialog.getByRole("link", { name: /Continue to Sandbox/ }).click()]);
  await allowIn(popup);
  await page.getByRole("dialog", { name: "Second Sandbox Account is connected" }).waitFor();
  assert.equal((await call("GET", "/api/integrations?health=healthy")).items.length, 2);
});
