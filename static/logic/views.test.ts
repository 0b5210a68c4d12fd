import assert from "node:assert/strict";
import test from "node:test";

import type { Agent, AuditRecord, Event, Integration, ManifestSummary } from "../api/types";
import { popularOf, registersItself, registrationOf, servicesOf, wayOf } from "../config/services";
import { languageFor, localeFor } from "../language";
import { english } from "../text/all";
import { auditQuery } from "./audit";
import { forEachOf } from "./bulk";
import { Chain, canonical, hashOf } from "./chain";
import { endState, endingOf } from "./ends";
import { healthDays } from "./health-days";
import { slugOf } from "./names";
import { placesFor } from "./palette";
import { hasCommandKey, opensPalette } from "./palette-key";
import { recount } from "./counts";
import { presetOf, rulesOf } from "./presets";
import { deletionOf } from "./receipts";
import { scopeRows, usesOf } from "./scopes";
import { nextSort, orderOf } from "./sort";
import { date } from "./time";
import { scaleOf } from "./usage";

const provider = (id: string, more: Partial<ManifestSummary> = {}): ManifestSummary =>
  ({ id, name: id, family: id, categories: [], description: "", brand: { color: "", icon: "" }, auth_method: "api_key", ...more }) as ManifestSummary;

test("the ways to connect a service are one tile, the plainest first", () => {
  const icon = (icon: string) => ({ brand: { color: "", icon } });
  const catalogue = [
    provider("airtable-oauth", { name: "Airtable (OAuth)", family: "airtable", auth_method: "oauth2", ...icon("airtable") }),
    provider("airtable", { name: "Airtable", family: "airtable", ...icon("airtable") }),
    provider("dropbox-sign", { name: "Dropbox Sign", family: "dropbox", ...icon("dropbox") }),
    provider("dropbox", { name: "Dropbox", family: "dropbox", auth_method: "oauth2", ...icon("dropbox") }),
    provider("gmail", { name: "Gmail", family: "google", ...icon("gmail") }),
    provider("google-drive", { name: "Google Drive", family: "google", ...icon("google-drive") }),
    provider("custom-airtable", { name: "Airtable", family: "airtable", ...icon("airtable") }),
  ];
  const services = servicesOf(catalogue);
  assert.deepEqual(
    services.map(({ name, ways }) => [name, ...ways.map((way) => way.id)]),
    [
      ["Airtable", "airtable", "airtable-oauth"],
      ["Dropbox", "dropbox", "dropbox-sign"],
      ["Gmail", "gmail"],
      ["Google Drive", "google-drive"],
      ["Airtable", "custom-airtable"],
    ],
  );
  assert.deepEqual(popularOf(services).map((one) => one.name), ["Google Drive", "Gmail", "Airtable"]);
  const [airtable] = services;
  assert.ok(airtable && catalogue[0]);
  assert.equal(wayOf(airtable, [catalogue[0]]).id, "airtable-oauth");
  assert.equal(wayOf(airtable, []).id, "airtable");
  // A way that will end is the last.
  const ends = { on: "2027-04-30", why: "Tokens end", source: "https://x.example" };
  const [oauth, key] = [catalogue[0], provider("airtable", { name: "Airtable", family: "airtable", ends, ...icon("airtable") })];
  const [ending] = servicesOf([key, oauth]);
  assert.deepEqual(ending?.ways.map((way) => way.id), ["airtable-oauth", "airtable"]);
  assert.equal(ending && wayOf(ending, [key, oauth]).id, "airtable-oauth");
  assert.equal(ending && wayOf(ending, [key]).id, "airtable");
});

test("an announced end is urgent for the last 90 days, and the last day still works", () => {
  const ends = { on: "2027-04-30", why: "Tokens end", source: "https://x.example" };
  const at = (time: string) => endState(ends, Date.parse(time));
  assert.equal(at("2026-11-30T12:00:00Z"), "later");
  assert.equal(at("2027-01-30T00:00:00Z"), "later", "91 days before the end of the last day");
  assert.equal(at("2027-01-31T00:00:00Z"), "soon");
  assert.equal(at("2027-04-30T23:59:59Z"), "soon");
  assert.equal(at("2027-05-01T00:00:00Z"), "ended");
  assert.equal(endState(null, 0), null);
  const catalogue = [provider("a", { ends }), provider("b"), provider("c", { ends: { ...ends, on: "2027-12-31" } })];
  assert.deepEqual(endingOf(catalogue, Date.parse("2027-04-01T00:00:00Z")).map((one) => one.id), ["a"]);
  // A calendar date is the same day wherever its reader is.
  assert.equal(date("2027-04-30"), "April 30, 2027");
});

