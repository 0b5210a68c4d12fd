/**
 * A workspace's own manifest as a form. The form has what most services need. Whatever else a manifest says
 * stays as it is. A manifest that the form cannot show without changing it is edited as JSON.
 */
import { canonical } from "./chain";
import { slugOf } from "./names";

/** Where a credential goes in each request. `oauth2` is a token of OAuth 2.0, as a Bearer token. */
export const PLACES = ["bearer", "header", "query", "basic", "oauth2"] as const;
export type Place = (typeof PLACES)[number];

/** The values of the form. An empty text is a value that is left out. */
export interface Draft {
  readonly name: string;
  readonly id: string;
  readonly description: string;
  readonly docsUrl: string;
  readonly baseUrl: string;
  readonly place: Place;
  readonly headerName: string;
  /** The text before the key, such as `Token `. */
  readonly headerPrefix: string;
  readonly queryName: string;
  /** The page where a key is made. */
  readonly keyUrl: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly clientAuth: "post" | "basic";
  /** Names of scopes, separated by spaces. */
  readonly scopes: string;
  readonly refreshes: boolean;
  /** The endpoint that revokes tokens (RFC 7009). */
  readonly revokeUrl: string;
  /** The path of the test call, which may have a query. */
  readonly testPath: string;
  /** A JSON pointer to the account in the response of the test call. */
  readonly accountPointer: string;
  /** The page where a person revokes the credential. */
  readonly manageUrl: string;
}

/** Texts that a manifest has for people, where the form does not ask for them. */
export interface Words {
  readonly key: string;
  readonly username: string;
  readonly password: string;
  readonly noTest: string;
  readonly byHand: string;
  readonly noRevocation: string;
}

/** A JSON object, as far as it is known. */
export interface Json {
  readonly [member: string]: unknown;
}

export const EMPTY: Draft = {
  name: "",
  id: "",
  description: "",
  docsUrl: "",
  baseUrl: "",
  place: "bearer",
  headerName: "",
  headerPrefix: "",
  queryName: "",
  keyUrl: "",
  authorizationUrl: "",
  tokenUrl: "",
  clientAuth: "post",
  scopes: "",
  refreshes: true,
  revokeUrl: "",
  testPath: "",
  accountPointer: "",
  manageUrl: "",
};

/** The id of a name. Empty if the name has no letters that an id may have. */
export function idOf(name: string): string {
  const slug = slugOf(name);
  return slug && `custom-${slug}`;
}

/** The manifest `base` with what the form says. */
export function manifestOf(draft: Draft, base: Json, words: Words): Json {
  const isOauth = draft.place === "oauth2";
  const credentials = credentialsOf(draft, base, words);
  const { oauth2, ...others } = base;
  return {
    ...others,
    id: draft.id,
    name: draft.name,
    ...text("description", draft.description, base),
    ...text("docs_url", draft.docsUrl, base),
    auth_method: isOauth ? "oauth2" : draft.place === "basic" ? "basic" : "api_key",
    credentials,
    inject: [injectOf(draft, credentials.map((field) => String(field["name"])))],
    ...(isOauth && { oauth2: oauth2Of(draft, object(oauth2)) }),
    api: apiOf(draft, object(base["api"])),
    verify: verifyOf(draft, object(base["verify"]), words),
    revoke: revokeOf(draft, object(base["revoke"]), words),
  };
}

