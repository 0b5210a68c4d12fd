/** The list of integrations. Those that need attention come first. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Integration, IntegrationCounts, ManifestSummary } from "../api/types";
import type { Action } from "../logic/health";
import { isFiltered, unfiltered } from "../logic/route";
import type { Filters } from "../logic/route";
import { HEALTH_TONE } from "../logic/health";
import { t } from "../text";
import { Card } from "./card";
import { check, setActive } from "./changes";
import { useNexus, useNow } from "./context";
import { SearchField, Select } from "./controls";
import { Icon } from "./icons";
import { Lazy } from "./lazy";
import { Button, EmptyState, LoadError } from "./parts";
import type { List } from "./use-list";
import { Welcome } from "./welcome";

export interface ListProps {
  list: List;
  filters: Filters;
  catalogue: readonly ManifestSummary[];
  onAction(integration: Integration, action: Action): void;
}

/** The requests that are under way, by integration id. */
export type BusyMap = ReadonlyMap<string, "switch" | "action">;

export function IntegrationList({ list, filters, catalogue, onAction }: ListProps) {
  const nexus = useNexus();
  const now = useNow();
  const [busy, setBusy] = useState<BusyMap>(new Map());
  const providers = useMemo(() => new Map(catalogue.map((one) => [one.id, one])), [catalogue]);
  /** The integrations that are deleted together. */
  const [removing, setRemoving] = useState<readonly Integration[] | null>(null);
  const filtered = isFiltered(filters);
  const { items, broken, more } = list;

  const runFor = useCallback(async (id: string, kind: "switch" | "action", work: () => Promise<unknown>) => {
    setBusy((before) => new Map(before).set(id, kind));
    try {
      await work();
    } catch (thrown) {
      nexus.announce(problemOf(thrown).message, "bad");
    } finally {
      setBusy((before) => {
        const after = new Map(before);
        after.delete(id);
        return after;
      });
    }
  }, []);

  const onSwitch = useCallback(
    (integration: Integration, on: boolean) =>
      void runFor(integration.id, "switch", () => setActive(nexus, integration, on)),
    [],
  );
  const act = useCallback(
    (integration: Integration, action: Action) => {
      if (action !== "retry") return onAction(integration, action);
      void runFor(integration.id, "action", () => check(nexus, integration));
    },
    [onAction],
  );
  const onOpen = useCallback(
    (integration: Integration) => nexus.go({ page: "integration", id: integration.slug, tab: "overview" }),
    [],
  );

  const onAdd = () => nexus.go({ page: "add", manifest: null });
  const ids = new Set(broken.map((one) => one.id));
  const others = items?.filter((one) => !ids.has(one.id)) ?? [];
  const cards = (integrations: readonly Integration[], shape = "") => (
    <ul class={`cards ${shape}`}>
      {integrations.map((one) => (
        <Card
          key={one.id}
          integration={one}
          provider={providers.get(one.manifest_id)}
          origin={nexus.client.origin}
          now={now}
          busy={busy.get(one.id) ?? null}
          onOpen={onOpen}
          onSwitch={onSwitch}
          onAction={act}
        />
      ))}
    </ul>
  );

  const isTable = filters.view === "table";
  const isEmpty = items?.length === 0 && broken.length === 0;
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.list.title}</h1>
          <p class="soft">{t.list.lead}</p>
        </div>
        {!(isEmpty && !filtered) && (
          <Button tone="primary" icon="plus" onClick={onAdd}>
            {t.list.add}
          </Button>
        )}
      </div>
      {!(isEmpty && !filtered) && <Toolbar filters={filters} catalogue={catalogue} counts={list.counts} />}
      <p class="unseen" role="status">
        {items && filtered ? t.list.found(items.length, more) : ""}
      </p>
      {list.problem && (
        <LoadError problem={list.problem} title={items ? "" : t.list.errorTitle} onRetry={list.reload} />
      )}
      {!items && !list.problem && <CardSkeletons />}
      {isEmpty && !filtered && !list.problem && (
        <Welcome catalogue={catalogue} />
      )}
      {isEmpty && filtered && (
        <EmptyState icon="search" title={t.list.noMatchTitle} lead={t.list.noMatchLead}>
          <Button onClick={() => nexus.replace({ page: "integrations", filters: unfiltered(filters) })}>{t.list.clear}</Button>
        </EmptyState>
      )}
      {isTable && items && !isEmpty && (
        <Lazy isPage>
          {({ IntegrationTable }) => (
            <IntegrationTable items={items} filters={filters} providers={providers} busy={busy} onSwitch={onSwitch} onAction={act} onOpen={onOpen} onRemove={setRemoving} />
          )}
        </Lazy>
      )}
      {removing && (
        <Lazy dialog={{ title: t.list.remove, onClose: () => setRemoving(null) }}>
          {({ BulkDelete }) => <BulkDelete integrations={removing} providers={providers} onClose={() => setRemoving(null)} />}
        </Lazy>
      )}
      {!isTable && broken.length > 0 && (
        <section>
          <h2 class="section bad">
            {t.list.attention} <span class="count">{broken.length}</span>
          </h2>
          {cards(broken, "strip")}
        </section>
      )}
      {!isTable && others.length > 0 && (
        <section>
          <h2 class={broken.length > 0 || filtered ? "section" : "unseen"}>
            {filtered ? t.list.results(others.length, more) : t.list.others}
          </h2>
          {cards(others)}
        </section>
      )}
      {more && (
        <div class="more">
          <Button busy={list.loadingMore} onClick={list.loadMore}>
            {t.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

/** Placeholders of the size of cards, so that nothing moves when the cards appear. */
function CardSkeletons() {
  return (
    <div class="cards" role="status">
      <span class="unseen">{t.loading}</span>
      {Array.from({ length: 6 }, () => (
        <div class="card skeleton">
          <span class="line" />
          <span class="line" />
          <span class="line" />
        </div>
      ))}
    </div>
  );
}

interface ToolbarProps {
  filters: Filters;
  catalogue: readonly ManifestSummary[];
  counts: IntegrationCounts | null;
}

function Toolbar({ filters, catalogue, counts }: ToolbarProps) {
  const nexus = useNexus();
  const [typed, setTyped] = useState(filters.q);
  const q = typed.trim();
  // A filter that is chosen also applies the text that was typed before.
  const set = (change: Partial<Filters>) => nexus.replace({ page: "integrations", filters: { ...filters, q, ...change } });
  useEffect(() => {
    if (filters.q !== q) setTyped(filters.q);
  }, [filters.q]);
  const open = nexus.route.page === "integrations";
  useEffect(() => {
    if (q === filters.q || !open) return;
    const timer = setTimeout(() => set({}), 200);
    return () => clearTimeout(timer);
  }, [q, filters, open]);
  const counted = (name: string, number: number | undefined) => (counts ? t.list.counted(name, number ?? 0) : name);
  const states = (Object.keys(HEALTH_TONE) as Integration["health"]["state"][]).map(
    (state) => [state, counted(t.list.healthState[state] ?? "", counts?.by_health[state])] as const,
  );
  // Only the providers in use, and the one that is chosen.
  const inUse = catalogue.filter((one) => !counts || counts.by_manifest[one.id] || one.id === filters.manifest);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const [target] = event.composedPath();
      const isTyping = target instanceof HTMLElement && target.matches("input, textarea, select");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping || !open) return;
      if (search.current?.closest(".frame")?.parentNode?.querySelector("dialog[open]")) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, [open]);
  return (
    <div class="toolbar" role="search">
      <SearchField label={t.list.search} typed={typed} onType={setTyped} input={search} aria-keyshortcuts="/" />
      <Select
        label={t.list.status}
        value={filters.status}
        options={[
          ["", t.list.anyStatus],
          ["active", counted(t.list.active, counts?.by_status.active)],
          ["inactive", counted(t.list.inactive, counts?.by_status.inactive)],
        ]}
        onChange={(status) => set({ status })}
      />
      <Select label={t.list.health} value={filters.health} options={[["", t.list.anyHealth], ...states]} onChange={(health) => set({ health })} />
      <Select
        label={t.list.provider}
        value={filters.manifest}
        options={[["", t.list.anyProvider], ...inUse.map((one) => [one.id, counted(one.name, counts?.by_manifest[one.id])] as const)]}
        onChange={(manifest) => set({ manifest })}
      />
      <div class="segments" role="group" aria-label={t.list.view}>
        {(["", "table"] as const).map((view) => (
          <button
            type="button"
            aria-pressed={filters.view === view ? "true" : "false"}
            aria-label={view ? t.list.table : t.list.cards}
            title={view ? t.list.table : t.list.cards}
            onClick={() => set({ view })}
          >
            <Icon name={view ? "rows" : "grid"} />
          </button>
        ))}
      </div>
      {isFiltered(filters) && (
        <Button tone="quiet" onClick={() => nexus.replace({ page: "integrations", filters: unfiltered(filters) })}>
          {t.list.clear}
        </Button>
      )}
    </div>
  );
}