test("the palette leads to pages first, and to providers only if they are asked for", () => {
  const pages = ["Overview", "OAuth apps", "Connected apps"].map((name) => ({ name, route: { page: "section", name } as const }));
  const integrations = [{ id: "int_1", slug: "acme-mail", name: "Acme mail" }] as unknown as Integration[];
  const agents = ["Mail bot", "Apps of Ada"].map((name) => ({ id: `agt_${name}`, name }) as Agent);
  const catalogue = [provider("gmail", { name: "Gmail" })];
  const found = (typed: string, integrations: readonly Integration[] = []) =>
    placesFor(typed, { pages, integrations, agents, catalogue }).map((place) => `${place.kind} ${place.name}`);
  assert.deepEqual(found(" "), ["page Overview", "page OAuth apps", "page Connected apps", "agent Mail bot", "agent Apps of Ada"]);
  assert.deepEqual(found("mail", integrations), ["integration Acme mail", "agent Mail bot", "provider Gmail"]);
  assert.deepEqual(found("apps"), ["page OAuth apps", "page Connected apps", "agent Apps of Ada"]);
  assert.deepEqual(found("con app"), ["page Connected apps"]);
  assert.deepEqual(found("conn"), ["page Connected apps"]);
  assert.deepEqual(found("nothing"), []);
  const [place] = placesFor("gmail", { pages, integrations: [], agents, catalogue });
  assert.deepEqual(place?.route, { page: "add", manifest: "gmail" });
});

test("the key of the palette is that of the machine", () => {
  const key = (more: Partial<KeyboardEvent>) => ({ key: "k", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });
  assert.ok(opensPalette(key({ ctrlKey: true }), false) && opensPalette(key({ metaKey: true, key: "K" }), true));
  // On a Mac, Ctrl-K deletes to the end of the line.
  assert.ok(!opensPalette(key({ ctrlKey: true }), true) && !opensPalette(key({ metaKey: true }), false));
  assert.ok(!opensPalette(key({}), false) && !opensPalette(key({ ctrlKey: true, shiftKey: true }), false) && !opensPalette(key({ ctrlKey: true, key: "j" }), false));
  assert.deepEqual(["MacIntel", "iPad", "Win32", "Linux x86_64"].map(hasCommandKey), [true, true, false, false]);
});

test("one action on many has one result, with the names of those that failed", async () => {
  const items = Array.from({ length: 9 }, (_, index) => ({ name: `n${index + 1}` }));
  const order: string[] = [];
  const failed = await forEachOf(items, async ({ name }) => {
    order.push(name);
    if (name === "n2") throw new Error("no");
    return name !== "n4";
  });
  assert.deepEqual([order.length, failed], [9, ["n2", "n4"]]);
  const { done, deleted } = english.table;
  assert.equal(done.check(9, failed), "9 checked, 2 failed: n2, n4.");
  assert.equal(done.on(9, failed), "7 switched on, 2 failed: n2, n4.");
  assert.equal(done.off(1, []), "1 integration switched off.");
  assert.equal(done.check(9, items.map((one) => one.name)), "9 checked, 9 failed: n1, n2, n3, n4, n5 and 4 more.");
  assert.equal(deleted(7, 2), "7 deleted, 2 failed");
});

test("each scope is one row, and what is missing is first", () => {
  const rows = scopeRows({ requested: ["read", "write", "users"], granted: ["read", "write", "team"], missing: ["users"] });
  assert.deepEqual(
    rows.map(({ name, isAsked, isGranted, isMissing }) => [name, isAsked, isGranted, isMissing]),
    [
      ["users", true, false, true],
      ["read", true, true, false],
      ["write", true, true, false],
      ["team", false, true, false],
    ],
  );
  assert.deepEqual(scopeRows({ requested: [], granted: [], missing: [] }), []);
});

