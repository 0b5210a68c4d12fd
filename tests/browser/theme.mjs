// The theme: the system's, or chosen by hand. A choice is kept, is there before anything is painted, and is followed
// by other tabs. Whoever has forced colours keeps them.

import assert from "node:assert/strict";

import { connect, hold, scenario } from "./harness.mjs";

const DARK = "rgb(13, 14, 17)";
const LIGHT = "rgb(246, 246, 248)";

/** The colour of the page below the element, and of the element. */
const colours = (page) =>
  page.evaluate(() => [document.body, document.querySelector("integration-nexus")].map((one) => getComputedStyle(one).backgroundColor));

// The consent page and the end of a flow are asked for without what they need, so both say what is missing.
const MISSING = /status of 400 .*\/(oauth\/authorize|api\/oauth\/callback)/;

await scenario(async ({ context, page, signedIn, look, allow }) => {
  allow(MISSING);
  await connect("Sandbox");
  await signedIn("ADMIN");
  const heading = (page) => page.getByRole("heading", { name: "Integrations", level: 1 });
  const choice = (page) => page.getByRole("combobox", { name: "Theme" });
  await heading(page).waitFor();
  assert.equal(await choice(page).inputValue(), "system");
  assert.deepEqual(await colours(page), [LIGHT, LIGHT]);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await colours(page), [DARK, DARK]);

  // By hand, against the system, and by the keyboard.
  await page.emulateMedia({ colorScheme: "light" });
  await choice(page).focus();
  await page.keyboard.press("End");
  assert.equal(await choice(page).inputValue(), "dark");
  assert.deepEqual(await colours(page), [DARK, DARK]);
  await look("theme-dark");

  // The pages that the server makes follow it too, without a script.
  const asked = await context.newPage();
  for (const path of ["/sign-in", "/oauth/authorize", "/api/oauth/callback?state=x"]) {
    await asked.goto(path);
    assert.equal(await asked.evaluate(() => getComputedStyle(document.body).backgroundColor), DARK, path);
  }
  await asked.close();

  // While the script is still on its way, the page is dark already.
  const script = await hold(page, "**/assets/integration-nexus-*.js");
  await page.reload({ waitUntil: "commit" });
  await page.getByText("Connect a service once. Your agents use it and never see a credential.").waitFor();
  assert.deepEqual((await colours(page))[0], DARK);
  script.release();
  await heading(page).waitFor();
  assert.equal(await choice(page).inputValue(), "dark");
  await script.end();

  // Another tab follows.
  const other = await context.newPage();
  await other.goto("/");
  await heading(other).waitFor();
  assert.deepEqual(await colours(other), [DARK, DARK]);
  await choice(other).selectOption("light");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
  assert.equal(await choice(page).inputValue(), "light");
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await colours(page), [LIGHT, LIGHT]);
  await choice(other).selectOption("system");
  await page.waitForFunction(() => document.documentElement.dataset.theme === undefined);
  assert.deepEqual(await colours(page), [DARK, DARK]);
  await other.close();

  // A page that embeds the element chooses by itself.
  await choice(page).selectOption("light");
  await page.emulateMedia({ forcedColors: "active" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "light dark");
  await page.emulateMedia({ forcedColors: "none", colorScheme: "dark" });
  await page.goto("/examples/embedded.html");
  await heading(page).waitFor();
  assert.equal(await choice(page).count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
});
