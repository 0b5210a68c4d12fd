// Adding an integration by API key, with the keyboard alone: the provider rejects the key, the name is taken,
// no typed text is lost, and then the integration is connected.

import assert from "node:assert/strict";

import { ask, call, connect, facts, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await connect("Taken");
  await signedIn("ADMIN");
  const add = page.getByRole("button", { name: "Add integration" });
  await page.getByRole("heading", { name: "Taken" }).waitFor();
  await add.focus();
  await page.keyboard.press("Enter");

  const main = page.getByRole("main");
  const search = main.getByRole("searchbox", { name: "Search providers" });
  const tiles = main.getByRole("listitem").getByRole("link");
  await tiles.first().waitFor();
  assert.ok(await search.evaluate((one) => one.matches(":focus")), "the search is ready");
  assert.match(page.url(), /#\/add$/);
  // Whose workspace it is stays visible.
  await main.getByText("Workspace acme, signed in as user-1").waitFor();
  // One tile for each service, the popular ones first. Each says what it needs.
  await main.getByRole("heading", { name: "Popular" }).waitFor();
  await tiles.first().getByText("Sign in, needs an app").waitFor();
  assert.match(await tiles.first().innerText(), /^Slack/);
  await look("add-gallery");
  await main.getByRole("button", { name: /^AI / }).click();
  await main.getByRole("heading", { name: "AI" }).waitFor();
  await main.getByRole("link", { name: /^Anthropic API key/ }).waitFor();
  assert.equal(await main.getByRole("link", { name: /^Slack/ }).count(), 0);
  await main.getByRole("button", { name: /^All categories/ }).click();
  assert.equal(await main.getByRole("heading", { name: "All services" }).count(), 1);
  const all = main.locator("section").last().getByRole("link", { name: /^Airtable/ });
  assert.equal(await all.count(), 1, "one tile for the key and the sign-in");
  assert.match(await all.innerText(), /API key or OAuth 2\.0/);
  await search.focus();
  await page.keyboard.type("nothing like this");
  await main.getByText("No provider matches").waitFor();
  await look("add-none");
  await page.keyboard.press("Escape");
  assert.equal(await search.inputValue(), "", "Escape empties the search");
  await page.keyboard.type("google ca");
  await main.getByRole("link", { name: /^Google Calendar/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.type("google");
  await main.getByRole("link", { name: /^Google Drive/ }).waitFor();
  const isFocused = (one) => one.evaluate((element) => element.matches(":focus"));
  await page.keyboard.press("ArrowDown");
  assert.ok(await isFocused(tiles.nth(0)), "the arrow keys lead to the tiles");
  await page.keyboard.press("ArrowRight");
  assert.ok(await isFocused(tiles.nth(1)), "and from one to the next");
  await page.keyboard.press("ArrowLeft");
  assert.ok(await isFocused(tiles.nth(0)), "and back");
  await search.fill("sandbox");
  await main.getByText("1 service").first().waitFor();
  await search.press("ArrowDown");
  assert.match(await tiles.first().innerText(), /^Sandbox\s+API key or OAuth 2\.0\s+Custom/);
  await page.keyboard.press("Enter");

  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  const key = form.getByLabel("API key", { exact: true });
  // The other way to connect the same service is one click away, and has an address of its own.
  await form.getByRole("button", { name: "OAuth 2.0" }).click();
  const other = page.getByRole("dialog", { name: "Connect Sandbox (OAuth)" });
  await other.getByRole("button", { name: "API key" }).click();
  const name = form.getByLabel("Name");
  await key.waitFor();
  assert.ok(await key.evaluate((one) => one.matches(":focus")), "the first field is ready");
  assert.equal(await name.inputValue(), "Primary Sandbox Account");
  // An incomplete form is not sent.
  await page.keyboard.press("Enter");
  await form.getByText("API key is required.").waitFor();
  assert.equal(await key.getAttribute("aria-invalid"), "true");

  // The key is shown and hidden again.
  assert.equal(await key.getAttribute("type"), "password");
  await form.getByRole("button", { name: "Show API key" }).press("Enter");
  assert.equal(await key.getAttribute("type"), "text");
  await form.getByRole("button", { name: "Hide API key" }).press("Enter");

  // Pasted text is trimmed.
  await key.evaluate((box) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", "  not-a-key-of-this-provider\n");
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  assert.equal(await key.inputValue(), "not-a-key-of-this-provider");

  // The provider's error message is beside the field.
  allow(/status of 422/);
  await key.press("Enter");
  await form.getByText(/Sandbox rejected the credentials: .*No such key/).waitFor();
  const described = await key.getAttribute("aria-describedby");
  assert.ok(described.split(" ").length > 1);
  assert.equal(await key.inputValue(), "not-a-key-of-this-provider", "nothing typed is lost");
  await form.locator("input:focus").and(key).waitFor();
  // From the button, too: the field to correct has the focus.
  await key.fill("another-key-that-is-refused");
  await form.getByRole("button", { name: "Connect", exact: true }).press("Enter");
  await form.getByRole("button", { name: "Connect", exact: true }).waitFor();
  await form.locator("input:focus").and(key).waitFor();
  await key.fill("not-a-key-of-this-provider");
  await look("add-refused");

  // The name is taken. A link leads to the integration that has it.
  allow(/status of 409/);
  await form.getByRole("radio", { name: /^Everything but deleting/ }).check();
  await key.fill(facts.key);
  await name.fill(" taken ");
  await name.press("Enter");
  await form.getByText(/the name "taken" is already taken/).waitFor();
  await form.getByRole("link", { name: "Open the integration with this name" }).waitFor();
  assert.equal(await key.inputValue(), facts.key);

  // The provider is down. The person can save without a check.
  allow(/status of 50[24]/);
  await ask("provider_status", { status: 500 });
  await name.fill("Second Sandbox Account");
  await name.press("Enter");
  await form.getByRole("button", { name: "Save without checking" }).waitFor();
  await look("add-provider-down");
  await ask("provider", { behaves: "ok" });

  await name.press("Enter");
  const done = page.getByRole("dialog", { name: "Second Sandbox Account is connected" });
  await done.getByText("Sandbox accepted the credentials.").waitFor();
  const code = await done.locator("pre").innerText();
  assert.match(code, new RegExp(`${facts.url}/api/proxy/second-sandbox-account/me`));
  await look("add-done");
  for (const title of ["TypeScript", "MCP"]) {
    await done.getByRole("tab", { name: title }).click();
    assert.ok(!(await done.locator("pre").innerText()).includes(facts.key));
  }
  await done.getByRole("button", { name: "Done" }).click();

  // The list has it.
  await page.getByRole("link", { name: "Second Sandbox Account", exact: true }).waitFor();
  assert.match(page.url(), /#\/integrations$/);
  const { items } = await call("GET", "/api/integrations");
  // Earlier choices survive every error in between.
  assert.deepEqual(items[0].policy.rules, [{ effect: "deny", methods: ["DELETE"], path: "/**" }]);
  assert.deepEqual(items.map((one) => [one.name, one.health.state]), [
    ["Second Sandbox Account", "healthy"],
    ["Taken", "healthy"],
  ]);
});
