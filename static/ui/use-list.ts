/**
 * The integrations that are shown, in pages. What somebody else changed comes when the page is
 * looked at again.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Problem, problemOf } from "../api/client";
import type { Client } from "../api/client";
import { pages } from "../api/pages";
import type { Page } from "../api/pages";
import type { Integration, IntegrationPage } from "../api/types";
import { isBroken } from "../logic/health";
import { isFiltered } from "../logic/route";
import type { Filters } from "../logic/route";

const PAGE = 50;
const MOST = 100;

export interface List {
  /** Null before the first answer. */
  readonly items: readonly Integration[] | null;
  /** Those that need somebody, from all pages; none where the list is filtered. */
  readonly broken: readonly Integration[];
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly problem: Problem | null;
  loadMore(): void;
  reload(): void;
  changed(id: string, integration: Integration | null): void;
}

interface State {
  /** Which filters this is of. */
  of: string;
  items: Integration[] | null;
  broken: Integration[];
  cursor: string | null;
  problem: Problem | null;
}

const NOTHING: State = { of: "", items: null, broken: [], cursor: null, problem: null };

export function useList(client: Client, filters: Filters): List {
  const [state, setState] = useState<State>(NOTHING);
  const [loadingMore, setLoadingMore] = useState(false);
  const key = JSON.stringify(filters);
  /** The load that counts; those before it are over. */
  const current = useRef(0);
  const running = useRef(false);
  const shown = useRef(0);
  shown.current = state.items?.length ?? 0;

  const load = useCallback(async () => {
    const round = ++current.current;
    running.current = true;
    const asked = Math.max(PAGE, shown.current);
    const end = (then: (before: State) => State) => {
      if (round !== current.current) return;
      running.current = false;
      setState(then);
    };
    try {
      const [page, broken] = await Promise.all([
        asMany(client, filters, asked),
        isFiltered(filters) ? [] : allBroken(client),
      ]);
      end((before) => {
        // A further page has come meanwhile: it stays.
        const further = before.of === key ? (before.items?.slice(asked) ?? []) : [];
        const cursor = further.length > 0 ? before.cursor : page.next_cursor;
        return { of: key, items: distinct([...page.items, ...further]), broken, cursor, problem: null };
      });
    } catch (thrown) {
      end((before) => ({ ...before, problem: problemOf(thrown) }));
    }
  }, [client, key]);

  useEffect(() => {
    shown.current = 0;
    void load();
    const again = () => {
      if (document.visibilityState === "visible") void load();
    };
    const channel = new BroadcastChannel("nexus");
    channel.addEventListener("message", again);
    addEventListener("focus", again);
    addEventListener("online", again);
    return () => {
      current.current++;
      channel.close();
      removeEventListener("focus", again);
      removeEventListener("online", again);
    };
  }, [load]);

  const { cursor } = state;
  const loadMore = useCallback(async () => {
    if (!cursor) return;
    const end = (then: (before: State) => State) =>
      setState((before) => (before.of === key ? then(before) : before));
    setLoadingMore(true);
    try {
      const page = await onePage(client, filters, PAGE, cursor);
      end((before) => {
        const items = distinct([...(before.items ?? []), ...page.items]);
        return { ...before, items, cursor: page.next_cursor, problem: null };
      });
    } catch (thrown) {
      end((before) => ({ ...before, problem: problemOf(thrown) }));
    } finally {
      setLoadingMore(false);
    }
  }, [client, key, cursor]);

  // What changes may have been begun when other filters were chosen.
  const view = useRef({ filters, load });
  view.current = { filters, load };
  const changed = useCallback((id: string, integration: Integration | null) => {
    setState((before) => {
      if (!before.items) return before;
      const rest = (list: Integration[]) => list.filter((one) => one.id !== id);
      const { items, broken } = before;
      if (!integration) return { ...before, items: rest(items), broken: rest(broken) };
      const there = items.some((one) => one.id === id);
      // Where the list is filtered, whether a new one belongs there is the server's to say.
      const filtered = isFiltered(view.current.filters);
      const more = there ? items.map((one) => (one.id === id ? integration : one)) : [integration, ...items];
      return {
        ...before,
        items: there || !filtered ? more.sort(newestFirst) : items,
        broken: isBroken(integration) && !filtered ? distinct([...broken, integration]).sort(newestFirst) : rest(broken),
      };
    });
    // What is on its way is older.
    if (running.current) void view.current.load();
  }, []);

  return useMemo(
    () => ({
      items: state.items,
      broken: state.broken,
      problem: state.problem,
      more: state.cursor !== null,
      loadingMore,
      loadMore: () => void loadMore(),
      reload: () => void load(),
      changed,
    }),
    [state, loadingMore, loadMore, load, changed],
  );
}

/** Ids are made in the order of time. */
function newestFirst(a: Integration, b: Integration): number {
  return a.id < b.id ? 1 : -1;
}

/** Of two with the same id the last. */
function distinct(items: Integration[]): Integration[] {
  return [...new Map(items.map((one) => [one.id, one])).values()];
}

function onePage(client: Client, filters: Partial<Filters>, limit: number, cursor: string | null): Promise<IntegrationPage> {
  return client.get<IntegrationPage>("/api/integrations", { ...filters, limit, cursor });
}

/** As many as were shown before, so that nothing jumps. */
function asMany(client: Client, filters: Filters, wanted: number): Promise<Page<Integration>> {
  return pages((cursor, soFar) => onePage(client, filters, Math.min(MOST, wanted - soFar), cursor), wanted);
}

async function allBroken(client: Client): Promise<Integration[]> {
  const states = ["reauthorize", "failing"];
  const found = await Promise.all(states.map((health) => onePage(client, { health }, MOST, null)));
  return found.flatMap((page) => page.items);
}
