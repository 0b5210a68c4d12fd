/** The announced end of a way to connect: whether it is over, and whether a person should act now. */
import type { ManifestSummary } from "../api/types";
import { DAY } from "./period";

/** The end in a manifest: the last day on which the way to connect works, the reason, and the provider's page. */
export type Ends = NonNullable<ManifestSummary["ends"]>;

/** How many days before the end somebody should act. */
const SOON = 90;

/** `later` is known and not urgent. */
export type EndState = "ended" | "soon" | "later";

/** How near the end is; `now` in milliseconds. The last day is a day of UTC. Null if no end is announced. */
export function endState(ends: Ends | null | undefined, now: number): EndState | null {
  if (!ends) return null;
  const left = Date.parse(ends.on) + DAY - now;
  if (left <= 0) return "ended";
  return left <= SOON * DAY ? "soon" : "later";
}

/** The providers of the catalogue whose way to connect ends soon or has ended. */
export function endingOf(catalogue: readonly ManifestSummary[], now: number): (ManifestSummary & { ends: Ends })[] {
  return catalogue.flatMap((one) => {
    const state = endState(one.ends, now);
    return one.ends && (state === "soon" || state === "ended") ? [{ ...one, ends: one.ends }] : [];
  });
}
