/**
 * The chain of audit records, checked as ARCHITECTURE.md describes it: each record has the hash of the record
 * before it, and a hash that fits its own content. This shares no code with what writes the chain.
 *
 * It shows that the records are consistent. That they are the original ones shows only a head that was kept
 * elsewhere.
 */
import type { AuditRecord } from "../api/types";

export type Flaw = "missing" | "edited" | "broken" | "count" | "workspace";

/** The records are consistent up to `hash`, or a record is wrong. */
export type ChainResult =
  | { readonly holds: true; readonly count: number; readonly hash: string }
  | { readonly holds: false; readonly seq: number; readonly why: Flaw };

/** The hash before the first record. */
const ZEROS = "0".repeat(64);

/** How much of a time is its minute. */
const MINUTE = "2026-01-01T00:00".length;

/** Checks records in the order of their numbers, page after page. */
export class Chain {
  #hashes = [ZEROS];
  #workspace: string | null = null;
  #wrong: ChainResult | null = null;
  /** The counts of denied attempts that no later record has confirmed yet. A count is outside its record's hash. */
  readonly #counts = new Map<number, { count: number; minute: string }>();
  #minute = "";

  async add(records: readonly AuditRecord[]): Promise<void> {
    const hashes = await Promise.all(records.map(hashOf));
    records.forEach((record, at) => {
      if (this.#wrong) return;
      const why = this.#flawOf(record, hashes[at] ?? "");
      if (why) this.#wrong = { holds: false, seq: record.seq, why };
      this.#hashes.push(record.hash);
    });
  }

  /** The result when all records have been added. */
  get result(): ChainResult {
    if (this.#wrong) return this.#wrong;
    // Counts of the newest minute may still grow.
    for (const [seq, { minute }] of this.#counts) {
      if (minute < this.#minute) return { holds: false, seq, why: "count" };
    }
    const count = this.#hashes.length - 1;
    return { holds: true, count, hash: this.#hashes[count] ?? ZEROS };
  }

  /** Whether the record with this number has this hash. 0 is the place before the first record. */
  has(seq: number, hash: string): boolean {
    return seq === 0 || this.#hashes[seq] === hash;
  }

  #flawOf(record: AuditRecord, hash: string): Flaw | null {
    if (record.seq !== this.#hashes.length) return "missing";
    if (hash !== record.hash) return "edited";
    if (record.prev !== this.#hashes.at(-1)) return "broken";
    this.#workspace ??= record.workspace;
    if (record.workspace !== this.#workspace) return "workspace";
    return this.#isCountRight(record) ? null : "count";
  }

  /** A count of more than one is that of a denied attempt, and a later record confirms it. */
  #isCountRight({ seq, at, action, outcome, count, detail }: AuditRecord): boolean {
    const minute = at.slice(0, MINUTE);
    if (minute > this.#minute) this.#minute = minute;
    if (count !== 1) {
      if (outcome !== "denied" || !(count > 1)) return false;
      this.#counts.set(seq, { count, minute });
    }
    if (action !== "audit.count") return true;
    const confirmed = detail as { seq?: number; count?: number };
    const shown = this.#counts.get(confirmed.seq ?? 0);
    this.#counts.delete(confirmed.seq ?? 0);
    return shown !== undefined && shown.count === confirmed.count;
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
