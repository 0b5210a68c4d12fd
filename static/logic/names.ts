/** Suggested names for new integrations, account names, and the letters that stand for a provider. */
import type { Integration } from "../api/types";

const ORDINALS = ["Primary", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth"];

/** The name of a provider without the way to connect it: "GitHub", not "GitHub (OAuth app)". */
export function plainName(provider: string): string {
  return provider.replace(/\s*\(.*\)$/, "");
}

/** "Primary Stripe Account", or the next name that is free. The comparison ignores case. */
export function suggestName(provider: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.trim().toLowerCase()));
  const plain = plainName(provider);
  for (let number = 0; ; number++) {
    const name = `${ORDINALS[number] ?? `No. ${number + 1}`} ${plain} Account`;
    if (!used.has(name.toLowerCase())) return name;
  }
}

/** Letters that Unicode does not take apart into a plain letter and a mark. */
const PLAIN: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ł: "l", þ: "th", ı: "i" };

/** The longest slug. */
const SLUG_LENGTH = 48;

/** A slug for a name: in plain letters, cut between words. Empty if the name has none that are known. */
export function slugOf(name: string): string {
  const plain = [...name.normalize("NFD").toLowerCase()].map((letter) => PLAIN[letter] ?? letter).join("").replace(/\p{M}/gu, "");
  const words = plain.split(/[^a-z0-9]+/).filter(Boolean);
  let slug = "";
  for (const word of words) {
    const next = slug ? `${slug}-${word}` : word.slice(0, SLUG_LENGTH);
    if (next.length > SLUG_LENGTH) break;
    slug = next;
  }
  return slug;
}

/** The name or id of the account that is connected, or "" if the provider does not report one. */
export function accountName({ account }: Pick<Integration, "account">): string {
  return account?.label ?? account?.id ?? "";
}

/** One or two letters: "Google Drive" is GD. */
export function monogram(name: string): string {
  const words = name.replace(/\(.*\)/, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = "?", second] = words;
  return (second ? first.charAt(0) + second.charAt(0) : first.slice(0, 1)).toUpperCase();
}

/**
 * Whether white is seen well on a colour `#RRGGBB`, by the relative luminance of WCAG 2. Marks are drawn in white wherever
 * it can be seen, because that is how most brands draw them. The name beside a mark says the same as text.
 */
export function isDark(color: string): boolean {
  const linear = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = linear;
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 2.4;
}

/** The host of a URL, or null if the text is not a URL. */
export function hostOf(text: string): string | null {
  return /^https?:/.test(text) && URL.canParse(text) ? new URL(text).host : null;
}
