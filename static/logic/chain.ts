/**
 * The chain of audit records, checked as ARCHITECTURE.md describes it: each record has the hash of the record
 * before it, and a hash that fits its own content. This shares no code with what writes the chain.
 */
import type { AuditRecord } from "../api/types";

/** The chain holds for `count` records up to `hash`, or a record is wrong. */
export type ChainResult =
  | { readonly holds: true; readonly count: number; readonly hash: string }
  | { readonly holds: false; readonly seq: number; readonly why: "missing" | "edited" | "broken" };

/** The hash before the first record. */
const ZEROS = "0".repeat(64);

/** Checks records in the order of their numbers, page after page. */
export class Chain {
  #count = 0;
  #hash = ZEROS;
  #wrong: ChainResult | null = null;

  /** The result so far. */
  get result(): ChainResult {
    return this.#wrong ?? { holds: true, count: this.#count, hash: this.#hash };
  }

  async add(records: readonly AuditRecord[]): Promise<void> {
    const hashes = await Promise.all(records.map(hashOf));
    records.forEach((record, at) => {
      if (this.#wrong) return;
      const why =
        record.seq !== this.#count + 1
          ? "missing"
          : hashes[at] !== record.hash
            ? "edited"
            : record.prev !== this.#hash
              ? "broken"
              : null;
      if (why) this.#wrong = { holds: false, seq: record.seq, why };
      this.#count = record.seq;
      this.#hash = record.hash;
    });
  }
}

/** The SHA-256, in hexadecimal, of the record without `hash` and `count`, as RFC 8785 writes it. */
export async function hashOf({ hash: _, count: __, ...record }: AuditRecord): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(record));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON as RFC 8785 writes it. JavaScript writes numbers and strings that way, and sorts names by UTF-16. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

/** Whether this page can check hashes. Browsers offer this on https and on localhost only. */
export const canCheck = (): boolean => globalThis.crypto?.subtle !== undefined;
