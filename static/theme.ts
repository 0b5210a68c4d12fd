/**
 * The theme of our own pages: the system's, light or dark. The choice is kept in this browser: in its storage, and in a
 * cookie for the pages that the server makes (sign-in, consent, the end of an OAuth flow). The cookie is no secret.
 *
 * `first-paint.ts` sets the theme before anything is painted. A page that embeds the element chooses by
 * `--nexus-color-scheme` instead.
 */

/** `system` follows the browser's own setting. */
export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const CHOSEN = "nexus.theme";
/** The cookie's name, which `components/common/src/http/theme.rs` reads. */
const COOKIE = "nexus-theme";
/** The longest time that browsers keep a cookie: 400 days, in seconds. */
const KEPT = 400 * 24 * 60 * 60;

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

/** Tells the server the theme. Some browsers forget such a cookie after a week, so each page of ours writes it again. */
export function tellServer(theme: Theme): void {
  try {
    const isKept = document.cookie.split("; ").some((one) => one.startsWith(`${COOKIE}=`));
    if (theme === "system" && !isKept) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${COOKIE}=${theme}; Path=/; Max-Age=${theme === "system" ? 0 : KEPT}; SameSite=Lax${secure}`;
  } catch {
    // Without cookies, the pages of the server follow the system.
  }
}

/** Shows a theme, and keeps the choice. */
export function chooseTheme(theme: Theme): void {
  showTheme(theme);
  tellServer(theme);
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
