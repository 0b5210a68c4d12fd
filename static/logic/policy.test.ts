/** The prediction for a call, tested with the cases that the server is tested with. */
import assert from "node:assert/strict";
import { test } from "node:test";

import groups from "../../tests/policy-cases.json";
import type { Policy } from "../api/types";
import { predict } from "./policy";
import type { Endpoints } from "./policy";

// The same as in `tests/tests/it/agents/policy.rs`, which makes the same calls.
const HOST = "api.up.example";
const UP = {
  api: {
    base_url: `https://${HOST}/base`,
    hosts: [HOST, "elsewhere.example"],
    deny: [
      { method: "POST", path: "/keys/*", why: "Mints a key" },
      { method: "DELETE", path: "/tokens/**", why: "Ends sessions" },
    ],
    deny_query: [
      { name: "rest_route", why: "Selects another route" },
      { method: "GET", path: "/env/**", name: "expand", values: ["secrets"], why: "Shows secrets" },
    ],
    body_types: ["application/json", "image/*"],
  },
  oauth2: null,
  revoke: { tokens: ["key"], effect: "token", request: { method: "DELETE", url: `https://${HOST}/base/me/key`, auth: "token" } },
} as unknown as Endpoints;

/** A path and its query. */
const split = (target: string) => [target.split("?", 1)[0], target.includes("?") ? target.slice(target.indexOf("?") + 1) : ""];

const outcome = (policy: Policy, call: { method: string; path: string; query?: string; type?: string; host?: string }) => {
  const verdict = predict(policy, UP, { agent: "user-1", host: HOST, ...call });
  return verdict.allowed ? "allowed" : verdict.because;
};

test("the prediction is what the server does", () => {
  for (const { what, policy, cases } of groups) {
    for (const [method = "", target = "", expected, type] of cases) {
      const [path = "", query = ""] = split(target);
      const call = { method, path, query, ...(type !== undefined && { type }) };
      assert.equal(outcome(policy as Policy, call), expected, `${what}: ${method} ${target} ${type ?? ""}`);
    }
  }
});

test("a path that is never sent is denied", () => {
  const open: Policy = { agents: ["*"], rules: [] };
  for (const path of ["x", "/a/../b", "/a/%2e%2e/b", "/a/%252e%252e", "/a%5Cb", "/a%00", "/%zz", "/a/.", "/..;/x", "/..%3F/x", "/a/.%23", "/a/.%253f"]) {
    assert.equal(outcome(open, { method: "GET", path }), "path", path);
  }
  assert.equal(outcome(open, { method: "GET", path: "/" }), "allowed");
});

test("a rule for one host applies only to that host", () => {
  const policy: Policy = { agents: ["*"], rules: [{ effect: "deny", methods: ["*"], path: "/**", host: "ELSEWHERE.example" }] };
  assert.equal(outcome(policy, { method: "GET", path: "/a" }), "allowed");
  assert.equal(outcome(policy, { method: "GET", path: "/a", host: "elsewhere.example" }), "rule");
});

test("a rule for some agents does not apply to others", () => {
  const isAllowed = (agent: string, agents: string[]) => {
    const policy: Policy = { agents: ["*"], rules: [{ effect: "deny", methods: ["*"], path: "/**", agents }] };
    return predict(policy, UP, { agent, host: HOST, method: "GET", path: "/x" }).allowed;
  };
  assert.deepEqual([isAllowed("agt_1", ["agt_1"]), isAllowed("agt_2", ["agt_1"]), isAllowed("agt_2", ["*"])], [false, true, false]);
});

test("every endpoint that makes or ends a token of the connection is denied, whatever its port is", () => {
  const endpoints = {
    ...UP,
    oauth2: {
      authorization_url: `https://${HOST}/authorize`,
      token_url: `https://${HOST}/base/token`,
      registration_url: `https://${HOST}/base/register`,
      refresh: { url: `https://${HOST}:8443/base/refresh/{client_id}` },
    },
    login: { request: { url: `https://${HOST}/base/sessions` } },
  } as unknown as Endpoints;
  const open: Policy = { agents: ["*"], rules: [] };
  const because = (path: string, host = HOST) => {
    const verdict = predict(open, endpoints, { agent: "user-1", method: "POST", host, path });
    return verdict.allowed ? "allowed" : verdict.because;
  };
  for (const path of ["/token", "/register", "/refresh/abc", "/REFRESH/%61bc/", "/sessions", "/me/key"]) {
    assert.deepEqual([because(path), because(path, `${HOST}:8443`), because(path, "elsewhere.example")], ["connection", "connection", "allowed"], path);
  }
  assert.deepEqual([because("/refresh"), because("/authorize")], ["allowed", "allowed"]);
});

test("a call whose body may not have a member is allowed unless it has", () => {
  const deny_body = [
    { name: "cmd", why: "Runs any method" },
    { method: "POST", path: "/crawl", name: "webhook", why: "Sends results elsewhere" },
    { method: "POST", path: "/crawl/**", name: "webhook", why: "Sends results elsewhere" },
  ];
  const endpoints = { ...UP, api: { base_url: UP.api.base_url, hosts: [HOST], deny_body } } as unknown as Endpoints;
  const verdict = (method: string, path: string, type?: string, rules: Policy["rules"] = []) =>
    predict({ agents: ["*"], rules }, endpoints, { agent: "user-1", host: HOST, method, path, ...(type !== undefined && { type }) });
  const [cmd, webhook] = [{ name: "cmd", why: "Runs any method" }, { name: "webhook", why: "Sends results elsewhere" }];
  const membersOf = (...call: Parameters<typeof verdict>) => {
    const found = verdict(...call);
    return found.allowed ? found.unless.map(({ name, why }) => ({ name, why })) : found.because;
  };
  assert.deepEqual(membersOf("POST", "/Crawl/"), [cmd, webhook], "each name once");
  assert.deepEqual(membersOf("PUT", "/crawl"), [cmd]);
  for (const type of ["application/json; charset=UTF-8", "application/x-www-form-urlencoded", "application/vnd.api+json"]) {
    assert.deepEqual(membersOf("POST", "/crawl", type), [cmd, webhook], type);
  }
  for (const type of ["multipart/form-data", "text/plain", "application/json; charset=utf-16", "application/json, text/plain"]) {
    assert.equal(membersOf("POST", "/crawl", type), "type", type);
  }
  // No rule lifts it, and a rule that denies comes first.
  assert.deepEqual(membersOf("POST", "/crawl", undefined, [{ effect: "allow", methods: ["POST"], path: "/crawl" }]), [cmd, webhook]);
  assert.equal(membersOf("POST", "/crawl", undefined, [{ effect: "deny", methods: ["*"], path: "/**" }]), "rule");
});
