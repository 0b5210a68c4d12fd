// A second language: chosen by the browser, and by hand.

import assert from "node:assert/strict";

import { connect, facts, scenario, titled } from "./harness.mjs";

await scenario(async ({ browser, page, signedIn, look }) => {
  await connect("Sandbox");
  const context = await browser.newContext({ baseURL: facts.url, locale: "de-AT", timezoneId: "UTC", reducedMotion: "reduce" });
  const german = await context.newPage();
  await german.goto(`/#token=${facts.tokens.ADMIN}`);
  await german.getByRole("heading", { name: "Integrationen", level: 1 }).waitFor();
  assert.equal(await german.evaluate(() => document.documentElement.lang), "de");
  await titled(german, "Integrationen · Integration Nexus");
  await german.getByRole("listitem").getByText("In Ordnung").waitFor();
  await german.getByRole("button", { name: "Integration hinzufügen" }).click();
  await german.getByRole("heading", { name: "Beliebt" }).waitFor();
  await german.getByRole("link", { name: "Protokoll", exact: true }).click();
  await german.getByRole("heading", { name: "Protokoll", level: 1 }).waitFor();
  await look("german", german);
  // Nothing is left in English where words are: the navigation, the buttons, the heads.
  const words = await german.getByRole("navigation").innerText();
  assert.doesNotMatch(words, /Overview|Agents|People|Receipts/);
  // By hand, and it stays.
  await german.getByRole("combobox", { name: "Sprache" }).selectOption("en");
  await german.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
  await german.reload();
  await german.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
  assert.equal(await german.evaluate(() => document.documentElement.lang), "en");
  await context.close();

  await signedIn("ADMIN");
  await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await page.getByRole("heading", { name: "Integrationen", level: 1 }).waitFor();
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("en");
  await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
});
