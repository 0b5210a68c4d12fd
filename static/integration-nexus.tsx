/** The custom element <integration-nexus>. */

import { render } from "preact";

import css from "./ui/styles.css";

class IntegrationNexus extends HTMLElement {
  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    render(<h1>Integration Nexus</h1>, root);
  }
}

customElements.define("integration-nexus", IntegrationNexus);
