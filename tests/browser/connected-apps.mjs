// A program signs in by itself. A person agrees, sees the program under Connected apps, and ends it.

import assert from "node:assert/strict";

import { ask, connect, facts, said, scenario, signOut } from "./harness.mjs";
import { register } from "./program.mjs";

await scenario(async ({ page, signedIn, look }) => {
  const made = await connect("Sandbox");
  await connect("Billing");
  const callback = `${facts.provider}/callback`;
  const program = await register("Claude", callback);

  // Nobody is signed in yet: the way to the question goes through the sign-in, in another tab even.
  await page.goto(program.asks);
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  const { url } = await ask("sign_in_link", { role: "MANAGER", name: "Ann" });
  await page.goto(url);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Connect Claude?" }).waitFor();
  await look("consent");
  await page.getByRole("radio", { name: "Only these:" }).check();
  await page.getByRole("checkbox", { name: /^Sandbox/ }).check();
  await page.getByRole("button", { name: "Connect" }).click();
  await page.waitForURL(`${callback}?*`);
  const code = new URL(page.url()).searchParams.get("code");
  const { access_token } = await program.exchange(code);
  const use = async () => {
    const answer = await fetch(`${facts.url}/api/proxy/${made.slug}/me`, { headers: { authorization: `Bearer ${access_token}` } });
    await answer.text();
    return answer.status;
  };
  assert.equal(await use(), 200);

  // The person sees the app and what it may do.
  await page.goto("/#/connected-apps");
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /^Claude/ }) });
  await card.getByText("Not verified").waitFor();
  await card.getByRole("link", { name: "Sandbox" }).waitFor();
  assert.equal(await card.getByRole("link", { name: "Billing" }).count(), 0);
  await card.getByText("Read only").waitFor();
  await look("connected-apps");
  // An administrator sees whose it is.
  await signOut(page);
  await signedIn("ADMIN");
  await page.getByRole("navigation").getByRole("link", { name: "Connected apps" }).click();
  await card.getByText("Ann", { exact: true }).waitFor();

  // The app is listed as an agent too. That page says where to end it.
  await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
  await page.getByRole("link", { name: /^Claude/ }).click();
  await page.getByText("End it under Connected apps.").waitFor();
  await page.goBack();
  await page.goBack();

  await card.getByRole("button", { name: /^End: Claude/ }).click();
  const question = page.getByRole("dialog", { name: /^End Claude/ });
  await question.getByText("can no longer use 1 integration").waitFor();
  await look("connected-app-end");
  await question.getByRole("button", { name: "End" }).click();
  await said(page, "was ended.");
  await page.getByRole("heading", { name: "No connected apps yet" }).waitFor();
  await look("connected-apps-empty");
  assert.equal(await use(), 401);
});
