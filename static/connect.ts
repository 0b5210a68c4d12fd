/**
 * The page in the window in which a person signs in at a provider: begins the flow for the page
 * that opened it, and goes there.
 *
 * It must listen to its opener of the same origin only: it is handed a token.
 */
import type { Message } from "./logic/flow";

const { origin } = location;
const opener = window.opener as Window | null;

function say(message: Message): void {
  opener?.postMessage(message, origin);
}

function show(id: "waiting" | "alone"): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-state]")) one.hidden = one.id !== id;
}

async function begin({ token, path, body }: Extract<Message, { type: "nexus:begin" }>): Promise<void> {
  const url = new URL(path, origin);
  if (url.origin !== origin) return;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const value = (await answer.json()) as Record<string, unknown>;
    if (answer.ok && typeof value["authorization_url"] === "string") {
      const to = new URL(value["authorization_url"]);
      if (to.protocol !== "https:" && to.protocol !== "http:") throw new TypeError(to.protocol);
      say({ type: "nexus:begun", answer: value });
      // The provider's page is not to steer the window that people go back to.
      window.opener = null;
      location.replace(to);
      return;
    }
    say({ type: "nexus:refused", status: answer.status, problem: value });
  } catch {
    say({ type: "nexus:refused", status: 0, problem: { code: "unreachable" } });
  }
  close();
}

if (opener) {
  addEventListener("message", (event: MessageEvent<Message>) => {
    if (event.source !== opener || event.origin !== origin) return;
    if (event.data.type === "nexus:begin") void begin(event.data);
  });
  show("waiting");
  say({ type: "nexus:ready" });
} else {
  show("alone");
}
