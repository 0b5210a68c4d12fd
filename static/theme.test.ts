/** Tests of the theme, with as much of a browser as it needs. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseTheme, onThemeElsewhere, presentTheme, themeFor } from "./theme";

/** A browser with a storage, or one that forbids it. */
function withBrowser(stored: Map<string, string> | null, act: (html: { dataset: Record<string, string> }, listeners: Set<(event: unknown) => void>) => void): void {
  const html = { dataset: {} as Record<string, string> };
  const listeners = new Set<(event: unknown) => void>();
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const localStorage = stored
    ? { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value), removeItem: (key: string) => void stored.delete(key) }
    : { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  const addEventListener = (_: string, listener: (event: unknown) => void) => void listeners.add(listener);
  const removeEventListener = (_: string, listener: (event: unknown) => void) => void listeners.delete(listener);
  const before = ["document", "localStorage", "addEventListener", "removeEventListener"].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries({ document: { documentElement: html }, localStorage, addEventListener, removeEventListener })) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    act(html, listeners);
  } finally {
    for (const [name, was] of before) {
      if (was) Object.defineProperty(globalThis, name, was);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
}

test("a theme is kept until the system's is chosen again, and anything else is the system's", () => {
  assert.deepEqual([null, "dark", "light", "system", "purple"].map(themeFor), ["system", "dark", "light", "system", "system"]);
  const stored = new Map<string, string>();
  withBrowser(stored, (html) => {
    chooseTheme("dark");
    assert.deepEqual([html.dataset["theme"], presentTheme()], ["dark", "dark"]);
    chooseTheme("system");
    assert.deepEqual([html.dataset["theme"], presentTheme(), stored.size], [undefined, "system", 0]);
  });
  // Without storage, the choice is shown and not kept.
  withBrowser(null, (html) => {
    chooseTheme("light");
    assert.deepEqual([html.dataset["theme"], presentTheme()], ["light", "system"]);
  });
});

test("a theme that was chosen in another tab is heard, until nobody listens", () => {
  const stored = new Map([["nexus.theme", "dark"]]);
  withBrowser(stored, (_, listeners) => {
    const heard: string[] = [];
    const stop = onThemeElsewhere((theme) => heard.push(theme));
    for (const key of ["nexus.language", "nexus.theme", null]) for (const listener of listeners) listener({ key });
    assert.deepEqual(heard, ["dark", "dark"]);
    stop();
    assert.equal(listeners.size, 0);
  });
});
