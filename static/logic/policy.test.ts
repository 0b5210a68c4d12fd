/** The forecast of a call, held against the cases that the server is held against. */
import assert from "node:assert/strict";
import { test } from "node:test";

import groups from "../../tests/policy-cases.json";
import type { Policy } from "../api/types";
import { judge } from "./policy";
import type { Endpoints } from "./policy";

// As `tests/tests/it/policy.rs` has it, which makes the same calls.
const HOST = "api.up.example";
const UP = {
  api: {
    base_url: `https://${HOST}/base`,
    hosts: [HOST, "elsewhere.example"],
    deny: [
      { method: "POST", path: "/keys/*", why: "Mints a key" },
      { method: "DELETE", path: "/tokens/**", why: "Ends sessions" },
    ],
  },
  oauth2: null,
  revoke: { tokens: ["key"], effect: "token", request: { method: "DELETE", url: `https://${HOST}/base/me/key`, auth: "token" } },
} as unknown as Endpoints;

const verdict = (policy: Policy, call: { method: string; path: string; host?: string }) => {
  const said = judge(policy, UP, { agent: "user-1", host: HOST, ...call });
  return said.allowed ? "allowed" : said.because;
};

test("what is foretold is what the server does", () => {
  for (const { what, policy, cases } of groups) {
    for (const [method = "", path = "", expected] of cases) {
      assert.equal(verdict(policy as Policy, { method, path }), expected, `${what}: ${method} ${path}`);
    }
  }
});

test("what is never sent is said to be refused", () => {
  const open: Policy = { agents: ["*"], rules: [] };
  for (const path of ["x", "/a/../b", "/a/%2e%2e/b", "/a/%252e%252e", "/a%5Cb", "/a%00", "/%zz", "/a/.", "/..;/x", "/..%3F/x", "/a/.%23", "/a/.%253f"]) {
    assert.equal(verdict(open, { method: "GET", path }), "path", path);
  }
  assert.equal(verdict(open, { method: "GET", path: "/" }), "allowed");
});

test("a rule of one host is about that host", () => {
  const policy: Policy = { agents: ["*"], rules: [{ effect: "deny", methods: ["*"], path: "/**", host: "ELSEWHERE.example" }] };
  assert.equal(verdict(policy, { method: "GET", path: "/a" }), "allowed");
  assert.equal(verdict(policy, { method: "GET", path: "/a", host: "elsewhere.example" }), "rule");
});
