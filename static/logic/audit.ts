/** Searching the audit record. */
import type { AuditRecord } from "../api/types";

export interface AuditFilters {
  /** Words: who, what, on what. */
  readonly text: string;
  /** `done`, `denied`, or "" for both. */
  readonly outcome: string;
  /** A number of days, or "" for all time. */
  readonly period: string;
}

export function isAnyAudit({ text, outcome, period }: AuditFilters): boolean {
  return text !== "" || outcome !== "" || period !== "";
}

/** What the API gets of the filters: all but the words. `now` in milliseconds. */
export function auditQuery({ outcome, period }: AuditFilters, now: number): Record<string, string> {
  return { outcome, from: period ? new Date(now - Number(period) * 86_400_000).toISOString() : "" };
}

/**
 * The records that have all words of the text somewhere. `nameOf` is the name of an agent or an integration, and
 * `wordsOf` says what an action is.
 */
export function filterAudit(records: readonly AuditRecord[], text: string, nameOf: (subject: string) => string, wordsOf: (action: string) => string): AuditRecord[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return records.filter((record) => {
    const { actor, action, target, detail, request_id: request } = record;
    const all = [actor, nameOf(actor), action, wordsOf(action), target ?? "", nameOf(target ?? ""), request, JSON.stringify(detail)].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
