// oidc-provider, a certified authorization server, unmodified, on a free port of 127.0.0.1.
//
// Every visitor is signed in as `ACCOUNT` and has consented. Everything else is the server's own behaviour.
// As its documentation says, a revoked refresh token ends its grant, and a revoked access token ends alone.
// `GRANT` says whether a second authorization of one account joins the grant of the first (`shared`, as in
// one browser session) or gets its own (`own`).
//
// Prints its URL. `GET /issued` lists all tokens that the server has ever issued. Its introspection says
// which of them are active (RFC 7662).
import { once } from "node:events";
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const { ACCOUNT = "user-1", CLIENT, SECRET, REDIRECT, GRANT = "shared", ID_CLAIMS = "{}" } = process.env;
/** Claims of the account that are in its id token, whatever scopes are asked for. */
const idClaims = JSON.parse(ID_CLAIMS);

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  claims: { openid: ["sub", ...Object.keys(idClaims)], profile: ["name"] },
  // As many providers do, an id token has all claims, although an access token could fetch them.
  conformIdTokenClaims: false,
  clients: [
    {
      client_id: CLIENT,
      client_secret: SECRET,
      redirect_uris: [REDIRECT],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
  clientAuthMethods: ["client_secret_basic"],
  cookies: { keys: ["of this test alone"] },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Account ${id}`, ...idClaims }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, RefreshToken: 86400, Grant: 86400, Session: 86400, Interaction: 600 },
});

const grants = new Map();

/** The grant of an account and a client. */
async function grantOf(accountId, clientId) {
  const key = `${accountId} ${clientId}`;
  const id = GRANT === "shared" ? grants.get(key) : undefined;
  const found = id && (await provider.Grant.find(id));
  const grant = found || new provider.Grant({ accountId, clientId });
  grant.addOIDCScope("openid profile");
  grants.set(key, await grant.save());
  return grants.get(key);
}

async function consent(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grantId = await grantOf(ACCOUNT, params.client_id);
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: ACCOUNT }, consent: { grantId } },
    { mergeWithLastSubmission: false },
  );
}

const issued = [];
provider.use(async (context, next) => {
  await next();
  if (context.path === "/token" && context.status === 200) {
    issued.push(...[context.body.access_token, context.body.refresh_token].filter(Boolean));
  }
});

const handle = provider.callback();
server.on("request", (request, response) => {
  if (request.url === "/issued") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(issued));
  } else if (request.url.startsWith("/interaction/")) {
    consent(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error?.stack));
    });
  } else {
    handle(request, response);
  }
});
console.log(`Serving ${origin}`);
// The server ends when its input is closed.
process.stdin.on("end", () => process.exit(0)).resume();
