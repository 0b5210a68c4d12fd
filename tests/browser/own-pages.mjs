// The pages for administrators: the workspace's own providers, and the audit record with its export.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { call, connect, facts, said, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  await connect("Sandbox");
  await signedIn("ADMIN");
  await page.getByRole("link", { name: "Custom providers" }).click();
  await page.getByRole("heading", { name: "Sandbox", exact: true }).waitFor();
  await look("providers");

  // The form: the id follows the name, the manifest is shown, and what the server rejects is shown at its field.
  await page.getByRole("button", { name: "Add provider" }).click();
  const editor = page.getByRole("dialog", { name: "Add a custom provider" });
  const field = (label) => editor.getByLabel(label);
  const [name, id] = [editor.getByLabel("Name", { exact: true }), editor.getByLabel("Id", { exact: true })];
  const preview = async () => JSON.parse(await editor.getByRole("region").innerText());
  const save = editor.getByRole("button", { name: "Save provider" });
  await save.click();
  await editor.getByText("Base URL is required.").waitFor();
  await name.fill("Acme Inc");
  assert.equal(await id.inputValue(), "custom-acme-inc");
  await id.fill("custom-acme");
  await name.fill("Acme");
  assert.equal(await id.inputValue(), "custom-acme");
  await field("Base URL").fill("http://api.acme.example/v1");
  await editor.getByRole("radio", { name: /^API key in a header/ }).check();
  await save.click();
  await editor.getByText("Name of the header is required.").waitFor();
  await field("Name of the header").fill("X-Api-Key");
  await field("Path of the test call").fill("/me");
  await editor.getByText("GET http://api.acme.example/v1/me").waitFor();
  assert.deepEqual((await preview()).inject, [{ in: "header", name: "X-Api-Key", value: "{api_key}" }]);
  allow(/status of (409|422)/);
  await field("Page of the API documentation").fill("not a page");
  await save.click();
  // Both faults are shown at once.
  for (const label of ["Base URL", "Page of the API documentation"]) {
    await editor.locator(`[aria-invalid="true"]`).and(field(label)).waitFor();
  }
  await look("provider-errors");
  await field("Base URL").fill("https://api.acme.example/v1");
  await field("Page of the API documentation").fill("https://docs.acme.example/api");
  await look("provider-form");

  // As JSON, for the rest: what it says beyond the form is kept there.
  await editor.getByRole("button", { name: "Edit as JSON" }).click();
  const json = field("Manifest (JSON)");
  const text = await json.inputValue();
  await json.fill(text.slice(0, -1));
  await save.click();
  await editor.getByText("This is not valid JSON").waitFor();
  const written = { ...JSON.parse(text), categories: ["internal"] };
  await json.fill(JSON.stringify({ ...written, inject: [...written.inject, { in: "query", name: "v", value: "1" }] }));
  await editor.getByRole("button", { name: "Back to the form" }).click();
  await editor.getByText("The form cannot show everything").waitFor();
  await json.fill(JSON.stringify(written));
  await editor.getByRole("button", { name: "Back to the form" }).click();
  assert.deepEqual((await preview()).categories, ["internal"]);
  await save.click();
  await said(page, "Acme was saved.");
  const saved = await call("GET", "/api/manifests/custom-acme");
  assert.deepEqual(saved.api.hosts, ["api.acme.example"]);
  assert.deepEqual(saved.categories, ["internal"]);
  assert.equal(saved.verify.path, "/me");

  // The same id again is an error at the id.
  await page.getByRole("button", { name: "Add provider" }).click();
  await name.fill("Acme");
  await field("Base URL").fill("https://api.acme.example");
  await save.click();
  await editor.locator(`[aria-invalid="true"]`).and(id).waitFor();
  await editor.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Discard changes" }).click();
  await editor.waitFor({ state: "detached" });

  // Editing: by the form, with the id fixed.
  await page.getByRole("button", { name: "Edit: Acme" }).click();
  const edit = page.getByRole("dialog", { name: "Edit Acme" });
  await edit.getByText("The id cannot be changed.").waitFor();
  await edit.getByLabel("Name", { exact: true }).fill("Acme Two");
  await edit.getByRole("radio", { name: /^OAuth 2\.0/ }).check();
  await edit.getByLabel("Authorization URL").fill("https://acme.example/oauth/authorize");
  await edit.getByLabel("Token URL").fill("https://acme.example/oauth/token");
  await edit.getByLabel("Scopes").fill("read write");
  await edit.getByRole("button", { name: "Save provider" }).click();
  await page.getByRole("heading", { name: "Acme Two" }).waitFor();
  const edited = await call("GET", "/api/manifests/custom-acme");
  assert.deepEqual([edited.name, edited.auth_method, edited.categories], ["Acme Two", "oauth2", ["internal"]]);
  assert.deepEqual(edited.oauth2.scopes.default, ["read", "write"]);

  // A provider in use cannot be deleted.
  await page.getByRole("button", { name: "Delete: Sandbox", exact: true }).click();
  const question = page.getByRole("dialog", { name: "Delete Sandbox?" });
  await question.getByRole("button", { name: "Delete" }).click();
  await question.getByRole("alert").waitFor();
  await look("provider-in-use");
  await question.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete: Acme Two" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await said(page, "Acme Two was deleted.");
  await page.getByRole("heading", { name: "Acme Two" }).waitFor({ state: "detached" });

  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("cell", { name: /^Deleting a custom provider/ }).first().waitFor();
  await look("audit");
  const head = await call("GET", "/api/audit/head");
  await page.getByText(`${head.count}:${head.hash}`).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), `audit-${facts.workspace}.json`);
  const records = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.deepEqual(records.map((record) => record.seq), Array.from({ length: head.count }, (_, at) => head.count - at));
  assert.equal(records[0].hash, head.hash);
});
