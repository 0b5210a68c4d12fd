/**
 * "Would this call be allowed?" The answer follows the server's rules, which are in
 * `components/common/src/policy.rs` and `components/broker/src/operations/forward/rules.rs`. Both implementations
 * are tested with `tests/policy-cases.json`.
 *
 * This is only a prediction. It must not protect anything.
 */
import type { Manifest, Policy, Rule } from "../api/types";
import { isSame, plainPath, readPath } from "./call-path";
import type { CallPath, Reading } from "./call-path";
import { comparableName, isOneOf, parametersOf } from "./call-query";

export interface Call {
  readonly agent: string;
  readonly method: string;
  /** The path as in the URL, without a query: `/v1/charges/ch_1`. */
  readonly path: string;
  /** The query as in the URL, without its `?`. */
  readonly query?: string;
  /** The content type of the body. Without it, the call is one without a body, or with a type that is not known. */
  readonly type?: string;
  /** One of the manifest's hosts. */
  readonly host: string;
}

export type Verdict =
  | { allowed: true; rule: number | null; unless: readonly Member[] }
  | { allowed: false; because: "agents" | "connection" | "path" | "unclean" | "no_allow" }
  | { allowed: false; because: "rule"; rule: number }
  | { allowed: false; because: "manifest" | "query"; why: string }
  | { allowed: false; because: "type"; types: readonly string[] };

/** A member of the body that the manifest denies for the call, and why. Nobody knows the body before the call. */
export interface Member {
  readonly name: string;
  readonly why: string;
}

/** Predicts whether the server would allow an agent's call. */
export function predict(policy: Policy, manifest: Endpoints, call: Call): Verdict {
  const path = readPath(call.path);
  if (!path) return { allowed: false, because: "path" };
  if (isConnectionEndpoint(manifest, call.host, path)) return { allowed: false, because: "connection" };
  if (!policy.agents.includes("*") && !policy.agents.includes(call.agent)) {
    return { allowed: false, because: "agents" };
  }
  const { rules } = policy;
  if (rules.length > 0 && !path.isClean) return { allowed: false, because: "unclean" };
  const denied = rules.findIndex(
    (rule) => rule.effect === "deny" && isFor(rule, call.agent) && hasHost(rule, call.host) && rule.methods.some(isCoveredBy(call.method)) && denies(rule.path, path),
  );
  if (denied >= 0) return { allowed: false, because: "rule", rule: denied };
  const allows = rules.filter((rule) => rule.effect === "allow");
  const covers = (reading: Reading) => (rule: Rule) => appliesTo(rule, call) && matches(rule.path, reading, equals);
  if (allows.length > 0 && !path.exact.every((reading) => allows.some(covers(reading)))) {
    return { allowed: false, because: "no_allow" };
  }
  const denial = manifest.api.deny?.find(
    (deny) => isCoveredBy(call.method)(deny.method) && denies(deny.path, path),
  );
  const whole = `/${path.whole.join("/")}`;
  if (denial && !allowsExactly(rules, call, denial.path) && !allowsExactly(rules, call, whole)) {
    return { allowed: false, because: "manifest", why: denial.why };
  }
  const query = deniedQuery(manifest, call, path);
  if (query) return { allowed: false, because: "query", why: query.why };
  const types = manifest.api.body_types ?? [];
  if (call.type !== undefined && types.length > 0 && !isListed(types, call.type)) return { allowed: false, because: "type", types };
  const unless = deniedMembers(manifest, call, path);
  if (call.type !== undefined && unless.length > 0 && !isReadable(call.type)) return { allowed: false, because: "type", types: READABLE };
  const [reading = []] = path.exact;
  const allowed = rules.findIndex((rule) => rule.effect === "allow" && covers(reading)(rule));
  return { allowed: true, rule: allowed < 0 ? null : allowed, unless };
}

/** The rule of the manifest that denies a parameter of the query. No rule of a policy lifts it. */
function deniedQuery({ api }: Endpoints, call: Call, path: CallPath): { why: string } | undefined {
  if (!api.deny_query?.length) return undefined;
  const parameters = parametersOf(call.path, call.query ?? "");
  return api.deny_query.find(({ method = "*", path: pattern = "/**", name, values = [] }) => {
    const own = comparableName(name);
    const isDenied = parameters.some(([found, value]) => found === own && (values.length === 0 || isOneOf(value, values)));
    return isDenied && isCoveredBy(call.method)(method) && denies(pattern, path);
  });
}

/** The members that the manifest denies in the body of the call. No rule of a policy lifts this either. */
function deniedMembers({ api }: Endpoints, call: Call, path: CallPath): readonly Member[] {
  const held = (api.deny_body ?? []).filter(({ method = "*", path: pattern = "/**" }) => isCoveredBy(call.method)(method) && denies(pattern, path));
  return held.filter(({ name }, at) => held.findIndex((one) => one.name === name) === at);
}

/** The types of bodies whose members the server can read. Every other body is denied where `deny_body` holds. */
export const READABLE = ["application/json", "application/x-www-form-urlencoded"] as const;

