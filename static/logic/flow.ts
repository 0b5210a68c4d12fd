/**
 * Signing in at a provider (OAuth 2.0), in a window of its own.
 *
 * The window is opened in the click itself, with our page `/connect`, which makes the call that
 * begins the flow: only a page at the top can be given the cookie that the flow hangs on, so this
 * works where the UI is framed, too. Whether the window is open says nothing: a provider's opener
 * policy makes it look closed. The server's record is the truth.
 */
import { Problem } from "../api/client";
import type { Client } from "../api/client";
import type { EventPage, ProblemBody } from "../api/types";
import { t } from "../text";

/** What the window is asked to do. */
interface Begin {
  readonly token: string;
  readonly path: string;
  readonly body: unknown;
}

/** What the window says, and hears. */
export type Message =
  | { type: "nexus:ready" }
  | ({ type: "nexus:begin" } & Begin)
  | { type: "nexus:begun"; answer: Record<string, unknown> }
  | { type: "nexus:refused"; status: number; problem: Partial<ProblemBody> & Record<string, unknown> };

const FEATURES = "popup,width=560,height=720";

/** How long our own page may take to load in the window, in milliseconds. */
const LOADS = 20_000;

/** Opens the window; call it in the click. Null: the browser blocked it. */
export function openWindow(origin: string): Window | null {
  const left = Math.max(0, Math.round(screenX + (outerWidth - 560) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - 720) / 2));
  return open(new URL("/connect", origin), "_blank", `${FEATURES},left=${left},top=${top}`);
}

/**
 * Has the window begin the flow; resolves with the API's answer when the window is on its way to
 * the provider. Call it in the click, too: the window says only once that it is there. `what` is
 * asked for then.
 */
export function begin<T>(popup: Window, origin: string, what: () => Promise<Begin>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const lost = () => finish(() => reject(new Problem("window_lost", 0, t.problem.windowClosed)));
    const patience = setTimeout(lost, LOADS);
    // As long as it shows our own page, that it is closed can be told.
    const look = setInterval(() => popup.closed && lost(), 300);
    const finish = (then: () => void) => {
      clearTimeout(patience);
      clearInterval(look);
      removeEventListener("message", hear);
      then();
    };
    const hear = (event: MessageEvent<Message>) => {
      if (event.source !== popup || event.origin !== origin) return;
      const message = event.data;
      if (message.type === "nexus:ready") {
        clearTimeout(patience);
        what().then(
          (what) => popup.postMessage({ type: "nexus:begin", ...what } satisfies Message, origin),
          (thrown: unknown) => finish(() => reject(thrown)),
        );
      } else if (message.type === "nexus:begun") {
        finish(() => resolve(message.answer as T));
      } else if (message.type === "nexus:refused") {
        const { problem, status } = message;
        const words = status === 0 ? t.problem.unreachable : t.problem.unexpected(status);
        finish(() => reject(new Problem(problem.code ?? "unexpected", status, problem.detail ?? words, problem)));
      }
    };
    addEventListener("message", hear);
  });
}

export type Outcome = "connected" | "denied" | "failed";

/**
 * Watches for the end of a flow: asks the server every two seconds and whenever the callback page
 * says that it is done. Returns how to stop.
 */
export function watch(
  client: Client,
  integrationId: string,
  seen: ReadonlySet<string>,
  tell: (outcome: Outcome) => void,
): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      if ((await connections(client, integrationId, signal)).some((id) => !seen.has(id))) {
        if (!signal.aborted) tell("connected");
      }
    } catch {
      // Asked again in two seconds.
    } finally {
      asking = false;
    }
  };
  const hear = (event: MessageEvent<{ type?: string; integration_id?: string; outcome?: Outcome }>) => {
    const { type, integration_id: id, outcome } = event.data ?? {};
    if (type !== "nexus:oauth" || event.origin !== client.origin || id !== integrationId) return;
    if (outcome === "denied" || outcome === "failed") tell(outcome);
    else void ask();
  };
  const channel = new BroadcastChannel("nexus");
  channel.addEventListener("message", hear, { signal });
  addEventListener("message", hear, { signal });
  addEventListener("focus", () => void ask(), { signal });
  const timer = setInterval(() => void ask(), 2_000);
  return () => {
    stopped.abort();
    clearInterval(timer);
    channel.close();
  };
}

/** The requests in which the integration was connected, so that a new one is told from the old. */
export async function connections(
  client: Client,
  integrationId: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const path = `/api/integrations/${encodeURIComponent(integrationId)}/events`;
  const page = await client.get<EventPage>(path, { limit: 20 }, signal);
  return page.items
    .filter(({ kind }) => kind === "integration.connected" || kind === "integration.reconnected")
    .map((event) => event.request_id);
}