/** The form of a manifest. Null if the form cannot show it without changing it. */
export function draftOf(manifest: Json, words: Words): Draft | null {
  const [inject = {}] = list(manifest["inject"]);
  const [field = {}] = list(manifest["credentials"]);
  const { api, verify, revoke, oauth2 } = { api: object(manifest["api"]), verify: object(manifest["verify"]), revoke: object(manifest["revoke"]), oauth2: object(manifest["oauth2"]) };
  const place = placeOf(manifest, inject);
  const template = string(inject["value"]);
  const draft: Draft = {
    name: string(manifest["name"]),
    id: string(manifest["id"]),
    description: string(manifest["description"]),
    docsUrl: string(manifest["docs_url"]),
    baseUrl: string(api["base_url"]),
    place,
    headerName: place === "header" ? string(inject["name"]) : "",
    headerPrefix: place === "header" ? template.slice(0, Math.max(0, template.lastIndexOf("{"))) : "",
    queryName: place === "query" ? string(inject["name"]) : "",
    keyUrl: string(field["help_url"]),
    authorizationUrl: string(oauth2["authorization_url"]),
    tokenUrl: string(oauth2["token_url"]),
    clientAuth: oauth2["client_auth"] === "basic" ? "basic" : "post",
    scopes: strings(object(oauth2["scopes"])["default"]).join(" "),
    refreshes: place !== "oauth2" || isThere(oauth2["refresh"]),
    revokeUrl: string(object(revoke["rfc7009"])["url"]),
    testPath: string(verify["path"]),
    accountPointer: string(object(verify["account"])["id"]),
    manageUrl: string(revoke["manage_url"]),
  };
  return canonical(manifestOf(draft, manifest, words)) === canonical(manifest) ? draft : null;
}

/** Whether a field is shown for this place of the credential. */
export function hasField(field: keyof Draft, { place, testPath }: Pick<Draft, "place" | "testPath">): boolean {
  switch (field) {
    case "headerName":
    case "headerPrefix":
      return place === "header";
    case "queryName":
      return place === "query";
    case "keyUrl":
      return place !== "oauth2";
    case "authorizationUrl":
    case "tokenUrl":
    case "clientAuth":
    case "scopes":
    case "refreshes":
    case "revokeUrl":
      return place === "oauth2";
    case "accountPointer":
      return testPath !== "";
    default:
      return true;
  }
}

/** The fields that must not be empty. */
export function missingFields(draft: Draft): (keyof Draft)[] {
  const required = ["name", "id", "baseUrl", "headerName", "queryName", "authorizationUrl", "tokenUrl"] as const;
  return required.filter((field) => hasField(field, draft) && !draft[field].trim());
}

/** Errors of the server by field, and those that belong to no field that is shown. */
export interface Sorted<E> {
  readonly fields: Partial<Record<keyof Draft, string>>;
  readonly others: readonly E[];
}

export function sortErrors<E extends { pointer: string; detail: string }>(errors: readonly E[], draft: Draft): Sorted<E> {
  const fields: Partial<Record<keyof Draft, string>> = {};
  const others = errors.filter((error) => {
    const field = fieldAt(error.pointer, draft.place);
    if (!field || !hasField(field, draft)) return true;
    fields[field] ??= withoutRule(error.detail);
    return false;
  });
  return { fields, others };
}

/** The explanation of an error without the name of the rule. */
export function withoutRule(detail: string): string {
  return detail.replace(/^[a-z0-9_]+: /, "");
}

function fieldAt(pointer: string, place: Place): keyof Draft | null {
  if (pointer.startsWith("/api/hosts")) return "baseUrl";
  if (pointer.startsWith("/oauth2/scopes")) return "scopes";
  if (pointer === "/inject/0/name") return place === "query" ? "queryName" : place === "header" ? "headerName" : null;
  return FIELDS[pointer] ?? null;
}

const FIELDS: Readonly<Record<string, keyof Draft>> = {
  "/id": "id",
  "/name": "name",
  "/description": "description",
  "/docs_url": "docsUrl",
  "/api/base_url": "baseUrl",
  "/inject/0/value": "headerPrefix",
  "/credentials/0/help_url": "keyUrl",
  "/oauth2/authorization_url": "authorizationUrl",
  "/oauth2/token_url": "tokenUrl",
  "/verify/path": "testPath",
  "/verify/account/id": "accountPointer",
  "/revoke/rfc7009/url": "revokeUrl",
  "/revoke/manage_url": "manageUrl",
};

function placeOf(manifest: Json, inject: Json): Place {
  if (manifest["auth_method"] === "oauth2") return "oauth2";
  if (inject["in"] === "basic") return "basic";
  if (inject["in"] === "query") return "query";
  return inject["name"] === "Authorization" && string(inject["value"]).startsWith("Bearer {") ? "bearer" : "header";
}

