// A program that registers itself, and asks a person for access.

import { createHash, randomBytes } from "node:crypto";

import { facts } from "./stage.mjs";

const post = (path, type, body) => fetch(new URL(path, facts.url), { method: "POST", headers: { "content-type": type }, body });

/**
 * Registers a program with `registered` as its redirect URI. It asks with `redirect_uri`, which differs in the port
 * of a loopback address at most. `asks` is the path of its request, and `exchange` gives the tokens for a code.
 */
export async function register(client_name, redirect_uri, { registered = redirect_uri, state = "x" } = {}) {
  const verifier = randomBytes(32).toString("base64url");
  const grant_types = ["authorization_code", "refresh_token"];
  const client = { client_name, redirect_uris: [registered], grant_types, token_endpoint_auth_method: "none" };
  const { client_id } = await (await post("/oauth/register", "application/json", JSON.stringify(client))).json();
  const query = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri,
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    resource: `${facts.url}/mcp`,
    scope: "integrations:read integrations:call offline_access",
  });
  return {
    asks: `/oauth/authorize?${query}`,
    async exchange(code) {
      const form = { grant_type: "authorization_code", client_id, code, redirect_uri, code_verifier: verifier };
      const answer = await post("/oauth/token", "application/x-www-form-urlencoded", `${new URLSearchParams(form)}`);
      return answer.json();
    },
  };
}
