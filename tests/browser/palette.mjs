// The command palette: by Ctrl-K or its button, to a page, an integration, an agent, or a provider to connect.

import assert from "node:assert/strict";

import { call, connect, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await connect("Billing");
  await connect("Mail archive");
  await call("POST", "/api/agents", { name: "Mail sorter" });
  await signedIn("ADMIN");
  const heading = (name) => page.getByRole("heading", { name, level: 1 });
  const palette = page.getByRole("dialog", { name: "Go to" });
  const field = palette.getByRole("combobox", { name: "Search pages, integrations, agents and providers" });
  const chosen = palette.locator("[aria-selected=true]");
  await heading("Integrations").waitFor();

  // All pages, without typing. The focus stays in the field, which says what is chosen.
  await page.keyboard.press("Control+k");
  await field.waitFor();
  await palette.getByRole("option", { name: "Billing" }).waitFor();
  assert.ok(await field.evaluate((one) => one.getRootNode().activeElement === one));
  assert.equal(await chosen.innerText(), "Overview");
  assert.equal(await field.getAttribute("aria-activedescendant"), await chosen.getAttribute("id"));
  await look("palette");
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen.innerText(), "Integrations");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen.innerText(), "Mail sorter", "the first is before the last");
  await page.keyboard.press("Escape");
  await palette.waitFor({ state: "detached" });

  const go = async (typed, option) => {
    await page.keyboard.press("Control+k");
    await field.fill(typed);
    await palette.getByRole("option", { name: option, exact: true }).waitFor();
    for (let tries = 0; (await chosen.innerText()) !== option; tries += 1) {
      assert.ok(tries < 20, `${option} can be reached`);
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await palette.waitFor({ state: "detached" });
  };
  await go("aud", "Audit");
  await heading("Audit").waitFor();
  await go("bill", "Billing");
  await heading("Billing").waitFor();
  await go("sort", "Mail sorter");
  await heading("Mail sorter").waitFor();
  assert.ok(await heading("Mail sorter").evaluate((one) => one.getRootNode().activeElement?.closest("main")), "the page has the focus");
  await go("stripe", "Connect Stripe");
  const add = page.getByRole("dialog", { name: "Connect Stripe" });
  await add.waitFor();
  // A dialog that is open keeps the keyboard.
  await page.keyboard.press("Control+k");
  assert.equal(await palette.count(), 0);
  await page.keyboard.press("Escape");

  // By the pointer, and for what is not there.
  await page.getByRole("button", { name: "Go to…" }).click();
  await field.fill("no such thing");
  await palette.getByText("Nothing matches “no such thing”.").waitFor();
  await page.keyboard.press("Enter");
  await look("palette-none");
  await field.fill("peop");
  await palette.getByRole("option", { name: "People", exact: true }).click();
  await heading("People").waitFor();

  // What a role may not open is not offered.
  await page.evaluate(() => sessionStorage.clear());
  await signedIn("MANAGER");
  await heading("Integrations").waitFor();
  await page.keyboard.press("Control+k");
  await palette.getByRole("option", { name: "Overview" }).waitFor();
  assert.equal(await palette.getByRole("option", { name: "Audit" }).count(), 0);
});
