/** The last calls of agents to an integration: their list and its filters. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Call, CallPage, Integration } from "../api/types";
import { NO_CALL_FILTERS, callQuery, isAnyCallFilter } from "../logic/calls";
import type { CallFilters } from "../logic/calls";
import { exact, second } from "../logic/time";
import { t } from "../text/all";
import { formatValue } from "./activity";
import { CallDetails, OpenCall, isFailed, resultOf, toneOf } from "./call-details";
import { Select, Switch } from "./controls";
import { Loaded } from "./loaded";
import { More } from "./more";
import { Alert, Button } from "./parts";
import { useAgentName } from "./use-agents";
import { useCalls } from "./use-calls";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const CLASSES = ["2xx", "3xx", "4xx", "5xx"];

export function CallsPanel({ integration }: { integration: Integration }) {
  const [filters, setFilters] = useState(NO_CALL_FILTERS);
  const [follows, setFollows] = useState(false);
  const [hasStopped, setHasStopped] = useState(false);
  const [opened, setOpened] = useState<Call | null>(null);
  const nameOf = useAgentName();
  const path = `${integrationPath(integration.id)}/calls`;
  const key = JSON.stringify(filters);
  const { list, reload, action, more, problem } = useCalls(path, () => callQuery(filters, Date.now()), key, follows, () => {
    setFollows(false);
    setHasStopped(true);
  });
  const follow = (follows: boolean) => {
    setHasStopped(false);
    setFollows(follows);
  };
  const isFiltered = isAnyCallFilter(filters);
  return (
    <div class="stack">
      <p class="soft">{t.calls.lead}</p>
      <Filters filters={filters} list={list.state === "ready" ? list.value : null} nameOf={nameOf} onChange={setFilters}>
        <Switch label={t.calls.follow} on={follows} onChange={follow}>
          {t.calls.follow}
        </Switch>
      </Filters>
      <p class="soft" role="status">
        {hasStopped && t.calls.stopped}
      </p>
      <Alert problem={problem} />
      <Loaded
        of={list}
        onRetry={reload}
        rows={10}
        isEmpty={({ items }) => items.length === 0}
        empty={<p class="soft">{isFiltered ? t.calls.noneFound : t.calls.none}</p>}
      >
        {({ items }) => <Table calls={items} nameOf={nameOf} onOpen={setOpened} />}
      </Loaded>
      <More action={action} more={more} />
      {opened && <CallDetails call={opened} nameOf={nameOf} onClose={() => setOpened(null)} />}
    </div>
  );
}

interface FiltersProps {
  filters: CallFilters;
  /** The calls that are listed, whose agents can be chosen. */
  list: CallPage | null;
  nameOf(subject: string): string;
  onChange(filters: CallFilters): void;
  children: ComponentChildren;
}

function Filters({ filters, list, nameOf, onChange, children }: FiltersProps) {
  const [known, setKnown] = useState<readonly string[]>([]);
  // An agent stays a choice when it has no calls under the other filters.
  const agents = [...new Set([...known, ...(list?.items ?? []).map((call) => call.agent)])];
  const change = (changed: Partial<CallFilters>) => {
    setKnown(agents);
    onChange({ ...filters, ...changed });
  };
  const plain = (names: readonly string[]) => names.map((name) => [name, name] as const);
  return (
    <div class="toolbar" role="search">
      <Select label={t.calls.columns.agent} value={filters.agent} options={[["", t.calls.anyAgent], ...agents.map((one) => [one, nameOf(one)] as const)]} onChange={(agent) => change({ agent })} />
      <Select label={t.calls.columns.status} value={filters.outcome} options={[["", t.calls.anyOutcome], ...Object.entries(t.calls.outcomes)]} onChange={(outcome) => change({ outcome })} />
      <Select label={t.calls.method} value={filters.method} options={[["", t.calls.anyMethod], ...plain(METHODS)]} onChange={(method) => change({ method })} />
      <Select label={t.calls.statusClass} value={filters.status} options={[["", t.calls.anyStatus], ...plain(CLASSES)]} onChange={(status) => change({ status })} />
      <Select label={t.usage.range} value={filters.period} options={[["", t.calls.anyTime], ...Object.entries(t.calls.periods)]} onChange={(period) => change({ period })} />
      {isAnyCallFilter(filters) && (
        <Button tone="quiet" onClick={() => change(NO_CALL_FILTERS)}>
          {t.list.clear}
        </Button>
      )}
      {children}
    </div>
  );
}

interface TableProps {
  calls: readonly Call[];
  nameOf(subject: string): string;
  onOpen(call: Call): void;
}

function Table({ calls, nameOf, onOpen }: TableProps) {
  const { columns } = t.calls;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t.calls.table}>
      <table class="records calls" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <Head name={columns.at} />
            <Head name={columns.agent} />
            <Head name={columns.call} />
            <Head name={columns.rule} />
            <Head name={columns.ms} isNumber />
            <Head name={columns.size} isNumber />
            <Head name={columns.status} />
          </tr>
        </thead>
        <tbody role="rowgroup">
          {calls.map((call) => (
            <tr key={call.id} role="row" class={isFailed(call) ? "refused" : undefined}>
              <td role="cell">
                <time dateTime={call.at} title={exact(call.at)}>{second(call.at)}</time>
              </td>
              <td role="cell">{nameOf(call.agent)}</td>
              <td role="cell">
                <OpenCall call={call} onOpen={onOpen} />
                <Marks call={call} />
              </td>
              <td role="cell">{call.rule && formatValue(call.rule)}</td>
              <td role="cell" class="number">
                {t.calls.ms(call.ms)}
              </td>
              <td role="cell" class="number">
                {t.calls.size(call.bytes)}
              </td>
              <td role="cell">
                <span class={`tag ${toneOf(call)}`}>{resultOf(call)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ name, isNumber = false }: { name: string; isNumber?: boolean }) {
  return (
    <th scope="col" role="columnheader" class={isNumber ? "number" : undefined}>
      {name}
    </th>
  );
}

/** Whether a call waited for a new token, or was sent again. */
function Marks({ call: { refreshed, replayed } }: { call: Call }) {
  if (replayed) return <span class="soft" title={t.calls.replayedHint}>{t.calls.replayed}</span>;
  return refreshed ? <span class="soft" title={t.calls.refreshedHint}>{t.calls.refreshed}</span> : null;
}
