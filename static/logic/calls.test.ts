import assert from "node:assert/strict";
import test from "node:test";

import type { Agent, Call, CallPage, Policy } from "../api/types";
import { NO_CALL_FILTERS, callQuery, isAnyCallFilter, tryPolicy, withNewer, withOlder } from "./calls";
import type { Endpoints } from "./policy";

const call = (id: number, more: Partial<Call> = {}): Call => ({
  id: String(id),
  at: "2026-11-30T00:00:00.000Z",
  integration_id: "int_1",
  agent: "agt_1",
  method: "GET",
  host: null,
  template: "/v1/customers/{id}",
  path: "/v1/customers/cus_1",
  outcome: "succeeded",
  status: 200,
  code: null,
  ms: 1,
  bytes: 1,
  rule: null,
  request_id: "req_1",
  refreshed: false,
  replayed: false,
  ...more,
});

const page = (ids: readonly number[], next_cursor: string | null, latest: number): CallPage => ({ items: ids.map((id) => call(id)), next_cursor, latest: String(latest) });
const ids = (page: CallPage) => page.items.map((one) => Number(one.id));

test("filters become a query, and a period a time", () => {
  assert.equal(isAnyCallFilter(NO_CALL_FILTERS), false);
  const filters = { ...NO_CALL_FILTERS, status: "4xx", period: "24" };
  assert.equal(isAnyCallFilter(filters), true);
  const query = callQuery(filters, Date.parse("2026-11-30T12:00:00Z"));
  assert.deepEqual(query, { agent: "", outcome: "", method: "", status: "4xx", from: "2026-11-29T12:00:00.000Z" });
});

test("what came since is put on top, once", () => {
  const list = page([3, 2], "2", 3);
  const added = withNewer(list, page([5, 4, 3], null, 5));
  assert.deepEqual([ids(added), added.next_cursor, added.latest], [[5, 4, 3, 2], "2", "5"]);
  const nothing = withNewer(list, page([], null, 9));
  assert.deepEqual([ids(nothing), nothing.next_cursor, nothing.latest], [[3, 2], "2", "9"]);
});

test("a list that is overrun begins anew, so that its pages miss no call", () => {
  const list = page([3, 2], "2", 3);
  const newer = page([300, 299], "299", 300);
  assert.deepEqual(withNewer(list, newer), newer);
});

test("a list that is followed stays as long as what is kept", () => {
  const many = Array.from({ length: 1_000 }, (_, index) => 1_000 - index);
  const list = withNewer(page(many, null, 1_000), page([1_002, 1_001], null, 1_002));
  assert.deepEqual([list.items.length, list.items[0]?.id, list.next_cursor], [1_000, "1002", "3"]);
});

test("an older page is added below, once", () => {
  const list = withOlder(page([5, 4], "4", 5), page([4, 3], null, 5));
  assert.deepEqual([ids(list), list.next_cursor, list.latest], [[5, 4, 3], null, "5"]);
});

const manifest = { api: { base_url: "https://api.acme.com", hosts: ["api.acme.com", "files.acme.com"], deny: [{ method: "POST", path: "/keys", why: "Mints a key" }] }, revoke: { unsupported: "no" } } as unknown as Endpoints;
const open: Policy = { agents: ["*"], rules: [] };
const denying = (more: object): Policy => ({ agents: ["*"], rules: [{ effect: "deny", methods: ["*"], path: "/v1/**", ...more }] });
const agents = [{ id: "agt_1", subject: null, name: "Bot" }, { id: "agt_2", subject: "outside-bot", name: "Outside" }] as unknown as Agent[];

test("rules are tried on calls that were made", () => {
  const made = [call(1), call(2, { path: "/v2/x" }), call(3, { method: "DELETE", outcome: "denied", status: 403, code: "policy_denied", rule: "policy.rules[0] denies DELETE /v1/**" })];
  const deny = tryPolicy(denying({}), open, manifest, made, agents);
  assert.deepEqual([deny.tried, deny.denied.map(({ call }) => call.id), deny.allowed.length], [3, ["1"], 0]);
  assert.deepEqual(deny.denied[0]?.verdict, { allowed: false, because: "rule", rule: 0 });
  const allow = tryPolicy(open, denying({ methods: ["DELETE"] }), manifest, made, agents);
  assert.deepEqual([allow.denied.length, allow.allowed.map(({ call }) => call.id)], [0, ["3"]]);
});

test("rules for an agent or a host are tried on its calls alone", () => {
  const made = [call(1), call(2, { agent: "outside-bot" }), call(3, { agent: "unseen" }), call(4, { host: "files.acme.com" })];
  const denied = (policy: Policy) => tryPolicy(policy, open, manifest, made, agents).denied.map(({ call }) => call.id);
  assert.deepEqual(denied(denying({ agents: ["agt_2"] })), ["2"]);
  assert.deepEqual(denied(denying({ agents: ["outside-bot"] })), ["2"]);
  assert.deepEqual(denied({ agents: ["agt_1"], rules: [] }), ["2", "3"]);
  assert.deepEqual(denied(denying({ host: "files.acme.com" })), ["4"]);
});

test("nothing is foretold about a call whose path is not known, or which rules do not decide about", () => {
  const stopped = { outcome: "denied", code: "stopped", rule: null } as const;
  const made = [call(1, { outcome: "unusable" }), call(2, { outcome: "invalid" }), call(3, { path: "/v1/very/long…" }), call(4, stopped), call(5, { method: "POST", path: "/keys" })];
  const trial = tryPolicy(denying({}), open, manifest, made, agents);
  // The last one was made by a person, to whom the manifest's own rules do not apply.
  assert.deepEqual([trial.tried, trial.denied.length, trial.allowed.length], [2, 0, 0]);
  assert.equal(tryPolicy(open, open, manifest, made, agents).allowed.length, 0);
});
