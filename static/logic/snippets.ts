/**
 * Code with which an agent calls an integration. People paste it into a shell, so everything that comes
 * from a manifest must be quoted. The only secret in it is the agent's key, while that is shown.
 */
import type { Integration, Manifest, Policy } from "../api/types";
import { predict } from "./policy";
import type { Endpoints } from "./policy";

export interface Snippet {
  readonly id: "mcp" | "curl" | "typescript";
  readonly title: string;
  readonly code: string;
}

export interface SnippetTarget {
  readonly integration: Pick<Integration, "slug" | "params">;
  readonly manifest: Pick<Manifest, "verify">;
  /** Whether the policy allows a call, if that is known. */
  isAllowed?(method: string, path: string): boolean;
}

/** The call that a snippet shows is the one that verifies the credential, if the policy allows it. */
export function targetOf(integration: Pick<Integration, "slug" | "params" | "policy">, manifest: Pick<Manifest, "verify"> & Endpoints, agent: string): SnippetTarget {
  const { policy } = integration;
  const host = manifest.api.hosts[0] ?? "";
  // Whether the agent is admitted is another question than which calls the rules allow.
  const open: Policy = { ...policy, agents: ["*"] };
  return { integration, manifest, isAllowed: (method, path) => predict(open, manifest, { agent, method, host, path: path.split(/[?#]/)[0] ?? "" }).allowed };
}

/**
 * The snippets of an agent: for a client that signs in by itself, for a shell, and for a program with an SDK. Without a
 * target, they list what the agent may use. `key` is the agent's key, in the moment in which it is shown.
 */
export function snippets(origin: string, target: SnippetTarget | null, key: string | null = null): Snippet[] {
  const call = target ? sample(target) : LIST;
  const url = target ? `${origin}/api/proxy/${target.integration.slug}${call.path}` : `${origin}/api/proxy`;
  const headers = Object.entries(call.headers);
  const curl = [
    `curl${call.method === "GET" ? "" : ` -X ${call.method}`} ${quote(url)}`,
    `-H "Authorization: Bearer $NEXUS_KEY"`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(call.body === undefined ? [] : [`-d ${quote(call.body)}`]),
  ].join(" \\\n  ");
  const server = { type: "http", url: `${origin}/mcp` };
  return [
    { id: "mcp", title: "MCP", code: JSON.stringify({ mcpServers: { nexus: server } }, null, 2) },
    { id: "curl", title: "curl", code: key === null ? curl : `export NEXUS_KEY=${key}\n${curl}` },
    { id: "typescript", title: "TypeScript SDK", code: sdk(origin, target, call, key) },
  ];
}

/**
 * The same call with the official SDK of MCP, which works for every provider. The SDK of a provider works too, and
 * how it takes a base URL is in its own documentation.
 */
function sdk(origin: string, target: SnippetTarget | null, call: Call, key: string | null): string {
  const [path = "", query] = call.path.split("?");
  const pairs = (all: Iterable<readonly [string, string]>) => [...all].map(([name, value]) => ({ name, value }));
  // JSON is sent as JSON.
  const headers = pairs(Object.entries(call.headers).filter(([name]) => name !== "Content-Type"));
  const input = target && {
    integration: target.integration.slug,
    ...(call.method !== "GET" && { method: call.method }),
    path,
    ...(query !== undefined && { query: pairs(new URLSearchParams(query)) }),
    ...(headers.length > 0 && { headers }),
    ...(call.body !== undefined && { body: call.body }),
  };
  const tool = { name: target ? "call_api" : "list_integrations", arguments: input ?? {} };
  const base = target ? `${origin}/api/proxy/${target.integration.slug}` : `${origin}/api/proxy/SLUG`;
  return [
    "// npm install @modelcontextprotocol/sdk",
    ...(key === null ? [] : [`// export NEXUS_KEY=${key}`]),
    `import { Client } from "@modelcontextprotocol/sdk/client/index.js";`,
    `import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";`,
    "",
    `const client = new Client({ name: "my-agent", version: "1.0.0" });`,
    "const headers = { Authorization: `Bearer ${process.env.NEXUS_KEY}` };",
    `const url = new URL(${JSON.stringify(`${origin}/mcp`)});`,
    "await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));",
    `const result = await client.callTool(${JSON.stringify(tool, null, 2)});`,
    "console.log(result.structuredContent);",
    "await client.close();",
    "",
    "// The provider's own SDK works too. Its API key is NEXUS_KEY, and its base URL is:",
    `// ${base}`,
  ].join("\n");
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Lists what the agent may use. */
const LIST: Call = { method: "GET", path: "", headers: {} };
/** For people to fill in. */
const ANY: Call = { method: "GET", path: "/PATH", headers: {} };

/** The call with which the manifest verifies a credential, because every credential may make it. */
function sample({ integration: { params }, manifest: { verify }, isAllowed = () => true }: SnippetTarget): Call {
  // The verify request may go to a host that agents do not call.
  if ("unsupported" in verify || verify.base_url || verify.form) return ANY;
  const path = verify.path.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
  if (!isAllowed(verify.method, path)) return ANY;
  const json = verify.json === undefined || verify.json === null ? undefined : JSON.stringify(verify.json);
  return {
    method: verify.method,
    path,
    headers: { ...verify.headers, ...(json !== undefined && { "Content-Type": "application/json" }) },
    ...(json !== undefined && { body: json }),
  };
}

/** Quotes a text as one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
