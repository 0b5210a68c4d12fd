/**
 * An OAuth sign-in in a window of its own: the messages between the UI and our page `/connect`, and
 * the events that show that the sign-in has succeeded.
 */
import type { Event, ProblemBody } from "../api/types";

/** The request with which the window begins the flow. */
export interface BeginRequest {
  readonly token: string;
  readonly path: string;
  readonly body: unknown;
  /** Repeated in the response. By then the window may be on its way to the provider, and be unknown as a source. */
  readonly name: string;
}

/** A message between the UI and the window. Only `nexus:begin` goes to the window. */
export type Message =
  | { type: "nexus:ready" }
  | ({ type: "nexus:begin" } & BeginRequest)
  | { type: "nexus:begun"; name: string; response: Record<string, unknown> }
  | { type: "nexus:failed"; name: string; status: number; problem: Partial<ProblemBody> & Record<string, unknown> };

/** How a flow ends. */
export type Outcome = "connected" | "denied" | "failed";

/** The ids of the requests that connected the integration. An id that was not there before is a new connection. */
export function connectionIds(events: readonly Event[]): string[] {
  return events
    .filter(({ kind }) => kind === "integration.connected" || kind === "integration.reconnected")
    .map((event) => event.request_id);
}
