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
 * The snippets of an agent: for a client that signs in by itself, for a shell, and for a program. Without a
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
  const typescript = [
    ...(key === null ? [] : [`// Set NEXUS_KEY=${key}`]),
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(call.method === "GET" ? [] : [`  method: ${JSON.stringify(call.method)},`]),
    "  headers: {",
    "    authorization: `Bearer ${process.env.NEXUS_KEY}`,",
    ...headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    "  },",
    ...(call.body === undefined ? [] : [`  body: ${JSON.stringify(call.body)},`]),
    "});",
    `if (response.headers.has("x-nexus-error")) throw new Error((await response.json()).detail);`,
    "console.log(await response.json());",
  ];
  const server = { type: "http", url: `${origin}/mcp` };
  return [
    { id: "mcp", title: "MCP", code: JSON.stringify({ mcpServers: { nexus: server } }, null, 2) },
    { id: "curl", title: "curl", code: key === null ? curl : `export NEXUS_KEY=${key}\n${curl}` },
    { id: "typescript", title: "TypeScript", code: typescript.join("\n") },
  ];
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
