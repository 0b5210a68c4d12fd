/** The calls of agents: loads them, page by page, and follows new ones. */
import { useEffect, useRef, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Problem } from "../api/client";
import type { CallPage } from "../api/types";
import { withNewer, withOlder } from "../logic/calls";
import { useAction, useLoad, useNexus } from "./context";
import type { AsyncAction, LoadState } from "./context";

/** How long after an answer the next look begins, in milliseconds. */
const PAUSE = 3_000;
/** How long calls are followed. A page that is left open must not keep a session alive for ever. */
const MOST = 60 * 60_000;

interface Calls {
  readonly list: LoadState<CallPage>;
  reload(): void;
  /** The state of loading the next page. */
  readonly action: AsyncAction;
  /** Loads the next page, or null if there is none. */
  readonly more: (() => void) | null;
  /** Why the latest look for new calls has failed. */
  readonly problem: Problem | null;
}

/**
 * The calls that `path` lists for `query`, as it is when `key` changes. While `follows`, and while the page is visible,
 * calls that come are added. After an hour, `onStop` is called.
 */
export function useCalls(path: string, query: () => Record<string, string>, key: string, follows: boolean, onStop: () => void): Calls {
  const { client } = useNexus();
  const load = (more: Record<string, string>, signal?: AbortSignal) => client.get<CallPage>(path, { ...query(), ...more }, signal);
  const [list, set] = useLoad((signal) => load({}, signal), key);
  const [problem, setProblem] = useState<Problem | null>(null);
  const action = useAction();
  const latest = useRef<CallPage | null>(null);
  latest.current = list.state === "ready" ? list.value : null;
  const isReady = list.state === "ready";
  const stopped = useRef(onStop);
  stopped.current = onStop;
  useEffect(() => {
    setProblem(null);
    if (!follows || !isReady) return;
    const [stop, begun] = [new AbortController(), Date.now()];
    let timer = 0;
    let isLooking = false;
    const look = async () => {
      const before = latest.current;
      if (isLooking || before === null || document.visibilityState !== "visible") return;
      if (Date.now() - begun > MOST) return stopped.current();
      isLooking = true;
      try {
        const newer = await load({ after: before.latest, limit: "100" }, stop.signal);
        // A page of older calls may have been added meanwhile.
        const now = latest.current;
        if (stop.signal.aborted || now === null) return;
        if (newer.items.length > 0 || newer.latest !== now.latest) set(withNewer(now, newer));
        setProblem(null);
      } catch (thrown) {
        if (stop.signal.aborted) return;
        setProblem(problemOf(thrown));
      } finally {
        isLooking = false;
      }
      timer = window.setTimeout(() => void look(), PAUSE);
    };
    const start = () => {
      clearTimeout(timer);
      void look();
    };
    start();
    document.addEventListener("visibilitychange", start);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", start);
    };
  }, [path, key, follows, isReady]);
  const cursor = list.state === "ready" ? list.value.next_cursor : null;
  const more = (cursor: string) =>
    void action.run(async () => {
      const older = await load({ cursor });
      if (latest.current) set(withOlder(latest.current, older));
    });
  return { list, reload: () => set(), action, more: cursor === null ? null : () => more(cursor), problem };
}
