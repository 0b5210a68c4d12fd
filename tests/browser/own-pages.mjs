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

  // The initial text is a manifest that the server accepts.
  await page.getByRole("button", { name: "Add provider" }).click();
  const editor = page.getByRole("dialog", { name: "Add a custom provider" });
  const json = editor.getByLabel("Manifest (JSON)");
  const template = await json.inputValue();
  const save = editor.getByRole("button", { name: "Save provider" });
  await json.fill(template.slice(0, -1));
  await save.click();
  await editor.getByText("This is not valid JSON").waitFor();
  allow(/status of (409|422)/);
  await json.fill(template.replace("https://api.acme.example/v1", "http://api.acme.example/v1"));
  await save.click();
  await editor.getByText("/api/base_url").waitFor();
  await look("provider-errors");
  await json.fill(template);
  await save.click();
  await said(page, "Acme was saved.");
  await page.getByRole("button", { name: "Edit: Acme" }).click();
  const edit = page.getByRole("dialog", { name: "Edit Acme" });
  const present = JSON.parse(await edit.getByLabel("Manifest (JSON)").inputValue());
  await edit.getByLabel("Manifest (JSON)").fill(JSON.stringify({ ...present, name: "Acme Two" }));
  await edit.getByRole("button", { name: "Save provider" }).click();
  await page.getByRole("heading", { name: "Acme Two" }).waitFor();
  assert.equal((await call("GET", "/api/manifests/custom-acme")).name, "Acme Two");

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
  await page.getByRole("cell", { name: /manifest\.delete/ }).first().waitFor();
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
