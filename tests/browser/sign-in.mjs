// The sign-in page: where a secret is read from, and where a person arrives.

import assert from "node:assert/strict";

import { scenario } from "./harness.mjs";

await scenario(async ({ page }) => {
  // A secret in the query would be in the log of every server on the way, so it does not count.
  const sent = [];
  page.on("request", (request) => sent.push(new URL(request.url()).pathname));
  for (const name of ["invitation", "link"]) {
    await page.goto(`/sign-in?${name}=a-secret`);
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await page.getByRole("link", { name: "Use a token" }).waitFor();
    assert.equal(await page.getByRole("button").count(), 0);
  }
  assert.deepEqual(sent.filter((path) => /^\/sign-in\/(invitation|link)/.test(path)), []);
});
