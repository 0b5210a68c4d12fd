// A credential of several lines: a key file and a private key are pasted into a box that keeps their lines, are hidden
// unless somebody edits them, and what is wrong with them is said beside the box.

import assert from "node:assert/strict";

import { call, scenario } from "./harness.mjs";

const hidden = (box) => box.evaluate((one) => getComputedStyle(one).getPropertyValue("-webkit-text-security"));

await scenario(async ({ page, signedIn, look, allow }) => {
  await signedIn("ADMIN");
  await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
  await page.goto("/#/add/google-service-account");
  const { name, credentials } = await call("GET", "/api/manifests/google-service-account");
  const form = page.getByRole("dialog", { name: `Connect ${name}` });
  const file = form.getByLabel(credentials[0].label);
  await form.getByText("Paste the content of the whole file.").waitFor();
  await form.getByLabel("Scopes that the service account asks for, separated by spaces").fill("https://www.googleapis.com/auth/drive.readonly");
  assert.equal(await file.evaluate((one) => one.tagName), "TEXTAREA");
  allow(/status of 422/);
  await file.fill('{\n  "type": "authorized_user"\n}\n');
  assert.equal(await hidden(file), "none", "it is readable while it is edited");
  await form.getByLabel("Name").focus();
  assert.equal(await hidden(file), "disc", "and hidden afterwards");
  await form.getByRole("button", { name: "Connect", exact: true }).click();
  await form.getByText(/value at `\/type` of the file does not have the expected form/).waitFor();
  assert.equal(await file.getAttribute("aria-invalid"), "true");
  assert.match(await file.inputValue(), /authorized_user/, "nothing typed is lost");
  await look("add-by-file");

  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Discard changes" }).click();
  await page.goto("/#/add/github-app");
  const app = page.getByRole("dialog", { name: "Connect GitHub (app installation)" });
  const key = app.getByLabel("Private key of the GitHub App");
  await app.getByText("Paste the whole key, with its first and its last line, without a passphrase.").waitFor();
  await app.getByLabel("Client ID of the GitHub App").fill("Iv23liAbC");
  await app.getByLabel("ID of the installation: the number at the end of its address").fill("1");
  await key.fill("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n");
  await app.getByRole("button", { name: "Connect", exact: true }).click();
  await app.getByText(/must be a private key in PEM/).waitFor();
  await look("add-by-key-of-lines");
});
