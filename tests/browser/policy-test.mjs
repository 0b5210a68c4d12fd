// The test of rules says what it cannot know: whether the body of a call has a member that the provider's manifest denies.

import assert from "node:assert/strict";

import { call, connect, facts, scenario } from "./harness.mjs";

await scenario(async ({ page, signedIn, look }) => {
  const { version, hash, versions, ...sandbox } = await call("GET", `/api/manifests/${facts.by_key}`);
  const deny_body = [
    { method: "POST", path: "/crawl", name: "webhook", why: "Sends results elsewhere" },
    { method: "POST", path: "/crawl", name: "cmd", why: "Runs any method" },
  ];
  const manifest = { ...sandbox, id: "custom-crawler", name: "Crawler", api: { ...sandbox.api, deny_body } };
  await call("POST", "/api/manifests", manifest);
  await connect("Crawler", { manifest_id: "custom-crawler" });
  const agent = await call("POST", "/api/agents", { name: "Support bot" });
  const { key } = await call("POST", `/api/agents/${agent.id}/keys`, {});
  const send = async (body) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const response = await fetch(`${facts.url}/api/proxy/crawler/crawl`, { method: "POST", headers, body: JSON.stringify(body) });
    await response.text();
    return response.status;
  };

  await signedIn("ADMIN");
  await page.goto("/#/integrations/crawler/access");
  const verdict = page.locator(".verdict");
  const foretold = (words) => verdict.getByText(words, { exact: true }).waitFor();
  await page.getByLabel("Path to test").fill("/crawl");
  await foretold("Allowed: no rule denies it");
  await page.getByLabel("Method", { exact: true }).selectOption("POST");
  const unless = "unless the body has “webhook”: Sends results elsewhere; or “cmd”: Runs any method";
  await foretold(`Allowed, ${unless}`);
  await page.getByText("A body of this call must be JSON or a form of at most 64 KiB").waitFor();
  await look("policy-test-body");
  // A file has no members that can be read.
  await page.getByLabel("Content type of the body").selectOption("multipart/form-data");
  await foretold("Always denied: the body has another content type than application/json, application/x-www-form-urlencoded");
  await page.getByLabel("Content type of the body").selectOption("application/json");
  await foretold(`Allowed, ${unless}`);
  // The list of what is always denied has them too.
  await page.getByText("3 calls are always denied").click();
  await page.getByText("if the body has “webhook”: Sends results elsewhere").waitFor();
  await look("policy-always-denied");

  // What the page foretells is what the server does, and its records name the rule in words.
  assert.equal(await send({ webhook: "https://elsewhere.example" }), 403);
  assert.notEqual(await send({ url: "https://example.com" }), 403);
  await page.getByRole("tab", { name: "Calls" }).click();
  await page.getByRole("switch", { name: "Follow" }).click();
  await page.getByRole("cell", { name: /^rule 1 of the provider for bodies/i }).waitFor();

  // Rules that would allow a call that a rule denies cannot promise it.
  const [{ id }] = (await call("GET", "/api/integrations")).items;
  await call("PUT", `/api/integrations/${id}`, { policy: { agents: ["*"], rules: [{ effect: "deny", methods: ["POST"], path: "/**" }] } });
  assert.equal(await send({ url: "https://example.com" }), 403);
  await page.getByRole("cell", { name: "rule 1 denies POST /**", exact: true }).waitFor();
  await page.reload();
  await page.getByRole("tab", { name: "Access" }).click();
  await page.getByRole("button", { name: "Remove rule 1" }).click();
  const trial = page.locator(".trial");
  await trial.getByText("These rules would allow 1 call that a rule has denied").waitFor();
  await trial.getByRole("listitem").getByText(unless).waitFor();
});
