/** Counts with their nouns, lists of names, and the ends of sentences. */
import { count } from "../logic/time";

export const plural = (value: number, one: string, many: string): string => `${count(value)} ${value === 1 ? one : many}`;

/** The most names that a sentence has. */
const NAMES = 5;

/** "A, B", or the first names and how many more there are, in the words of `more`. */
export const someNames = (names: readonly string[], more: (value: number) => string): string =>
  names.slice(0, NAMES).join(", ") + (names.length > NAMES ? ` ${more(names.length - NAMES)}` : "");

/** `text` as the end of a sentence: with a full stop, unless it has one, as "Example Inc." has. */
export const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
