// A way to connect that ends: said before the click, on the page of an integration, and in the overview. What
// to choose at a provider that wants an app is beside the link to it.

import assert from "node:assert/strict";

import { call, facts, scenario } from "./harness.mjs";

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const written = (on) => new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(on));

await scenario(async ({ page, signedIn, look }) => {
  const { name: _, ...sandbox } = await call("GET", `/api/manifests/${facts.by_key}`);
  const provider = async (id, name, on) => {
    const ends = { on, why: `${name} ends its keys. Use version 2`, source: "https://example.com/ends" };
    await call("POST", "/api/manifests", { ...sandbox, id: `custom-${id}`, name, family: id, ends });
    await call("POST", "/api/integrations", { manifest_id: `custom-${id}`, name: `Our ${name}`, credentials: { api_key: facts.key } });
  };
  const [soon, late] = [day(40), day(200)];
  await provider("soon", "Soonish", soon);
  await provider("late", "Lateish", late);
  await signedIn("ADMIN");

  // The overview names what ends within 90 days, and leads to the reason.
  await page.getByRole("link", { name: "Overview" }).click();
  const needs = page.locator(".needs li");
  await needs.getByText(`Connection ends on ${written(soon)}`).waitFor();
  assert.equal(await needs.count(), 1, "what ends later does not need anybody yet");
  assert.equal(await page.locator(".number-tile").filter({ hasText: "Needs you" }).locator("dd").first().innerText(), "1");
  await look("ends-overview");
  await page.getByRole("button", { name: "See why: Our Soonish" }).click();
  await page.getByRole("heading", { name: "Our Soonish", level: 1 }).waitFor();
  await page.getByText(`This way to connect ends on ${written(soon)}`).waitFor();
  await page.getByText("Soonish ends its keys. Use version 2.").waitFor();
  assert.equal(await page.getByRole("link", { name: "What the provider says" }).getAttribute("href"), "https://example.com/ends");
  await look("ends-integration");

  // Before the click, and before a key is typed.
  await page.goto("/#/add");
  await page.getByRole("searchbox", { name: "Search providers" }).fill("lateish");
  await page.getByRole("link", { name: /Lateish/ }).getByText(`Ends on ${written(late)}`).waitFor();
  await look("ends-gallery");
  await page.getByRole("link", { name: /Lateish/ }).click();
  await page.getByRole("dialog", { name: "Connect Lateish" }).getByText(`This way to connect ends on ${written(late)}`).waitFor();
  await look("ends-form");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Custom providers" }).click();
  await page.getByText(`This way to connect ends on ${written(soon)}`).waitFor();

  // The app that a provider wants: what to choose there, and what to copy.
  await page.getByRole("link", { name: "OAuth apps" }).click();
  await page.getByRole("button", { name: "Set up an app" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Gmail", exact: true }).click();
  const app = page.getByRole("dialog", { name: "Set up the OAuth app for Gmail" });
  const { oauth2 } = await call("GET", "/api/manifests/gmail");
  await app.getByText(oauth2.register_note).waitFor();
  assert.equal(await app.getByRole("link", { name: "Open the page of Gmail for apps" }).getAttribute("href"), oauth2.register_url);
  await app.getByRole("button", { name: "Copy Redirect URI" }).waitFor();
  await look("app-note");
});
