/**
 * `<integration-nexus>`: the admin UI as a custom element, with a style of its own that neither
 * leaks out nor is reached from outside but by the `--nexus-…` custom properties.
 *
 * On our own page it signs people in, keeps its place in the address (`routing="hash"`), and takes
 * a token from `#token=`. In a page of the same origin the page may set `token`; when one ends, the
 * element fires `nexus:token-expired`, and waits for another.
 */
import { render } from "preact";

import { claimNames } from "./api/client";
import { STANDARD, takenFromAddress } from "./logic/session";
import { Root } from "./ui/root";
import css from "./ui/styles.css";

export class IntegrationNexus extends HTMLElement {
  #token: string | null = null;
  /** Whether the page has ever given one: then it is the page that signs people in and out. */
  #hosted = false;
  /** The token of the link that opened the page. */
  #link: string | null = null;

  /** The token that the page around the element gives; null: the element asks for one itself. */
  get token(): string | null {
    return this.#token;
  }

  set token(token: string | null) {
    this.#token = token;
    this.#hosted ||= token !== null;
    this.#render();
  }

  connectedCallback(): void {
    // A token that the page set before this script came is a plain property until now.
    if (Object.hasOwn(this, "token")) {
      const { token } = this;
      Reflect.deleteProperty(this, "token");
      this.token = token;
    }
    // Out of the address at once, whatever is known by then.
    if (this.#ownPage) this.#link ??= takenFromAddress(location, history);
    // Until then the element shows what stands in it.
    void known.then(() => {
      if (!this.shadowRoot) {
        const style = new CSSStyleSheet();
        style.replaceSync(css);
        this.attachShadow({ mode: "open" }).adoptedStyleSheets = [style];
      }
      this.#render();
    });
  }

  disconnectedCallback(): void {
    // Moving the element in its page is no end.
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

/** Where this script is from, which is where the API is. */
const ORIGIN = new URL(import.meta.url).origin;
/** Nobody is named before it is known which claims name them. */
let names = STANDARD;
const known = claimNames(ORIGIN).then((claims) => void (names = claims));

if (!customElements.get("integration-nexus")) {
  customElements.define("integration-nexus", IntegrationNexus);
}
