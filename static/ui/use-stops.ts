/** The emergency stops in force, for administrators. Nobody else may read them. */
import { useEffect, useState } from "preact/hooks";

import type { Client } from "../api/client";
import type { Stop, StopList } from "../api/types";
import { useFresh } from "./use-fresh";

/** How often the server is asked, in milliseconds, because a stop may be somebody else's. */
const INTERVAL = 60_000;

export interface ActiveStops {
  /** Newest first. */
  readonly items: readonly Stop[];
  reload(): void;
}

export function useStops(client: Client, workspace: string, isAdmin: boolean): ActiveStops {
  const [items, setItems] = useState<readonly Stop[]>([]);
  const [round, setRound] = useState(0);
  const reload = () => setRound((round) => round + 1);
  useEffect(() => {
    if (!isAdmin) return;
    const stop = new AbortController();
    client.get<StopList>("/api/panic", {}, stop.signal).then(
      (list) => !stop.signal.aborted && setItems(list.items),
      // The page that needs the server reports why it cannot be reached.
      () => undefined,
    );
    return () => stop.abort();
  }, [client, isAdmin, round]);
  useFresh(workspace, reload, isAdmin);
  useEffect(() => {
    if (!isAdmin) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), INTERVAL);
    return () => clearInterval(timer);
  }, [isAdmin]);
  return { items, reload };
}
