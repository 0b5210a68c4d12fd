/**
 * The session: how this tab proves to the server who is signed in. All code that knows the form of the
 * proof is here.
 *
 * For now the proof is a bearer token in this tab's sessionStorage, and a new tab asks the other tabs of
 * this origin for it. The token must not be written anywhere that outlives the tab. When the server
 * keeps sessions in a cookie, that takes the place of the inside of this module.
 */
import { hearTabs, randomName, tellTabs } from "./tabs";
import type { TabMessage } from "./tabs";

/** Where the session was changed: in this tab, or in another one. */
export type ChangedIn = "this tab" | "another tab";

export interface Session {
  /** The token that proves who is signed in, or null if nobody is. */
  authorization(): string | null;
  signIn(token: string): void;
  /** Ends the session in every tab that shares it. */
  signOut(): void;
  /** Returns a function that stops listening. */
  onChange(listener: (where: ChangedIn) => void): () => void;
}

const TOKEN = "nexus.token";
const ID = "nexus.session";

/** How long a new tab waits for the first answer of another tab, in milliseconds. */
const WAIT_FIRST = 250;
/** How long it waits for the answers of further tabs after that. */
const WAIT_FURTHER = 50;

class TabSession implements Session {
  readonly #listeners = new Set<(where: ChangedIn) => void>();
  #token = read(TOKEN);
  /** Names the session in messages to other tabs, in place of the token. */
  #id = read(ID) ?? randomName();
  /** When a person used this tab last. */
  #used = Date.now();

  authorization(): string | null {
    return this.#token;
  }

  signIn(token: string): void {
    this.#keep(token, randomName());
    this.#changed("this tab");
  }

  signOut(): void {
    if (this.#token !== null) tellTabs({ type: "nexus:signed-out", id: this.#id });
    this.#keep(null, this.#id);
    this.#changed("this tab");
  }

  onChange(listener: (where: ChangedIn) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Shares the session with the other tabs, and takes it over from one if this tab has none. Resolves when
   * it is known whether there is one. Call it once, on a page of our own.
   */
  async share(isNew: boolean): Promise<void> {
    for (const sign of ["focus", "pointerdown", "keydown"]) addEventListener(sign, () => (this.#used = Date.now()), true);
    hearTabs((message) => this.#hear(message));
    if (this.#token === null && isNew) await this.#takeOver();
  }

  #hear(message: TabMessage): void {
    if (message.type === "nexus:session?" && this.#token !== null) {
      tellTabs({ type: "nexus:session", to: message.from, id: this.#id, token: this.#token, used: this.#used });
    } else if (message.type === "nexus:signed-out" && message.id === this.#id && this.#token !== null) {
      this.#keep(null, this.#id);
      this.#changed("another tab");
    }
  }

  /** Asks the other tabs, and takes the session of the one that was used last. */
  async #takeOver(): Promise<void> {
    const from = randomName();
    const answers: Extract<TabMessage, { type: "nexus:session" }>[] = [];
    await new Promise<void>((resolve) => {
      let stop = () => {};
      const timeout = setTimeout(() => end(), WAIT_FIRST);
      const end = () => {
        clearTimeout(timeout);
        stop();
        resolve();
      };
      stop = hearTabs((message) => {
        if (message.type !== "nexus:session" || message.to !== from) return;
        if (answers.push(message) === 1) setTimeout(end, WAIT_FURTHER);
      });
      tellTabs({ type: "nexus:session?", from });
    });
    const latest = answers.sort((a, b) => b.used - a.used)[0];
    if (latest && this.#token === null) this.#keep(latest.token, latest.id);
  }

  #keep(token: string | null, id: string): void {
    this.#token = token;
    this.#id = id;
    write(TOKEN, token);
    write(ID, token && id);
  }

  #changed(where: ChangedIn): void {
    for (const listener of this.#listeners) listener(where);
  }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Without storage, the session lasts as long as the page. */
function write(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Storage is optional.
  }
}

const tab = new TabSession();

/** The session of this tab. */
export const session: Session = tab;

/**
 * Shares the session between the tabs of our own page. A framed page neither gives nor takes one. With a
 * sign-in link, the link decides.
 */
export async function shareSession(hasLink: boolean): Promise<void> {
  if (window.top === window) await tab.share(!hasLink);
}
