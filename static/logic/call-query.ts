/**
 * The query parameters that servers may read in a call, as in `components/broker/src/operations/forward/query.rs`. A denied
 * parameter is denied in every spelling.
 */
import { DECODINGS, fold, percentDecoded } from "./call-path";

/** A parameter: its name in the form in which names are compared, and a value. */
export type Parameter = readonly [name: string, value: string];

/** Every parameter that a server may read. A gateway may decode a `?` in the path, and take the rest for the query. */
export function parametersOf(path: string, query: string): Parameter[] {
  const texts = [query];
  let passed = path;
  for (let times = 0; times < DECODINGS; times++) {
    passed = percentDecoded(passed);
    const at = passed.indexOf("?");
    if (at >= 0) texts.push(passed.slice(at + 1), passed.slice(at + 1).replaceAll("?", "&"));
  }
  return texts.flatMap((text) => {
    const found: Parameter[] = [];
    let form = text;
    for (let times = 0; times <= DECODINGS; times++) {
      found.push(...pairsOf(form));
      const next = wideDecoded(percentDecoded(form));
      if (next === form) break;
      form = next;
    }
    return found;
  });
}

/** A name as a lenient server reads it: decoded, in one case, without `[…]`, and with `_` for what PHP replaces. */
export function comparableName(raw: string): string {
  const decoded = decodedForm(decodedForm(raw)).replace(/^[ \0]+|[ \0]+$/g, "").split("\0")[0] ?? "";
  const open = decoded.indexOf("[");
  const bare = open >= 0 && decoded.includes("]", open) ? decoded.slice(0, open) : decoded;
  return fold(bare.replace(/[. \-[]/g, "_"));
}

/** Whether a value is one of those that are denied, or a list separated by commas that has one of them. */
export function isOneOf(value: string, denied: readonly string[]): boolean {
  const plain = (text: string) => (text.split("\0")[0] ?? "").trim().toLowerCase();
  const fits = (part: string) => denied.some((one) => one.toLowerCase() === plain(part));
  return fits(value) || value.split(",").some(fits);
}

function pairsOf(query: string): Parameter[] {
  const pairs = query.split(/[&;]/).filter(Boolean);
  return pairs.flatMap((pair): Parameter[] => {
    const at = pair.indexOf("=");
    const [key, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), decodedForm(pair.slice(at + 1))];
    return [
      [comparableName(key), value],
      [comparableName(unbracketed(key)), value],
    ];
  });
}

/** A name without its brackets, as Rack and `qs` read `[name]`, `name]` and `name[x`. */
function unbracketed(raw: string): string {
  return decodedForm(decodedForm(raw)).replace(/^[ \0[\]]+/, "").split(/[[\]]/)[0] ?? "";
}

function decodedForm(text: string): string {
  return percentDecoded(text.replaceAll("+", " "));
}

/** `%u0064` is not an escape of URLs, but some servers decode it. */
function wideDecoded(text: string): string {
  return text.replace(/%u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
