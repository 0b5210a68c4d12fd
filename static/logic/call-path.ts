/**
 * The ways in which servers may read the path of a call, as in `components/common/src/call/path.rs`. An
 * allow rule must cover each exact reading. A denial has to cover only one lenient reading.
 */

/** The segments that one server may read. */
export type Reading = readonly string[];

export interface CallPath {
  /** The segments, each decoded once. */
  readonly whole: Reading;
  readonly exact: readonly Reading[];
  readonly lenient: readonly Reading[];
  /** Whether no segment is empty or contains `;`, `?` or `#`. */
  readonly isClean: boolean;
}

/** How often a path or a query may be decoded. */
export const DECODINGS = 3;

/** The extensions by which frameworks choose a format. */
const FORMAT = /^(.+)\.(json|xml|html|htm|csv|txt|yaml|yml|js|rss|atom|jsonp)$/i;

/** Reads a path that starts with `/`. Null if the server never sends such a path. */
export function readPath(path: string): CallPath | null {
  if (!path.startsWith("/") || /%(?![0-9a-f]{2})/i.test(path)) return null;
  const forms = path === "/" ? [] : path.slice(1).split("/").map(formsOf);
  if (forms.flat().some(leadsAway)) return null;
  const at = (decodings: number) => forms.map((all) => text(all[Math.min(decodings, all.length - 1)] ?? ""));
  const whole = at(1);
  const exact = [whole, split(whole, (part) => part), split(at(DECODINGS), (part) => trim(part) || null)];
  const lenient = lenientReadings(path, at);
  const isClean = forms.flat().every((form) => !/[;?#]/.test(form) && form.split("/").every(Boolean));
  return { whole, exact, lenient, isClean };
}

/**
 * The readings of lenient servers. In front of each there may be gateways, which decode the path, cut it
 * at `?` or `#`, and forward the rest.
 */
function lenientReadings(path: string, at: (decodings: number) => string[]): Reading[] {
  const decodings = [1, 2, 3];
  // A server that decodes a segment again after splitting the path.
  const readings = decodings.map((times) => withoutEmpty(at(times).map(plain)));
  if (!/[%;?#]|\.\.\./.test(path)) return readings;
  for (const times of decodings) {
    // A server that cuts nothing off.
    const decoded = at(times);
    readings.push(withoutEmpty(decoded.map(fold)), withoutEmpty(decoded.join("/").split("/").map(fold)));
  }
  let forwarded = String.fromCharCode(...new TextEncoder().encode(path));
  for (const _ of decodings) {
    // A server that cuts `;…` off a segment before decoding it, or does not cut it off.
    for (const end of [null, ";"]) {
      const parts = forwarded.split("/").map((part) => decode(end === null ? part : before(part, end)));
      readings.push(withoutEmpty(parts.map(decodeAndFold)), withoutEmpty(parts.join("/").split("/").map(decodeAndFold)));
    }
    forwarded = decode(forwarded).split(/[?#]/)[0] ?? "";
    // A server that cuts `;…` off after decoding.
    readings.push(withoutEmpty(forwarded.split("/").map((part) => plain(text(part)))));
  }
  return readings;
}

function withoutEmpty(parts: readonly (string | null)[]): Reading {
  return parts.filter((part) => part !== null && part !== "") as string[];
}

function before(part: string, end: string): string {
  return part.split(end)[0] ?? "";
}

function decodeAndFold(bytes: string): string {
  return fold(trim(text(bytes)));
}

/** The path of a URL that does not come from an agent, in the form of a lenient reading. */
export function plainPath(path: string): Reading {
  return split(path.split("/").map((segment) => text(decode(segment))), plain);
}

/** Whether a segment of a pattern equals a segment of a lenient reading. */
export function isSame(pattern: string, segment: string, isLast: boolean): boolean {
  const expected = fold(trim(pattern));
  const actual = fold(segment);
  return expected === actual || (isLast && expected.replace(FORMAT, "$1") === actual.replace(FORMAT, "$1"));
}

/**
 * A segment as it is sent, then decoded once, twice, and so on until nothing changes. Each character
 * stands for a byte.
 */
function formsOf(segment: string): string[] {
  const bytes = new TextEncoder().encode(segment);
  const forms = [String.fromCharCode(...bytes)];
  while (forms.length <= DECODINGS) {
    const last = forms.at(-1) ?? "";
    const next = decode(last);
    if (next === last) break;
    forms.push(next);
  }
  return forms;
}

/** A text with its percent-escapes decoded. */
export function percentDecoded(from: string): string {
  return text(decode(String.fromCharCode(...new TextEncoder().encode(from))));
}

function decode(bytes: string): string {
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function text(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** Whether a segment could lead out of the base URL, or contains bytes that are never sent. */
function leadsAway(form: string): boolean {
  return (
    /[\u0000-\u001f\u007f\\]|[\u00c0\u00c1][^]|\u00e0[\u0080-\u009f]|\u00f0[\u0080-\u008f]|%u[0-9a-f]{4}/i.test(form) ||
    form.split("/").some((part) => {
      const [name = ""] = part.split(/[;?#]/);
      const dots = name.split(".").length - 1;
      return /^[ .]+$/.test(name) && dots > 0 && (dots <= 2 || name.includes(" "));
    })
  );
}

function split(segments: readonly string[], part: (text: string) => string | null): Reading {
  const path = segments.join("/").split(/[?#]/)[0] ?? "";
  if (segments.length === 0) return [];
  return path.split("/").map(part).filter((one) => one !== null);
}

function plain(part: string): string | null {
  return fold(trim(before(part, ";"))) || null;
}

function trim(part: string): string {
  return part.replace(/^ +/, "").replace(/[ .]+$/, "");
}

/**
 * A text in lower case. It goes through upper case first, because some letters share their capital with
 * another letter (`ſ` becomes `S`, and the Kelvin sign becomes `k`).
 */
export function fold(part: string): string {
  const mapLetters = (text: string, change: (letter: string) => string) => Array.from(text, change).join("");
  return mapLetters(mapLetters(part, (letter) => letter.toUpperCase()), (letter) => letter.toLowerCase());
}
