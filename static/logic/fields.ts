/**
 * The fields that a manifest asks for, and whether a value matches its pattern. The result is only a
 * hint: the server compiles the same patterns, and decides.
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
  /** The allowed values, if the manifest lists them. */
  readonly choices: readonly string[];
  /** The format of the value: a line of text, a private key, or the content of a JSON file. */
  readonly format: "text" | "pem" | "json";
}

/** The parameters, except those that the provider supplies, followed by the credentials. */
export function fieldsOf(manifest: Pick<Manifest, "params" | "credentials">): FieldSpec[] {
  const params = (manifest.params ?? [])
    .filter((param) => !param.from)
    .map((param) => spec(param, "params", false));
  return [...params, ...credentialsOf(manifest)];
}

function credentialsOf(manifest: Pick<Manifest, "credentials">): FieldSpec[] {
  return (manifest.credentials ?? []).map((field) => spec(field, "credentials", field.secret ?? true));
}

interface ManifestField {
  name: string;
  label: string;
  pattern?: string | null;
  example?: string | null;
  help_url?: string | null;
  choices?: readonly string[];
  format?: FieldSpec["format"];
}

function spec(field: ManifestField, group: FieldSpec["group"], secret: boolean): FieldSpec {
  return {
    name: field.name,
    label: field.label,
    secret,
    group,
    pattern: field.pattern ?? undefined,
    example: field.example ?? undefined,
    help: field.help_url ?? undefined,
    choices: field.choices ?? [],
    format: field.format ?? "text",
  };
}

/**
 * Whether a value matches the pattern. True if this browser cannot compile the pattern, or could need
 * minutes to evaluate it.
 */
export function looksRight(pattern: string | undefined, text: string): boolean {
  if (!pattern || text === "" || !isQuick(pattern) || text.length > MAX_LENGTH) return true;
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

/** Longer patterns and values are not evaluated. */
const MAX_LENGTH = 200;
/** The most repetitions in a pattern. Each multiplies the time by the length of the value. */
const MAX_REPEATS = 2;
/** The most choices in a pattern. Each doubles the time. */
const MAX_CHOICES = 6;

/**
 * Whether a browser, whose engine backtracks, evaluates a pattern quickly. The server's engine does not
 * backtrack. A pattern is slow if it repeats a group, because the group may match in several ways, or if
 * it has many repetitions or choices in a row.
 */
export function isQuick(pattern: string): boolean {
  if (pattern.length >= MAX_LENGTH) return false;
  // A class, and a character after a backslash, count as one ordinary character.
  const plain = pattern
    .replace(/\\./gsu, "a")
    .replace(/\[\^?\]?[^\]]*\]/gu, "a")
    .replaceAll("(?:", "(")
    .replace(/\{\d+\}/gu, (_times, at: number, whole: string) => (whole[at - 1] === ")" ? "*" : ""));
  if (/\)(?:[*+]|\{)/u.test(plain)) return false;
  const count = (part: RegExp) => plain.match(part)?.length ?? 0;
  return count(/[*+]|\{\d*,\d*\}/gu) <= MAX_REPEATS && count(/[?|]/gu) <= MAX_CHOICES;
}

/** Whether each error belongs to a field that is shown. If not, the errors are shown together. */
export function belongToFields(errors: readonly { pointer: string }[] | undefined, pointers: readonly string[]): boolean {
  return errors !== undefined && errors.every((error) => pointers.includes(error.pointer));
}

/** The JSON pointer of a field in the request. */
export function pointer(field: Pick<FieldSpec, "group" | "name">): string {
  return `/${field.group}/${field.name}`;
}

/** The server's own words before those of the provider, which the form says in words of its own. */
const REJECTED = /^the provider rejected the credential \((\d{3})\):? ?/;

/** Why a provider rejected a credential: its own words, then the status. */
export function rejectionOf(message: string): string {
  const [opening, status] = REJECTED.exec(message) ?? [""];
  const words = message.slice(opening.length);
  return [words, status && `(HTTP ${status})`].filter(Boolean).join(" ");
}
