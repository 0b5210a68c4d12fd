/**
 * "Would this call be allowed?", answered as the server would: its rules are in
 * `components/common/src/policy.rs` and `components/broker/src/forward/rules.rs`, and both are held
 * against `tests/policy-cases.json`.
 *
 * It must not be used to protect anything.
 */
import type { Manifest, Policy, Rule } from "../api/types";
import { isSame, plainPath, readPath } from "./call-path";
import type { CallPath, Reading } from "./call-path";

export interface Call {
  readonly agent: string;
  readonly method: string;
  /** As it would stand in the address: `/v1/charges/ch_1`, without a query. */
  readonly path: string;
  /** One of the manifest's hosts. */
  readonly host: string;
}

export type Verdict =
  | { allowed: true; rule: number | null }
  | { allowed: false; because: "agents" | "connection" | "path" | "unclean" | "no_allow" }
  | { allowed: false; because: "rule"; rule: number }
  | { allowed: false; because: "manifest"; why: string };

/** What would become of an agent's call. */
export function judge(policy: Policy, manifest: Endpoints, call: Call): Verdict {
  const path = readPath(call.path);
  if (!path) return { allowed: false, because: "path" };
  if (isConnection(manifest, call.host, path)) return { allowed: false, because: "connection" };
  if (!policy.agents.includes("*") && !policy.agents.includes(call.agent)) {
    return { allowed: false, because: "agents" };
  }
  const { rules } = policy;
  if (rules.length > 0 && !path.isClean) return { allowed: false, because: "unclean" };
  const denied = rules.findIndex(
    (rule) => rule.effect === "deny" && hasHost(rule, call.host) && rule.methods.some(runs(call.method)) && denies(rule.path, path),
  );
  if (denied >= 0) return { allowed: false, because: "rule", rule: denied };
  const allows = rules.filter((rule) => rule.effect === "allow");
  const covers = (reading: Reading) => (rule: Rule) => isAbout(rule, call) && matches(rule.path, reading, exactly);
  if (allows.length > 0 && !path.exact.every((reading) => allows.some(covers(reading)))) {
    return { allowed: false, because: "no_allow" };
  }
  const refused = manifest.api.deny?.find(
    (deny) => runs(call.method)(deny.method) && denies(deny.path, path),
  );
  const whole = `/${path.whole.join("/")}`;
  if (refused && !names(rules, call.method, refused.path) && !names(rules, call.method, whole)) {
    return { allowed: false, because: "manifest", why: refused.why };
  }
  const [reading = []] = path.exact;
  const allowed = rules.findIndex((rule) => rule.effect === "allow" && covers(reading)(rule));
  return { allowed: true, rule: allowed < 0 ? null : allowed };
}

/** What is needed of a manifest. */
export type Endpoints = Pick<Manifest, "api" | "oauth2" | "revoke">;

/** Whether a call goes where the connection itself is made or ended: nobody makes such a call. */
function isConnection({ api, oauth2, revoke }: Endpoints, host: string, path: CallPath): boolean {
  const ends = "rfc7009" in revoke ? revoke.rfc7009.url : "request" in revoke ? revoke.request.url : null;
  const base = parts(api.base_url)?.path ?? [];
  return [oauth2?.authorization_url, oauth2?.token_url, ends].some((url) => {
    const own = url ? parts(url) : null;
    if (!own) return false;
    const sameHost = own.host.includes(HOLE) ? host.toLowerCase().endsWith(own.host.split(HOLE).at(-1) ?? "") : own.host === host.toLowerCase();
    return sameHost && path.lenient.some((below) => isPath(own.path, [...base, ...below]));
  });
}

function isPath(own: Reading, path: Reading): boolean {
  const same = (segment: string, at: number) =>
    segment.includes(HOLE) || isSame(segment, path[at] ?? "", at + 1 === path.length);
  return own.length === path.length && own.every(same);
}

/** What stands where a template has a place holder. */
const HOLE = "x-any-x";

function parts(template: string): { host: string; path: Reading } | null {
  const text = template.replace(/\{[^}]*\}/g, HOLE);
  if (!URL.canParse(text)) return null;
  const { host, pathname } = new URL(text);
  return { host: host.toLowerCase(), path: plainPath(pathname) };
}

function isAbout(rule: Rule, call: Call): boolean {
  return hasMethod(rule, call.method) && hasHost(rule, call.host);
}

function hasHost(rule: Rule, host: string): boolean {
  return rule.host === undefined || rule.host.toLowerCase() === host.toLowerCase();
}

/** Whether a server may run what a denial names: many answer `HEAD` by doing what `GET` does. */
function runs(method: string): (denied: string) => boolean {
  return (denied) => denied === "*" || denied === method || (method === "HEAD" && denied === "GET");
}

function hasMethod(rule: Rule, method: string): boolean {
  return rule.methods.includes("*") || rule.methods.includes(method);
}

/** Whether a pattern covers a path in one of its lenient readings. */
function denies(pattern: string, path: CallPath): boolean {
  const dense = `/${pattern.split("/").filter(Boolean).join("/")}`;
  return path.lenient.some((reading) => matches(dense, reading, isSame));
}

/** Whether a rule allows the method on exactly this path, without wildcards. */
function names(rules: readonly Rule[], method: string, path: string): boolean {
  return rules.some((rule) => rule.effect === "allow" && hasMethod(rule, method) && rule.path === path);
}

const exactly = (pattern: string, segment: string) => pattern === segment;

/** `*` is a segment, `**` the rest, which may be none. */
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
