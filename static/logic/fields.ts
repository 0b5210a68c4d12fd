/**
 * The fields that a manifest asks for, and whether what is typed looks right. A hint, not a rule:
 * the server compiles the same patterns and decides.
 */
import type { Manifest } from "../api/types";

export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly secret: boolean;
  readonly group: "params" | "credentials";
  readonly pattern: string | undefined;
  readonly example: string | undefined;
  readonly help: string | undefined;
  /** Every value there is, where they are few. */
  readonly choices: readonly string[];
}

/** Parameters, but for those that the provider tells, then credentials. */
export function fieldsOf(manifest: Pick<Manifest, "params" | "credentials">): FieldSpec[] {
  const params = (manifest.params ?? [])
    .filter((param) => !param.from)
    .map((param) => spec(param, "params", false));
  return [...params, ...credentialsOf(manifest)];
}

function credentialsOf(manifest: Pick<Manifest, "credentials">): FieldSpec[] {
  return (manifest.credentials ?? []).map((field) => spec(field, "credentials", field.secret ?? true));
}

interface Described {
  name: string;
  label: string;
  pattern?: string | null;
  example?: string | null;
  help_url?: string | null;
  choices?: readonly string[];
}

function spec(field: Described, group: FieldSpec["group"], secret: boolean): FieldSpec {
  return {
    name: field.name,
    label: field.label,
    secret,
    group,
    pattern: field.pattern ?? undefined,
    example: field.example ?? undefined,
    help: field.help_url ?? undefined,
    choices: field.choices ?? [],
  };
}

/**
 * Whether a text is as the pattern says; a pattern this browser cannot read, or that it could read for
 * minutes, says nothing.
 */
export function looksRight(pattern: string | undefined, text: string): boolean {
  if (!pattern || text === "" || !isQuick(pattern) || text.length > LONGEST) return true;
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

/** Longest pattern, and longest text, that are looked at here. */
const LONGEST = 200;
/** Most repetitions of a pattern: the time grows by the length of the text with each. */
const REPEATS = 2;
/** Most choices of a pattern: the time doubles with each. */
const CHOICES = 6;

/**
 * Whether a browser, which goes back and tries again, is done with a pattern at once. The server's engine
 * does not go back. Slow is a repetition of a group, which can itself be read in several ways, and many
 * repetitions or choices one after the other.
 */
export function isQuick(pattern: string): boolean {
  if (pattern.length >= LONGEST) return false;
  // What stands in a class, or behind a backslash, is a character like any other.
  const plain = pattern
    .replace(/\\./gsu, "a")
    .replace(/\[\^?\]?[^\]]*\]/gu, "a")
    .replaceAll("(?:", "(")
    .replace(/\{\d+\}/gu, (_times, at: number, whole: string) => (whole[at - 1] === ")" ? "*" : ""));
  if (/\)(?:[*+]|\{)/u.test(plain)) return false;
  const count = (what: RegExp) => plain.match(what)?.length ?? 0;
  return count(/[*+]|\{\d*,\d*\}/gu) <= REPEATS && count(/[?|]/gu) <= CHOICES;
}

/** Whether every error stands beside a field that is shown; else they are told together. */
export function isPlaced(errors: readonly { pointer: string }[] | undefined, pointers: readonly string[]): boolean {
  return errors !== undefined && errors.every((error) => pointers.includes(error.pointer));
}

/** A JSON pointer into the request for a field. */
export function pointer(field: Pick<FieldSpec, "group" | "name">): string {
  return `/${field.group}/${field.name}`;
}
