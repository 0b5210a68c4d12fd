// People: invited by a link, made administrators, signed out, signed in again and switched off.

import assert from "node:assert/strict";

import { ask, call, facts, said, scenario } from "./harness.mjs";

await scenario(async ({ page, browser, look }) => {
  const { url } = await ask("sign_in_link", { role: "ADMIN", name: "Ann" });
  await page.goto(url);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "People" }).click();
  await page.getByRole("heading", { name: /^Ann/ }).waitFor();

  await page.getByRole("button", { name: "Invite a person" }).click();
  const invite = page.getByRole("dialog", { name: "Invite a person" });
  await invite.getByLabel(/^Name/).fill("Bob");
  assert.ok(await invite.getByRole("radio", { name: /^Manager/ }).isChecked());
  await look("invite");
  await invite.getByRole("button", { name: "Make the link" }).click();
  const link = await invite.locator("code").innerText();
  await look("invited");
  await invite.getByRole("button", { name: "Done" }).click();
  await page.getByRole("heading", { name: /^Open invitations/ }).waitFor();

  const other = await (await browser.newContext({ baseURL: facts.url })).newPage();
  await other.goto(link);
  await other.getByRole("heading", { name: "Join acme" }).waitFor();
  await look("invitation", other);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByText("Bob · Manager").waitFor();

  await page.reload();
  const bob = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /^Bob/ }) });
  await bob.getByText("1 session").waitFor();
  await look("people");
  await bob.getByRole("button", { name: "Actions for Bob" }).click();
  await page.getByRole("menuitem", { name: "Make administrator" }).click();
  await said(page, "The role of Bob was changed.");
  await bob.getByText("Administrator").waitFor();
  await bob.getByRole("button", { name: "Actions for Bob" }).click();
  await page.getByRole("menuitem", { name: "Sign out everywhere" }).click();
  await said(page, "Bob was signed out.");

  // A person who has lost every passkey signs in again as the same person.
  await bob.getByRole("button", { name: "Actions for Bob" }).click();
  await page.getByRole("menuitem", { name: "Sign-in link" }).click();
  const again = page.getByRole("dialog", { name: "Sign-in link for Bob" });
  await look("sign-in-link");
  await again.getByRole("button", { name: "Make the link" }).click();
  const back = await again.locator("code").innerText();
  await look("sign-in-link-made");
  await again.getByRole("button", { name: "Done" }).click();
  await page.getByRole("heading", { name: /^Open invitations/ }).waitFor();
  await page.getByText("Sign-in link ·").waitFor();
  const third = await (await browser.newContext({ baseURL: facts.url })).newPage();
  await third.goto(back);
  await third.getByRole("heading", { name: "Sign in again as Bob" }).waitFor();
  assert.equal(await third.getByRole("textbox").count(), 0, "the name is known");
  await look("sign-in-again", third);
  await third.getByRole("button", { name: "Sign in" }).click();
  await third.getByText("Bob · Administrator").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: /^Bob/ }).waitFor();
  assert.equal(await page.getByRole("heading", { name: /^Open invitations/ }).count(), 0, "it is used up");
  const { items: both } = await call("GET", "/api/people");
  const local = both.filter(({ source }) => source === "local");
  assert.deepEqual(local.map(({ name, role }) => [name, role]).sort(), [["Ann", "ADMIN"], ["Bob", "ADMIN"]]);

  await bob.getByRole("switch").click();
  await said(page, "Bob was switched off.");
  const { items } = await call("GET", "/api/people");
  assert.deepEqual(items.filter((one) => one.name === "Bob").map(({ role, status }) => [role, status]), [["ADMIN", "disabled"]]);

  // A person whose session has ended signs in in another tab. The open page stays.
  await other.getByRole("link", { name: "Integrations", exact: true }).first().click();
  await other.evaluate(() => dispatchEvent(new Event("focus")));
  const expired = other.getByRole("dialog", { name: "Your session has expired" });
  await expired.getByRole("link", { name: "Sign in in a new tab" }).waitFor();
  await look("session-ended-cookie", other);
});
