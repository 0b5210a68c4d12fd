// Navigation in the UI: Back and Forward with the state that they restore, the rail and its menu, and the
// keyboard.

import assert from "node:assert/strict";

import { call, connect, facts, fill, scenario, titled } from "./harness.mjs";

await scenario(async ({ page, context, signedIn, look }) => {
  await fill(60);
  await signedIn("ADMIN");
  const link = (name) => page.getByRole("link", { name, exact: true });
  const title = (name) => page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
  const scrolled = () => page.evaluate(() => scrollY);
  await link("Service 060").waitFor();

  // The first Tab reaches the link that skips the navigation.
  await page.keyboard.press("Tab");
  await look("skip-link");
  await page.keyboard.press("Enter");
  await page.locator("main:focus").waitFor();
  assert.ok(!page.url().includes("#main"), "the target of the skip link is not an address");
  // The slash key focuses the search, except in a text field.
  await page.keyboard.press("/");
  const search = page.getByRole("searchbox", { name: /^Search by name/ });
  await page.waitForFunction(() => document.querySelector("integration-nexus").shadowRoot.activeElement?.type === "search");
  await page.keyboard.type("service 0/");
  assert.equal(await search.inputValue(), "service 0/");
  await search.fill("service 0");
  await page.waitForURL(/\?q=service\+0$/);

  // Back restores the list: its filters, its scroll position, and the focus on the card.
  await link("Service 020").scrollIntoViewIfNeeded();
  const before = await scrolled();
  assert.ok(before > 300, `${before}`);
  await link("Service 020").click();
  await title("Service 020");
  await titled(page, "Service 020 · Integration Nexus");
  assert.equal(await scrolled(), 0, "a page begins at its top");
  await page.getByRole("tab", { name: "Usage" }).click();
  await page.waitForURL(/#\/integrations\/service-020\/usage$/);
  await page.getByRole("tab", { name: "Access" }).click();
  await page.goBack();
  await page.getByRole("tab", { name: "Usage", selected: true }).waitFor();
  await page.goBack();
  await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
  await page.goBack();
  await title("Integrations");
  assert.match(page.url(), /#\/integrations\?q=service\+0$/);
  await page.waitForFunction((y) => Math.abs(scrollY - y) < 2, before);
  assert.ok(await link("Service 020").evaluate((one) => one.matches(":focus")));
  await page.goForward();
  await title("Service 020");
  await page.goForward();
  await page.getByRole("tab", { name: "Usage", selected: true }).waitFor();
  // The link to the list restores the same list.
  await page.getByRole("main").getByRole("link", { name: "Integrations" }).click();
  await page.waitForURL(/#\/integrations\?q=service\+0$/);
  await page.goBack();
  await page.getByRole("tab", { name: "Usage", selected: true }).waitFor();

  // A reload keeps the page and the scroll position.
  await page.getByRole("link", { name: "Audit" }).click();
  await page.locator("tbody tr").nth(40).scrollIntoViewIfNeeded();
  const place = await scrolled();
  await page.reload();
  await page.waitForFunction((y) => y > 0 && Math.abs(scrollY - y) < 2, place);
  await titled(page, "Audit · Integration Nexus");

  // The menu of a card.
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await page.getByRole("button", { name: "Actions for Service 060" }).press("Enter");
  const menu = page.getByRole("menu", { name: "Actions for Service 060" });
  await menu.getByRole("menuitem", { name: "Manage" }).waitFor();
  await look("card-menu");
  // Scrolling closes the menu too. Screenshots are taken in other sizes.
  if (await menu.count()) await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  await page.locator(".more-button:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("switch", { name: /^Service 060/, checked: false }).waitFor();
  assert.equal((await call("GET", "/api/integrations/service-060")).status, "inactive");
  // A click on the button of an open menu closes it.
  const more = page.getByRole("button", { name: "Actions for Service 059" });
  await more.click();
  await page.getByRole("menuitem", { name: "Delete" }).waitFor();
  await more.click();
  await page.getByRole("menuitem").first().waitFor({ state: "detached" });
  await more.click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const question = page.getByRole("dialog", { name: "Delete Service 059?" });
  await question.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog", { name: "Service 059 was deleted" }).getByRole("button", { name: "Done" }).click();
  await link("Service 059").waitFor({ state: "detached" });

  // On a narrow screen, the rail is a menu.
  await page.setViewportSize({ width: 390, height: 844 });
  const audit = page.getByRole("navigation").getByRole("link", { name: "Audit" });
  assert.equal(await audit.count(), 0);
  const button = page.getByRole("button", { name: "Menu" });
  await button.press("Enter");
  await audit.waitFor();
  await page.getByText(`${facts.subject} · Administrator`).waitFor();
  await look("menu");
  await page.setViewportSize({ width: 390, height: 844 });
  if (!(await audit.isVisible())) await button.press("Enter");
  await page.keyboard.press("Escape");
  await audit.waitFor({ state: "hidden" });
  assert.ok(await button.evaluate((one) => one.matches(":focus")), "the focus returns");
  await button.press("Enter");
  await audit.click();
  await title("Audit");
  await audit.waitFor({ state: "hidden" });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing to scroll sideways");

  // The gallery and the dialog over it have addresses: Back closes them, a reload opens them again.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole("link", { name: "Integrations", exact: true }).click();
  await page.getByRole("button", { name: "Add integration" }).click();
  await title("Add integration");
  assert.match(page.url(), /#\/add$/);
  await titled(page, "Add integration · Integration Nexus");
  await page.goBack();
  await title("Integrations");
  assert.match(page.url(), /#\/integrations$/);
  await page.goForward();
  await page.getByRole("searchbox", { name: "Search providers" }).fill("sandbox");
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  await form.waitFor();
  assert.ok(page.url().endsWith(`#/add/${facts.by_key}`), page.url());
  await page.reload();
  await form.getByLabel("API key", { exact: true }).waitFor();
  await page.goBack();
  await form.waitFor({ state: "detached" });
  await title("Add integration");
  await page.goForward();
  await form.waitFor();
  // Another way to connect takes the place of this one in the history.
  await form.getByRole("button", { name: "OAuth 2.0" }).click();
  const oauth = page.getByRole("dialog", { name: "Connect Sandbox (OAuth)" });
  await oauth.waitFor();
  assert.ok(page.url().endsWith(`#/add/${facts.by_oauth}`), page.url());
  // Closed, it is not in the way of Back.
  await page.keyboard.press("Escape");
  await oauth.waitFor({ state: "detached" });
  assert.match(page.url(), /#\/add$/);
  await page.goBack();
  await title("Integrations");
  await page.goBack();
  await title("Audit");

  // After a direct link, there is no page to go back to.
  const other = await context.newPage();
  await other.goto(`/#/add/${facts.by_key}`);
  const linked = other.getByRole("dialog", { name: "Connect Sandbox" });
  await linked.getByLabel("API key", { exact: true }).fill(facts.key);
  await linked.getByLabel("Name").fill("By a link");
  await linked.getByRole("button", { name: "Connect", exact: true }).click();
  const done = other.getByRole("dialog", { name: "By a link is connected" });
  await done.getByRole("button", { name: "Open integration" }).click();
  await other.getByRole("heading", { name: "By a link", level: 1 }).waitFor();
  assert.ok(other.url().endsWith("#/integrations/by-a-link"), other.url());
  await other.evaluate(() => void (location.hash = "#/add/no-such-provider"));
  await other.getByText("This provider does not exist").waitFor();
  await look("add-unknown", other);
  await other.getByRole("button", { name: "Show all providers" }).click();
  await other.getByRole("dialog").waitFor({ state: "detached" });
  await other.getByRole("searchbox", { name: "Search providers" }).waitFor();
  await connect("After it all");

  // An address that changes while the page is being opened is followed, and a sign-in link in it is too.
  const opened = async (hash) => {
    const early = await context.newPage();
    await early.addInitScript((hash) => {
      const { attachShadow } = Element.prototype;
      Element.prototype.attachShadow = function (...options) {
        Element.prototype.attachShadow = attachShadow;
        // The element renders for the first time before this, and its effects run after it.
        queueMicrotask(() => void (location.hash = hash));
        return attachShadow.apply(this, options);
      };
    }, hash);
    await early.goto("/");
    return early;
  };
  await (await opened("#/agents")).getByRole("heading", { name: "Agents", level: 1, exact: true }).waitFor();
  const asked = await opened(`#token=${facts.tokens.MANAGER}`);
  await asked.getByRole("dialog").waitFor();
  assert.ok(!asked.url().includes("token"), asked.url());
});