/** Whether the server reads the members of a body of this type, whose only parameter may be that of UTF-8. */
function isReadable(sent: string): boolean {
  const [essence = "", ...parameters] = sent.toLowerCase().split(";").map((part) => part.trim());
  const isUtf8 = parameters.every((one) => ["", "charset=utf-8", 'charset="utf-8"', "charset=utf8"].includes(one));
  const isKnown = READABLE.some((one) => one === essence) || /^application\/[^,]+\+json$/.test(essence);
  return isKnown && isUtf8 && !sent.includes(",");
}

/** Whether a content type is one of `types`. A value with a comma may be two types to a server, and is not. */
function isListed(types: readonly string[], sent: string): boolean {
  const essence = (sent.split(";", 1)[0] ?? "").replace(/^[ \t]+|[ \t]+$/g, "").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (sent.includes(",") || /[ \t]/.test(essence)) return false;
  return types.some((one) => (one.endsWith("*") ? essence.startsWith(one.slice(0, -1)) && essence.length >= one.length : one === essence));
}

/** The parts of a manifest that the prediction needs. */
export type Endpoints = Pick<Manifest, "api" | "login" | "oauth2" | "revoke">;

/** Whether a call goes to an endpoint that creates or revokes the connection itself. Such a call is always denied. */
function isConnectionEndpoint({ api, login, oauth2, revoke }: Endpoints, host: string, path: CallPath): boolean {
  const revocationUrl = "rfc7009" in revoke ? revoke.rfc7009.url : "request" in revoke ? revoke.request.url : null;
  const tokenUrls = [oauth2?.token_url, oauth2?.refresh?.url, login?.request?.url];
  const base = parseTemplate(api.base_url)?.path ?? [];
  // Ports do not matter.
  const called = host.toLowerCase().replace(/:\d+$/, "");
  return [oauth2?.authorization_url, ...tokenUrls, oauth2?.registration_url, revocationUrl].some((url) => {
    const endpoint = url ? parseTemplate(url) : null;
    if (!endpoint) return false;
    const sameHost = endpoint.host.includes(PLACEHOLDER)
      ? called.endsWith(endpoint.host.split(PLACEHOLDER).at(-1) ?? "")
      : endpoint.host === called;
    return sameHost && path.lenient.some((reading) => isPath(endpoint.path, [...base, ...reading]));
  });
}

function isPath(endpoint: Reading, path: Reading): boolean {
  const same = (segment: string, at: number) =>
    segment.includes(PLACEHOLDER) || isSame(segment, path[at] ?? "", at + 1 === path.length);
  return endpoint.length === path.length && endpoint.every(same);
}

/** Replaces each placeholder of a URL template. */
const PLACEHOLDER = "x-any-x";

function parseTemplate(template: string): { host: string; path: Reading } | null {
  const text = template.replace(/\{[^}]*\}/g, PLACEHOLDER);
  if (!URL.canParse(text)) return null;
  const { hostname, pathname } = new URL(text);
  return { host: hostname.toLowerCase(), path: plainPath(pathname) };
}

function appliesTo(rule: Rule, call: Call): boolean {
  return isFor(rule, call.agent) && hasMethod(rule, call.method) && hasHost(rule, call.host);
}

/** Whether a rule is for an agent. A rule without agents is for all whom the policy admits. */
function isFor({ agents }: Rule, agent: string): boolean {
  return agents === undefined || agents.includes("*") || agents.includes(agent);
}

function hasHost(rule: Rule, host: string): boolean {
  return rule.host === undefined || rule.host.toLowerCase() === host.toLowerCase();
}

/**
 * Whether a denied method covers the method of a call. `GET` covers `HEAD`, because many servers handle
 * `HEAD` as `GET`.
 */
function isCoveredBy(method: string): (denied: string) => boolean {
  return (denied) => denied === "*" || denied === method || (method === "HEAD" && denied === "GET");
}

function hasMethod(rule: Rule, method: string): boolean {
  return rule.methods.includes("*") || rule.methods.includes(method);
}

/** Whether a pattern covers one of the lenient readings of a path. */
function denies(pattern: string, path: CallPath): boolean {
  const dense = `/${pattern.split("/").filter(Boolean).join("/")}`;
  return path.lenient.some((reading) => matches(dense, reading, isSame));
}

/** Whether a rule allows the method on exactly this path, without wildcards. */
function allowsExactly(rules: readonly Rule[], { agent, method }: Call, path: string): boolean {
  return rules.some((rule) => rule.effect === "allow" && isFor(rule, agent) && hasMethod(rule, method) && rule.path === path);
}

const equals = (pattern: string, segment: string) => pattern === segment;

/** Whether a pattern matches a path. `*` matches one segment, and `**` zero or more segments at the end. */
export function matches(
  pattern: string,
  path: readonly string[],
  same: (pattern: string, segment: string, isLast: boolean) => boolean,
): boolean {
  const parts = pattern.split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === "**") return true;
    const segment = path[index];
    if (segment === undefined) {
      if (part === "" && path.length === 0) continue;
      return false;
    }
    if (part !== "*" && !same(part, segment, index + 1 === path.length)) return false;
  }
  return path.length <= parts.length;
}
