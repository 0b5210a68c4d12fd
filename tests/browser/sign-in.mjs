// The sign-in page: where it reads a secret from, and which page it opens afterwards.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import { ask, facts, scenario } from "./harness.mjs";
import { register } from "./program.mjs";

/** A link as `nexus sign-in` prints it. */
const link = async () => (await ask("sign_in_link", { role: "ADMIN", name: "Ann" })).url;

/** A program that listens on a loopback port, and registers itself without the port. */
async function program() {
  const codes = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://127.0.0.1");
    codes.push(Object.fromEntries(searchParams));
    response.setHeader("content-type", "text/html").end("<!doctype html><title>Done</title><h1>The app has it</h1>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const redirect_uri = `http://127.0.0.1:${server.address().port}/cb`;
  const options = { registered: "http://127.0.0.1/cb", state: "a state, & more; //evil.example" };
  const registered = await register("Claude", redirect_uri, options);
  return { codes, redirect_uri, ...registered, end: () => server.close() };
}

const question = (page) => page.getByRole("heading", { name: "Connect Claude?" }).waitFor();
const signIn = (page) => page.getByRole("button", { name: "Sign in", exact: true }).click();

await scenario(async ({ page, context, look, allow }) => {
  // A secret in the query is ignored, because every server on the way could log it.
  const sent = [];
  page.on("request", (request) => sent.push(new URL(request.url()).pathname));
  for (const name of ["invitation", "link"]) {
    await page.goto(`/sign-in?${name}=a-secret`);
    await page.getByRole("link", { name: "Use a token" }).waitFor();
    assert.equal(await page.getByRole("button").count(), 0);
  }
  assert.deepEqual(
    sent.filter((path) => /^\/sign-in\/(invitation|link)/.test(path)),
    [],
  );

  const app = await program();
  allow(new RegExp(`^request to another origin: ${app.redirect_uri}`));

  // Nobody is signed in. The person pastes a link into the same tab.
  await page.goto(app.asks);
  await page.getByText("An app wants to connect.").waitFor();
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  assert.equal(await page.getByRole("link", { name: "Use a token" }).count(), 0);
  await look("sign-in-for-an-app");
  await page.goto(await link());
  await signIn(page);
  await question(page);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("heading", { name: "The app has it" }).waitFor();
  const [answer] = app.codes;
  assert.equal(answer.state, "a state, & more; //evil.example");
  assert.equal(answer.iss, facts.url);
  const tokens = await app.exchange(answer.code);
  assert.match(tokens.access_token ?? JSON.stringify(tokens), /^nxt_/);

  // The person has a session already, so the sign-in page passes them on.
  await page.goto(app.asks);
  await question(page);
  await page.goto(`/sign-in?return_to=${encodeURIComponent(app.asks)}`);
  await question(page);

  // The link is opened in another tab, as a terminal does. The app's tab then continues.
  await context.clearCookies();
  await page.goto(app.asks);
  await page.getByText("An app wants to connect.").waitFor();
  const other = await context.newPage();
  await other.goto(await link());
  await signIn(other);
  await other.getByText("Go back to that window").waitFor();
  await question(page);
  await other.getByRole("link", { name: "Open Integration Nexus" }).click();
  await other.waitForURL(`${facts.url}/`);

  // With an invitation, in the same tab.
  const invited = await other.evaluate(async () => {
    const body = JSON.stringify({ role: "MANAGER", name: "Bob" });
    const headers = { "content-type": "application/json" };
    return (await fetch("/api/people/invitations", { method: "POST", headers, body })).json();
  });
  await other.close();
  await context.clearCookies();
  await page.goto(app.asks);
  await page.getByText("An app wants to connect.").waitFor();
  await page.goto(invited.url);
  await signIn(page);
  await question(page);
  await page.getByText("Bob", { exact: true }).waitFor();

  // The page opens no other address, whatever the query says.
  for (const wrong of [
    "//evil.example/oauth/authorize?x",
    "/\\evil.example/oauth/authorize?x",
    "/\t/evil.example/oauth/authorize?x",
    "https://evil.example/oauth/authorize?x",
    "javascript:document.title='evil'//oauth/authorize?x",
    "/oauth/authorize/../..//evil.example?x",
    "%2f%2fevil.example",
    "/oauth/page.css",
  ]) {
    await context.clearCookies();
    const tab = await context.newPage();
    await tab.goto(`/sign-in?return_to=${encodeURIComponent(wrong)}`);
    await tab.getByRole("link", { name: "Use a token" }).waitFor();
    await tab.goto(await link());
    await signIn(tab);
    await tab.waitForURL(`${facts.url}/`);
    await tab.close();
  }
  app.end();
});
