// What each role sees: a manager not what it may not do, an agent that this is not for it.

import assert from "node:assert/strict";

import { connect, scenario, titled } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await connect("Sandbox");
  const names = ["People", "OAuth apps", "Custom providers", "Audit", "Receipts", "Emergency stop"];

  await signedIn("ADMIN");
  for (const name of names) await page.getByRole("link", { name }).waitFor();
  await page.getByText("user-1 · Administrator").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();

  const refused = [];
  page.on("response", (answer) => answer.status() === 403 && refused.push(answer.url()));
  await signedIn("MANAGER");
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  await page.getByText("user-1 · Manager").waitFor();
  for (const name of names) assert.equal(await page.getByRole("link", { name }).count(), 0, name);
  await look("list-manager");
  // Nor by an address that somebody gave them.
  for (const route of ["people", "oauth-apps", "providers", "audit", "receipts", "emergency-stop"]) {
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
  await page.getByRole("button", { name: "Sign out" }).click();

  await signedIn("AGENT");
  await page.getByText("This token belongs to an agent").waitFor();
  await look("agent");
  assert.deepEqual(refused, []);
});
