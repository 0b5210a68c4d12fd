/**
 * "Would this call be allowed?", answered as the server would: its rules are in
 * `components/common/src/policy.rs` and `components/broker/src/forward/rules.rs`, and both are held
 * against `tests/policy-cases.json`.
 *
 * It must not be used to protect anything.
 */
import type { Manifest, Policy, Rule } from "../api/types";

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
  const whole = segments(call.path);
  if (!whole) return { allowed: false, because: "path" };
  const plain = normal(whole);
  if (isConnection(manifest, call.host, plain)) return { allowed: false, because: "connection" };
  if (!policy.agents.includes("*") && !policy.agents.includes(call.agent)) {
    return { allowed: false, because: "agents" };
  }
  const { rules } = policy;
  if (rules.length > 0 && whole.some((segment) => segment === "" || segment.includes(";"))) {
    return { allowed: false, because: "unclean" };
  }
  const denied = rules.findIndex((rule) => rule.effect === "deny" && isAbout(rule, call) && denies(rule, whole));
  if (denied >= 0) return { allowed: false, because: "rule", rule: denied };
  const allows = (rule: Rule) =>
    rule.effect === "allow" && isAbout(rule, call) && matches(rule.path, whole, exactly);
  const allowed = rules.findIndex(allows);
  if (allowed < 0 && rules.some((rule) => rule.effect === "allow")) {
    return { allowed: false, because: "no_allow" };
  }
  const refused = manifest.api.deny?.find(
    (deny) => (deny.method === "*" || deny.method === call.method) && matches(deny.path, plain, ignoringCase),
  );
  const path = `/${whole.join("/")}`;
  if (refused && !names(rules, call.method, refused.path) && !names(rules, call.method, path)) {
    return { allowed: false, because: "manifest", why: refused.why };
  }
  return { allowed: true, rule: allowed < 0 ? null : allowed };
}

/** What is needed of a manifest. */
export type Endpoints = Pick<Manifest, "api" | "oauth2" | "revoke">;

/** Whether a call goes where the connection itself is made or ended: nobody makes such a call. */
function isConnection({ api, oauth2, revoke }: Endpoints, host: string, plain: readonly string[]): boolean {
  const ends = "rfc7009" in revoke ? revoke.rfc7009.url : "request" in revoke ? revoke.request.url : null;
  const base = parts(api.base_url)?.path ?? [];
  const path = [...base, ...plain];
  return [oauth2?.authorization_url, oauth2?.token_url, ends].some((url) => {
    const own = url ? parts(url) : null;
    if (!own || own.path.length !== path.length) return false;
    const sameHost = own.host.includes(HOLE) ? host.toLowerCase().endsWith(own.host.split(HOLE).at(-1) ?? "") : own.host === host.toLowerCase();
    return sameHost && own.path.every((segment, at) => segment.includes(HOLE) || segment === path[at]);
  });
}

/** What stands where a template has a place holder. */
const HOLE = "x-any-x";

function parts(template: string): { host: string; path: string[] } | null {
  const text = template.replace(/\{[^}]*\}/g, HOLE);
  if (!URL.canParse(text)) return null;
  const { host, pathname } = new URL(text);
  return { host: host.toLowerCase(), path: normal(pathname.slice(1).split("/").map(twice)) };
}

/** The segments, each decoded once; null where no such path is ever sent. */
function segments(path: string): string[] | null {
  if (!path.startsWith("/")) return null;
  if (path === "/") return [];
  const found: string[] = [];
  for (const raw of path.slice(1).split("/")) {
    let once: string;
    try {
      once = decodeURIComponent(raw);
    } catch {
      return null;
    }
    if (!isSafe(once) || !isSafe(twice(once))) return null;
    found.push(once);
  }
  return found;
}

function twice(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isSafe(segment: string): boolean {
  return !/[\u0000-\u001f\u007f\\]/.test(segment) && !segment.split("/").some((part) => part === "." || part === "..");
}

function isAbout(rule: Rule, call: Call): boolean {
  const host = rule.host?.toLowerCase();
  return hasMethod(rule, call.method) && (host === undefined || host === call.host.toLowerCase());
}

function hasMethod(rule: Rule, method: string): boolean {
  return rule.methods.includes("*") || rule.methods.includes(method);
}

function denies(rule: Rule, whole: string[]): boolean {
  const split = whole.flatMap((segment) => segment.split("/"));
  return matches(rule.path, whole, ignoringCase) || matches(rule.path, split, ignoringCase);
}

/** Whether a rule allows the method on exactly this path, without wildcards. */
function names(rules: readonly Rule[], method: string, path: string): boolean {
  return rules.some((rule) => rule.effect === "allow" && hasMethod(rule, method) && rule.path === path);
}

function normal(whole: string[]): string[] {
  return whole
    .flatMap((segment) => segment.split("/"))
    .map((segment) => (segment.split(";")[0] ?? "").toLowerCase())
    .filter(Boolean);
}

const exactly = (pattern: string, segment: string) => pattern === segment;
const ignoringCase = (pattern: string, segment: string) => pattern.toLowerCase() === segment.toLowerCase();

/** `*` is a segment, `**` the rest, which may be none. */
export function matches(
  pattern: string,
  path: readonly string[],
  same: (pattern: string, segment: string) => boolean,
): boolean {
  const parts = pattern.split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === "**") return true;
    const segment = path[index];
    if (segment === undefined) {
      if (part === "" && path.length === 0) continue;
      return false;
    }
    if (part !== "*" && !same(part, segment)) return false;
  }
  return path.length <= parts.length;
}