function credentialsOf(draft: Draft, base: Json, words: Words): Json[] {
  const present = list(base["credentials"]);
  if (draft.place === "oauth2") return [];
  const isBasic = draft.place === "basic";
  const isUsable = present.length === (isBasic ? 2 : 1) && present.at(-1)?.["secret"] === true;
  const fields = isUsable
    ? present
    : isBasic
      ? [
          { name: "username", label: words.username, secret: false },
          { name: "password", label: words.password, secret: true },
        ]
      : [{ name: "api_key", label: words.key, secret: true }];
  return fields.map((field, at) => (at === 0 ? { ...without(field, "help_url"), ...(draft.keyUrl && { help_url: draft.keyUrl }) } : field));
}

function injectOf(draft: Draft, names: readonly string[]): Json {
  const [first = "", second = ""] = names;
  switch (draft.place) {
    case "bearer":
      return { in: "header", name: "Authorization", value: `Bearer {${first}}` };
    case "header":
      return { in: "header", name: draft.headerName, value: `${draft.headerPrefix}{${first}}` };
    case "query":
      return { in: "query", name: draft.queryName, value: `{${first}}` };
    case "basic":
      return { in: "basic", username: `{${first}}`, password: `{${second}}` };
    case "oauth2":
      return { in: "header", name: "Authorization", value: "Bearer {access_token}" };
  }
}

function oauth2Of(draft: Draft, base: Json): Json {
  const scopes = draft.scopes.split(/[\s,]+/).filter(Boolean);
  return {
    ...without(base, "refresh"),
    authorization_url: draft.authorizationUrl,
    token_url: draft.tokenUrl,
    client_auth: draft.clientAuth,
    scopes: { ...object(base["scopes"]), default: scopes },
    ...(draft.refreshes && { refresh: object(base["refresh"]) }),
  };
}

function apiOf(draft: Draft, base: Json): Json {
  const [before, after] = [authorityOf(string(base["base_url"])), authorityOf(draft.baseUrl)];
  const hosts = strings(base["hosts"]);
  const others = hosts.filter((host) => host !== before && host !== after);
  const isKept = before === after && hosts.includes(after);
  return { ...base, base_url: draft.baseUrl, hosts: isKept ? hosts : [after, ...others].filter(Boolean) };
}

/** The host of a URL, which may be a template: what is between `://` and the path. */
function authorityOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#\\]*)/.exec(url)?.[1] ?? "";
}

function verifyOf(draft: Draft, base: Json, words: Words): Json {
  if (!draft.testPath) return isThere(base["unsupported"]) ? base : { unsupported: words.noTest };
  const { unsupported, account, method = "GET", ...others } = base;
  return {
    ...others,
    method,
    path: draft.testPath,
    ...(draft.accountPointer && { account: { ...object(account), id: draft.accountPointer } }),
  };
}

function revokeOf(draft: Draft, base: Json, words: Words): Json {
  if (draft.place === "oauth2" && draft.revokeUrl) {
    const known = isThere(base["rfc7009"]) ? base : { tokens: draft.refreshes ? ["refresh_token", "access_token"] : ["access_token"], effect: "grant" };
    return { ...known, rfc7009: { client_auth: draft.clientAuth, ...object(base["rfc7009"]), url: draft.revokeUrl } };
  }
  if (draft.manageUrl && !isThere(base["unsupported"])) return { not_revocable: base["not_revocable"] ?? words.byHand, manage_url: draft.manageUrl };
  if (draft.manageUrl) return { ...base, manage_url: draft.manageUrl };
  return { unsupported: base["unsupported"] ?? words.noRevocation };
}

/** A member that the manifest may leave out. */
function text(member: string, value: string, base: Json): Json {
  return value || member in base ? { [member]: value } : {};
}

function without(value: Json, member: string): Json {
  const { [member]: _, ...others } = value;
  return others;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}
