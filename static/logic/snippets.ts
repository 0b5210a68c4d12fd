/** How an agent calls exactly this integration. There is never a credential in it. */
import type { Integration, Manifest } from "../api/types";

export interface Snippet {
  readonly id: "curl" | "typescript" | "mcp";
  readonly title: string;
  readonly code: string;
}

export function snippets(
  origin: string,
  integration: Pick<Integration, "slug" | "name">,
  manifest: Pick<Manifest, "verify">,
): Snippet[] {
  const { method, path } = sample(manifest);
  const url = `${origin}/api/proxy/${integration.slug}${path}`;
  const verb = method === "GET" ? "" : ` -X ${method}`;
  const option = method === "GET" ? "" : `\n  method: "${method}",`;
  return [
    {
      id: "curl",
      title: "curl",
      code: `curl${verb} ${url} \\\n  -H "Authorization: Bearer $NEXUS_TOKEN"`,
    },
    {
      id: "typescript",
      title: "TypeScript",
      code:
        `const answer = await fetch("${url}", {${option}\n` +
        "  headers: { authorization: `Bearer ${process.env.NEXUS_TOKEN}` },\n});\n" +
        `if (answer.headers.has("x-nexus-error")) throw new Error((await answer.json()).detail);\n` +
        `console.log(await answer.json());`,
    },
    {
      id: "mcp",
      title: "MCP",
      code: JSON.stringify(
        {
          mcpServers: {
            nexus: { type: "http", url: `${origin}/mcp`, headers: { Authorization: "Bearer ${NEXUS_TOKEN}" } },
          },
        },
        null,
        2,
      ),
    },
  ];
}

/** The call that the manifest verifies a credential with: every credential may make it. */
function sample(manifest: Pick<Manifest, "verify">): { method: string; path: string } {
  const { verify } = manifest;
  if ("unsupported" in verify) return { method: "GET", path: "/" };
  return { method: verify.method ?? "GET", path: verify.path };
}
