/** The order of the table of integrations. */
import type { Integration } from "../api/types";
import { isBroken } from "./health";

export const COLUMNS = ["name", "status", "health", "expires", "used", "added"] as const;

export type Column = (typeof COLUMNS)[number];

/** A column and its direction, from text such as `-used`. Null: what needs attention first, then the newest. */
export function parseSort(text: string): { column: Column; isDown: boolean } | null {
  const isDown = text.startsWith("-");
  const column = COLUMNS.find((one) => one === (isDown ? text.slice(1) : text));
  return column ? { column, isDown } : null;
}

/** What a click on the head of a column sorts by: up, then down, then the usual order. */
export function nextSort(text: string, column: Column): string {
  if (text === column) return `-${column}`;
  return text === `-${column}` ? "" : column;
}

/** From what works to what does not. */
const HEALTH = ["healthy", "unknown", "failing", "reauthorize", "pending"];

const VALUE: Record<Column, (one: Integration) => string | number | null> = {
  name: (one) => one.name.toLocaleLowerCase(),
  status: (one) => one.status,
  health: (one) => HEALTH.indexOf(one.health.state),
  expires: (one) => one.credential?.expires_at ?? null,
  used: (one) => one.last_used_at,
  added: (one) => one.created_at,
};

/** Sorted by the text of `parseSort`. Integrations without a value come last in both directions. */
export function sorted(all: readonly Integration[], text: string): Integration[] {
  const sort = parseSort(text);
  if (!sort) return all.toSorted((a, b) => Number(isBroken(b)) - Number(isBroken(a)) || (a.id < b.id ? 1 : -1));
  const value = VALUE[sort.column];
  const sign = sort.isDown ? -1 : 1;
  return all.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (typeof x === "string" && typeof y === "string") return sign * x.localeCompare(y);
    return sign * (Number(x) - Number(y));
  });
}
