// What each role sees: a manager not what it may not do, an agent's token that this is not for it, and a person with
// the role AGENT the apps that the person has connected.

import assert from "node:assert/strict";

import { ask, connect, facts, said, scenario, signOut, titled } from "./harness.mjs";
import { register } from "./program.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await connect("Sandbox");
  const names = ["People", "OAuth apps", "Custom providers", "Audit", "Emergency stop"];

  await signedIn("ADMIN");
  for (const name of names) await page.getByRole("link", { name }).waitFor();
  await page.getByText("user-1 · Administrator").waitFor();
  await signOut(page);

  const refused = [];
  page.on("response", (answer) => answer.status() === 403 && refused.push(answer.url()));
  await signedIn("MANAGER");
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  await page.getByText("user-1 · Manager").waitFor();
  for (const name of names) assert.equal(await page.getByRole("link", { name }).count(), 0, name);
  await look("list-manager");
  await page.getByRole("link", { name: "Receipts" }).waitFor();
  // A direct link does not help either.
  for (const route of ["people", "oauth-apps", "providers", "audit", "emergency-stop"]) {
    await page.evaluate((route) => void (location.hash = `#/${route}`), route);
    await page.getByRole("heading", { name: "Only administrators can open this page" }).waitFor();
  }
  await look("not-allowed");
  await page.evaluate(() => void (location.hash = "#/nothing/here"));
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await titled(page, "Page not found · Integration Nexus");
  await look("not-found");
  await page.getByRole("button", { name: "Go to the integrations" }).click();
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  assert.deepEqual(refused, [], "nothing is asked for that is not allowed");
  await signOut(page);

  await signedIn("AGENT");
  await page.getByText("This token belongs to an agent").waitFor();
  assert.equal(await page.getByRole("link", { name: "Connected apps" }).count(), 0);
  await look("agent");
  assert.deepEqual(refused, []);
  await signOut(page);

  // The identity provider gives a person this role. The person is not an agent, and may let programs in.
  const { url } = await ask("sign_in_link", { role: "MANAGER", name: "Ann" });
  await page.goto(url);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Ann · Manager").waitFor();
  // A page of the manager would ask by itself for what only managers may see.
  await page.goto("about:blank");
  await ask("provided_role", { name: "Ann", role: "AGENT" });
  const program = await register("Claude", `${facts.provider}/callback`);
  await page.goto(program.asks);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.waitForURL(`${facts.provider}/callback?*`);
  await page.goto("/");
  await page.getByText("Ann · Agent").waitFor();
  const app = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /^Claude/ }) });
  await app.getByText("Every integration").waitFor();
  await titled(page, "Connected apps · Integration Nexus");
  await page.getByText("Your role comes from your identity provider").waitFor();
  assert.equal(await page.getByRole("navigation").getByRole("link").count(), 1);
  await look("person-with-role-agent");
  for (const route of ["agents", "people"]) {
    await page.evaluate((route) => void (location.hash = `#/${route}`), route);
    await page.getByRole("heading", { name: /^Only administrators (and managers )?can open this page$/ }).waitFor();
  }
  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByRole("heading", { name: "Passkeys" }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Connected apps" }).click();
  await app.getByRole("button", { name: /^End: Claude/ }).click();
  await page.getByRole("dialog", { name: /^End Claude/ }).getByRole("button", { name: "End" }).click();
  await said(page, "was ended.");
  assert.deepEqual(refused, []);
});
