/**
 * The integrations of the list, page by page. Changes in another tab appear at once, and changes by other
 * people when the page gets the focus again.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Problem, problemOf } from "../api/client";
import type { Client } from "../api/client";
import { pages } from "../api/pages";
import type { Page } from "../api/pages";
import type { Integration, IntegrationCounts, IntegrationPage } from "../api/types";
import { recount } from "../logic/counts";
import { isBroken, isDraft } from "../logic/health";
import { isFiltered, queryOf } from "../logic/route";
import type { Filters } from "../logic/route";
import { orderOf } from "../logic/sort";
import { useFresh } from "./use-fresh";

/** How many integrations a page of the list has. */
const PAGE = 50;
/** The most integrations that the API returns at once. */
const MAX_PAGE = 100;

export interface List {
  /** Null before the first response. */
  readonly items: readonly Integration[] | null;
  /** The integrations that need attention, from all pages. Empty if the list is filtered. */
  readonly broken: readonly Integration[];
  /** How many integrations the workspace has, whatever the filters. Null before the first response. */
  readonly counts: IntegrationCounts | null;
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly problem: Problem | null;
  loadMore(): void;
  reload(): void;
  changed(id: string, integration: Integration | null): void;
}

interface State {
  /** The filters that this state belongs to. */
  filterKey: string;
  items: Integration[] | null;
  broken: Integration[];
  counts: IntegrationCounts | null;
  cursor: string | null;
  problem: Problem | null;
}

const INITIAL: State = { filterKey: "", items: null, broken: [], counts: null, cursor: null, problem: null };

/** The list. Nothing is loaded for a person who `mayRead` nothing of it. */
export function useList(client: Client, workspace: string, filters: Filters, mayRead: boolean): List {
  const [state, setState] = useState<State>(INITIAL);
  const [loadingMore, setLoadingMore] = useState(false);
  const query = { ...queryOf(filters), sort: orderOf(filters) };
  const key = JSON.stringify(query);
  /** The number of the latest load. The results of earlier loads are ignored. */
  const current = useRef(0);
  const running = useRef(false);
  const shown = useRef(0);
  shown.current = state.items?.length ?? 0;

  const load = useCallback(async () => {
    const round = ++current.current;
    running.current = true;
    const wanted = Math.max(PAGE, shown.current);
    const end = (then: (before: State) => State) => {
      if (round !== current.current) return;
      running.current = false;
      setState(then);
    };
    try {
      const { page, counts } = await loadMany(client, query, wanted);
      const broken = isFiltered(filters) ? [] : await allBroken(client, counts);
      end((before) => {
        // Keep a further page that has arrived in the meantime.
        const further = before.filterKey === key ? (before.items?.slice(wanted) ?? []) : [];
        const cursor = further.length > 0 ? before.cursor : page.next_cursor;
        return { filterKey: key, items: distinct([...page.items, ...further]), broken, counts, cursor, problem: null };
      });
    } catch (thrown) {
      end((before) => ({ ...before, problem: problemOf(thrown) }));
    }
  }, [client, key]);

  useEffect(() => {
    shown.current = 0;
    if (mayRead) void load();
    return () => void current.current++;
  }, [load]);

  useFresh(workspace, () => void load(), mayRead);

  const { cursor } = state;
  const loadMore = useCallback(async () => {
    if (!cursor) return;
    const end = (then: (before: State) => State) =>
      setState((before) => (before.filterKey === key ? then(before) : before));
    setLoadingMore(true);
    try {
      const page = await onePage(client, query, PAGE, cursor);
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

  // A change may have begun when other filters were chosen.
  const view = useRef({ filters, load });
  view.current = { filters, load };
  const changed = useCallback((id: string, after: Integration | null) => {
    const integration = after && isDraft(after) ? null : after;
    setState((before) => {
      if (!before.items) return before;
      const rest = (list: Integration[]) => list.filter((one) => one.id !== id);
      const { items, broken } = before;
      const earlier = [...items, ...broken].find((one) => one.id === id) ?? null;
      const counts = before.counts && recount(before.counts, earlier, integration);
      if (!integration) return { ...before, items: rest(items), broken: rest(broken), counts };
      const isListed = items.some((one) => one.id === id);
      // If the list is filtered, only the server can tell whether a new integration matches.
      const filtered = isFiltered(view.current.filters);
      const updated = isListed ? items.map((one) => (one.id === id ? integration : one)) : [integration, ...items];
      // The table keeps its order until somebody sorts, so that no row jumps away from a click.
      const inOrder = view.current.filters.view === "table" ? updated : updated.sort(newestFirst);
      return {
        ...before,
        counts,
        items: isListed || !filtered ? inOrder : items,
        broken: isBroken(integration) && !filtered ? distinct([...broken, integration]).sort(newestFirst) : rest(broken),
      };
    });
    // A load that is under way may return an older state.
    if (running.current) void view.current.load();
  }, []);

  return useMemo(
    () => ({
      items: state.items,
      broken: state.broken,
      problem: state.problem,
      counts: state.counts,
      more: state.cursor !== null,
      loadingMore,
      loadMore: () => void loadMore(),
      reload: () => void load(),
      changed,
    }),
    [state, loadingMore, loadMore, load, changed],
  );
}

/** The order of ids is the order of time. */
function newestFirst(a: Integration, b: Integration): number {
  return a.id < b.id ? 1 : -1;
}

/** Removes duplicates. Of two integrations with the same id, the last one stays. */
function distinct(items: Integration[]): Integration[] {
  return [...new Map(items.map((one) => [one.id, one])).values()];
}

function onePage(client: Client, query: Record<string, string>, limit: number, cursor: string | null): Promise<IntegrationPage> {
  return client.get<IntegrationPage>("/api/integrations", { ...query, limit, cursor });
}

/** Loads as many integrations as were shown before, so that nothing jumps, and the counts with the first page. */
async function loadMany(
  client: Client,
  query: Record<string, string>,
  wanted: number,
): Promise<{ page: Page<Integration>; counts: IntegrationCounts | null }> {
  let counts: IntegrationCounts | null = null;
  const page = await pages(async (cursor, soFar) => {
    const some = await onePage(client, cursor ? query : { ...query, counts: "true" }, Math.min(MAX_PAGE, wanted - soFar), cursor);
    counts ??= some.counts ?? null;
    return some;
  }, wanted);
  return { page, counts };
}

/** The integrations that need attention. Most workspaces have none, and then nothing is asked for. */
async function allBroken(client: Client, counts: IntegrationCounts | null): Promise<Integration[]> {
  const states = (["reauthorize", "failing", "pending"] as const).filter((state) => counts?.by_health[state] !== 0);
  const found = await Promise.all(states.map((health) => onePage(client, { health }, MAX_PAGE, null)));
  return found.flatMap((page) => page.items).filter((one) => !isDraft(one));
}
