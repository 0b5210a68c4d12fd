// The first run: from the link that the machine prints to an agent's first call, in few steps.

import assert from "node:assert/strict";

import { ask, call, facts, scenario, signOut } from "./harness.mjs";

/** What a person does, each a click or a field. Whoever adds a step says why it is worth it. */
const MOST_STEPS = 8;

await scenario(async ({ page, look }) => {
  const { url } = await ask("sign_in_link", { role: "ADMIN", name: "Ann" });
  let steps = 0;
  const step = (done) => {
    steps += 1;
    return done;
  };

  await page.goto(url);
  await page.getByRole("heading", { name: "Sign in to acme" }).waitFor();
  await look("sign-in-link-of-machine");
  await step(page.getByRole("button", { name: "Sign in" }).click());
  await page.getByText("Ann · Administrator").waitFor();
  await page.getByRole("heading", { name: "Connect your first service" }).waitFor();
  // Services that people connect often are a click away, and the steps say what comes after.
  const popular = page.getByRole("list", { name: "Popular" }).getByRole("link");
  await popular.first().waitFor();
  assert.equal(await popular.count(), 6);
  assert.match(await popular.first().innerText(), /^Slack/);
  await page.getByRole("listitem").getByText("Register an agent").waitFor();

  await step(page.getByRole("main").getByRole("button", { name: "Add integration" }).first().click());
  const search = page.getByRole("searchbox", { name: "Search providers" });
  await step(search.fill("sandbox"));
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  await step(form.getByLabel("API key", { exact: true }).fill(facts.key));
  assert.ok(await form.getByRole("radio", { name: /^Every agent of this workspace/ }).isChecked());
  assert.ok(await form.getByRole("radio", { name: /^Read only/ }).isChecked(), "the safest is chosen");
  await look("first-run-form");
  await step(form.getByRole("button", { name: "Connect", exact: true }).click());

  const done = page.getByRole("dialog", { name: "Primary Sandbox Account is connected" });
  // The page suggests a name for the agent.
  await step(done.getByRole("button", { name: "Make a key" }).click());
  await done.getByText("This key is shown only now.").waitFor();
  await done.getByText("Waiting for the first call of My agent").waitFor();
  await look("first-run-key");
  const snippet = await done.locator("pre").innerText();

  // The snippet on the page runs as it is.
  const key = /NEXUS_KEY=(nxa_\w+)/.exec(snippet)?.[1];
  const target = /curl '([^']+)'/.exec(snippet)?.[1];
  assert.match(snippet, /-H "Authorization: Bearer \$NEXUS_KEY"/);
  const response = await fetch(target, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(response.status, 200, await response.text());
  await done.getByText("My agent has made its first call. The key works.").waitFor();
  await look("first-run-called");

  // The page shows the call.
  await step(done.getByRole("button", { name: "Open integration" }).click());
  // People are named, not their ids.
  await page.getByText(/ by Ann$/).waitFor();
  await step(page.getByRole("tab", { name: "Usage" }).click());
  await page.getByRole("rowheader", { name: "My agent" }).waitFor();
  await page.locator("figcaption").getByText("1 call in 30 days").waitFor();
  assert.ok(steps <= MOST_STEPS, `${steps} steps`);

  // The agent may only read.
  const write = await fetch(target, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
  assert.equal(write.status, 403);
  const [made] = (await call("GET", "/api/integrations")).items;
  assert.deepEqual(made.policy.rules, [{ effect: "allow", methods: ["GET", "HEAD", "OPTIONS"], path: "/**" }]);

  // Whoever signs out gets to the page with all ways to sign in, and back to where they were.
  await signOut(page);
  await page.goto("/#/agents");
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  const { url: again } = await ask("sign_in_link", { role: "ADMIN", name: "Ann" });
  await page.goto(again);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  await page.getByRole("link", { name: "My agent" }).waitFor();
});
