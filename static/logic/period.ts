/** Periods that a person chooses in a filter, as a number of hours or days. */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** When a period of `count` units began, as the API takes it; `now` and `unit` in milliseconds. "" for all time. */
export function since(count: string, unit: number, now: number): string {
  return count ? new Date(now - Number(count) * unit).toISOString() : "";
}