/** A chain of records with these actions. */
async function chainOf(actions: readonly string[], more: readonly Partial<AuditRecord>[] = []): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for (const [at, action] of actions.entries()) {
    const record = {
      action, actor: "é\n", at: "2026-01-01T00:00:00.000Z", count: 1, detail: { b: 1, a: [true, null] }, hash: "", outcome: "done",
      prev: records.at(-1)?.hash ?? "0".repeat(64), request_id: "req_1", role: "ADMIN", seq: at + 1, target: null, workspace: "w", ...more[at],
    } as unknown as AuditRecord;
    records.push({ ...record, hash: await hashOf(record) });
  }
  return records;
}

test("a chain holds, and a record that was edited, removed or replaced is found", async () => {
  const check = async (records: readonly AuditRecord[]) => {
    const chain = new Chain();
    await chain.add(records);
    return chain.result;
  };
  const good = await chainOf(["a", "b", "c"]);
  assert.deepEqual(await check(good), { holds: true, count: 3, hash: good[2]?.hash });
  assert.deepEqual(await check([]), { holds: true, count: 0, hash: "0".repeat(64) });
  const [first, second, third] = good as [AuditRecord, AuditRecord, AuditRecord];
  assert.deepEqual(await check([first, { ...second, actor: "mallory" }, third]), { holds: false, seq: 2, why: "edited" });
  assert.deepEqual(await check([first, third]), { holds: false, seq: 3, why: "missing" });
  const [, other] = await chainOf(["x", "b"]);
  assert.ok(other);
  assert.deepEqual(await check([first, other]), { holds: false, seq: 2, why: "broken" });
  assert.deepEqual(await check([{ ...first, workspace: "x" }, second]), { holds: false, seq: 1, why: "edited" });
  // The count of a denied attempt is not hashed, because it grows. A later record confirms it.
  const minute = (at: number) => `2026-01-01T00:0${at}:00.000Z`;
  const denied = await chainOf(["x", "audit.count", "y"], [
    { outcome: "denied", count: 5, at: minute(0) },
    { detail: { seq: 1, count: 5 } as never, at: minute(1) },
    { at: minute(2) },
  ]);
  assert.equal((await check(denied)).holds, true);
  const [attempt, ...rest] = denied as [AuditRecord, ...AuditRecord[]];
  assert.deepEqual(await check([{ ...attempt, count: 1 }, ...rest]), { holds: false, seq: 2, why: "count" });
  assert.deepEqual(await check([{ ...attempt, count: 4 }, ...rest]), { holds: false, seq: 2, why: "count" });
  assert.deepEqual(await check([{ ...first, count: 7 }]), { holds: false, seq: 1, why: "count" }, "it was not denied");
  const open = await chainOf(["x", "y"], [{ outcome: "denied", count: 2, at: minute(0) }, { at: minute(1) }]);
  assert.deepEqual(await check(open), { holds: false, seq: 1, why: "count" }, "no record confirms it");
  assert.equal((await check(open.slice(0, 1))).holds, true, "its minute is not over");
  const chain = new Chain();
  await chain.add(good);
  assert.deepEqual([chain.has(2, second.hash), chain.has(2, first.hash), chain.has(9, first.hash), chain.has(0, "")], [true, false, false, true]);
});

test("a slug is in plain letters, and cut between words", () => {
  assert.equal(slugOf("Ünïcode 🚀 Straße team"), "unicode-strasse-team");
  assert.equal(slugOf("مبيعات"), "");
  assert.equal(slugOf("Zahlungsverkehrskoordination Donaudampfschifffahrtsgesellschaft"), "zahlungsverkehrskoordination");
  assert.equal(slugOf("x".repeat(60)).length, 48);
});

test("canonical JSON is that of RFC 8785", () => {
  assert.equal(canonical({ b: [1, "\u20ac\n"], a: { d: null, c: 1e21 } }), '{"a":{"c":1e+21,"d":null},"b":[1,"€\\n"]}');
  // Names are sorted by UTF-16 code units.
  assert.equal(canonical({ "\u{1f600}": 1, "\ufb33": 2 }), '{"\u{1f600}":1,"\ufb33":2}');
});

