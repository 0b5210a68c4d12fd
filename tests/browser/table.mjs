// The cards say what can be done, and the table sorts and acts on many at once. Nothing jumps while scrolling.

import assert from "node:assert/strict";

import { ask, call, connect, facts, fill, said, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await fill(30);
  await connect("Alpha");
  await call("PUT", "/api/integrations/alpha", { status: "inactive" });
  const broken = await connect("Old key", { credentials: { api_key: "dead-key-0000000000000001" }, verify: false });
  await call("POST", `/api/integrations/${broken.id}/check`);
  await signedIn("ADMIN");
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();

  // Four cards beside each other at 1440, each with its mark and the words of what can be done.
  const cards = page.locator(".cards .card:not(.broken)");
  const tops = await cards.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  assert.equal(tops.filter((top) => top === tops[0]).length, 4);
  const alpha = page.getByRole("listitem").filter({ hasText: "Alpha" });
  assert.match(await alpha.innerText(), /Alpha\s+Sandbox · Sandbox Inc\..*Inactive\s+Manage\s+Delete$/s);
  assert.equal(await alpha.locator(".mark path.brand").count(), 1, "the provider's mark is drawn");
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  const before = await height();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await height(), before, "cards that were not drawn yet have the height of the others");
  await page.evaluate(() => scrollTo(0, 0));

  await alpha.getByRole("link", { name: "Manage: Alpha" }).click();
  await page.getByRole("heading", { name: "Alpha", level: 1 }).waitFor();
  await page.goBack();
  await alpha.getByRole("button", { name: "Delete: Alpha" }).click();
  await page.getByRole("dialog", { name: "Delete Alpha?" }).getByRole("button", { name: "Cancel" }).click();

  // The table: what needs attention is first, until somebody sorts.
  await page.getByRole("button", { name: "Table" }).click();
  await page.waitForURL(/\?view=table$/);
  const rows = page.getByRole("rowheader");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 32);
  assert.match(await rows.first().innerText(), /^Old key/);
  await look("table");
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await page.waitForURL(/view=table&sort=name$/);
  await rows.first().filter({ hasText: "Alpha" }).waitFor();
  assert.equal(await page.getByRole("columnheader", { name: /^Name/ }).getAttribute("aria-sort"), "ascending");
  await page.getByRole("button", { name: /^Name/ }).click();
  await page.waitForURL(/sort=-name$/);
  await rows.first().filter({ hasText: "Service 030" }).waitFor();
  await page.reload();
  await rows.first().waitFor();
  assert.match(await rows.first().innerText(), /^Service 030/);

  // The filters say how many integrations each would show, and name the providers in use only.
  const options = (name) => page.getByRole("combobox", { name }).locator("option").allInnerTexts();
  assert.deepEqual(await options("Status"), ["Any status", "Active (31)", "Inactive (1)"]);
  assert.deepEqual((await options("Provider")).slice(1), ["Sandbox (32)"]);

  // Several at once.
  await page.getByRole("checkbox", { name: "Select Service 030" }).check();
  await page.getByRole("checkbox", { name: "Select Service 029" }).check();
  const bar = page.getByRole("group", { name: "Actions for the selected integrations" });
  await bar.getByText("2 selected").waitFor();
  await look("table-selected");
  await bar.getByRole("button", { name: "Switch off" }).click();
  await said(page, "2 integrations switched off.");
  assert.equal((await call("GET", "/api/integrations?status=inactive")).items.length, 3);
  await bar.getByRole("button", { name: "Check now" }).click();
  await said(page, "2 integrations checked. Everything works.");
  // One message names those that failed.
  await ask("provider_status", { status: 500 });
  await bar.getByRole("button", { name: "Check now" }).click();
  await said(page, "2 checked, 2 failed: Service 030, Service 029.");
  await look("table-failed");
  await ask("provider", { behaves: "ok" });

  await bar.getByRole("button", { name: "Delete" }).click();
  const question = page.getByRole("dialog", { name: "Delete 2 integrations?" });
  await question.getByText("Service 029").waitFor();
  await look("table-delete");
  await question.getByRole("button", { name: "Delete", exact: true }).click();
  const receipt = page.getByRole("dialog", { name: "2 integrations were deleted" });
  const slip = receipt.getByRole("article", { name: "Revocation receipt" });
  await slip.waitFor();
  assert.equal(await slip.getByText("You must remove it at the provider yourself").count(), 2);
  await slip.getByText(/^Audit record/).nth(1).waitFor();
  await look("table-receipt");
  await receipt.getByRole("button", { name: "Done" }).click();
  await rows.first().waitFor();
  assert.match(await rows.first().innerText(), /^Service 028/);
  assert.equal((await call("GET", "/api/integrations?limit=100")).items.length, 30);
  // The keyboard chooses a row and the whole table.
  await page.getByRole("checkbox", { name: "Select all" }).press("Space");
  await bar.getByText("30 selected").waitFor();
  await bar.getByRole("button", { name: "Clear selection" }).click();
  await bar.waitFor({ state: "detached" });
  // The receipt stays when nothing is left in the table.
  await page.getByRole("searchbox").fill("service 00");
  await page.getByRole("rowheader").nth(9).waitFor({ state: "detached" });
  await page.getByRole("checkbox", { name: "Select all" }).press("Space");
  await bar.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog", { name: "Delete 9 integrations?" }).getByRole("button", { name: "Delete", exact: true }).click();
  const all = page.getByRole("dialog", { name: "9 integrations were deleted" });
  await all.getByText("You must remove it at the provider yourself").nth(8).waitFor();
  await all.getByRole("button", { name: "Done" }).click();
  await page.getByText("No matching integrations").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await rows.first().waitFor();
  // The way back to the cards keeps the search.
  await page.getByRole("searchbox", { name: "Search" }).fill("alpha");
  await page.waitForURL(/q=alpha/);
  await page.getByRole("button", { name: "Cards" }).click();
  await page.getByRole("heading", { name: "1 integration" }).waitFor();
  assert.equal(facts.workspace, "acme");
});
