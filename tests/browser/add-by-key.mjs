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

  const dialog = page.getByRole("dialog", { name: "Add integration" });
  const search = dialog.getByRole("combobox", { name: "Search providers" });
  const options = dialog.getByRole("listbox").getByRole("option");
  await options.first().waitFor();
  assert.ok(await search.evaluate((one) => one.matches(":focus")), "the search is ready");
  // The workspace stays visible.
  await dialog.getByText("Workspace acme, signed in as user-1").waitFor();
  await look("add-catalogue");
  await page.keyboard.type("nothing like this");
  await dialog.getByText("No provider matches").waitFor();
  await look("add-none");
  await page.keyboard.press("Escape");
  assert.equal(await search.inputValue(), "", "Escape empties the search first");
  await page.keyboard.type("sandbox");
  const [first, second] = [options.nth(0), options.nth(1)];
  assert.equal(await first.getAttribute("aria-selected"), "true");
  await page.keyboard.press("ArrowDown");
  assert.equal(await second.getAttribute("aria-selected"), "true", "every one can be reached");
  assert.equal(await dialog.locator("[role=option][aria-selected=true]").count(), 1);
  await page.keyboard.press("ArrowUp");
  assert.match(await first.innerText(), /\bSandbox\s+Custom · API key/);
  assert.match(await second.innerText(), /OAuth/);
  await page.keyboard.press("Enter");

  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  const key = form.getByLabel("API key", { exact: true });
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

  // The list shows the integration, and the focus is back where it was.
  await page.getByRole("link", { name: "Second Sandbox Account" }).waitFor();
  assert.ok(await add.evaluate((one) => one.matches(":focus")), "the focus returns");
  const { items } = await call("GET", "/api/integrations");
  // Earlier choices survive every error in between.
  assert.deepEqual(items[0].policy.rules, [{ effect: "deny", methods: ["DELETE"], path: "/**" }]);
  assert.deepEqual(items.map((one) => [one.name, one.health.state]), [
    ["Second Sandbox Account", "healthy"],
    ["Taken", "healthy"],
  ]);
});
