/** Tests of the UI's decisions, without a browser. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import type { ManifestSummary, Policy, Usage } from "../api/types";
import { categories, search } from "../config/integration-manifests";
import { admits, entriesOf, freeAgentName, selectionOf } from "./agents";
import { fieldsOf, isQuick, looksRight, rejectionOf } from "./fields";
import { hasTokens } from "./health";
import { hostOf, isDark, monogram, suggestName } from "./names";
import { HOME, NO_FILTERS, agentRoute, formatRoute, parseRoute, partsOf, surfaceOf } from "./route";
import type { Route } from "./route";
import { STANDARD, identify, isLoopback, mayDo, takeTokenFromAddress } from "./identity";
import { snippets, targetOf } from "./snippets";
import type { SnippetTarget } from "./snippets";
import { ago, size } from "./time";
import { bars, byAgent, since } from "./usage";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (claims: unknown) => `${encode({ alg: "HS256" })}.${encode(claims)}.c2ln`;

test("an identity is read from the claims of the deployment", () => {
  const usual = { sub: "ada", exp: 2_000_000_000, workspace_id: "acmé", role: "ADMIN" };
  assert.deepEqual(identify(token(usual), STANDARD), {
    workspace: "acmé",
    subject: "ada",
    role: "ADMIN",
    expires: 2_000_000_000_000,
  });
  const names = { workspace: "https://x.example/ws", role: "app.roles" };
  const other = { sub: "a", exp: 1, "https://x.example/ws": "w", app: { roles: ["ADMIN", "MANAGER", "else"] } };
  assert.deepEqual(identify(token(other), names), { workspace: "w", subject: "a", role: "MANAGER", expires: 1000 });
  const literal = { sub: "a", exp: 1, "https://x.example/ws": "w", "app.roles": "AGENT", app: { roles: "ADMIN" } };
  const found = identify(token(literal), names);
  assert.equal(typeof found === "object" && found.role, "AGENT");
});

test("a text that is not a token and a token without claims are different errors", () => {
  for (const text of ["", "abc", "a.b", "a.b.c.d", "a.%%%.c", `a.${encode(7)}.c`]) {
    assert.equal(identify(text, STANDARD), "form", text);
  }
  for (const claims of [{}, { sub: "a", exp: "soon", workspace_id: "w" }, { sub: "a", exp: 1 }, { sub: 3, exp: 1, workspace_id: "w" }]) {
    assert.equal(identify(token(claims), STANDARD), "claims", JSON.stringify(claims));
  }
  const nobody = identify(token({ sub: "a", exp: 1, workspace_id: "w", role: "ROOT" }), STANDARD);
  assert.equal(typeof nobody === "object" && nobody.role, null);
});

test("a token is taken from the address once and removed from it", () => {
  const good = token({ sub: "a" });
  const replaced: string[] = [];
  const history = { replaceState: (_: unknown, __: string, url: string) => void replaced.push(url) } as unknown as History;
  const at = (hash: string) => takeTokenFromAddress({ hash, pathname: "/", search: "?x" } as Location, history);
  assert.equal(at(`#token=${good}`), good);
  assert.deepEqual(replaced, ["/?x"]);
  assert.equal(at("#token=a.b%20"), "a.b%20", "a text that is not a token is removed too");
  assert.equal(at(`#/x?token=${good}`), null);
  assert.equal(replaced.length, 2);
});

test("only names of this machine are loopback", () => {
  for (const name of ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"]) assert.ok(isLoopback(name), name);
  for (const name of ["127.0.0.1.example.com", "localhost.example.com", "128.0.0.1", "0.0.0.0", "127.0.0"]) {
    assert.ok(!isLoopback(name), name);
  }
});

test("every route can be formatted and parsed", () => {
  const routes: Route[] = [
    HOME,
    { page: "integrations", filters: { ...NO_FILTERS, q: "a b&c", health: "failing" } },
    { page: "integration", id: "a/b", tab: "usage" },
    { page: "integration", id: "int_1", tab: "overview" },
    { page: "add", manifest: null },
    { page: "add", manifest: "a/b" },
    { page: "section", name: "audit" },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(formatRoute(route)), route);
  assert.deepEqual(parseRoute(""), HOME);
  assert.deepEqual(parseRoute("#/integrations/"), HOME);
  const filtered = parseRoute("#/integrations?q=x&health=fine&status=on&view=tree");
  assert.deepEqual(filtered, { page: "integrations", filters: { ...NO_FILTERS, q: "x" } }, "what no filter knows does not filter");
  assert.deepEqual(parseRoute("#/add/"), { page: "add", manifest: null });
  // An address that nothing has stays what it is, so that the page can say so.
  for (const name of ["elsewhere/x", "integrations/x/nothing", "integrations/x/usage/more", "add/x/y"]) {
    assert.deepEqual(parseRoute(`#/${name}`), { page: "section", name });
  }
  assert.deepEqual(parseRoute("#/integrations/%E0%A4%A"), { page: "integration", id: "%E0%A4%A", tab: "overview" });
});

test("a page is open to its role and to those with more rights", () => {
  assert.ok(mayDo("ADMIN", "ADMIN") && mayDo("ADMIN", "MANAGER") && mayDo("MANAGER", "MANAGER"));
  assert.ok(!mayDo("MANAGER", "ADMIN") && !mayDo("AGENT", "MANAGER") && !mayDo(null, "AGENT"));
});

test("a tab, a filter and the dialog that adds do not leave the page", () => {
  assert.deepEqual(parseRoute(formatRoute(agentRoute("agt_1"))), { page: "section", name: "agents/agt_1" });
  assert.deepEqual([partsOf("agents/agt_1"), partsOf("agents"), partsOf("agents/")], [["agents", "agt_1"], ["agents", null], ["agents", null]]);
  const at = (hash: string) => surfaceOf(parseRoute(hash));
  assert.equal(at("#/add/stripe"), at("#/add"));
  assert.equal(at("#/integrations/a/usage"), at("#/integrations/a"));
  assert.equal(new Set(["#/integrations", "#/integrations/a", "#/integrations/b", "#/audit", "#/providers"].map(at)).size, 5);
});

test("the suggested name is free", () => {
  assert.equal(suggestName("Stripe", []), "Primary Stripe Account");
  assert.equal(suggestName("Airtable (OAuth)", ["x"]), "Primary Airtable Account");
  assert.equal(suggestName("Stripe", [" primary stripe ACCOUNT "]), "Second Stripe Account");
  const many = Array.from({ length: 9 }, (_, index) => suggestName("S", taken(index)));
  assert.equal(many.at(-1), "Ninth S Account");
  assert.equal(suggestName("S", taken(9)), "No. 10 S Account");
});

function taken(many: number): string[] {
  const names: string[] = [];
  while (names.length < many) names.push(suggestName("S", names));
  return names;
}

test("a provider has one or two letters, readable on its colour", () => {
  assert.equal(monogram("Google Drive"), "GD");
  assert.equal(monogram("GitHub (OAuth app)"), "G");
  assert.equal(monogram(""), "?");
  assert.ok(isDark("#000000") && isDark("#3350D0"));
  assert.ok(!isDark("#FFFFFF") && !isDark("#18BFFF"));
});

const provider = (id: string, name: string, categories: string[], description = ""): ManifestSummary => ({
  id,
  name,
  family: id,
  categories,
  description,
  brand: { color: "", icon: "" },
  auth_method: "api_key",
});

test("a search ranks matching names first", () => {
  const all = [
    provider("sendgrid", "SendGrid", ["email"], "Send mail, also for Stripe"),
    provider("stripe", "Stripe", ["payments"]),
    provider("x", "My Stripe", ["payments", "email"]),
  ];
  const ids = (typed: string) => search(all, typed).map((one) => one.id);
  assert.deepEqual(ids("stripe"), ["stripe", "x", "sendgrid"]);
  assert.deepEqual(ids("  PAY stri "), ["stripe", "x"]);
  assert.deepEqual(ids(""), ["sendgrid", "stripe", "x"]);
  assert.deepEqual(ids("nothing"), []);
  assert.deepEqual(categories(all), [["email", 2], ["payments", 2]]);
});

test("a pattern is only a hint, even one that cannot be evaluated", () => {
  assert.ok(looksRight("[a-z]+", "abc") && looksRight("[a-z]+", "") && looksRight(undefined, "x"));
  assert.ok(!looksRight("[a-z]+", "abc1"));
  assert.ok(!looksRight("a|b", "ab"), "the pattern must match the whole text");
  assert.ok(looksRight("(?i)abc", "x"), "a pattern that only the server can compile accepts every value");
  // A pattern that would take this browser minutes accepts every value, and at once.
  const began = performance.now();
  const bad = `${"a".repeat(40)}!`;
  for (const slow of [
    "(?:[a-z0-9_]+)+",
    "(?:[a-z0-9_]+)*",
    "(a+){10}",
    "(a|a){40}",
    "(?:a*){2,}",
    "((a+)?)*",
    "a?".repeat(40) + "a".repeat(40),
    "(?:a|a)".repeat(25),
    "a*a*a*a*a*a*a*a*b",
    "[a-z]{0,99}[a-z]{0,99}[a-z]{0,99}[a-z]{0,99}b",
    "a".repeat(200),
  ]) {
    assert.ok(!isQuick(slow) && looksRight(slow, bad), slow);
  }
  assert.ok(performance.now() - began < 200);
  assert.ok(looksRight("[a-z]+", "A".repeat(201)), "a very long text is accepted too");
});

test("a parameter that the provider supplies has no field", () => {
  const manifest = {
    params: [
      { name: "site", label: "Site", example: "acme" },
      { name: "cloud", label: "Cloud", example: "x", from: { pointer: "/id" } },
    ],
    credentials: [{ name: "key", label: "Key", secret: true }],
  } as unknown as Parameters<typeof fieldsOf>[0];
  assert.deepEqual(fieldsOf(manifest).map((field) => [field.group, field.name, field.secret]), [
    ["params", "site", false],
    ["credentials", "key", true],
  ]);
});

test("a key and a file are known by their format", () => {
  const manifest = {
    params: [{ name: "site", label: "Site", example: "acme" }],
    credentials: [
      { name: "key", label: "Key", secret: true, format: "pem" },
      { name: "file", label: "File", secret: true, format: "json", members: [{ name: "private_key", pointer: "/private_key", secret: true }] },
    ],
  } as unknown as Parameters<typeof fieldsOf>[0];
  assert.deepEqual(fieldsOf(manifest).map((field) => [field.name, field.format]), [
    ["site", "text"],
    ["key", "pem"],
    ["file", "json"],
  ]);
});

test("a token that the server renews by itself does not end for a person", () => {
  for (const auth_method of ["oauth2", "oauth2_client_credentials", "login"] as const) assert.ok(hasTokens({ auth_method }));
  for (const auth_method of ["api_key", "basic"] as const) assert.ok(!hasTokens({ auth_method }));
});

test("a rejection is said once, in the provider's words", () => {
  assert.equal(rejectionOf("the provider rejected the credential (401): No such key."), "No such key. (HTTP 401)");
  assert.equal(rejectionOf("the provider rejected the credential (403)"), "(HTTP 403)");
  assert.equal(rejectionOf("something else"), "something else");
});

test("a snippet names the integration", () => {
  const made = snippetsOf({ method: "POST", path: "/auth.test" });
  assert.match(made.curl, /^curl -X POST 'https:\/\/nexus\.example\/api\/proxy\/primary-slack\/auth\.test'/);
  assert.match(made.typescript, /"integration": "primary-slack",\n {4}"method": "POST",\n {4}"path": "\/auth\.test"/);
  assert.match(made.typescript, /^\/\/ https:\/\/nexus\.example\/api\/proxy\/primary-slack$/m);
  assert.equal(JSON.parse(made.mcp).mcpServers.nexus.url, "https://nexus.example/mcp");
});

test("a snippet is the complete verify call, unless that goes to another host", () => {
  const graphql = snippetsOf({ method: "POST", path: "/graphql", json: { query: "{ viewer { id } }" }, headers: { "X-V": "1" } });
  assert.match(graphql.curl, /-H 'X-V: 1' \\\n {2}-H 'Content-Type: application\/json' \\\n {2}-d '\{"query":/);
  assert.deepEqual(toolOf(graphql.typescript), {
    name: "call_api",
    arguments: {
      integration: "primary-slack",
      method: "POST",
      path: "/graphql",
      headers: [{ name: "X-V", value: "1" }],
      body: '{"query":"{ viewer { id } }"}',
    },
  });
  assert.deepEqual(toolOf(snippetsOf({ method: "GET", path: "/me?a=b%20c&a=" }).typescript), {
    name: "call_api",
    arguments: { integration: "primary-slack", path: "/me", query: [{ name: "a", value: "b c" }, { name: "a", value: "" }] },
  });
  assert.match(snippetsOf({ method: "GET", path: "/a/{site}/me?x=1" }).curl, /\/a\/acme\/me\?x=1'/);
  assert.match(snippetsOf({ method: "GET", path: "/me", base_url: "https://elsewhere.example" }).curl, /primary-slack\/PATH'/);
});

test("a snippet has the key while that is shown, and no call that the rules deny", () => {
  const manifest = {
    api: { base_url: "https://up.example", hosts: ["up.example"] },
    revoke: { unsupported: "" },
    verify: { method: "POST", path: "/auth.test" },
  } as unknown as Parameters<typeof targetOf>[1];
  const readOnly: Policy = { agents: [], rules: [{ effect: "allow", methods: ["GET"], path: "/**" }] };
  const target = targetOf({ slug: "slack", params: {}, policy: readOnly }, manifest, "agt_1");
  const [mcp, curl, typescript] = snippets("https://nexus.example", target, "nxa_k");
  assert.match(curl?.code ?? "", /^export NEXUS_KEY=nxa_k\ncurl 'https:\/\/nexus\.example\/api\/proxy\/slack\/PATH'/);
  assert.match(typescript?.code ?? "", /nxa_k/);
  // A client that signs in by itself needs no key.
  assert.doesNotMatch(mcp?.code ?? "", /nxa_|uthorization/);
  const open = targetOf({ slug: "slack", params: {}, policy: { agents: [], rules: [] } }, manifest, "agt_1");
  assert.match(snippets("https://nexus.example", open)[1]?.code ?? "", /-X POST 'https:\/\/nexus\.example\/api\/proxy\/slack\/auth\.test'/);
  assert.match(snippets("https://nexus.example", null)[1]?.code ?? "", /^curl 'https:\/\/nexus\.example\/api\/proxy' /);
});

test("a form holds the agents of a policy, and gives them back", () => {
  const policy = (agents: string[]): Policy => ({ agents, rules: [] });
  assert.deepEqual(entriesOf(selectionOf(policy(["*"]))), ["*"]);
  assert.deepEqual(entriesOf(selectionOf(policy(["bot", "agt_1", "a b"]))), ["agt_1", "bot", "a b"]);
  assert.deepEqual(entriesOf(selectionOf(policy([]))), []);
  assert.ok(admits(policy(["agt_1"]), { id: "agt_1", subject: null }));
  assert.ok(admits(policy(["bot"]), { id: "agt_1", subject: "bot" }));
  assert.ok(!admits(policy(["bot"]), { id: "agt_1", subject: null }));
  assert.equal(freeAgentName("My agent", [{ name: "my AGENT" }, { name: "My agent 2" }]), "My agent 3");
});

test("an app's host is shown, and nothing else of its address", () => {
  assert.equal(hostOf("https://claude.ai/oauth/client.json"), "claude.ai");
  for (const text of ["app_0123", "javascript:alert(1)", "https://"]) assert.equal(hostOf(text), null, text);
});

test("nothing from a manifest is executed as code", () => {
  const path = `/me';touch /tmp/x;"+alert(1)+"\`id\`$(id)\\`;
  const made = snippetsOf({ method: "GET", path });
  const sh = spawnSync("sh", ["-c", `curl() { printf '%s' "$1"; }\n${made.curl}`], { encoding: "utf8" });
  assert.equal(sh.stdout, `https://nexus.example/api/proxy/primary-slack${path}`);
  assert.deepEqual(toolOf(made.typescript), { name: "call_api", arguments: { integration: "primary-slack", path } });
});

/** Runs a snippet without its packages, and returns the tool that it calls. */
function toolOf(code: string): unknown {
  const lines = code.split("\n").filter((line) => !line.startsWith("import "));
  const body = lines.join("\n").replaceAll("await ", "").replace("console.log(result.structuredContent);", "return result;");
  class Client {
    connect() {}
    callTool(tool: unknown) {
      return tool;
    }
  }
  return new Function("Client", "StreamableHTTPClientTransport", "process", body)(Client, class {}, { env: {} });
}