const integration = (id: string, more: Partial<Integration> = {}): Integration =>
  ({ id, name: id, status: "active", health: { state: "healthy" }, credential: null, last_used_at: null, created_at: id, ...more }) as Integration;

test("the table is sorted by the server, and what needs attention comes first unless somebody sorts", () => {
  const table = (sort: string) => orderOf({ view: "table", sort });
  assert.deepEqual(["", "name", "-used", "nonsense"].map(table), ["-health", "name", "-used", "-health"]);
  assert.equal(orderOf({ view: "", sort: "name" }), "");
  assert.deepEqual([nextSort("", "name"), nextSort("name", "name"), nextSort("-name", "name"), nextSort("-name", "used")], ["name", "-name", "", "used"]);
});

test("the counts follow a change", () => {
  const counts = { total: 1, attention: 0, by_status: { active: 1, inactive: 0 }, by_health: { pending: 0, unknown: 0, healthy: 1, failing: 0, reauthorize: 0 }, by_manifest: { stripe: 1 } };
  const [good, bad] = [integration("1", { manifest_id: "stripe" }), integration("1", { manifest_id: "stripe", status: "inactive", health: { state: "failing" } as Integration["health"] })];
  const changed = recount(counts, good, bad);
  assert.deepEqual(changed, { ...counts, attention: 1, by_status: { active: 0, inactive: 1 }, by_health: { ...counts.by_health, healthy: 0, failing: 1 } });
  assert.equal(recount(changed, null, integration("2", { manifest_id: "slack" })).by_manifest["slack"], 1);
  const draft = integration("3", { health: { state: "pending" } as Integration["health"] });
  assert.deepEqual(recount(counts, null, draft), { ...counts, by_health: { ...counts.by_health, pending: 1 } });
  assert.deepEqual(recount(changed, bad, null), { ...counts, total: 0, by_status: { active: 0, inactive: 0 }, by_health: { ...counts.by_health, healthy: 0 }, by_manifest: { stripe: 0 } });
});

test("the health of each day is its worst", () => {
  const now = Date.parse("2026-01-10T12:00:00Z");
  const change = (at: string, to: string) => ({ kind: "integration.health", at, detail: { to } }) as unknown as Event;
  const days = healthDays(
    [change("2026-01-08T10:00:00Z", "failing"), change("2026-01-09T10:00:00Z", "healthy"), { kind: "call.denied", at: "2026-01-10T00:00:00Z", detail: {} } as unknown as Event],
    { created_at: "2026-01-07T00:00:00Z", health: { state: "healthy" } as Integration["health"] },
    now,
    5,
  );
  assert.deepEqual(days.map((day) => day.state), [null, "healthy", "failing", "failing", "healthy"]);
});

test("a deletion is read from the audit record when the server no longer keeps it", () => {
  const receipt = (state: string) => ({ token: "access_token", state, detail: "", at: "2026-01-01T00:00:00Z" });
  const record = (seq: number, action: string, detail: unknown) =>
    ({ seq, action, detail, hash: `h${seq}`, actor: "ann", at: `2026-01-0${seq}T00:00:00Z`, target: "int_1", outcome: "done" }) as unknown as AuditRecord;
  const deletion = record(2, "integration.delete", { name: "Billing", manifest_id: "stripe", revocation: [receipt("pending")] });
  const planned = deletionOf([deletion, record(1, "integration.create", {})]);
  assert.deepEqual([planned?.name, planned?.deleted_by, planned?.revocation, planned?.settled], ["Billing", "ann", [receipt("pending")], null]);
  const settled = deletionOf([record(3, "integration.revocation", { revocation: [receipt("revoked")] }), deletion]);
  assert.deepEqual([settled?.revocation, settled?.audit.seq, settled?.settled?.hash], [[receipt("revoked")], 2, "h3"]);
  assert.equal(deletionOf([record(1, "integration.create", {})]), null);
});

