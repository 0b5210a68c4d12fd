/** Tests of the theme, with as much of a browser as it needs. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseTheme, onThemeElsewhere, presentTheme, tellServer, themeFor } from "./theme";

/** The cookies of a browser. */
class Cookies {
  /** The values that were written, the newest last. */
  readonly written: string[] = [];
  private readonly kept = new Map<string, string>();

  get text(): string {
    return [...this.kept].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  write(text: string): void {
    this.written.push(text);
    const [name = "", value = ""] = (text.split(";")[0] ?? "").split("=");
    if (text.includes("Max-Age=0")) this.kept.delete(name);
    else this.kept.set(name, value);
  }
}

/** A browser with a storage and cookies, or one that forbids both. */
function withBrowser(
  stored: Map<string, string> | null,
  act: (html: { dataset: Record<string, string> }, listeners: Set<(event: unknown) => void>, cookies: Cookies) => void,
  protocol = "http:",
): void {
  const cookies = new Cookies();
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
  const document = Object.defineProperty({ documentElement: html }, "cookie", {
    get: stored ? () => cookies.text : forbidden,
    set: stored ? (written: string) => cookies.write(written) : forbidden,
  });
  const before = ["document", "location", "localStorage", "addEventListener", "removeEventListener"].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries({ document, location: { protocol }, localStorage, addEventListener, removeEventListener })) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    act(html, listeners, cookies);
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

test("the server is told the theme by a cookie, and the cookie ends with the choice", () => {
  withBrowser(new Map(), (_, __, cookies) => {
    tellServer("system");
    assert.deepEqual(cookies.written, []);
    chooseTheme("dark");
    assert.equal(cookies.text, "nexus-theme=dark");
    assert.equal(cookies.written.at(-1), "nexus-theme=dark; Path=/; Max-Age=34560000; SameSite=Lax");
    // Storage that was cleared by hand leaves no other theme at the server.
    tellServer("system");
    assert.equal(cookies.text, "");
  });
  withBrowser(
    new Map(),
    (_, __, cookies) => {
      tellServer("light");
      assert.ok(cookies.written.at(-1)?.endsWith("; SameSite=Lax; Secure"), cookies.written.at(-1));
    },
    "https:",
  );
});
