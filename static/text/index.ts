/**
 * The words of the first view: what is shown before `ui/later.tsx` is loaded. The words of everything else
 * are in `all.ts`.
 *
 * The language is chosen before anything is rendered (`language.ts`). A module must not read a word while it
 * is being loaded.
 */
import { common, leave } from "./common";
import { list } from "./list";
import { agent, signIn } from "./session";

const english = { ...common, leave, list, signIn, agent };

export type FirstWords = typeof english;

/** The words in the language that is chosen. */
export let t: FirstWords = english;

/** Replaces the words by those of another language. */
export function setWords(words: FirstWords): void {
  t = words;
}

/** The name of a role, for people. */
export function roleName({ role }: { role: string | null }): string {
  return role ? (t.signIn.roleName[role] ?? role) : t.signIn.noRole;
}