test("the rules of a preset are those that the server makes", () => {
  assert.deepEqual(rulesOf("read_only", { reads: [{ method: "POST", path: "/search" }] }), [
    { effect: "allow", methods: ["GET", "HEAD", "OPTIONS"], path: "/**" },
    { effect: "allow", methods: ["POST"], path: "/search" },
  ]);
  const writes = { get_may_write: true, reads: [{ method: "GET", path: "/a", host: "x" }, { method: "POST", path: "/b" }] };
  assert.deepEqual(rulesOf("read_only", writes), [
    { effect: "allow", methods: ["OPTIONS"], path: "/**" },
    { effect: "allow", methods: ["GET", "HEAD"], path: "/a", host: "x" },
    { effect: "allow", methods: ["GET", "HEAD", "POST"], path: "/b" },
  ]);
  for (const preset of ["read_only", "no_deletes", "all"] as const) assert.equal(presetOf(rulesOf(preset, writes), writes), preset);
  assert.equal(presetOf([{ effect: "allow", methods: ["GET"], path: "/me" }], writes), null);
});

test("the audit record is searched by the server, and by the words that only the UI has for an action", () => {
  const now = Date.parse("2026-01-10T00:00:00Z");
  const actions = { "integration.delete": "deleting an integration", "agent.delete": "deleting an agent" };
  const query = (text: string) => auditQuery({ text, outcome: "denied", period: "1" }, actions, now);
  assert.deepEqual(query(""), { outcome: "denied", from: "2026-01-09T00:00:00.000Z", q: "", q_actions: "" });
  assert.equal(query("DELETING an").q_actions, "integration.delete,agent.delete");
  assert.deepEqual([query("deleting agent").q_actions, query("Billing").q_actions, query("Billing").q], ["agent.delete", "", "Billing"]);
});

test("the language is the chosen one, or the first of the browser's that there is", () => {
  assert.equal(languageFor(null, ["fr-CH", "de-AT", "en-US"]), "de");
  assert.equal(languageFor("en", ["de-DE"]), "en");
  assert.equal(languageFor("fr", ["fr"]), "en");
  assert.equal(localeFor("en", ["de-DE", "en-GB"]), "en-GB");
  assert.equal(localeFor("de", ["en-GB"]), "de");
});

test("the axis of a chart has round numbers", () => {
  assert.deepEqual(scaleOf(0), { top: 3, lines: [1, 2, 3] });
  assert.deepEqual(scaleOf(7), { top: 15, lines: [5, 10, 15] });
  assert.deepEqual(scaleOf(2431), { top: 3000, lines: [1000, 2000, 3000] });
  assert.deepEqual(scaleOf(60), { top: 60, lines: [20, 40, 60] });
});

test("a provider that registers the application needs no app, and one that reads a document needs https", () => {
  const oauth2 = (more: object) => registrationOf({ token_url: "https://a.example/token", ...more } as never);
  const found = [oauth2({}), oauth2({ registration_url: "https://a.example/register", client_metadata: true }), oauth2({ client_metadata: true }), registrationOf(null)];
  assert.deepEqual(found, [undefined, "endpoint", "document", undefined]);
  const needsNone = (origin: string) => found.map((one) => registersItself(one, origin));
  assert.deepEqual(needsNone("https://nexus.example"), [false, true, true, false]);
  assert.deepEqual(needsNone("http://localhost:3000"), [false, true, false, false]);
});

test("calls that reached the provider read or write, whatever their scopes are", () => {
  const api = { base_url: "https://a.example", hosts: ["a.example"], reads: [{ method: "POST", path: "/search" }] };
  const manifest = { api, oauth2: null, revoke: { unsupported: "none" } } as never;
  const call = (method: string, path: string, outcome = "succeeded", status = 200) => ({ method, path, outcome, status, host: null }) as never;
  const calls = [
    call("GET", "/a"),
    call("GET", "/a;b//"),
    call("POST", "/search"),
    call("POST", "/a", "client_error", 403),
    call("DELETE", "/a", "server_error", 500),
    call("DELETE", "/a", "denied", 403),
    call("POST", "/a", "limited", 429),
  ];
  assert.deepEqual(usesOf(calls, manifest), { reads: 3, writes: 2, forbidden: 1 });
  const gets = { ...(manifest as { api: object }), api: { ...api, get_may_write: true, reads: [{ method: "GET", path: "/a" }] } } as never;
  assert.deepEqual(usesOf([call("GET", "/a"), call("GET", "/send")], gets), { reads: 1, writes: 1, forbidden: 0 });
});
