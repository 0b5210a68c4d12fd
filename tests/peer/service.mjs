// The service that a team would write for itself: one process, Express, SQLite, JWTs, and a credential sealed with
// AES-256-GCM, with the checks that the application makes before a call. `cargo xtask bench --compare` measures it.
//
// It has no catalogue, OAuth, refresh, revocation, audit log, limits or masking. It listens on a free port of the
// loopback address, prints the port, and ends when its input ends.
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomUUID } from "node:crypto";
import Database from "better-sqlite3";
import express from "express";
import { jwtVerify } from "jose";
import { Pool } from "undici";

const { PEER_UPSTREAM, PEER_DATABASE, PEER_JWT_SECRET, PEER_ISSUER, PEER_AUDIENCE, PEER_INTEGRATIONS } = process.env;
const jwtKey = createSecretKey(Buffer.from(PEER_JWT_SECRET));
const master = randomBytes(32);
const provider = new Pool(PEER_UPSTREAM, { connections: 64 });
const hopByHop = new Set(["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host",
  "authorization", "content-length"]);

const database = new Database(PEER_DATABASE);
database.pragma("journal_mode = wal");
database.pragma("synchronous = normal");
database.exec(`
  create table integrations (id text primary key, workspace text not null, slug text not null, name text not null,
    provider text not null, status text not null, policy text not null, sealed blob not null, created_at integer not null,
    unique (workspace, slug));
  create index integrations_by_name on integrations (workspace, name);
  create table usage (integration_id text, agent text, minute integer, calls integer, errors integer, bytes integer,
    primary key (integration_id, agent, minute));`);

function seal(text, id) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", master, nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function open(blob, id) {
  const cipher = createDecipheriv("aes-256-gcm", master, blob.subarray(0, 12)).setAAD(Buffer.from(id));
  cipher.setAuthTag(blob.subarray(12, 28));
  return Buffer.concat([cipher.update(blob.subarray(28)), cipher.final()]).toString();
}

const insert = database.prepare(`insert into integrations values (?, 'bench', ?, ?, 'custom', 'active', ?, ?, ?)`);
database.transaction(() => {
  const names = Array.from({ length: Number(PEER_INTEGRATIONS) }, (_, number) => `Service ${number}`);
  for (const name of [...names, "Upstream"]) {
    const policy = JSON.stringify({ agents: ["*"], rules: [{ methods: ["*"], path: "/**" }] });
    const id = randomUUID();
    insert.run(id, name.toLowerCase().replace(" ", "-"), name, policy, seal("upstream-key-0123456789", id), Date.now());
  }
})();

const list = database.prepare(`select id, slug, name, provider, status, policy, created_at from integrations
  where workspace = ? and name > ? order by name limit ?`);
const find = database.prepare(`select id, status, policy, sealed from integrations where workspace = ? and slug = ?`);
const count = database.prepare(`insert into usage values (?, ?, ?, ?, ?, ?) on conflict do update set
  calls = calls + excluded.calls, errors = errors + excluded.errors, bytes = bytes + excluded.bytes`);

const counted = new Map();
setInterval(() => {
  const minute = Math.floor(Date.now() / 60_000);
  database.transaction(() => {
    for (const { id, agent, calls, errors, bytes } of counted.values()) count.run(id, agent, minute, calls, errors, bytes);
  })();
  counted.clear();
}, 250);

function note(id, agent, isError, bytes) {
  const key = `${id} ${agent}`;
  const sum = counted.get(key) ?? { id, agent, calls: 0, errors: 0, bytes: 0 };
  counted.set(key, { ...sum, calls: sum.calls + 1, errors: sum.errors + Number(isError), bytes: sum.bytes + bytes });
}

const refuse = (response, status, code) => response.status(status).type("application/problem+json").send({ status, code });

async function identify(request, response, next) {
  const token = request.get("authorization")?.match(/^Bearer (.+)$/i)?.[1];
  if (!token) return refuse(response, 401, "missing_token");
  try {
    const { payload } = await jwtVerify(token, jwtKey, { issuer: PEER_ISSUER, audience: PEER_AUDIENCE, algorithms: ["HS256"] });
    request.caller = { workspace: payload.workspace_id, role: payload.role, subject: payload.sub };
    next();
  } catch {
    refuse(response, 401, "invalid_token");
  }
}

const matches = (rule, method, path) => (rule.methods.includes("*") || rule.methods.includes(method))
  && (rule.path === "/**" || path.startsWith(rule.path));

const app = express().disable("x-powered-by").disable("etag");
app.use(identify);

app.get("/api/integrations", (request, response) => {
  if (request.caller.role === "AGENT") return refuse(response, 403, "forbidden");
  const limit = Math.min(Number(request.query.limit ?? 20), 100);
  const rows = list.all(request.caller.workspace, request.query.cursor ?? "", limit + 1);
  const items = rows.slice(0, limit).map((row) => ({ ...row, policy: JSON.parse(row.policy) }));
  response.send({ items, next_cursor: rows.length > limit ? items.at(-1).name : null });
});

app.all("/api/proxy/:slug/*path", async (request, response) => {
  const { workspace, subject } = request.caller;
  const row = find.get(workspace, request.params.slug);
  if (!row) return refuse(response, 404, "not_found");
  if (row.status !== "active") return refuse(response, 409, "integration_inactive");
  const path = request.originalUrl.slice(`/api/proxy/${request.params.slug}`.length);
  const policy = JSON.parse(row.policy);
  const isNamed = policy.agents.includes("*") || policy.agents.includes(subject);
  if (!isNamed || !policy.rules.some((rule) => matches(rule, request.method, path))) {
    return refuse(response, 403, "policy_denied");
  }
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopByHop.has(name)));
  headers.authorization = `Bearer ${open(row.sealed, row.id)}`;
  const hasBody = !["GET", "HEAD"].includes(request.method);
  try {
    const answer = await provider.request({ path, method: request.method, headers, body: hasBody ? request : null });
    const body = Buffer.from(await answer.body.arrayBuffer());
    note(row.id, subject, answer.statusCode >= 400, body.length);
    for (const [name, value] of Object.entries(answer.headers)) {
      if (!hopByHop.has(name)) response.setHeader(name, value);
    }
    response.status(answer.statusCode).setHeader("content-length", body.length).end(body);
  } catch {
    note(row.id, subject, true, 0);
    refuse(response, 502, "provider_error");
  }
});

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
server.keepAliveTimeout = 60_000;
process.stdin.resume().on("end", () => process.exit(0));
