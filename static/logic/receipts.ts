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

/**
 * What was planned when the integration was deleted, with what became of each token since. `events` are newest
 * first, as the API returns them.
 *
 * An event names the field of a token. An older token of the same field may have been given up in the same
 * deletion, so an event about such a field is a line of its own. An event that says that the whole grant
 * ended is about each token of the deletion that still waits, unless that one has events of its own.
 */
export function receiptsOf(events: readonly Event[]): DeletionFacts {
  const detailOf = (event: Event | undefined) => (event?.detail ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const oldestFirst = events.toReversed();
  const named = (member: string) => text(detailOf(oldestFirst.findLast((event) => text(detailOf(event)[member]) !== null))[member]);
  const deleted = events.find((event) => event.kind === "integration.deleted");
  const planned = detailOf(deleted)["revocation"];
  const receipts: Receipt[] = Array.isArray(planned) ? [...(planned as Receipt[])] : [];
  const isUnique = (token: string) => receipts.filter((one) => one.token === token).length === 1;
  const later = oldestFirst.filter((event) => event.kind === "integration.revocation" && deleted !== undefined && event.at >= deleted.at);
  const own = new Set(later.map((event) => detailOf(event)["token"]));
  for (const event of later) {
    const { token, state, detail, ends_grant: endsGrant } = detailOf(event) as Partial<Receipt> & { ends_grant?: boolean };
    if (!token || !state) continue;
    const outcome: Receipt = { token, state, detail: detail ?? "", at: event.at };
    const at = receipts.findIndex((one) => one.token === token);
    if (at >= 0 && isUnique(token)) receipts[at] = outcome;
    else receipts.push(outcome);
    if (!endsGrant || state !== "revoked") continue;
    receipts.forEach((one, index) => {
      if (one.state === "pending" && !own.has(one.token) && isUnique(one.token)) receipts[index] = { ...outcome, token: one.token };
    });
  }
  return { name: named("name"), manifest: named("manifest_id"), at: deleted?.at ?? null, by: deleted?.actor ?? null, receipts };
}
