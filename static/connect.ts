/**
 * The page `/connect`, in the window in which a person signs in at a provider. It begins the flow for
 * the page that opened it, then goes to the provider.
 *
 * It receives a token, so it must accept messages only from its opener, and only from the same origin.
 */
import type { BeginRequest, Message } from "./logic/flow";

const { origin } = location;
const opener = window.opener as Window | null;

function send(message: Message): void {
  opener?.postMessage(message, origin);
}

/** Shows one of the two states of the page: `alone` if no page opened the window. */
function show(id: "waiting" | "alone"): void {
  for (const state of document.querySelectorAll<HTMLElement>("[data-state]")) state.hidden = state.id !== id;
}

async function begin({ token, path, body, name }: BeginRequest): Promise<void> {
  const url = new URL(path, origin);
  if (url.origin !== origin) return;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const value = (await response.json()) as Record<string, unknown>;
    if (response.ok && typeof value["authorization_url"] === "string") {
      const target = new URL(value["authorization_url"]);
      if (target.protocol !== "https:" && target.protocol !== "http:") throw new TypeError(target.protocol);
      send({ type: "nexus:begun", name, response: value });
      // The provider's page must not be able to navigate the window that opened this one.
      window.opener = null;
      location.replace(target);
      return;
    }
    send({ type: "nexus:failed", name, status: response.status, problem: value });
  } catch {
    send({ type: "nexus:failed", name, status: 0, problem: { code: "unreachable" } });
  }
  close();
}

if (opener) {
  addEventListener("message", (event: MessageEvent<Message>) => {
    if (event.source !== opener || event.origin !== origin) return;
    if (event.data.type === "nexus:begin") void begin(event.data);
  });
  show("waiting");
  send({ type: "nexus:ready" });
} else {
  show("alone");
}
