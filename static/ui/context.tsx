/** What every part of the UI may use: the API, who is signed in, where we are, and how to say something. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Client, Problem } from "../api/client";
import type { Integration } from "../api/types";
import type { Manifests } from "../config/integration-manifests";
import type { Route } from "../logic/route";
import type { Identity } from "../logic/session";

/** Its functions stay the same as long as somebody is signed in. */
export interface Nexus {
  readonly client: Client;
  readonly manifests: Manifests;
  readonly identity: Identity;
  readonly route: Route;
  go(route: Route): void;
  /** Says the result of something, to eyes and to screen readers. */
  announce(text: string, tone?: Said["tone"]): void;
  /** Tells the list that an integration is new or changed; null: that it is gone. */
  changed(id: string, integration: Integration | null): void;
}

const Context = createContext<Nexus | null>(null);

export const NexusProvider = Context.Provider;

/** The result of something, in words. */
export interface Said {
  readonly text: string;
  readonly tone: "good" | "bad";
  /** Tells it from the same words said before. */
  readonly id: number;
}

/** What was said last. */
export const SaidContext = createContext<Said | null>(null);

export function useNexus(): Nexus {
  const nexus = useContext(Context);
  if (!nexus) throw new Error("there is no NexusProvider");
  return nexus;
}

/** What is there stays when it cannot be loaded again; `stale` says why. */
export type Loaded<T> =
  | { state: "loading" }
  | { state: "ready"; value: T; stale: Problem | null }
  | { state: "failed"; problem: Problem };

/** Loads something whenever `key` changes, and again when it is asked to, or is told the value. */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: unknown,
): [Loaded<T>, (value?: T) => void] {
  const [loaded, set] = useState<Loaded<T>>({ state: "loading" });
  const [round, again] = useState(0);
  const shown = useRef(key);
  const running = useRef<AbortController | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    running.current = stop;
    if (shown.current !== key) set({ state: "loading" });
    shown.current = key;
    load(stop.signal).then(
      (value) => !stop.signal.aborted && set({ state: "ready", value, stale: null }),
      (thrown: unknown) => {
        if (stop.signal.aborted) return;
        const problem = problemOf(thrown);
        set((now) => (now.state === "ready" && problem.status !== 404 ? { ...now, stale: problem } : { state: "failed", problem }));
      },
    );
    return () => stop.abort();
  }, [key, round]);
  const reload = (value?: T) => {
    if (value === undefined) return again((round) => round + 1);
    // What is on its way is older.
    running.current?.abort();
    set({ state: "ready", value, stale: null });
  };
  return [loaded, reload];
}

/** The time, anew every half minute, for "3 minutes ago". */
export function useNow(): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Something that is done on a click: whether it is under way, and what went wrong. */
export interface Action {
  readonly busy: boolean;
  readonly problem: Problem | null;
  clear(): void;
  run(what: () => Promise<void>): Promise<void>;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const run = async (what: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await what();
    } catch (thrown) {
      if (alive.current) setProblem(problemOf(thrown));
    } finally {
      if (alive.current) setBusy(false);
    }
  };
  return { busy, problem, clear: () => setProblem(null), run };
}

/**
 * For screen readers: whatever stands outside a modal dialog is silent while it is open, so every
 * dialog has one of these.
 */
export function SaidText() {
  const said = useContext(SaidContext);
  return (
    <p class="unseen" role="status">
      {said && <span key={said.id}>{said.text}</span>}
    </p>
  );
}
