/**
 * What servers may read in the path of a call, as `components/common/src/call/path.rs` has it: the readings that an
 * allowance must cover, and those of which a denial must cover one.
 */

export type Reading = readonly string[];

export interface CallPath {
  readonly whole: Reading;
  readonly exact: readonly Reading[];
  readonly lenient: readonly Reading[];
  readonly isClean: boolean;
}

/** How often a path may be decoded. */
const DECODINGS = 3;

/** Endings by which frameworks choose a format. */
const FORMAT = /^(.+)\.(json|xml|html|htm|csv|txt|yaml|yml|js|rss|atom|jsonp)$/i;

/** A path from its `/` on; null where no such path is ever sent. */
export function readPath(path: string): CallPath | null {
  if (!path.startsWith("/") || /%(?![0-9a-f]{2})/i.test(path)) return null;
  const forms = path === "/" ? [] : path.slice(1).split("/").map(formsOf);
  if (forms.flat().some(leadsAway)) return null;
  const at = (decodings: number) => forms.map((all) => text(all[Math.min(decodings, all.length - 1)] ?? ""));
  const whole = at(1);
  const exact = [whole, split(whole, (part) => part), split(at(DECODINGS), (part) => trimmed(part) || null)];
  const lenient = lenientReadings(path, at);
  const isClean = forms.flat().every((form) => !/[;?#]/.test(form) && form.split("/").every(Boolean));
  return { whole, exact, lenient, isClean };
}

/**
 * What lenient servers may read. Before each may stand gateways, which decode the path, end it at a `?` or `#`, and pass
 * on what is left.
 */
function lenientReadings(path: string, at: (decodings: number) => string[]): Reading[] {
  const decodings = [1, 2, 3];
  // One that decodes a segment once more after it was split.
  const readings = decodings.map((times) => filled(at(times).map(plain)));
  if (!/[%;?#]|\.\.\./.test(path)) return readings;
  for (const times of decodings) {
    // One that takes nothing off.
    const decoded = at(times);
    readings.push(filled(decoded.map(folded)), filled(decoded.join("/").split("/").map(folded)));
  }
  let passed = String.fromCharCode(...new TextEncoder().encode(path));
  for (const _ of decodings) {
    // One that takes `;…` off a segment before it decodes it, or leaves it.
    for (const end of [null, ";"]) {
      const parts = passed.split("/").map((part) => decode(end === null ? part : upTo(part, end)));
      readings.push(filled(parts.map(tidied)), filled(parts.join("/").split("/").map(tidied)));
    }
    passed = decode(passed).split(/[?#]/)[0] ?? "";
    // One that takes `;…` off after it decoded.
    readings.push(filled(passed.split("/").map((part) => plain(text(part)))));
  }
  return readings;
}

function filled(parts: readonly (string | null)[]): Reading {
  return parts.filter((part) => part !== null && part !== "") as string[];
}

function upTo(part: string, end: string): string {
  return part.split(end)[0] ?? "";
}

function tidied(bytes: string): string {
  return folded(trimmed(text(bytes)));
}

/** The path of a URL that is not an agent's, written as lenient readings are. */
export function plainPath(path: string): Reading {
  return split(path.split("/").map((segment) => text(decode(segment))), plain);
}

/** Whether a pattern's segment is the same as one of a lenient reading. */
export function isSame(pattern: string, segment: string, isLast: boolean): boolean {
  const own = folded(trimmed(pattern));
  const read = folded(segment);
  return own === read || (isLast && own.replace(FORMAT, "$1") === read.replace(FORMAT, "$1"));
}

/** A segment as it is sent, decoded once, twice, and so on until nothing changes: bytes, one a character. */
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

function decode(bytes: string): string {
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function text(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

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
  return folded(trimmed(upTo(part, ";"))) || null;
}

function trimmed(part: string): string {
  return part.replace(/^ +/, "").replace(/[ .]+$/, "");
}

/** In lower case. By capitals, because some letters have others' (`ſ` is an `S`, the sign of Kelvin a `k`). */
function folded(part: string): string {
  const each = (of: string, change: (letter: string) => string) => Array.from(of, change).join("");
  return each(each(part, (letter) => letter.toUpperCase()), (letter) => letter.toLowerCase());
}
