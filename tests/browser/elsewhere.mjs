// The element in another page: in a page of the same origin, with that page's colours and token, and in a
// frame of a page of another origin. Connecting by OAuth works there too.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import { ask, call, connect, consent, facts, pick, scenario } from "./harness.mjs";

await scenario(async ({ page, context, signedIn, look, allow }) => {
  await connect("Sandbox");
  await signedIn("ADMIN");
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  const plain = await page.getByRole("button", { name: "Add integration" }).evaluate((one) => getComputedStyle(one).backgroundColor);

  // Custom properties set the theme. Styles do not leak in either direction.
  await page.goto("/examples/embedded.html");
  const card = page.getByRole("link", { name: "Sandbox", exact: true });
  await card.waitFor();
  const add = page.getByRole("button", { name: "Add integration" });
  const color = (one) => getComputedStyle(one).backgroundColor;
  assert.equal(await add.evaluate(color), "rgb(11, 110, 79)");
  assert.notEqual(plain, "rgb(11, 110, 79)");
  assert.notEqual(await page.getByRole("heading", { name: "Sandbox" }).evaluate((one) => getComputedStyle(one).color), "rgb(220, 20, 60)");
  assert.equal(await page.getByRole("heading", { name: "Settings" }).evaluate((one) => getComputedStyle(one).fontFamily), '"Avenir Next", "Segoe UI", system-ui, sans-serif');
  assert.equal(await page.getByRole("button", { name: "Sign out" }).count(), 0, "the page signs people in and out");
  await look("embedded");
  // The element's location is not in the page's address.
  await card.click();
  await page.getByRole("heading", { name: "Sandbox", level: 1 }).waitFor();
  assert.ok(page.url().endsWith("/examples/embedded.html"), page.url());
  assert.equal(await page.title(), "Settings · Example Inc.", "nor is its name in the page's title");
  await page.getByRole("main").getByRole("link", { name: "Integrations" }).click();

  // The page's token expires, and the page supplies another one.
  allow(/status of 401/);
  const { token: ended } = await ask("token", { role: "ADMIN", seconds: -60 });
  const expired = page.evaluate(
    (token) =>
      new Promise((resolve) => {
        const element = document.querySelector("integration-nexus");
        element.addEventListener("nexus:token-expired", () => resolve("told"), { once: true });
        element.token = token;
        dispatchEvent(new Event("focus"));
      }),
    ended,
  );
  assert.equal(await expired, "told");
  await page.getByRole("dialog", { name: "Your session has expired" }).waitFor({ state: "detached" });
  await card.waitFor();

  // A page of an allowed origin frames the UI.
  await ask("consent", { as: "page" });
  const outer = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Console</title><iframe src="${facts.url}/#token=${facts.tokens.ADMIN}" width="1200" height="700"></iframe>`);
  }).listen(0, "127.0.0.1");
  await new Promise((ready) => outer.once("listening", ready));
  const { port } = outer.address();
  allow(new RegExp(`request to another origin: http://(localhost|127.0.0.1):${port}/`));
  allow(/favicon/);
  await page.goto("about:blank");
  await ask("configure", { variables: { ui_frame_ancestors: `http://localhost:${port}` } });
  const framing = await context.newPage();
  await framing.goto(`http://localhost:${port}/`);
  const frame = framing.frameLocator("iframe");
  await pick(frame, "Sandbox (OAuth)");
  await consent(framing, frame.getByRole("button", { name: "Continue to Sandbox" }));
  await frame.getByRole("dialog", { name: /is connected/ }).waitFor();
  assert.equal((await call("GET", "/api/integrations?health=healthy")).items.length, 2);

  // A page of another origin cannot frame it.
  allow(/frame-ancestors|Refused to frame|chrome-error/);
  await framing.goto(`http://127.0.0.1:${port}/`);
  assert.equal(await frame.getByRole("button").count(), 0);
  outer.close();
});
