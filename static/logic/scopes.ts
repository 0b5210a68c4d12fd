/** The scopes of a connection: which were asked for, which the provider granted, and how the two differ. */
import type { Integration } from "../api/types";

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
