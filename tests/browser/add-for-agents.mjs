// Adding for chosen agents: nobody else may use the integration, from its first moment on.

import assert from "node:assert/strict";

import { call, facts, pick, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  const agent = async (name) => {
    const { id } = await call("POST", "/api/agents", { name });
    const { key } = await call("POST", `/api/agents/${id}/keys`, {});
    return { id, key };
  };
  const [support, other] = [await agent("Support bot"), await agent("Other bot")];

  await signedIn("MANAGER");
  await pick(page, "Sandbox");
  const form = page.getByRole("dialog", { name: "Connect Sandbox" });
  await form.getByLabel("API key", { exact: true }).fill(facts.key);
  await form.getByRole("radio", { name: /^Only chosen agents/ }).check();
  await form.getByText("While none is chosen").waitFor();
  await form.getByRole("checkbox", { name: /^Other bot/ }).check();
  await form.getByRole("checkbox", { name: /^Support bot/ }).check();
  await form.getByRole("checkbox", { name: /^Other bot/ }).uncheck();
  // One that is missing is registered right here.
  await form.getByRole("button", { name: "Register an agent" }).click();
  await form.getByLabel("Name of the new agent").fill("New bot");
  await form.getByRole("button", { name: "Register", exact: true }).click();
  await form.getByRole("checkbox", { name: /^New bot/, checked: true }).waitFor();
  await form.getByRole("radio", { name: /^Everything but deleting/ }).check();
  await look("add-chosen-agents");
  await form.getByRole("button", { name: "Connect", exact: true }).click();
  const done = page.getByRole("dialog", { name: "Primary Sandbox Account is connected" });
  // An agent that may use it is chosen for the key.
  const choice = done.getByLabel("Agent", { exact: true });
  assert.match(await choice.locator("option:checked").textContent(), /^(Support|New) bot$/);

  const { items } = await call("GET", "/api/agents");
  const { id } = items.find(({ name }) => name === "New bot");
  const [made] = (await call("GET", "/api/integrations")).items;
  assert.deepEqual(made.policy, {
    agents: [support.id, id],
    rules: [{ effect: "deny", methods: ["DELETE"], path: "/**" }],
  });
  const use = async ({ key }, method = "GET") => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${facts.url}/api/proxy/${made.slug}/me`, { method, headers });
    await answer.text();
    return answer.status;
  };
  assert.deepEqual([await use(support), await use(support, "DELETE"), await use(other)], [200, 403, 403]);
});
