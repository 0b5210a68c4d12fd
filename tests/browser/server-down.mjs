// The server goes down and comes back. Typed text stays, and a failed action can be repeated.

import assert from "node:assert/strict";

import { ask, call, connect, facts, pick, said, scenario } from "./harness.mjs";

await scenario(async ({ page, context, signedIn, look, allow }) => {
  await connect("Sandbox");
  await signedIn("ADMIN");
  const card = page.getByRole("link", { name: "Sandbox", exact: true });
  await card.waitFor();
  await pick(page, "Sandbox");
  await page.getByLabel("API key", { exact: true }).fill(facts.key);

  allow(/ERR_CONNECTION_\w+|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED/);
  await ask("stop_app");
  const submit = page.getByRole("button", { name: "Connect", exact: true });
  await submit.click();
  await page.getByRole("alert").getByText("Cannot reach the server").waitFor();
  await look("add-unreachable");
  await ask("start_app");
  await submit.click();
  await page.getByRole("dialog", { name: "Primary Sandbox Account is connected" }).waitFor();
  await page.keyboard.press("Escape");

  // The list keeps its content, and says that it may be out of date.
  await ask("stop_app");
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.getByRole("alert").getByText("Cannot reach the server").waitFor();
  await card.waitFor();
  await look("list-stale");
  await page.getByRole("switch", { name: /^Sandbox/ }).click();
  await said(page, "Cannot reach the server");
  assert.equal(await page.getByRole("switch", { name: /^Sandbox/ }).getAttribute("aria-checked"), "true");
  await ask("start_app");
  // It is tried again by itself.
  await page.getByRole("alert").waitFor({ state: "detached" });

  await context.setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await look("offline");
  await context.setOffline(false);
  await page.getByText("You are offline.").waitFor({ state: "detached" });

  // The page has nothing to show yet.
  await page.route("**/api/integrations?*", (route) => route.abort("connectionrefused"));
  await page.reload();
  await page.getByRole("alert").getByText("The integrations could not be loaded").waitFor();
  await look("list-error");
  await page.unroute("**/api/integrations?*");
  await card.waitFor();
  assert.equal((await call("GET", "/api/integrations")).items.length, 2);

  // A part of the UI that cannot be loaded says so, and loads when the server is back.
  const other = await context.newPage();
  await other.route("**/assets/later-*.js", (route) => route.abort("connectionrefused"));
  await other.goto("/#/agents");
  await other.getByRole("alert").getByText("This part of the page could not be loaded").waitFor();
  await look("part-not-loaded", other);
  await other.unroute("**/assets/later-*.js");
  await other.getByRole("button", { name: "Try again" }).click();
  await other.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
});
