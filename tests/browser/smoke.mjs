// The page loads under its strict policy, for a signed-in person and for a visitor.

import assert from "node:assert/strict";

import { scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  const response = await page.goto("/");
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /^default-src 'none'; script-src 'self'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe-/);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await look("sign-in");

  await signedIn("ADMIN");
  await page.getByRole("heading", { name: "Connect your first service" }).waitFor();
  await look("list-empty");
});
