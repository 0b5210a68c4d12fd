/** Times and sizes in words. */

/** The language of these words and of those in `text/`. */
const LANGUAGE = "en";

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60],
  ["hour", 60],
  ["day", 24],
  ["month", 30],
  ["year", 12],
];

const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const whole = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const dayOnly = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });
const hourOnly = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit" });
const numbers = new Intl.NumberFormat(LANGUAGE);

/** "3 minutes ago", "in 2 days"; `now` in milliseconds. */
export function ago(time: string, now: number): string {
  let value = (Date.parse(time) - now) / 1000;
  if (Math.abs(value) < 45) return relative.format(0, "second");
  let unit: Intl.RelativeTimeFormatUnit = "second";
  for (const [next, many] of STEPS) {
    if (Math.abs(value) < many * 0.95) break;
    value /= many;
    unit = next;
  }
  return relative.format(Math.round(value), unit);
}

export const moment = (time: string): string => whole.format(new Date(time));
export const day = (time: string): string => dayOnly.format(new Date(time));
export const hour = (time: string): string => hourOnly.format(new Date(time));
export const count = (value: number): string => numbers.format(value);

/** "1.2 MB", in powers of a thousand. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
