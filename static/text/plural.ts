/** A count with its noun, in the singular or the plural. */
import { count } from "../logic/time";

export const plural = (value: number, one: string, many: string): string => `${count(value)} ${value === 1 ? one : many}`;
