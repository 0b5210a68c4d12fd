/**
 * The session: how this tab proves to the server who is signed in. All code that knows the form of the
 * proof is here.
 *
 * The proof is the server's session cookie, which no script can read. Somebody who has a bearer token
 * instead can use that: it is in this tab's sessionStorage, and a new tab asks the other tabs of this origin
 * for it. The token must not be written anywhere that outlives the tab.
 */
import { standInForCookie, standsForCookie } from "../logic/identity";
import { problemOf, send } from "./client";
import type { Problem } from "./client";
import { hearTabs, randomName, tellTabs } from "./tabs";
import type { Me } from "./types";
import type { TabMessage } from "./tabs";

/** Where the session was changed: in this tab, or in another one. */
export type ChangedIn = "this tab" | "another tab";

export interface Session {
  /** The token that proves who is signed in, or null if nobody is. */
  authorization(): string | null;
  /** Why it is not known whether somebody is signed in, or why they may not be, if the server said neither yes nor no. */
  failure(): Problem | null;
  signIn(token: string): void;
  /** Asks the server whether there is a new session, after the old one has ended. */
  askAgain(): Promise<void>;
  /** Ends the session in every tab that shares it. */
  signOut(): Promise<void>;
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
  #failure: Problem | null = null;

  authorization(): string | null {
    return this.#token;
  }

  failure(): Problem | null {
    return this.#failure;
  }

  signIn(token: string): void {
    this.#keep(token, randomName());
    this.#changed("this tab");
  }

  async askAgain(): Promise<void> {
    const before = this.#token;
    await this.#askServer();
    if (this.#token !== before) this.#changed("this tab");
  }

  async signOut(): Promise<void> {
    if (this.#token !== null) tellTabs({ type: "nexus:signed-out", id: this.#id });
    if (this.#failure || (this.#token !== null && standsForCookie(this.#token))) {
      // The cookie is gone with the answer. If there is none, the session ends by itself.
      await send(location.origin, null, "POST", "/api/sessions/end", { body: {} }).catch(() => undefined);
    }
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
    if (this.#token === null && isNew) await this.#askServer();
    if (this.#token === null && isNew) await this.#takeOver();
  }

  /** Asks the server whose session the cookie is of, if there is one. */
  async #askServer(): Promise<void> {
    try {
      const { workspace, name, subject, role } = await send<Me>(location.origin, null, "GET", "/api/me");
      // The server ends the session. This is the longest that it may be idle.
      const expires = Date.now() + 12 * 3_600_000;
      this.#token = standInForCookie({ workspace, subject: name ?? subject, role, expires });
      // The same in every tab, because all of them have the same cookie.
      this.#id = "cookie";
    } catch (thrown) {
      const problem = problemOf(thrown);
      // 401: nobody is signed in by a cookie.
      this.#failure = problem.status === 401 ? null : problem;
    }
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
    const kept = token !== null && standsForCookie(token) ? null : token;
    write(TOKEN, kept);
    write(ID, kept && id);
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
