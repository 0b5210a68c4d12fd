// An emergency stop: the page first counts what it stops, it needs a reason, every page shows it, and it is
// lifted.

import assert from "node:assert/strict";

import { ask, call, connect, facts, said, scenario } from "./harness.mjs";

await scenario(async ({ page, browser, signedIn, look, allow }) => {
  const made = await connect("Sandbox");
  const agent = await call("POST", "/api/agents", { name: "Wild bot" });
  const { key } = await call("POST", `/api/agents/${agent.id}/keys`, { name: "production" });
  const use = async () => {
    const answer = await fetch(`${facts.url}/api/proxy/${made.slug}/me`, { headers: { authorization: `Bearer ${key}` } });
    await answer.text();
    return answer.status;
  };
  assert.equal(await use(), 200);
  await signedIn("ADMIN");
  await page.getByRole("link", { name: "Emergency stop" }).click();
  await page.getByRole("heading", { name: "Nothing is stopped" }).waitFor();
  await look("stops-empty");

  // An agent, on its page.
  await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
  await page.getByRole("link", { name: "Wild bot" }).click();
  await page.getByRole("main").getByRole("button", { name: "Emergency stop" }).click();
  const question = page.getByRole("dialog", { name: "Stop Wild bot?" });
  await question.getByText("This stops 1 agent and 1 key.").waitFor();
  await question.getByRole("button", { name: "Stop now" }).click();
  await question.getByText("Enter a reason.").waitFor();
  await look("stop-agent");
  const reason = question.getByLabel("Reason");
  await reason.fill("It deletes customers");
  // A key press does not close the dialog with typed text.
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Keep editing" }).click();
  await reason.press("Enter");
  await said(page, "Wild bot is stopped.");
  const banner = page.getByRole("region", { name: "Emergency stop" });
  await banner.getByText("Wild bot is stopped.").waitFor();
  await banner.getByText("It deletes customers").waitFor();
  assert.equal(await use(), 403);
  await look("stop-banner");
  // Every page shows the stop, after a reload too.
  await page.getByRole("link", { name: "Audit" }).click();
  await page.reload();
  await banner.getByText("Wild bot is stopped.").waitFor();
  await banner.getByRole("button", { name: "Lift" }).click();
  await page.getByRole("dialog", { name: "Lift the stop of Wild bot?" }).getByRole("button", { name: "Lift" }).click();
  await banner.waitFor({ state: "detached" });
  assert.equal(await use(), 200);

  // An integration, or all integrations of its provider.
  await page.goto(`/#/integrations/${made.slug}`);
  await page.getByRole("main").getByRole("button", { name: "Emergency stop" }).click();
  const wide = page.getByRole("dialog", { name: /^Stop Sandbox/ });
  await wide.getByText("This stops 1 integration.").waitFor();
  await wide.getByRole("radio", { name: "Every integration of Sandbox" }).check();
  await wide.getByLabel("Reason").fill("The provider was broken into");
  await wide.getByRole("button", { name: "Stop now" }).click();
  await banner.getByText("Sandbox is stopped.").waitFor();
  const { items } = await call("GET", "/api/panic");
  assert.deepEqual(items.map(({ scope, target }) => [scope, target]), [["provider", facts.by_key]]);
  assert.equal(await use(), 403);

  // The whole workspace: an administrator stays signed in and lifts the stop. Other people see why nothing
  // works.
  const { url } = await ask("sign_in_link", { role: "MANAGER", name: "Bob" });
  const other = await (await browser.newContext({ baseURL: facts.url })).newPage();
  await other.goto(url);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByText("Bob · Manager").waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Emergency stop" }).click();
  await page.getByLabel("What to stop").selectOption("workspace");
  await page.getByRole("main").getByRole("button", { name: "Emergency stop" }).click();
  const all = page.getByRole("dialog", { name: "Stop the whole workspace?" });
  await all.getByText("Administrators stay signed in").waitFor();
  await all.getByLabel("Reason").fill("Drill");
  allow(/status of 403/);
  await all.getByRole("button", { name: "Stop now" }).click();
  await banner.getByText("2 emergency stops in force.").waitFor();
  await look("stops");
  await page.getByRole("link", { name: "Integrations", exact: true }).first().click();
  await page.reload();
  await page.getByText("The integrations could not be loaded").waitFor();
  await look("stopped-workspace");
  await other.reload();
  await other.getByRole("heading", { name: "The workspace could not be opened" }).waitFor();
  await other.getByText("Drill").waitFor();
  await look("stopped-for-others", other);
  await banner.getByRole("link", { name: "Show" }).click();
  await page.getByRole("button", { name: "Lift: The whole workspace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Lift" }).click();
  await banner.getByText("is stopped.").waitFor();
  await page.getByRole("button", { name: /^Lift: / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Lift" }).click();
  await banner.waitFor({ state: "detached" });
  assert.equal(await use(), 200);
  await other.getByRole("button", { name: "Try again" }).click();
  await other.getByText("Bob · Manager").waitFor();

  // People cannot be read in a stopped workspace. The author knows the own name, and to others is an administrator.
  const link = await ask("sign_in_link", { role: "ADMIN", name: "Alice" });
  const author = await (await browser.newContext({ baseURL: facts.url })).newPage();
  await author.goto(link.url);
  await author.getByRole("button", { name: "Sign in" }).click();
  await author.getByText("Alice · Administrator").waitFor();
  await author.goto("/#/emergency-stop");
  await author.getByLabel("What to stop").selectOption("workspace");
  await author.getByRole("main").getByRole("button", { name: "Emergency stop" }).click();
  await author.getByLabel("Reason").fill("Drill by a person");
  await author.getByRole("button", { name: "Stop now" }).click();
  await author.getByRole("region", { name: "Emergency stop" }).getByText("(by Alice, ").waitFor();
  await page.goto("/#/emergency-stop");
  await page.reload();
  await banner.getByText("(by an administrator, ").waitFor();
  const line = page.getByRole("main").getByRole("listitem").filter({ hasText: "Drill by a person" });
  await line.getByText("by an administrator, ").waitFor();
  assert.equal(await line.getByText(/^per_/).isVisible(), false);
  await line.getByText("Details", { exact: true }).click();
  await line.getByText(/^per_/).waitFor();
  await look("stopped-by-a-person");
});
