/** The state of an OAuth sign-in, from the click to the outcome. */
import { useEffect, useRef, useState } from "preact/hooks";

import { Problem, problemOf } from "../api/client";
import { integrationPath } from "../api/paths";
import { t } from "../text/all";
import { useNexus } from "./context";
import { begin, connections, openWindow, watch } from "./oauth-window";

export type Phase =
  | { at: "idle" }
  | { at: "opening" }
  | { at: "waiting" }
  /** The browser opened no window. `url` is a link that opens it, or null in a frame, where a link does not work. */
  | { at: "blocked"; url: string | null }
  | { at: "denied" }
  | { at: "failed" }
  | { at: "rejected"; problem: Problem }
  | { at: "connected" };

/** The request that begins a flow, for a new integration or an existing one. */
export interface FlowStart {
  readonly path: string;
  readonly body: unknown;
  /** The id of the existing integration, or null for a new one. */
  readonly id: string | null;
}

export interface Flow {
  readonly phase: Phase;
  /** The id of the integration that is being connected, as soon as it is known. */
  readonly id: string | null;
  /** Opens the window, so call this in the click. */
  start(request: FlowStart): void;
  reset(): void;
}

interface FlowResponse {
  id?: string;
  authorization_url: string;
}

export function useFlow(): Flow {
  const nexus = useNexus();
  const [phase, setPhase] = useState<Phase>({ at: "idle" });
  const [id, setId] = useState<string | null>(null);
  const stop = useRef<() => void>(() => undefined);
  const round = useRef(0);
  const popup = useRef<Window | null>(null);

  const run = async (popup: Window | null, request: FlowStart, ownRound: number) => {
    const { client } = nexus;
    const isCurrent = () => ownRound === round.current;
    const earlierConnections = new Set<string>();
    const token = client.credentials.token();
    /** Records the earlier connections, so that a new one is recognised, then returns the request for the window. */
    const prepare = async () => {
      if (request.id) for (const id of await connections(client, request.id)) earlierConnections.add(id);
      if (!isCurrent()) throw new Problem("session_changed", 0, t.signIn.changed);
      return { token, path: request.path, body: request.body };
    };
    try {
      const framed = window.top !== window;
      if (!popup && framed) return setPhase({ at: "blocked", url: null });
      const response = popup
        ? await begin<FlowResponse>(popup, client.origin, prepare)
        : await prepare().then(({ path, body }) => client.call<FlowResponse>("POST", path, { body }));
      // The window has made the request.
      if (popup) client.onChange();
      const id = request.id ?? response.id ?? "";
      if (!isCurrent()) {
        // Cancelled while it began: delete the new integration.
        popup?.close();
        if (!request.id) await client.call("DELETE", integrationPath(id));
        return;
      }
      setId(id);
      setPhase(popup ? { at: "waiting" } : { at: "blocked", url: response.authorization_url });
      stop.current = watch(client, id, earlierConnections, (outcome) => {
        stop.current();
        if (isCurrent()) setPhase({ at: outcome });
      });
    } catch (thrown) {
      popup?.close();
      if (!isCurrent()) return;
      const problem = problemOf(thrown);
      setPhase({ at: "rejected", problem });
      if (problem.status !== 401) return;
      await client.credentials.renew(token).catch(() => undefined);
      if (isCurrent()) setPhase({ at: "idle" });
    }
  };
  const end = () => {
    round.current++;
    stop.current();
  };
  useEffect(() => end, []);
  /** Ends the flow. A window that is still beginning stays open, because its response names what must be undone. */
  const leave = () => {
    end();
    if (phase.at !== "opening") popup.current?.close();
  };

  return {
    phase,
    id,
    start(request) {
      leave();
      popup.current = openWindow(nexus.client.origin);
      setPhase({ at: "opening" });
      void run(popup.current, request, round.current);
    },
    reset() {
      leave();
      setId(null);
      setPhase({ at: "idle" });
    },
  };
}
