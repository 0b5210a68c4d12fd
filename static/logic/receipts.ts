/** What became of the tokens of a deleted integration, from its events. */
import type { Event, Receipt } from "../api/types";

export interface DeletionFacts {
  readonly name: string | null;
  readonly manifest: string | null;
  /** When it was deleted, or null if it was not, or longer ago than events are kept. */
  readonly at: string | null;
  readonly by: string | null;
  readonly receipts: readonly Receipt[];
}

/** Later events about a token replace its receipt. `events` are newest first, as the API returns them. */
export function receiptsOf(events: readonly Event[]): DeletionFacts {
  const detailOf = (event: Event | undefined) => (event?.detail ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const oldestFirst = events.toReversed();
  const named = (member: string) => text(detailOf(oldestFirst.findLast((event) => text(detailOf(event)[member]) !== null))[member]);
  const deleted = events.find((event) => event.kind === "integration.deleted");
  const receipts = new Map<string, Receipt>();
  const planned = detailOf(deleted)["revocation"];
  for (const one of Array.isArray(planned) ? (planned as Receipt[]) : []) receipts.set(one.token, one);
  for (const event of oldestFirst) {
    const { token, state, detail } = detailOf(event) as Partial<Receipt>;
    const isLater = deleted !== undefined && event.at >= deleted.at;
    if (event.kind !== "integration.revocation" || !isLater || !token || !state) continue;
    receipts.set(token, { token, state, detail: detail ?? "", at: event.at });
  }
  return {
    name: named("name"),
    manifest: named("manifest_id"),
    at: deleted?.at ?? null,
    by: deleted?.actor ?? null,
    receipts: [...receipts.values()],
  };
}
