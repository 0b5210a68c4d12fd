/** Tests of the form of a custom provider: it changes nothing that it does not show. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, draftOf, idOf, manifestOf, missingFields, sortErrors } from "./own-manifest";
import type { Draft, Json } from "./own-manifest";

const words = { key: "API key", username: "User name", password: "Password", noTest: "none", byHand: "by hand", noRevocation: "no way" };
const acme: Draft = { ...EMPTY, name: "Acme", id: "custom-acme", baseUrl: "https://api.acme.example/v1", testPath: "/me" };
const made = (draft: Draft, base: Json = {}) => manifestOf(draft, base, words) as Record<string, any>;

test("a manifest has only what the form says", () => {
  assert.deepEqual(made(acme), {
    id: "custom-acme",
    name: "Acme",
    auth_method: "api_key",
    credentials: [{ name: "api_key", label: "API key", secret: true }],
    inject: [{ in: "header", name: "Authorization", value: "Bearer {api_key}" }],
    api: { base_url: "https://api.acme.example/v1", hosts: ["api.acme.example"] },
    verify: { method: "GET", path: "/me" },
    revoke: { unsupported: "no way" },
  });
});

test("each place of the credential makes its manifest, and is read back", () => {
  const drafts: Draft[] = [
    acme,
    { ...acme, place: "header", headerName: "X-Api-Key", keyUrl: "https://acme.example/keys" },
    { ...acme, place: "header", headerName: "Authorization", headerPrefix: "Token " },
    { ...acme, place: "query", queryName: "key", manageUrl: "https://acme.example/keys" },
    { ...acme, place: "basic", accountPointer: "/id", description: "Things.", docsUrl: "https://docs.acme.example" },
    { ...acme, place: "oauth2", authorizationUrl: "https://acme.example/a", tokenUrl: "https://acme.example/t", scopes: "read write" },
    {
      ...acme,
      place: "oauth2",
      authorizationUrl: "https://acme.example/a",
      tokenUrl: "https://acme.example/t",
      clientAuth: "basic",
      refreshes: false,
      revokeUrl: "https://acme.example/r",
      testPath: "",
    },
  ];
  for (const draft of drafts) assert.deepEqual(draftOf(made(draft), words), draft, draft.place);
});

test("what the form does not show stays as it is", () => {
  const whole = made(acme);
  const more = {
    ...whole,
    categories: ["internal"],
    brand: { color: "#123456", icon: "" },
    api: {
      ...whole["api"],
      hosts: ["files.acme.example", "api.acme.example"],
      deny: [{ method: "*", path: "/keys/**", why: "Keys" }],
      deny_query: [{ name: "expand", values: ["secrets"], why: "Shows secrets" }],
      deny_body: [{ path: "/jobs", name: "webhook", why: "Sends results elsewhere" }],
    },
    verify: { ...whole["verify"], headers: { accept: "application/json" }, live_on: [403] },
  };
  const draft = draftOf(more, words);
  assert.ok(draft);
  assert.deepEqual(made(draft, more), more);
  // A new host takes the place of the old one. Others stay.
  const moved = made({ ...draft, baseUrl: "https://eu.acme.example" }, more);
  assert.deepEqual(moved["api"].hosts, ["eu.acme.example", "files.acme.example"]);
  for (const denied of ["deny", "deny_query", "deny_body"] as const) assert.deepEqual(moved["api"][denied], more.api[denied], denied);
  // Another place takes other fields.
  const basic = made({ ...draft, place: "basic" }, more);
  assert.deepEqual(basic["credentials"].map(({ name }: { name: string }) => name), ["username", "password"]);
});

test("a manifest that the form cannot show is left to JSON", () => {
  const whole = made(acme);
  for (const change of [
    { inject: [...whole["inject"], { in: "header", name: "X-Account", value: "{account}" }] },
    { inject: [{ in: "header", name: "Authorization", value: "Bearer {api_key}x" }] },
    { auth_method: "oauth2_client_credentials" },
    { credentials: [...whole["credentials"], { name: "account", label: "Account", secret: false }] },
    { revoke: { tokens: ["api_key"], effect: "token", request: { method: "DELETE", url: "https://api.acme.example/key", auth: "token" } } },
  ]) {
    assert.equal(draftOf({ ...whole, ...change }, words), null, JSON.stringify(change));
  }
});

test("ids come from names, and empty fields are named", () => {
  assert.equal(idOf("Ümläut & Söhne GmbH"), "custom-umlaut-sohne-gmbh");
  assert.equal(idOf("日本"), "");
  assert.deepEqual(missingFields(EMPTY), ["name", "id", "baseUrl"]);
  assert.deepEqual(missingFields({ ...acme, place: "header" }), ["headerName"]);
  assert.deepEqual(missingFields({ ...acme, place: "oauth2" }), ["authorizationUrl", "tokenUrl"]);
});

test("an error is shown at its field, or with the others", () => {
  const errors = [
    { pointer: "/api/base_url", detail: "egress_scheme: must be https" },
    { pointer: "/inject/0/name", detail: "inject_name: no" },
    { pointer: "/oauth2/token_url", detail: "url_invalid: no" },
    { pointer: "", detail: "parse: missing field" },
  ];
  const { fields, others } = sortErrors(errors, { ...acme, place: "query" });
  assert.deepEqual(fields, { baseUrl: "must be https", queryName: "no" });
  assert.deepEqual(others, errors.slice(2));
  assert.equal(sortErrors(errors, acme).others.length, 3);
});
