/** The integrations as a table: the server sorts it by any column, and actions are for all that are selected. */
import { Component } from "preact";
import { useCallback, useState } from "preact/hooks";

import type { Integration, ManifestSummary } from "../api/types";
import { HEALTH_TONE, isCutOff, stateWord } from "../logic/health";
import type { Action } from "../logic/health";
import { accountName } from "../logic/names";
import type { Filters } from "../logic/route";
import { nextSort, parseSort } from "../logic/sort";
import type { Column } from "../logic/sort";
import { t } from "../text/all";
import { Ago } from "./ago";
import { BulkBar } from "./bulk";
import { useNexus, useNow } from "./context";
import { Switch } from "./controls";
import { Icon } from "./icons";
import type { BusyMap } from "./list";
import { Menu } from "./menu";
import { Mark, RouteLink } from "./parts";
import { HEALTH_ICON } from "./state-line";

interface Props {
  items: readonly Integration[];
  filters: Filters;
  providers: ReadonlyMap<string, ManifestSummary>;
  busy: BusyMap;
  onSwitch(integration: Integration, on: boolean): void;
  onAction(integration: Integration, action: Action): void;
  onOpen(integration: Integration): void;
  onRemove(integrations: readonly Integration[]): void;
}

export function IntegrationTable({ items: rows, filters, providers, busy, onRemove, ...rest }: Props) {
  const nexus = useNexus();
  const now = useNow();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const selected = rows.filter((one) => chosen.has(one.id));
  const choose = useCallback(
    (id: string, isChosen: boolean) =>
      setChosen((before) => {
        const after = new Set(before);
        if (isChosen) after.add(id);
        else after.delete(id);
        return after;
      }),
    [],
  );
  const sortBy = (column: Column) =>
    nexus.replace({ page: "integrations", filters: { ...filters, sort: nextSort(filters.sort, column) } });
  return (
    <>
      <BulkBar
        selected={selected}
        onRemove={(some) => {
          setChosen(new Set());
          onRemove(some);
        }}
        onClear={() => setChosen(new Set())}
      />
      <div class="scroll box flush" tabIndex={0} role="region" aria-label={t.list.title}>
        <table class="integrations">
          <thead>
            <tr>
              <th scope="col" class="pick">
                <input
                  type="checkbox"
                  aria-label={t.table.all}
                  checked={selected.length > 0 && selected.length === rows.length}
                  ref={(box) => void (box && (box.indeterminate = selected.length > 0 && selected.length < rows.length))}
                  onChange={(event) => setChosen(new Set(event.currentTarget.checked ? rows.map((one) => one.id) : []))}
                />
              </th>
              {(Object.keys(t.table.columns) as Column[]).map((column) => (
                <Head key={column} column={column} sort={filters.sort} onSort={sortBy} />
              ))}
              <th scope="col">
                <span class="unseen">{t.table.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <Row
                key={one.id}
                {...rest}
                integration={one}
                provider={providers.get(one.manifest_id)}
                origin={nexus.client.origin}
                now={now}
                isBusy={busy.has(one.id)}
                isChosen={chosen.has(one.id)}
                onChoose={choose}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: string; onSort(column: Column): void }) {
  const present = parseSort(sort);
  const isHere = present?.column === column;
  const order = isHere ? (present.isDown ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" aria-sort={order}>
      <button type="button" class="sort" onClick={() => onSort(column)}>
        {t.table.columns[column]}
        <span aria-hidden="true">{order === "descending" ? "↓" : order === "ascending" ? "↑" : ""}</span>
      </button>
    </th>
  );
}

interface RowProps extends Pick<Props, "onSwitch" | "onAction" | "onOpen"> {
  integration: Integration;
  provider: ManifestSummary | undefined;
  /** The origin of the UI's own page. */
  origin: string;
  now: number;
  /** Whether a request for this integration is under way. */
  isBusy: boolean;
  isChosen: boolean;
  onChoose(id: string, isChosen: boolean): void;
}

/** A row that renders only when one of its properties has changed, because there may be a thousand rows. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (Object.keys(next) as (keyof RowProps)[]).some((name) => next[name] !== this.props[name]);
  }

  override render(props: RowProps) {
    return <RowView {...props} />;
  }
}

function RowView({ integration, provider, origin, now, isBusy, isChosen, onChoose, onSwitch, onAction, onOpen }: RowProps) {
  const { id, name, health, status } = integration;
  const account = accountName(integration);
  const providerName = provider?.name ?? integration.manifest_id;
  const isPending = health.state === "pending";
  const time = (at: string | null | undefined, none: string) =>
    at ? <Ago at={at} now={now} /> : <span class="soft">{none}</span>;
  return (
    <tr class={isChosen ? "chosen" : undefined}>
      <td class="pick">
        <input type="checkbox" aria-label={t.table.choose(name)} checked={isChosen} onChange={(event) => onChoose(id, event.currentTarget.checked)} />
      </td>
      <th scope="row">
        <div class="top">
          <Mark name={providerName} brand={provider?.brand} />
          <div class="names">
            <RouteLink origin={origin} route={{ page: "integration", id: integration.slug, tab: "overview" }} go={() => onOpen(integration)}>
              {name}
            </RouteLink>
            <span class="soft">{[providerName, account].filter(Boolean).join(" · ")}</span>
          </div>
        </div>
      </th>
      <td>
        {isPending ? (
          <span class="soft">{t.list.inactive}</span>
        ) : (
          <Switch
            label={t.list.switchOf(name)}
            on={status === "active"}
            isMoot={isCutOff(integration)}
            busy={isBusy}
            onChange={(on) => onSwitch(integration, on)}
          >
            {status === "active" ? t.list.active : t.list.inactive}
          </Switch>
        )}
      </td>
      <td>
        <span class={`health ${HEALTH_TONE[health.state]}`}>
          <Icon name={HEALTH_ICON[health.state]} />
          <strong>{t.list.healthState[stateWord(integration)]}</strong>
        </span>
      </td>
      <td>{time(integration.credential?.expires_at, "–")}</td>
      <td>{time(integration.last_used_at, t.never)}</td>
      <td>{time(integration.created_at, "–")}</td>
      <td>
        <Menu
          label={t.list.menuOf(name)}
          items={() => [
            { label: t.list.manage, icon: "open", onSelect: () => onOpen(integration) },
            ...(isPending ? [] : [{ label: t.list.check, icon: "good" as const, onSelect: () => onAction(integration, "retry") }]),
            { label: t.list.remove, icon: "trash", tone: "danger", onSelect: () => onAction(integration, "delete") },
          ]}
        />
      </td>
    </tr>
  );
}
