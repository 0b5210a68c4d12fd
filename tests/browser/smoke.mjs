// The page comes up under its strict policy, for those who are signed in and those who are not.

import assert from "node:assert/strict";

import { connect, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, axe, shot }) => {
  const response = await page.goto("/");
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /^default-src 'none'; script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-/);
  const element = page.locator("integration-nexus");
  await element.getByRole("heading").first().waitFor();
  await axe();
  await shot("start");

  await connect("Primary sandbox");
  await signedIn("ADMIN");
  await element.getByText("Primary sandbox").first().waitFor();
  assert.doesNotMatch(page.url(), /token/);
  await axe();
  await shot("list");
});
