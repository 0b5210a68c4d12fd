/**
 * `<integration-nexus>`, the admin UI as a custom element. Its style does not leak out, and a page can
 * change it only through the `--nexus-…` custom properties.
 *
 * On our own page, the element signs people in, keeps its route in the address (`routing="hash"`), and
 * takes a token from `#token=`. Another page of the same origin can set `token`. When that token has
 * expired, the element fires `nexus:token-expired` and waits for a new one.
 */
import { render } from "preact";

import { claimNames } from "./api/client";
import { shareSession } from "./api/session";
import { loadLanguage, presentLanguage } from "./language";
import { STANDARD, takeTokenFromAddress } from "./logic/identity";
import { marksLoaded } from "./ui/marks";
import { Root } from "./ui/root";
import css from "./ui/styles.css";

export class IntegrationNexus extends HTMLElement {
  #token: string | null = null;
  /** Whether the page has ever set a token. If so, the page signs people in and out. */
  #hosted = false;
  /** The token in the link that opened the page. */
  #link: string | null = null;

  /** The token that the surrounding page supplies, or null if the element asks for one itself. */
  get token(): string | null {
    return this.#token;
  }

  set token(token: string | null) {
    this.#token = token;
    this.#hosted ||= token !== null;
    this.#render();
  }

  connectedCallback(): void {
    // A token that the page set before this script loaded is still a plain property.
    if (Object.hasOwn(this, "token")) {
      const { token } = this;
      Reflect.deleteProperty(this, "token");
      this.token = token;
    }
    // Remove the token from the address at once, before the claim names are known.
    if (this.#ownPage) this.#link ??= takeTokenFromAddress(location, history);
    // A new tab of our own page takes the session over from another tab.
    sessionShared ??= this.#ownPage ? shareSession(this.#link !== null) : Promise.resolve();
    // Until then, the element shows its own content from the page.
    void Promise.all([claimNamesLoaded, sessionShared, languageLoaded, marksLoaded]).then(() => {
      if (this.#ownPage) document.documentElement.lang = presentLanguage();
      else this.lang ||= presentLanguage();
      if (!this.shadowRoot) {
        const style = new CSSStyleSheet();
        style.replaceSync(css);
        this.attachShadow({ mode: "open" }).adoptedStyleSheets = [style];
      }
      this.#render();
    });
  }

  disconnectedCallback(): void {
    // Moving the element within its page must not unmount the UI.
    queueMicrotask(() => {
      if (!this.isConnected && this.shadowRoot) render(null, this.shadowRoot);
    });
  }

  get #ownPage(): boolean {
    return this.getAttribute("routing") === "hash";
  }

  #render(): void {
    if (!this.shadowRoot || !this.isConnected) return;
    const onExpired = () =>
      this.dispatchEvent(new CustomEvent("nexus:token-expired", { bubbles: true, composed: true }));
    const host = this.#hosted ? { token: this.#token, onExpired } : null;
    render(<Root origin={ORIGIN} names={names} host={host} link={this.#link} ownPage={this.#ownPage} />, this.shadowRoot);
  }
}

/** The session is shared once, by the first element. */
let sessionShared: Promise<void> | null = null;
/** The origin of this script, which is also the origin of the API. */
const ORIGIN = new URL(import.meta.url).origin;
/** The claim names of the deployment. The UI renders only when they are loaded. */
let names = STANDARD;
const languageLoaded = loadLanguage();
const claimNamesLoaded = claimNames(ORIGIN).then((claims) => void (names = claims));

if (!customElements.get("integration-nexus")) {
  customElements.define("integration-nexus", IntegrationNexus);
}
