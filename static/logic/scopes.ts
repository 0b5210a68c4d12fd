/**
 * The scopes of a connection: which were asked for, which the provider granted, and how the two differ. Only the provider
 * knows which scope a call needs, so a scope is never said to be used. What the calls show is whether they read or write.
 */
import type { Call, Integration } from "../api/types";
import { predict } from "./policy";
import type { Endpoints } from "./policy";
import { rulesOf } from "./presets";

export interface ScopeRow {
  readonly name: string;
  readonly isAsked: boolean;
  readonly isGranted: boolean;
  /** Whether it was asked for and the provider's answer does not have it. The server decides. */
  readonly isMissing: boolean;
}

/** Every scope once: those that are missing, then the others in the order in which they were asked for. */
export function scopeRows({ requested, granted, missing }: Integration["scopes"]): ScopeRow[] {
  const names = [...new Set([...missing, ...requested, ...granted])];
  return names.map((name) => ({
    name,
    isAsked: requested.includes(name),
    isGranted: granted.includes(name),
    isMissing: missing.includes(name),
  }));
}

/** The kinds of the calls that reached the provider. */
export interface Uses {
  readonly reads: number;
  readonly writes: number;
  /** How many of them the provider answered with 403, as it does if a scope is missing. */
  readonly forbidden: number;
}

/** Counts calls. Those that were not sent need no scope. */
export function usesOf(calls: readonly Call[], manifest: Endpoints): Uses {
  const sent = calls.filter(({ outcome }) => outcome === "succeeded" || outcome === "client_error" || outcome === "server_error" || outcome === "timeout");
  const reads = sent.filter((call) => isRead(call, manifest)).length;
  return { reads, writes: sent.length - reads, forbidden: sent.filter(({ status, outcome }) => outcome === "client_error" && status === 403).length };
}

/** Whether a call only reads, as the preset `read_only` sees it. */
function isRead({ method, path, host }: Call, manifest: Endpoints): boolean {
  const { api } = manifest;
  if (!api.get_may_write && (method === "GET" || method === "HEAD" || method === "OPTIONS")) return true;
  const policy = { agents: ["*"], rules: rulesOf("read_only", api) };
  return predict(policy, manifest, { agent: "", method, path, host: host ?? api.hosts[0] ?? "" }).allowed;
}
