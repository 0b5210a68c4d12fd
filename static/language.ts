/**
 * The language of the UI: the one that the person has chosen on our own page, or else the first of the
 * browser's that there is. English is in the first file; another language is a file of its own.
 */
import { setLocale } from "./logic/time";
import { setWords } from "./text";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

const CHOSEN = "nexus.language";

const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

/** The language of a locale such as `de-AT`. */
const languageOf = (locale: string): string => locale.split("-")[0]?.toLowerCase() ?? "";

/** The language for a person who has chosen `chosen`, or nothing, and whose browser prefers `locales`. */
export function languageFor(chosen: string | null, locales: readonly string[]): Language {
  if (chosen && isLanguage(chosen)) return chosen;
  return locales.map(languageOf).find(isLanguage) ?? "en";
}

/** The person's locale for dates and numbers, in the language of the words. */
export function localeFor(language: Language, locales: readonly string[]): string {
  return locales.find((locale) => languageOf(locale) === language) ?? language;
}

let language: Language = "en";

/** The language of the UI. */
export const presentLanguage = (): Language => language;

/** Loads the words. If they cannot be loaded, they are English. */
export async function loadLanguage(): Promise<void> {
  const wanted = languageFor(stored(), navigator.languages);
  if (wanted !== "en") {
    try {
      const { words } = await import("./text/de");
      setWords(words);
      language = wanted;
    } catch {
      // The words stay English.
    }
  }
  setLocale(localeFor(language, navigator.languages));
}

/** Keeps the choice of a language for the next load of the page. */
export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(CHOSEN, language);
  } catch {
    // Without storage, the browser's language stays.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}
