/**
 * Runs before a page of ours is painted, so that it appears in the theme that was chosen. The browser waits for
 * this file: it must stay small and must not throw.
 */
import { presentTheme, showTheme, tellServer } from "./theme";

const theme = presentTheme();
showTheme(theme);
tellServer(theme);
