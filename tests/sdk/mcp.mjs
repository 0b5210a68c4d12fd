// The official MCP clients in TypeScript, for the protocol before 2026-07-28 and for the current one.
// Arguments: the application's origin, an agent's token.
import assert from "node:assert/strict";

import * as today from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [origin, token] = process.argv.slice(2);
const options = { requestInit: { headers: { authorization: `Bearer ${token}` } } };
const url = () => new URL(`${origin}/mcp`);

async function use(name, client, transport) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ["list_integrations", "describe_integration", "call_api"],
  );
  const call = (tool, input) => client.callTool({ name: tool, arguments: input });
  const listed = await call("list_integrations", {});
  const slugs = listed.structuredContent.integrations.map((item) => item.slug);
  assert.ok(slugs.includes("stripe"), String(slugs));
  const described = await call("describe_integration", { integration: "stripe" });
  assert.match(described.content[0].text, /Base URL: /);
  const called = await call("call_api", { integration: "stripe", path: "/v1/charges", query: { limit: 1 } });
  assert.equal(called.structuredContent.status, 200);
  assert.equal(called.structuredContent.body.data.length, 1);
  const wrong = await call("call_api", { integration: "stripe", path: "v1" });
  assert.equal(wrong.isError, true);
  await client.close();
  console.log(`worked: ${name}`);
}

const who = { name: "nexus-tests", version: "1" };
await use("@modelcontextprotocol/sdk", new Client(who), new StreamableHTTPClientTransport(url(), options));
await use(
  "@modelcontextprotocol/client",
  new today.Client(who),
  new today.StreamableHTTPClientTransport(url(), options),
);
