/**
 * The theme of our own pages: the system's, light or dark. The choice is kept in this browser.
 *
 * `first-paint.ts` sets the theme before anything is painted. A page that embeds the element chooses by
 * `--nexus-color-scheme` instead.
 */

/** `system` follows the browser's own setting. */
export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const CHOSEN = "nexus.theme";

/** The theme for a stored text, which anything may have written. */
export const themeFor = (stored: string | null): Theme => THEMES.find((one) => one === stored) ?? "system";

/** The theme that was chosen in this browser. */
export function presentTheme(): Theme {
  try {
    return themeFor(localStorage.getItem(CHOSEN));
  } catch {
    // Without storage, the system decides.
    return "system";
  }
}

/** Shows a theme. The style sheet of the page does the rest (`page.css`). */
export function showTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
}

/** Shows a theme, and keeps the choice. */
export function chooseTheme(theme: Theme): void {
  showTheme(theme);
  try {
    if (theme === "system") localStorage.removeItem(CHOSEN);
    else localStorage.setItem(CHOSEN, theme);
  } catch {
    // Without storage, the choice lasts until the page is left.
  }
}

/** Calls back when the theme was chosen in another tab, until the result is called. */
export function onThemeElsewhere(change: (theme: Theme) => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    // The key is null if all of the storage was cleared.
    if (key === CHOSEN || key === null) change(presentTheme());
  };
  addEventListener("storage", onStorage);
  return () => removeEventListener("storage", onStorage);
}
