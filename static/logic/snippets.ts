/**
 * Code with which an agent calls an integration. People paste it into a shell, so it must never contain
 * a credential, and must quote everything that comes from a manifest.
 */
import type { Integration, Manifest } from "../api/types";

export interface Snippet {
  readonly id: "curl" | "typescript" | "mcp";
  readonly title: string;
  readonly code: string;
}

type SnippetTarget = Pick<Integration, "slug" | "params">;

export function snippets(origin: string, integration: SnippetTarget, manifest: Pick<Manifest, "verify">): Snippet[] {
  const call = sample(manifest, integration.params);
  const url = `${origin}/api/proxy/${integration.slug}${call.path}`;
  const headers = Object.entries(call.headers);
  const curl = [
    `curl${call.method === "GET" ? "" : ` -X ${call.method}`} ${quote(url)}`,
    `-H "Authorization: Bearer $NEXUS_TOKEN"`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(call.body === undefined ? [] : [`-d ${quote(call.body)}`]),
  ];
  const typescript = [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(call.method === "GET" ? [] : [`  method: ${JSON.stringify(call.method)},`]),
    "  headers: {",
    "    authorization: `Bearer ${process.env.NEXUS_TOKEN}`,",
    ...headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    "  },",
    ...(call.body === undefined ? [] : [`  body: ${JSON.stringify(call.body)},`]),
    "});",
    `if (response.headers.has("x-nexus-error")) throw new Error((await response.json()).detail);`,
    "console.log(await response.json());",
  ];
  const server = { type: "http", url: `${origin}/mcp`, headers: { Authorization: "Bearer ${NEXUS_TOKEN}" } };
  return [
    { id: "curl", title: "curl", code: curl.join(" \\\n  ") },
    { id: "typescript", title: "TypeScript", code: typescript.join("\n") },
    { id: "mcp", title: "MCP", code: JSON.stringify({ mcpServers: { nexus: server } }, null, 2) },
  ];
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The call with which the manifest verifies a credential, because every credential may make it. */
function sample({ verify }: Pick<Manifest, "verify">, params: Readonly<Record<string, string>>): Call {
  // The verify request may go to a host that agents do not call.
  if ("unsupported" in verify || verify.base_url || verify.form) return { method: "GET", path: "/PATH", headers: {} };
  const path = verify.path.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
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
