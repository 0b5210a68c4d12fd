// Typed text is not lost without a question: by Escape, a link, Back, a reload or signing out.

import assert from "node:assert/strict";

import { call, connect, facts, pick, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  await connect("Sandbox");
  await signedIn("ADMIN");
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  const stay = async () => {
    await question.getByRole("button", { name: "Keep editing" }).click();
    await question.waitFor({ state: "detached" });
  };
  const leave = () => question.getByRole("button", { name: "Discard changes" }).click();

  // The form that adds an integration.
  await pick(page, "Sandbox");
  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  const key = form.getByLabel("API key", { exact: true });
  // Nothing is typed: nothing is asked.
  await form.getByRole("button", { name: "Close" }).click();
  await form.waitFor({ state: "detached" });
  await pick(page, "Sandbox");
  await key.fill("typed with care");
  const ways = {
    Escape: () => page.keyboard.press("Escape"),
    "the cross": () => form.getByRole("button", { name: "Close" }).click(),
    "the other way to connect": () => form.getByRole("button", { name: "OAuth 2.0" }).click(),
    "the backdrop": () => page.mouse.click(5, 5),
    Back: () => page.evaluate(() => history.back()),
    "another address": () => page.evaluate(() => void (location.hash = "#/audit")),
  };
  for (const [name, way] of Object.entries(ways)) {
    await way();
    await question.waitFor();
    await stay();
    assert.equal(await key.inputValue(), "typed with care", name);
    assert.ok(page.url().endsWith(`#/add/${facts.by_key}`), `${name}: ${page.url()}`);
  }
  await page.keyboard.press("Escape");
  await look("unsaved-add");
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  await form.waitFor();
  // The browser itself asks before a reload.
  const asked = page.waitForEvent("dialog");
  const reload = page.evaluate(() => location.reload()).catch(() => {});
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await reload;
  assert.equal(await key.inputValue(), "typed with care");
  // After "yes", the person gets to the page that they wanted.
  await page.evaluate(() => history.back());
  await leave();
  await page.getByRole("searchbox", { name: "Search providers" }).waitFor();
  assert.match(page.url(), /#\/add$/);
  await page.getByRole("link", { name: "Integrations", exact: true }).click();

  // A new name.
  await page.getByRole("link", { name: "Sandbox", exact: true }).click();
  const name = page.getByRole("main").getByLabel("Name", { exact: true });
  await name.fill("Half a na");
  await page.getByRole("link", { name: "Audit" }).click();
  await stay();
  await page.getByRole("tab", { name: "Access" }).click();
  await stay();
  await page.getByRole("button", { name: "Sign out" }).click();
  await stay();
  // Neither the switch beside the field nor another person's change removes the typed name.
  await call("PUT", "/api/integrations/sandbox", { name: "Renamed elsewhere" });
  await page.getByRole("switch").click();
  await page.getByRole("heading", { name: "Renamed elsewhere" }).waitFor();
  assert.equal(await name.inputValue(), "Half a na");
  await name.fill("Sandbox");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("heading", { name: "Sandbox", level: 1, exact: true }).waitFor();
  await page.getByRole("switch").click();
  await page.getByRole("switch", { checked: true }).waitFor();

  // Rules: using the switch does not remove typed rules, and they can still be saved.
  await page.getByRole("tab", { name: "Access" }).click();
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByRole("group", { name: "Rule 1" }).getByLabel("Path").fill("/me");
  await page.getByRole("switch").click();
  await page.getByRole("switch", { checked: false }).waitFor();
  await page.getByRole("link", { name: "OAuth apps" }).click();
  await stay();
  await page.goBack();
  await stay();
  assert.match(page.url(), /#\/integrations\/sandbox\/access$/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("You have unsaved changes.").waitFor({ state: "detached" });
  const { policy } = await call("GET", "/api/integrations/sandbox");
  assert.equal(policy.rules[0].path, "/me");
  // The switch does not overwrite another person's rules either.
  await page.getByRole("button", { name: "Add rule" }).click();
  await call("PUT", "/api/integrations/sandbox", { policy: { agents: ["*"], rules: [] } });
  await page.getByRole("switch").click();
  await page.getByRole("switch", { checked: true }).waitFor();
  await page.getByRole("group", { name: "Rule 2" }).waitFor();

  // Credentials, an OAuth app, and a provider.
  await page.getByRole("link", { name: "Integrations", exact: true }).first().click();
  await leave();
  await page.getByRole("link", { name: "Sandbox", exact: true }).click();
  await page.getByRole("button", { name: "Replace credentials" }).click();
  const replace = page.getByRole("dialog", { name: "Replace the credentials of Sandbox" });
  await replace.getByLabel("API key", { exact: true }).fill("half a k");
  await replace.getByRole("button", { name: "Cancel" }).click();
  await stay();
  await page.goBack();
  await leave();
  await replace.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "OAuth apps" }).click();
  await page.getByRole("button", { name: /^Replace secret/ }).click();
  await page.getByRole("dialog").getByLabel("Client secret", { exact: true }).fill("half a s");
  await page.keyboard.press("Escape");
  await leave();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Custom providers" }).click();
  await page.getByRole("button", { name: "Add provider" }).click();
  await page.getByLabel("Base URL").fill("https://half.a.ho");
  await page.keyboard.press("Escape");
  await leave();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}, { allow: [/status of 412/] });
