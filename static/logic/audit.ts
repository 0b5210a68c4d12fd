/** Searching the audit record. The server looks for the words. */

import { DAY, since } from "./period";

/** The most actions that the API takes. */
const MOST_ACTIONS = 50;

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

/**
 * The query of the filters, as the API takes it. `now` in milliseconds. `actions` has the words for each action, which only the UI
 * knows: an action is found if its name has all of the words.
 */
export function auditQuery({ text, outcome, period }: AuditFilters, actions: Readonly<Record<string, string>>, now: number): Record<string, string> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = Object.entries(actions).filter(([, name]) => words.every((word) => name.toLowerCase().includes(word)));
  return {
    outcome,
    from: since(period, DAY, now),
    q: text,
    q_actions: words.length > 0 ? named.slice(0, MOST_ACTIONS).map(([code]) => code).join(",") : "",
  };
}
