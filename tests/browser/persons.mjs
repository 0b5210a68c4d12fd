// An action that one person began is never done in another person's name, or after a sign-out. The claims of
// the deployment decide who a person is.

import assert from "node:assert/strict";

import { ask, call, callAs, connect, facts, hold, pick, scenario, signOut } from "./harness.mjs";

/** Signs in with a token on the page that signs people in, and waits for the list. */
async function signIn(page, token) {
  await page.getByText("Use a token", { exact: true }).click();
  await page.getByLabel("Access token (JWT)", { exact: true }).fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
}

await scenario(async ({ page, context, signedIn, allow }) => {
  const made = await connect("Sandbox");
  const names = async (token) => {
    const answer = await fetch(`${facts.url}/api/integrations`, { headers: { authorization: `Bearer ${token}` } });
    return (await answer.json()).items.map((one) => one.name);
  };
  allow(/status of 401/);

  // A sign-in is in progress when the page's token changes to another workspace.
  const { token: other } = await ask("token", { role: "ADMIN", workspace: "elsewhere", subject: "mallory" });
  await signedIn("ADMIN");
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  await page.goto("/examples/embedded.html");
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  const script = await hold(context, "**/assets/connect-*.js");
  await pick(page, "Sandbox (OAuth)");
  await page.getByLabel("Name").last().fill("Meant for acme");
  const [popup] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("button", { name: "Continue to Sandbox" }).click(),
  ]);
  await page.evaluate((token) => void (document.querySelector("integration-nexus").token = token), other);
  await page.getByText("mallory · Administrator").waitFor();
  script.release();
  if (!popup.isClosed()) await popup.waitForEvent("close").catch(() => {});
  assert.deepEqual(await names(other), []);
  // The old workspace keeps no half-finished sign-in.
  assert.deepEqual(await names(facts.tokens.ADMIN), ["Sandbox"]);
  await script.end();

  // A page that supplies tokens is asked for one, once. Nobody can paste a token into it.
  const { token: ended } = await ask("token", { role: "ADMIN", seconds: -60 });
  const asked = await page.evaluate(async (token) => {
    const element = document.body.appendChild(document.createElement("integration-nexus"));
    let times = 0;
    element.addEventListener("nexus:token-expired", () => void (times += 1));
    const first = new Promise((resolve) => element.addEventListener("nexus:token-expired", resolve, { once: true }));
    element.token = token;
    await first;
    // The requests of a page are sent together.
    await fetch("/api/health");
    element.id = "second";
    return times;
  }, ended);
  assert.equal(asked, 1);
  const second = page.locator("#second");
  await second.getByRole("dialog", { name: "Your session has expired" }).waitFor();
  assert.equal(await second.getByRole("textbox", { name: "Access token (JWT)" }).count(), 0);

  // The token has expired during the deletion. "Sign out" does not confirm the deletion.
  await signedIn("ADMIN");
  await page.getByRole("link", { name: "Sandbox", exact: true }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("No agent has used this integration in the last 30 days.").waitFor();
  const stop = await callAs(page, ended, "DELETE");
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog", { name: "Your session has expired" }).getByRole("button", { name: "Sign out" }).click();
  await stop();
  const { token: before } = await ask("token", { role: "ADMIN", seconds: 500 });
  await signIn(page, before);
  assert.equal((await call("GET", `/api/integrations/${made.id}`)).name, "Sandbox");

  // A request that was in progress at the sign-out is not repeated, whoever signs in next.
  let answer;
  const late = new Promise((resolve) => void (answer = resolve));
  const under = page.waitForRequest("**/api/integrations?*");
  await page.route("**/api/integrations?*", async (route) => {
    await late;
    // The page may have been left by now.
    await route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${ended}` } }).catch(() => {});
  });
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await under;
  await signOut(page);
  const repeated = [];
  page.on("request", (request) => {
    if (request.headers()["authorization"] === `Bearer ${before}`) repeated.push(request.url());
  });
  answer();
  await page.unroute("**/api/integrations?*");
  await signIn(page, facts.tokens.ADMIN);
  await page.getByRole("link", { name: "Sandbox", exact: true }).click();
  await page.getByRole("button", { name: "Check now" }).waitFor();
  assert.deepEqual(repeated, []);

  // Claims of the deployment's own: an administrator is one, in the right workspace. No page is open while the
  // application is started again, because its requests would fail.
  await signOut(page);
  await page.goto("about:blank");
  const claim = "https://acme.example/";
  await ask("configure", {
    variables: { jwt_workspace_claim: `${claim}workspace`, jwt_role_claim: `${claim}role` },
  });
  const claims = { role: null, [`${claim}role`]: "ADMIN", workspace_id: "not-this", [`${claim}workspace`]: "acme" };
  const { token: theirs } = await ask("token", { role: "ADMIN", claims });
  await page.goto(`/#token=${theirs}`);
  await page.getByText("user-1 · Administrator").waitFor();
  await page.getByRole("banner").getByText("acme").waitFor();
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
});
