/** The context of the UI (API client, identity, route, notices), and hooks for loading and for actions. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Client, Problem } from "../api/client";
import type { Integration } from "../api/types";
import type { IntegrationManifests } from "../config/integration-manifests";
import type { Route } from "../logic/route";
import type { Identity } from "../logic/identity";
import type { ActiveStops } from "./use-stops";

/** The functions keep their identity as long as the same person is signed in. */
export interface Nexus {
  readonly client: Client;
  readonly manifests: IntegrationManifests;
  readonly identity: Identity;
  readonly route: Route;
  /** Opens a page, a tab or a dialog, after a question if something would be lost. */
  go(route: Route): void;
  /** Shows a route in place of the present one, without a question. */
  replace(route: Route): void;
  /** Shows a notice, and reads it to screen readers. */
  announce(text: string, tone?: Notice["tone"]): void;
  /** Updates the list with a new or changed integration, or removes the integration if it is null. */
  changed(id: string, integration: Integration | null): void;
  /** The emergency stops in force, as far as this person may read them. */
  readonly stops: ActiveStops;
}

const Context = createContext<Nexus | null>(null);

export const NexusProvider = Context.Provider;

/** A short message about the result of an action. */
export interface Notice {
  readonly text: string;
  readonly tone: "good" | "bad";
  /** Distinguishes it from an earlier notice with the same text. */
  readonly id: number;
}

/** The latest notice. */
export const NoticeContext = createContext<Notice | null>(null);

export function useNexus(): Nexus {
  const nexus = useContext(Context);
  if (!nexus) throw new Error("useNexus needs a NexusProvider above it");
  return nexus;
}

/** The state of something that is loaded. If a reload fails, the old value stays and `stale` is the problem. */
export type LoadState<T> =
  | { state: "loading" }
  | { state: "ready"; value: T; stale: Problem | null }
  | { state: "failed"; problem: Problem };

/**
 * Loads a value whenever `key` changes. The second result loads it again, or replaces it with the value
 * that it gets.
 */
export function useLoad<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: unknown,
): [LoadState<T>, (value?: T) => void] {
  const [loaded, set] = useState<LoadState<T>>({ state: "loading" });
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
    // A response that is still under way is older.
    running.current?.abort();
    set({ state: "ready", value, stale: null });
  };
  return [loaded, reload];
}

/** The current time, updated every half minute, for texts such as "3 minutes ago". */
export function useNow(): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** An action that a click starts: whether it is under way, and its problem if it failed. */
export interface AsyncAction {
  readonly busy: boolean;
  readonly problem: Problem | null;
  clear(): void;
  run(work: () => Promise<void>): Promise<void>;
}

export function useAction(): AsyncAction {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (thrown) {
      if (alive.current) setProblem(problemOf(thrown));
    } finally {
      if (alive.current) setBusy(false);
    }
  };
  return { busy, problem, clear: () => setProblem(null), run };
}

/** The latest notice, unless it is older than the component: a dialog has nothing to do with what was before. */
export function useNewNotice(): Notice | null {
  const notice = useContext(NoticeContext);
  const before = useRef(notice);
  return notice === before.current ? null : notice;
}

/**
 * The latest notice, for screen readers. Everything outside an open modal dialog is silent, so each dialog
 * contains one of these.
 */
export function NoticeText() {
  const notice = useNewNotice();
  return (
    <p class="unseen" role="status">
      {notice && <span key={notice.id}>{notice.text}</span>}
    </p>
  );
}
