// Several tabs: a new tab is signed in, all tabs show the same state at once, and signing out ends the
// session in all.

import assert from "node:assert/strict";

import { ask, call, connect, facts, scenario } from "./harness.mjs";

await scenario(async ({ page, context, signedIn }) => {
  await connect("Sandbox");
  await signedIn("ADMIN");
  const card = page.getByRole("link", { name: "Sandbox", exact: true });
  await card.waitFor();

  // A Ctrl-click opens a signed-in tab. The token is not stored anywhere that outlives the tab.
  const [second] = await Promise.all([context.waitForEvent("page"), card.click({ modifiers: ["Control"] })]);
  await second.getByRole("heading", { name: "Sandbox", level: 1 }).waitFor();
  assert.match(second.url(), /#\/integrations\/sandbox$/);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.equal(await second.evaluate(() => sessionStorage.getItem("nexus.token")), facts.tokens.ADMIN);
  assert.ok(!page.url().includes("sandbox"), "the first tab stays where it is");

  // In both directions, without switching tabs: only the message from the other tab causes a reload.
  const first = page.getByRole("switch");
  const other = second.getByRole("switch");
  await second.getByRole("switch", { checked: true }).waitFor();
  await first.click();
  await second.getByRole("switch", { checked: false }).waitFor();
  await other.click();
  await page.getByRole("switch", { checked: true }).waitFor();
  await second.getByLabel("Name").fill("Billing");
  await second.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("link", { name: "Billing", exact: true }).waitFor();
  // Text that is typed in one tab is not replaced by a change in the other.
  await second.getByLabel("Name").fill("Half a na");
  await first.click();
  await page.getByRole("switch", { checked: false }).waitFor();
  assert.equal(await second.getByLabel("Name").inputValue(), "Half a na");
  await second.getByLabel("Name").fill("Billing");
  await first.click();
  await page.getByRole("switch", { checked: true }).waitFor();

  // The same on the pages for administrators.
  const apps = await context.newPage();
  await apps.goto("/#/oauth-apps");
  await apps.getByRole("heading", { name: "Sandbox (OAuth)" }).waitFor();
  const third = await context.newPage();
  await third.goto("/#/oauth-apps");
  await third.getByRole("button", { name: "Delete: Sandbox (OAuth)" }).click();
  await third.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await apps.getByText("No OAuth apps in this workspace").waitFor();
  await third.close();

  // A tab of another workspace gets no message. The tab that was used last passes its session on.
  const { token } = await ask("token", { role: "ADMIN", workspace: "elsewhere", subject: "mallory" });
  const elsewhere = await context.newPage();
  await elsewhere.goto(`/#token=${token}`);
  await elsewhere.getByText("mallory · Administrator").waitFor();
  let loads = 0;
  elsewhere.on("request", (request) => void (loads += request.url().includes("/api/integrations") ? 1 : 0));
  await elsewhere.getByText("Connect your first service").waitFor();
  const loaded = loads;
  await first.click();
  await page.getByRole("switch", { checked: false }).waitFor();
  await second.getByRole("switch", { checked: false }).waitFor();
  assert.equal(loads, loaded);
  await elsewhere.keyboard.press("Shift");
  const fourth = await context.newPage();
  await fourth.goto("/#/integrations");
  await fourth.getByText("mallory · Administrator").waitFor();
  await fourth.close();

  // Signing out ends the session in every tab that has it. Typed text stays there.
  await second.getByLabel("Name").fill("Half a na");
  await page.getByRole("button", { name: "Sign out" }).click();
  await apps.getByRole("heading", { name: "Sign in" }).waitFor();
  const again = second.getByRole("dialog", { name: "Your session has expired" });
  await again.getByLabel("Access token (JWT)", { exact: true }).fill(facts.tokens.ADMIN);
  await again.getByRole("button", { name: "Sign in" }).click();
  await again.waitFor({ state: "detached" });
  assert.equal(await second.getByLabel("Name").inputValue(), "Half a na");
  await elsewhere.getByText("mallory · Administrator").waitFor();
  await elsewhere.close();
  await second.getByLabel("Name").fill("Billing");
  await second.getByRole("button", { name: "Sign out" }).click();
  await second.getByRole("heading", { name: "Sign in" }).waitFor();

  // If nobody is signed in, a new tab asks for a sign-in.
  const last = await context.newPage();
  await last.goto("/");
  await last.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal((await call("GET", "/api/integrations")).items.length, 1);
});
