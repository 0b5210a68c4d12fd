/** A sign-in at a provider as the UI sees it, from the click to its end. */
import { useEffect, useRef, useState } from "preact/hooks";

import { Problem, problemOf } from "../api/client";
import { t } from "../text";
import { useNexus } from "./context";
import { begin, connections, openWindow, watch } from "./oauth-window";

export type Phase =
  | { at: "idle" }
  | { at: "opening" }
  | { at: "waiting" }
  /** The browser let no window open; the link does, or, in a frame, nothing. */
  | { at: "blocked"; url: string | null }
  | { at: "denied" }
  | { at: "failed" }
  | { at: "refused"; problem: Problem }
  | { at: "connected" };

/** What begins a flow: a new integration, or one that is connected again. */
export interface Start {
  readonly path: string;
  readonly body: unknown;
  /** The integration's id where there is one already. */
  readonly id: string | null;
}

export interface Flow {
  readonly phase: Phase;
  /** The integration that is being connected, as soon as it is known. */
  readonly id: string | null;
  /** Call it in the click: it opens the window. */
  start(what: Start): void;
  reset(): void;
}

interface Answer {
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

  const run = async (popup: Window | null, what: Start, mine: number) => {
    const { client } = nexus;
    const present = () => mine === round.current;
    const seen = new Set<string>();
    const token = client.credentials.token();
    /** How often it was connected before is known before it is connected anew. */
    const before = async () => {
      if (what.id) for (const one of await connections(client, what.id)) seen.add(one);
      if (!present()) throw new Problem("session_changed", 0, t.signIn.changed);
      return { token, path: what.path, body: what.body };
    };
    try {
      const framed = window.top !== window;
      if (!popup && framed) return setPhase({ at: "blocked", url: null });
      const answer = popup
        ? await begin<Answer>(popup, client.origin, before)
        : await before().then(({ path, body }) => client.call<Answer>("POST", path, { body }));
      const id = what.id ?? answer.id ?? "";
      if (!present()) {
        // Given up while it began: nothing is left of it.
        popup?.close();
        if (!what.id) await client.call("DELETE", `/api/integrations/${id}`);
        return;
      }
      setId(id);
      setPhase(popup ? { at: "waiting" } : { at: "blocked", url: answer.authorization_url });
      stop.current = watch(client, id, seen, (outcome) => {
        stop.current();
        if (present()) setPhase({ at: outcome });
      });
    } catch (thrown) {
      popup?.close();
      if (!present()) return;
      const problem = problemOf(thrown);
      setPhase({ at: "refused", problem });
      if (problem.status !== 401) return;
      await client.credentials.renew(token).catch(() => undefined);
      if (present()) setPhase({ at: "idle" });
    }
  };
  const end = () => {
    round.current++;
    stop.current();
  };
  useEffect(() => end, []);
  /** A window that is just beginning is left alone: what it makes has to be told, to be undone. */
  const leave = () => {
    end();
    if (phase.at !== "opening") popup.current?.close();
  };

  return {
    phase,
    id,
    start(what) {
      leave();
      popup.current = openWindow(nexus.client.origin);
      setPhase({ at: "opening" });
      void run(popup.current, what, round.current);
    },
    reset() {
      leave();
      setId(null);
      setPhase({ at: "idle" });
    },
  };
}
