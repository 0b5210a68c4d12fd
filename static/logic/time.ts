/** Times and sizes in words. */

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60],
  ["hour", 60],
  ["day", 24],
  ["month", 30],
  ["year", 12],
];

/** The formats of times and numbers in one locale, such as `en-GB`. */
const formats = (locale: string) => ({
  relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
  whole: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
  exact: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" }),
  second: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  day: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" }),
  date: new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }),
  hour: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }),
  numbers: new Intl.NumberFormat(locale),
  percent: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }),
  short: new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }),
  size: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
});

let format = formats("en");

/** Sets the locale of all times and numbers. Its language is that of the words in `text/`. */
export function setLocale(locale: string): void {
  format = formats(locale);
}

/** "3 minutes ago", "in 2 days"; `now` in milliseconds. */
export function ago(time: string, now: number): string {
  let value = (Date.parse(time) - now) / 1000;
  if (Math.abs(value) < 45) return format.relative.format(0, "second");
  let unit: Intl.RelativeTimeFormatUnit = "second";
  for (const [next, many] of STEPS) {
    if (Math.abs(value) < many * 0.95) break;
    value /= many;
    unit = next;
  }
  return format.relative.format(Math.round(value), unit);
}

export const moment = (time: string): string => format.whole.format(new Date(time));
/** With seconds and the time zone, for a record. */
export const exact = (time: string): string => format.exact.format(new Date(time));
/** "30 Nov, 06:47:12", for lists of what happened within days. */
export const second = (time: string): string => format.second.format(new Date(time));
export const day = (time: string): string => format.day.format(new Date(time));
/** "30 April 2027", for a calendar date `YYYY-MM-DD`, which has no time zone. */
export const date = (day: string): string => format.date.format(new Date(day));
export const hour = (time: string): string => format.hour.format(new Date(time));
export const count = (value: number): string => format.numbers.format(value);
/** "1.2K", for the axis of a chart. */
export const shortCount = (value: number): string => format.short.format(value);
/** "0.3%"; `part` of `whole`, or of nothing. */
export const share = (part: number, whole: number): string => format.percent.format(whole === 0 ? 0 : part / whole);

/** "1.2 MB", in powers of a thousand. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${format.size.format(unit === 0 || value >= 100 ? Math.round(value) : value)} ${units[unit]}`;
}