function snippetsOf(verify: object): { curl: string; typescript: string; mcp: string } {
  const manifest = { verify } as unknown as SnippetTarget["manifest"];
  const integration = { slug: "primary-slack", params: { site: "acme" } };
  const made = snippets("https://nexus.example", { integration, manifest });
  const code = (id: string) => made.find((one) => one.id === id)?.code ?? "";
  return { curl: code("curl"), typescript: code("typescript"), mcp: code("mcp") };
}

test("times and sizes in words", () => {
  const now = Date.parse("2026-06-15T12:00:00Z");
  const at = (time: string) => ago(time, now);
  assert.equal(at("2026-06-15T11:59:30Z"), "now");
  assert.equal(at("2026-06-15T11:57:00Z"), "3 minutes ago");
  assert.equal(at("2026-06-15T12:59:00Z"), "in 1 hour");
  assert.equal(at("2026-06-17T12:00:00Z"), "in 2 days");
  assert.equal(at("2026-03-01T12:00:00Z"), "4 months ago");
  assert.deepEqual([0, 999, 1000, 1_250_000, 123_400_000_000].map(size), ["0 B", "999 B", "1 kB", "1.3 MB", "123 GB"]);
});

test("a chart has a bar for each day, including days without calls", () => {
  const now = Date.parse("2026-06-15T12:00:00Z");
  const row = (at: string, agent: string, calls: number, errors = 0): Usage => ({ at, agent, calls, errors, bytes: 10 });
  const rows = [row("2026-06-15T00:00:00Z", "a", 2, 1), row("2026-06-15T00:00:00Z", "b", 3), row("2026-05-17T00:00:00Z", "a", 1), row("2026-05-16T00:00:00Z", "a", 99)];
  assert.equal(since("day", now), "2026-05-17T00:00:00.000Z");
  const days = bars(rows, "day", now);
  assert.equal(days.length, 30);
  assert.deepEqual(days.at(-1), { at: "2026-06-15T00:00:00.000Z", calls: 5, errors: 1 });
  assert.equal(days[0]?.calls, 1);
  assert.equal(bars(rows, "hour", now).length, 24);
  assert.deepEqual(byAgent(rows).map(({ agent, calls }) => [agent, calls]), [["a", 102], ["b", 3]]);
});
