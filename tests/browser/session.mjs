// Signing in: by the form, by a link that asks before it replaces a session, and again after the token has
// expired. Work in progress is not lost.

import assert from "node:assert/strict";

import { ask, call, callAs, connect, facts, pick, scenario, signOut } from "./harness.mjs";

await scenario(async ({ page, look, allow }) => {
  await connect("Sandbox");
  const stored = () => page.evaluate(() => sessionStorage.getItem("nexus.token"));
  const reload = async (hash) => {
    await page.goto("about:blank");
    await page.goto(`/${hash}`);
  };
  allow(/status of 401/);

  // After the sign-in, the form leads to the address that was opened first.
  await page.goto("/#/integrations/sandbox/usage");
  const field = page.getByLabel("Access token (JWT)", { exact: true });
  const submit = page.getByRole("button", { name: "Sign in" });
  // A link with an expired token says so.
  const { token: late } = await ask("token", { role: "ADMIN", seconds: -60 });
  await reload(`#token=${late}`);
  await page.getByText("The token in the sign-in link has expired.").waitFor();
  assert.ok(!page.url().includes("token"), page.url());
  await reload("#token=cut.off");
  await page.getByText("The sign-in link does not contain a readable token.").waitFor();
  await reload("#/integrations/sandbox/usage");
  const refusals = [
    ["not a token", "This is not a JSON Web Token"],
    [`x.${btoa("{}")}.y`, "This token is missing a claim"],
    [(await ask("token", { role: "ADMIN", seconds: -60 })).token, "This token has expired"],
    [`${facts.tokens.ADMIN.slice(0, -4)}AAAA`, "The server rejected this token"],
  ];
  await page.getByText("Use a token", { exact: true }).click();
  for (const [token, words] of refusals) {
    await field.fill(token);
    await submit.click();
    await page.getByText(words).waitFor();
  }
  await look("sign-in-refused");
  assert.equal(await stored(), null);
  await field.fill(`Bearer ${facts.tokens.ADMIN} `);
  await submit.click();
  await page.getByRole("tab", { name: "Usage", selected: true }).waitFor();
  await page.getByText("No agent used this integration in this period.").waitFor();
  assert.equal(await stored(), facts.tokens.ADMIN);

  // A link with the same token changes nothing. A link with another token asks first, and names the person.
  await reload(`#token=${facts.tokens.ADMIN}`);
  await page.getByRole("link", { name: "Sandbox", exact: true }).waitFor();
  assert.ok(!page.url().includes("token"), page.url());
  const { token: other } = await ask("token", { role: "ADMIN", workspace: "elsewhere", subject: "mallory" });
  await reload(`#token=${other}`);
  await page.getByRole("heading", { name: "Sign in with this link?" }).waitFor();
  await page.getByText("elsewhere").waitFor();
  await page.getByText("mallory").waitFor();
  await page.getByText("You are currently signed in to acme as user-1.").waitFor();
  assert.ok(!page.url().includes("token"), "it is out of the address before anybody answers");
  assert.equal(await stored(), facts.tokens.ADMIN);
  await look("sign-in-link");
  await page.getByRole("button", { name: "Do not sign in" }).click();
  // A link that is opened during an edit asks on top of it. The edit continues after "no".
  await page.getByRole("link", { name: "Sandbox", exact: true }).click();
  await page.getByRole("tab", { name: "Access" }).click();
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.evaluate((token) => void (location.hash = `#token=${token}`), other);
  await page.getByRole("dialog", { name: "Sign in with this link?" }).getByRole("button", { name: "Do not sign in" }).click();
  await page.getByRole("group", { name: "Rule 1" }).waitFor();
  assert.match(page.url(), /#\/integrations\/sandbox\/access$/);
  assert.equal(await stored(), facts.tokens.ADMIN);
  await reload(`#token=${other}`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("mallory · Administrator").waitFor();
  await page.getByText("Connect your first service").waitFor();
  // Signing out leads to the page for signing in.
  await signOut(page);
  assert.match(page.url(), /\/sign-in/);
  assert.equal(await stored(), null);

  // On the person's own machine, a link signs in without a question if nobody is signed in.
  await reload(`#token=${facts.tokens.ADMIN}`);
  await pick(page, "Sandbox");
  await page.getByLabel("API key", { exact: true }).fill(facts.key);
  await page.getByRole("dialog").getByLabel("Name").fill("Typed before it ended");

  // The token expires. Typed text is still there, and the interrupted action is done.
  const { token: ended } = await ask("token", { role: "ADMIN", seconds: -60 });
  const stop = await callAs(page, ended, "POST");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const again = page.getByRole("dialog", { name: "Your session has expired" });
  await again.waitFor();
  await look("session-ended");
  for (let times = 0; times < 4; times += 1) await page.keyboard.press("Escape");
  assert.ok(await again.evaluate((one) => one.open), "it cannot be closed");
  await stop();
  const { token: fresh } = await ask("token", { role: "ADMIN", seconds: 900 });
  await again.getByLabel("Access token (JWT)", { exact: true }).fill(fresh);
  await again.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("dialog", { name: "Typed before it ended is connected" }).waitFor();
  assert.equal(await stored(), fresh);
  assert.equal((await call("GET", "/api/integrations")).items.length, 2);
});
