/** The order of the table of integrations. The server sorts, so that no page has to load all of them. */
import type { Filters } from "./route";

/** The columns, by the words of the API. */
export const COLUMNS = ["name", "status", "health", "expires", "used", "created"] as const;

export type Column = (typeof COLUMNS)[number];

/** A column and its direction, from text such as `-used`. Null: what needs attention first, then the newest. */
export function parseSort(text: string): { column: Column; isDown: boolean } | null {
  const isDown = text.startsWith("-");
  const column = COLUMNS.find((one) => one === (isDown ? text.slice(1) : text));
  return column ? { column, isDown } : null;
}

/** The order after a click on the head of a column: up, then down, then the usual order. */
export function nextSort(text: string, column: Column): string {
  if (text === column) return `-${column}`;
  return text === `-${column}` ? "" : column;
}

/** The order that the API gets. Cards are the newest first, because those that need attention are apart. */
export function orderOf({ view, sort }: Pick<Filters, "view" | "sort">): string {
  if (view !== "table") return "";
  return parseSort(sort) ? sort : "-health";
}
