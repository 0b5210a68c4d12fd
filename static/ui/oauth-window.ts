/**
 * The window in which a person signs in at a provider.
 *
 * The click itself opens the window, with our page `/connect`. That page makes the request that begins
 * the flow. Only a top-level page can receive the flow cookie, so this also works where the UI is
 * framed. It does not matter whether the window looks closed, because a provider's opener policy can
 * make an open window look closed. The server's events decide when the flow has ended.
 */
import { Problem } from "../api/client";
import type { Client } from "../api/client";
import { integrationPath } from "../api/paths";
import { hearTabs, randomName } from "../api/tabs";
import type { TabMessage } from "../api/tabs";
import type { EventPage } from "../api/types";
import { connectionIds } from "../logic/flow";
import type { BeginRequest, Message, Outcome } from "../logic/flow";
import { t } from "../text/all";

const FEATURES = "popup,width=560,height=720";

/** How long our own page may take to load in the window, in milliseconds. */
const LOAD_TIMEOUT = 20_000;

/** Opens the window. Call this in the click, or the browser blocks the window and the result is null. */
export function openWindow(origin: string): Window | null {
  const left = Math.max(0, Math.round(screenX + (outerWidth - 560) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - 720) / 2));
  return open(new URL("/connect", origin), "_blank", `${FEATURES},left=${left},top=${top}`);
}

/**
 * Makes the window begin the flow. Resolves with the API's response when the window is on its way to
 * the provider.
 *
 * Call this in the click too, because the window says only once that it is ready. `makeRequest` is
 * called when the window is ready.
 */
export function begin<T>(popup: Window, origin: string, makeRequest: () => Promise<Omit<BeginRequest, "name">>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const name = randomName();
    const fail = () => finish(() => reject(new Problem("window_closed", 0, t.problem.windowClosed)));
    const timeout = setTimeout(fail, LOAD_TIMEOUT);
    // `closed` is reliable while the window shows our own page.
    const poll = setInterval(() => popup.closed && fail(), 300);
    const finish = (settle: () => void) => {
      clearTimeout(timeout);
      clearInterval(poll);
      removeEventListener("message", onMessage);
      settle();
    };
    const onMessage = (event: MessageEvent<Message>) => {
      if (event.origin !== origin) return;
      const message = event.data;
      if (event.source !== popup && !("name" in message && message.name === name)) return;
      if (message.type === "nexus:ready") {
        clearTimeout(timeout);
        makeRequest().then(
          (request) => popup.postMessage({ type: "nexus:begin", name, ...request } satisfies Message, origin),
          (thrown: unknown) => finish(() => reject(thrown)),
        );
      } else if (message.type === "nexus:begun") {
        finish(() => resolve(message.response as T));
      } else if (message.type === "nexus:failed") {
        const { problem, status } = message;
        const words = status === 0 ? t.problem.unreachable : t.problem.unexpected(status);
        finish(() => reject(new Problem(problem.code ?? "unexpected", status, problem.detail ?? words, problem)));
      }
    };
    addEventListener("message", onMessage);
  });
}

/**
 * Watches for the end of a flow. Asks the server every two seconds, on focus, and whenever the callback
 * page reports that it is done. Returns a function that stops watching.
 */
export function watch(
  client: Client,
  integrationId: string,
  earlierConnections: ReadonlySet<string>,
  onOutcome: (outcome: Outcome) => void,
): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  let isChecking = false;
  const check = async () => {
    if (isChecking) return;
    isChecking = true;
    try {
      if ((await connections(client, integrationId, signal)).some((id) => !earlierConnections.has(id))) {
        if (!signal.aborted) onOutcome("connected");
      }
    } catch {
      // The next check is in two seconds.
    } finally {
      isChecking = false;
    }
  };
  const hear = (message: Partial<TabMessage> | null) => {
    if (message?.type !== "nexus:oauth" || message.integration_id !== integrationId) return;
    if (message.outcome === "denied" || message.outcome === "failed") onOutcome(message.outcome);
    else void check();
  };
  const stopHearing = hearTabs(hear);
  const onMessage = (event: MessageEvent<Partial<TabMessage> | null>) => event.origin === client.origin && hear(event.data);
  addEventListener("message", onMessage, { signal });
  addEventListener("focus", () => void check(), { signal });
  const timer = setInterval(() => void check(), 2_000);
  return () => {
    stopped.abort();
    clearInterval(timer);
    stopHearing();
  };
}

/** The ids of the requests that connected the integration so far. */
export async function connections(client: Client, integrationId: string, signal?: AbortSignal): Promise<string[]> {
  const path = `${integrationPath(integrationId)}/events`;
  const page = await client.get<EventPage>(path, { limit: 20 }, signal);
  return connectionIds(page.items);
}
