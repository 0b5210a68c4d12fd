/** Counts with their nouns, and lists of names. */
import { count } from "../logic/time";

export const plural = (value: number, one: string, many: string): string => `${count(value)} ${value === 1 ? one : many}`;

/** The most names that a sentence has. */
const NAMES = 5;

/** "A, B", or the first names and how many more there are, in the words of `more`. */
export const someNames = (names: readonly string[], more: (value: number) => string): string =>
  names.slice(0, NAMES).join(", ") + (names.length > NAMES ? ` ${more(names.length - NAMES)}` : "");
