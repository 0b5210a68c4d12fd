/** Agents' calls: the filters of their list, what came since the last look, and rules that are tried on them. */
import type { Agent, Call, CallPage, Policy } from "../api/types";
import { HOUR, since } from "./period";
import { predict } from "./policy";
import type { Endpoints, Verdict } from "./policy";

export interface CallFilters {
  /** The subject of an agent's token, or "" for all. */
  readonly agent: string;
  /** How a call ended, or "" for all. */
  readonly outcome: string;
  readonly method: string;
  /** A class of statuses, such as `4xx`, or "". */
  readonly status: string;
  /** A number of hours, or "" for all time. */
  readonly period: string;
}

export const NO_CALL_FILTERS: CallFilters = { agent: "", outcome: "", method: "", status: "", period: "" };

export function isAnyCallFilter(filters: CallFilters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** The query of the filters, as the API takes it; `now` in milliseconds. */
export function callQuery({ period, ...filters }: CallFilters, now: number): Record<string, string> {
  return { ...filters, from: since(period, HOUR, now) };
}

/** The most calls that a list shows, which is how many of an integration are kept. */
const MOST = 1_000;

/** A list with the calls that came since. */
export function withNewer(list: CallPage, newer: CallPage): CallPage {
  // More came than one page holds. The list begins anew with the newest, and its further pages miss none.
  if (newer.next_cursor !== null) return newer;
  const known = new Set(newer.items.map((call) => call.id));
  const items = [...newer.items, ...list.items.filter((call) => !known.has(call.id))];
  const shown = items.slice(0, MOST);
  const next_cursor = shown.length < items.length ? (shown.at(-1)?.id ?? null) : list.next_cursor;
  return { items: shown, next_cursor, latest: newer.latest };
}

/** A list with its next page. */
export function withOlder(list: CallPage, older: CallPage): CallPage {
  const known = new Set(list.items.map((call) => call.id));
  return { ...list, items: [...list.items, ...older.items.filter((call) => !known.has(call.id))], next_cursor: older.next_cursor };
}

/** The effect that rules would have had on calls that were made. */
export interface Trial {
  /** How many calls the rules were tried on. */
  readonly tried: number;
  /** The calls that were not denied, and would be. */
  readonly denied: readonly { readonly call: Call; readonly verdict: Verdict }[];
  /** The calls that a rule denied, and that would be allowed, with the verdict, which depends on a body that nobody kept. */
  readonly allowed: readonly { readonly call: Call; readonly verdict: Verdict }[];
}

/** Tries `policy` on `calls`. `saved` is the policy in force, and `agents` are those of the workspace. */
export function tryPolicy(policy: Policy, saved: Policy, manifest: Endpoints, calls: readonly Call[], agents: readonly Agent[]): Trial {
  const judge = (policy: Policy, call: Call): Verdict =>
    predict(policy, manifest, {
      agent: nameIn(policy, call.agent, agents),
      method: call.method,
      path: call.path,
      host: call.host ?? manifest.api.hosts[0] ?? "",
    });
  const tried = calls.filter(hasTarget);
  const denied: { call: Call; verdict: Verdict }[] = [];
  const allowed: { call: Call; verdict: Verdict }[] = [];
  for (const call of tried) {
    const verdict = judge(policy, call);
    if (!verdict.allowed && call.outcome !== "denied" && !(isAlways(verdict) && !judge(saved, call).allowed)) denied.push({ call, verdict });
    if (verdict.allowed && isDeniedByRule(call)) allowed.push({ call, verdict });
  }
  return { tried: tried.length, denied, allowed };
}

/** Whether the path is the one that rules see. It is not if the call was rejected before, or if the path was cut. */
function hasTarget({ outcome, path }: Call): boolean {
  return outcome !== "unusable" && outcome !== "invalid" && !path.endsWith("…");
}

/**
 * Whether the policy or the manifest denied the call for its method and path, and not a stop or a limit of the agent itself.
 * A call that was denied for its query or its body cannot be tried again, because neither is recorded.
 */
function isDeniedByRule({ code, rule }: Call): boolean {
  return code === "policy_denied" && /policy|api\.deny\[/.test(rule ?? "");
}

/** Whether a call is denied whatever the rules are. A person may have made it all the same. */
function isAlways(verdict: Verdict): boolean {
  return !verdict.allowed && (verdict.because === "manifest" || verdict.because === "connection");
}

/** The word by which a policy names the agent with this subject: the subject itself, or the agent's id. */
function nameIn({ agents: admitted, rules }: Policy, subject: string, agents: readonly Agent[]): string {
  const isNamed = admitted.includes(subject) || rules.some((rule) => rule.agents?.includes(subject));
  if (isNamed) return subject;
  return agents.find((one) => one.id === subject || one.subject === subject)?.id ?? subject;
}
