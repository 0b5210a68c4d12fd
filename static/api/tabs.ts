/**
 * The messages between the tabs of this origin. Only pages of the same origin can send or hear them.
 *
 * A tab has one channel, so it never hears itself.
 */

export type TabMessage =
  /** Something in this workspace was changed by a request. */
  | { type: "nexus:changed"; workspace: string }
  /** The page at the end of an OAuth flow reports its outcome. */
  | { type: "nexus:oauth"; integration_id?: string; outcome?: string }
  /** A new tab asks for the session. `to` is the name of the tab. */
  | { type: "nexus:session?"; from: string }
  /** A tab that is signed in answers. `used` is when a person used it last. */
  | { type: "nexus:session"; to: string; id: string; token: string; used: number }
  /** The session with this id was ended. */
  | { type: "nexus:signed-out"; id: string };

let channel: BroadcastChannel | null = null;

/** Made when it is first needed, so that the unit tests need none. */
function open(): BroadcastChannel {
  return (channel ??= new BroadcastChannel("nexus"));
}

/** Tells all other tabs. */
export function tellTabs(message: TabMessage): void {
  open().postMessage(message);
}

/** Hears what other tabs tell. Returns a function that stops. */
export function hearTabs(listener: (message: TabMessage) => void): () => void {
  const onMessage = (event: MessageEvent<TabMessage | null>) => event.data && listener(event.data);
  const from = open();
  from.addEventListener("message", onMessage);
  return () => from.removeEventListener("message", onMessage);
}

/** A name that nobody else has or can guess. `crypto.randomUUID` needs https. */
export function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].join("-");
}
