// MCP clients that are told the URL alone: the official ones in TypeScript, and mcp-remote.
// Arguments: the application's origin, a token that is not used, the cookie of a person who is signed in, and the slug
// of an integration with a path below it.
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as today from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { agree } from "./person.mjs";
import { runAll } from "./run.mjs";

const [origin, , cookie, slug, path] = process.argv.slice(2);
const url = () => new URL(`${origin}/mcp`);
const who = { name: "nexus-tests", version: "1" };

/** What a program keeps. It has nothing when it starts. */
class Provider {
  redirectUrl = "http://127.0.0.1:4711/callback";
  clientMetadata = {
    client_name: "Test program",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.kept;
  saveTokens = (tokens) => void (this.kept = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  state = () => "a-state";
  discoveryState = () => this.discovered;
  saveDiscoveryState = (found) => void (this.discovered = found);
  async redirectToAuthorization(asked) {
    this.back = await agree(asked, cookie);
  }
}

async function use(client, transport) {
  await client.connect(transport);
  // A program that stays open would keep this one running.
  try {
    const listed = await client.callTool({ name: "list_integrations", arguments: {} });
    const slugs = listed.structuredContent.integrations.map((item) => item.slug);
    assert.ok(slugs.includes(slug), String(slugs));
    const call = { name: "call_api", arguments: { integration: slug, path } };
    const called = await client.callTool(call);
    assert.equal(called.structuredContent.status, 200, JSON.stringify(called));
  } finally {
    await client.close();
  }
}

/** The first connection sends the person to the page, and the second has the tokens. */
async function official(make, Transport, finish) {
  const authProvider = new Provider();
  const first = new Transport(url(), { authProvider });
  await assert.rejects(make().connect(first), (error) => error.constructor.name === "UnauthorizedError");
  assert.equal(authProvider.back.searchParams.get("state"), "a-state");
  await finish(first, authProvider.back.searchParams);
  await use(make(), new Transport(url(), { authProvider }));
  assert.ok(authProvider.kept.refresh_token, "no refresh token");
  // An expired access token is renewed without the person.
  authProvider.kept = { ...authProvider.kept, access_token: "nxt_ended" };
  authProvider.back = undefined;
  await use(make(), new Transport(url(), { authProvider }));
  assert.equal(authProvider.back, undefined, "the person was asked again");
}

await runAll({
  "@modelcontextprotocol/sdk": () =>
    official(
      () => new Client(who),
      StreamableHTTPClientTransport,
      (transport, answer) => transport.finishAuth(answer.get("code")),
    ),
  "@modelcontextprotocol/client": () =>
    official(
      () => new today.Client(who),
      today.StreamableHTTPClientTransport,
      (transport, answer) => transport.finishAuth(answer),
    ),
  "mcp-remote": async () => {
    const folder = await mkdtemp(join(tmpdir(), "mcp-remote-"));
    const browser = join(folder, "xdg-open");
    const person = new URL("./person.mjs", import.meta.url).pathname;
    const script = `#!/bin/sh\nexec "${process.execPath}" "${person}" "$1"\n`;
    await writeFile(browser, script, { mode: 0o755 });
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      BROWSER: browser,
      NEXUS_COOKIE: cookie,
      MCP_REMOTE_CONFIG_DIR: folder,
      HOME: folder,
    };
    const program = new URL("./node_modules/mcp-remote/dist/proxy.js", import.meta.url).pathname;
    const args = [program, url().href, "--allow-http"];
    await use(new Client(who), new StdioClientTransport({ command: process.execPath, args, env }));
  },
});
