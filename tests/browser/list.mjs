// The list: a skeleton without layout shifts, search and filters in the address, more pages.

import assert from "node:assert/strict";

import { call, connect, fill, hold, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await fill(60);
  const broken = await connect("Old key", { credentials: { api_key: "dead-key-0000000000000001" }, verify: false });
  await call("POST", `/api/integrations/${broken.id}/check`);
  await connect("Needle in the hay");
  await call("PUT", "/api/integrations/needle-in-the-hay", { status: "inactive" });

  // The response is held back until the test has looked at the skeleton.
  const pages = await hold(page, "**/api/integrations?*");
  await page.addInitScript(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await signedIn("ADMIN");
  await page.locator(".card.skeleton").first().waitFor();
  await look("list-loading");
  const before = await page.locator(".card.skeleton").first().boundingBox();
  // Only from here on, because screenshots are taken in other sizes.
  await page.evaluate(() => void (globalThis.shifts = 0));
  pages.release();
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
  const after = await page.locator(".cards .card:not(.broken)").first().boundingBox();
  assert.ok(Math.abs(before.height - after.height) < 2, `${before.height} ${after.height}`);
  assert.ok((await page.evaluate(() => globalThis.shifts)) < 0.1, "nothing jumps");
  await pages.end();
  await look("list");

  // Broken integrations come first, whatever their position would be.
  const first = page.getByRole("listitem").first();
  assert.match(await first.innerText(), /^Old key/);
  await first.getByRole("button", { name: "Replace credentials: Old key" }).waitFor();
  // One alone fills its row, in whatever width.
  for (const width of [1440, 1100, 700]) {
    await page.setViewportSize({ width, height: 900 });
    const [card, row] = [await first.boundingBox(), await page.locator(".cards").first().boundingBox()];
    assert.ok(Math.abs(card.width - row.width) < 1, `${width}: ${card.width} of ${row.width}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });

  // More pages.
  const cards = page.locator(".cards .card");
  assert.equal(await cards.count(), 50);
  await page.getByRole("button", { name: "Load more" }).click();
  await page.getByRole("link", { name: "Service 001", exact: true }).waitFor();
  assert.equal(await cards.count(), 62);
  assert.equal(await page.getByRole("button", { name: "Load more" }).count(), 0);

  // Search and filters stand in the address, and come back with it.
  await page.getByRole("searchbox", { name: /^Search by name/ }).fill("needle");
  await page.getByRole("heading", { name: "1 integration" }).waitFor();
  assert.match(page.url(), /#\/integrations\?q=needle$/);
  // What is typed is not lost to what is chosen in the same moment.
  await page.getByRole("searchbox", { name: /^Search by name/ }).fill("needle in");
  await page.getByRole("combobox", { name: "Status" }).selectOption("active");
  await page.waitForURL(/\?q=needle\+in&status=active$/);
  await page.getByText("No matching integrations").waitFor();
  await look("list-no-match");
  await page.reload();
  await page.getByText("No matching integrations").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
  // A switch that is used while a filter is applied does not undo the filter.
  const change = await hold(page, "**/api/integrations/int_*");
  const afterIt = async (route) => {
    const put = page.waitForResponse((answer) => answer.request().method() === "PUT");
    change.release();
    await put;
    await route.continue();
  };
  await page.route("**/api/integrations?*status=inactive*", afterIt, { times: 1 });
  await page.getByRole("switch", { name: /^Service 060/ }).click();
  await page.getByRole("combobox", { name: "Status" }).selectOption("inactive");
  await page.getByRole("heading", { name: "2 integrations" }).waitFor();
  await change.end();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await page.getByRole("heading", { name: /Needs attention/ }).waitFor();
  await page.getByRole("combobox", { name: "Health" }).selectOption("reauthorize");
  await page.getByRole("heading", { name: "1 integration" }).waitFor();
  await look("list-filtered");

  // The audit record has pages, too.
  await page.getByRole("link", { name: "Audit" }).click();
  const records = page.locator("tbody tr");
  await records.first().waitFor();
  assert.equal(await records.count(), 50);
  await page.getByRole("button", { name: "Load more" }).click();
  await page.getByRole("button", { name: "Load more" }).waitFor({ state: "detached" });
  const { count } = await call("GET", "/api/audit/head");
  assert.equal(await records.count(), count);
});
