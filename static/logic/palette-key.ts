/** The key that opens the command palette. It is in the first view, and the palette is not. */

/** Whether a person here has a Command key, which Ctrl-K leaves to the text that is edited. */
export const hasCommandKey = (platform: string): boolean => /^(Mac|iP)/.test(platform);

/** Whether a key opens the palette: Ctrl-K, or Command-K where there is that key. */
export function opensPalette(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">, isMac: boolean): boolean {
  const [held, other] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  return event.key.toLowerCase() === "k" && held && !other && !event.shiftKey && !event.altKey;
}
