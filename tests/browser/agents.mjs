// Agents: registered, given a key, selected for an integration, limited, switched off and deleted.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { call, connect, facts, said, scenario, titled } from "./harness.mjs";

await scenario(async ({ page, signedIn, look, allow }) => {
  const made = await connect("Sandbox");
  await signedIn("MANAGER");
  await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
  await page.getByRole("heading", { name: "No agents yet" }).waitFor();
  await look("agents-empty");

  await page.getByRole("button", { name: "Register an agent" }).click();
  const add = page.getByRole("dialog", { name: "Register an agent" });
  await add.getByLabel("Name").fill("Support bot");
  await add.getByLabel(/^What the agent is for/).fill("Answers customers");
  await add.getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { name: "Support bot", level: 1 }).waitFor();
  await titled(page, "Support bot · Integration Nexus");
  assert.match(page.url(), /#\/agents\/agt_\w+$/);
  await page.getByText("Every call").waitFor();
  await look("agent-page");

  // A key is shown once, and works.
  const main = page.getByRole("main");
  await main.getByRole("button", { name: "Make a key" }).click();
  await main.getByText("This key is shown only now.").waitFor();
  const code = await main.locator("pre").innerText();
  const key = /NEXUS_KEY=(nxa_\w+)/.exec(code)[1];
  assert.ok(code.includes(`${facts.url}/api/proxy/sandbox/me`), code);
  await main.getByRole("tab", { name: "MCP" }).click();
  assert.doesNotMatch(await main.locator("pre").innerText(), /nxa_/);
  // With the package that it names, the snippet for the SDK runs as it is.
  if (process.env.NEXUS_SDK) {
    await main.getByRole("tab", { name: "TypeScript SDK" }).click();
    const folder = await mkdtemp(join(process.env.NEXUS_SDK, "snippet-"));
    try {
      const script = join(folder, "snippet.mjs");
      await writeFile(script, await main.locator("pre").innerText());
      const env = { ...process.env, NEXUS_KEY: key };
      const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
      assert.match(stdout, /acct_sandbox_1/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const use = async (path = "/me") => {
    const answer = await fetch(`${facts.url}/api/proxy/sandbox${path}`, { headers: { authorization: `Bearer ${key}` } });
    await answer.text();
    return answer.status;
  };
  assert.equal(await use(), 200);
  await main.getByText("Support bot has made its first call. The key works.").waitFor();
  await look("agent-key");
  await page.reload();
  await page.getByText("Unnamed key").waitFor();
  assert.ok(!(await main.innerText()).includes(key), "it is not shown again");

  // The page asks before typed text is lost. The error for a taken name is beside the name.
  await call("POST", "/api/agents", { name: "Other bot" });
  const name = main.getByLabel("Name", { exact: true });
  await name.fill("other BOT");
  await page.goBack();
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Keep editing" }).click();
  allow(/status of 409/);
  await main.getByRole("button", { name: "Save" }).click();
  await main.getByText("Another agent has this name.").waitFor();
  assert.equal(await name.inputValue(), "other BOT");
  await name.fill("Support bot");

  // Agents are selected by name: first only one agent may use the integration, then both.
  await page.goto(`/#/integrations/${made.slug}/access`);
  await main.getByRole("radio", { name: /^Only chosen agents/ }).check();
  await main.getByText("While none is chosen").waitFor();
  await main.getByRole("checkbox", { name: /^Other bot/ }).check();
  // A missing agent can be registered on this page.
  await main.getByRole("button", { name: "Register an agent" }).click();
  await main.getByLabel("Name of the new agent").fill("Third bot");
  await main.getByRole("button", { name: "Register", exact: true }).click();
  assert.ok(await main.getByRole("checkbox", { name: /^Third bot/ }).isChecked());
  // Each agent gets a limit.
  const limit = main.getByLabel(/^Calls per minute of each agent/);
  await limit.fill("none");
  await main.getByText("Enter a whole number from 1 to 1,000,000").waitFor();
  await look("access-chosen");
  await limit.fill("120");
  await main.getByRole("button", { name: "Save" }).click();
  await said(page, "The access rules were saved.");
  const { items } = await call("GET", "/api/agents");
  const id = (name) => items.find((one) => one.name === name).id;
  const saved = (await call("GET", `/api/integrations/${made.id}`)).policy;
  assert.deepEqual(saved.agents, [id("Other bot"), id("Third bot")]);
  assert.deepEqual(saved.limits, { calls_per_minute: 120 });
  assert.equal(await use(), 403);
  await main.getByRole("checkbox", { name: /^Support bot/ }).check();
  await limit.fill("");
  await main.getByRole("button", { name: "Save" }).click();
  await main.getByText("You have unsaved changes.").waitFor({ state: "detached" });
  assert.equal(await use(), 200);
  assert.equal((await call("GET", `/api/integrations/${made.id}`)).policy.limits, undefined);

  // On the integration's page, an agent without access gets access and a key.
  await call("POST", "/api/agents", { name: "Late bot" });
  await page.getByRole("tab", { name: "Connect an agent" }).click();
  await main.getByLabel("Agent", { exact: true }).selectOption({ label: "Late bot" });
  await main.getByText("Late bot will be added to the agents that may use Sandbox.").waitFor();
  await main.getByRole("button", { name: "Make a key" }).click();
  await main.getByText("Key of Late bot").waitFor();
  const late = (await call("GET", "/api/agents")).items.find((one) => one.name === "Late bot");
  assert.ok((await call("GET", `/api/integrations/${made.id}`)).policy.agents.includes(late.id));

  // The agent is switched off, its key is revoked, and it is deleted.
  await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
  await page.getByRole("switch", { name: "Support bot: may call" }).click();
  await said(page, "Support bot was switched off.");
  await look("agents");
  assert.equal(await use(), 401);
  await page.getByRole("switch", { name: "Support bot: may call" }).click();
  await said(page, "Support bot was switched on.");
  await page.getByRole("link", { name: "Support bot" }).click();
  await page.getByRole("button", { name: "Revoke: Unnamed key" }).click();
  await page.getByRole("dialog", { name: "Revoke the key Unnamed key?" }).getByRole("button", { name: "Revoke" }).click();
  await page.getByText("No keys yet.").waitFor();
  assert.equal(await use(), 401);
  assert.equal(await page.getByRole("button", { name: "Emergency stop" }).count(), 0, "a manager may not stop");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog", { name: "Delete Support bot?" }).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "Third bot" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Support bot" }).count(), 0);
  await page.goto(`/#/agents/${id("Support bot")}`);
  allow(/status of 404/);
  await page.getByRole("heading", { name: "Agent not found" }).waitFor();
}, { allow: [/status of 404/] });
