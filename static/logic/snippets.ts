/**
 * How an agent calls exactly this integration. There is never a credential in it, and nothing of a
 * manifest is more than text in it: people paste this into a shell.
 */
import type { Integration, Manifest } from "../api/types";

export interface Snippet {
  readonly id: "curl" | "typescript" | "mcp";
  readonly title: string;
  readonly code: string;
}

type Named = Pick<Integration, "slug" | "params">;

export function snippets(origin: string, integration: Named, manifest: Pick<Manifest, "verify">): Snippet[] {
  const call = sample(manifest, integration.params);
  const url = `${origin}/api/proxy/${integration.slug}${call.path}`;
  const headers = Object.entries(call.headers);
  const curl = [
    `curl${call.method === "GET" ? "" : ` -X ${call.method}`} ${quoted(url)}`,
    `-H "Authorization: Bearer $NEXUS_TOKEN"`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(call.body === undefined ? [] : [`-d ${quoted(call.body)}`]),
  ];
  const fetched = [
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    ...(call.method === "GET" ? [] : [`  method: ${JSON.stringify(call.method)},`]),
    "  headers: {",
    "    authorization: `Bearer ${process.env.NEXUS_TOKEN}`,",
    ...headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    "  },",
    ...(call.body === undefined ? [] : [`  body: ${JSON.stringify(call.body)},`]),
    "});",
    `if (answer.headers.has("x-nexus-error")) throw new Error((await answer.json()).detail);`,
    "console.log(await answer.json());",
  ];
  const server = { type: "http", url: `${origin}/mcp`, headers: { Authorization: "Bearer ${NEXUS_TOKEN}" } };
  return [
    { id: "curl", title: "curl", code: curl.join(" \\\n  ") },
    { id: "typescript", title: "TypeScript", code: fetched.join("\n") },
    { id: "mcp", title: "MCP", code: JSON.stringify({ mcpServers: { nexus: server } }, null, 2) },
  ];
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The call that the manifest verifies a credential with, which every credential may make. */
function sample({ verify }: Pick<Manifest, "verify">, params: Readonly<Record<string, string>>): Call {
  // It may go to a host that agents have no business with.
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

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
