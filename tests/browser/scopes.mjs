// A provider that grants less than was asked for: the page of the integration says what is missing, and asks again.

import assert from "node:assert/strict";

import { ask, call, consent, pick, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await ask("consent", { as: "page" });
  await ask("grant_only", { scopes: ["messages:read"] });
  await signedIn("ADMIN");
  await pick(page, "Sandbox (OAuth)");
  await consent(page, page.getByRole("button", { name: "Continue to Sandbox" }));
  await page.getByRole("dialog").getByRole("button", { name: "Open integration" }).click();

  // What is missing is first, and the differences are in words.
  const row = (name) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
  await row(/messages:write/).getByText("Not granted").waitFor();
  assert.match(await page.getByRole("row").nth(1).innerText(), /^messages:write\s+Post messages/);
  assert.deepEqual(await row(/messages:read/).getByRole("cell").allInnerTexts(), ["yes", "yes"]);
  // A scope is not said to be used, because only the provider knows that. What is known is said instead.
  await page.getByText("Only the provider knows which scope a call needs").waitFor();
  await page.getByText("No calls in the last 7 days.").waitFor();
  await look("scopes-missing");

  const [made] = (await call("GET", "/api/integrations")).items;
  assert.deepEqual(made.scopes.missing, ["messages:write"]);
  await ask("grant_only", { scopes: ["messages:read", "messages:write"] });
  await page.getByRole("button", { name: "Ask for the missing scopes" }).click();
  const again = page.getByRole("dialog", { name: `Reconnect ${made.name}` });
  await consent(page, again.getByRole("button", { name: "Continue to Sandbox" }));
  await again.waitFor({ state: "detached" });
  await page.getByText("Not granted").waitFor({ state: "detached" });
  assert.deepEqual((await call("GET", `/api/integrations/${made.id}`)).scopes.missing, []);
});
