/** The audit record, for administrators: filters, the check of the chain, and its export for `nexus audit verify`. */
import { useState } from "preact/hooks";

import type { Client } from "../api/client";
import { pages } from "../api/pages";
import type { Page } from "../api/pages";
import type { AuditHead, AuditPage, AuditRecord } from "../api/types";
import { auditQuery, isAnyAudit } from "../logic/audit";
import type { AuditFilters } from "../logic/audit";
import { count, exact, moment } from "../logic/time";
import { t } from "../text/all";
import { Detail, actionName } from "./activity";
import { ChainCheck } from "./chain-check";
import { useAction, useLoad, useNexus } from "./context";
import { SearchField, Select } from "./controls";
import { Loaded } from "./loaded";
import { More } from "./more";
import { Alert, Button, CopyField, LoadError, RouteLink, sentence } from "./parts";
import { receiptRoute } from "./receipts";
import { useNames } from "./use-names";
import { usePages } from "./use-pages";

const NONE: AuditFilters = { text: "", outcome: "", period: "" };

export function Audit() {
  const { client, identity, announce } = useNexus();
  const [filters, setFilters] = useState(NONE);
  const [head, again] = useLoad((signal) => client.get<AuditHead>("/api/audit/head", {}, signal), 0);
  const [exported, setExported] = useState(0);
  const exporting = useAction();
  const exportAll = () =>
    void exporting.run(async () => {
      const { items } = await pages<AuditRecord>((cursor, soFar) => {
        setExported(soFar);
        return client.get<AuditPage>("/api/audit", { limit: 100, cursor });
      });
      download(items, `audit-${identity.workspace}.json`);
      announce(t.audit.exported(items.length));
    });
  const present = head.state === "ready" ? head.value : null;
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.audit.title}</h1>
          <p class="soft">{t.audit.lead}</p>
        </div>
        <Button busy={exporting.busy} onClick={exportAll}>
          {exporting.busy ? t.audit.exporting(exported) : t.audit.export}
        </Button>
      </div>
      <Alert problem={exporting.problem} />
      {head.state === "failed" && <LoadError problem={head.problem} onRetry={() => again()} />}
      {present && (
        <section class="box chain">
          <div class="box-head">
            <h2>{present.count > 0 ? t.audit.head(present.count) : t.audit.noHead}</h2>
          </div>
          {present.count > 0 && <CopyField text={`${present.count}:${present.hash}`} what={t.audit.headName} />}
          <p class="hint">{t.audit.headHint}</p>
          <div class="actions">
            <ChainCheck />
          </div>
        </section>
      )}
      <Filters filters={filters} onChange={setFilters} />
      <Found key={JSON.stringify(filters)} client={client} filters={filters} />
    </>
  );
}

function Filters({ filters, onChange }: { filters: AuditFilters; onChange(filters: AuditFilters): void }) {
  const [typed, setTyped] = useState(filters.text);
  return (
    <form
      class="toolbar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...filters, text: typed.trim() });
      }}
    >
      <SearchField
        label={t.audit.search}
        typed={typed}
        onType={setTyped}
        onBlur={() => typed.trim() !== filters.text && onChange({ ...filters, text: typed.trim() })}
      />
      <Select
        label={t.audit.columns.outcome}
        value={filters.outcome}
        options={[["", t.audit.anyOutcome], ["done", t.audit.done], ["denied", t.audit.denied(1)]]}
        onChange={(outcome) => onChange({ ...filters, text: typed.trim(), outcome })}
      />
      <Select
        label={t.usage.range}
        value={filters.period}
        options={[["", t.audit.anyTime], ...Object.entries(t.audit.periods)]}
        onChange={(period) => onChange({ ...filters, text: typed.trim(), period })}
      />
      {isAnyAudit(filters) && (
        <Button
          tone="quiet"
          onClick={() => {
            setTyped("");
            onChange(NONE);
          }}
        >
          {t.list.clear}
        </Button>
      )}
    </form>
  );
}

/** The next page with records. A search reads a part of the record at a time, and may find nothing in it. */
function auditPage(client: Client, filters: AuditFilters, begin: string | null, signal?: AbortSignal): Promise<Page<AuditRecord>> {
  const query = { ...auditQuery(filters, t.audit.actions, Date.now()), limit: 50 };
  return pages((cursor) => client.get<AuditPage>("/api/audit", { ...query, cursor: cursor ?? begin }, signal), 1);
}

interface FoundProps {
  client: Client;
  filters: AuditFilters;
}

function Found({ client, filters }: FoundProps) {
  const isFiltered = isAnyAudit(filters);
  const nameOf = useNames();
  const [loaded, again] = useLoad(
    (signal): Promise<Page<AuditRecord>> => auditPage(client, filters, null, signal),
    0,
  );
  return (
    <Loaded of={loaded} onRetry={() => again()} rows={10}>
      {(first) => (
        <>
          {isFiltered && (
            <p class="soft" role="status">
              {t.audit.found(first.items.length, first.next_cursor !== null)}
            </p>
          )}
          <Records first={first} nameOf={nameOf} load={(cursor) => auditPage(client, filters, cursor)} />
        </>
      )}
    </Loaded>
  );
}

interface RecordsProps {
  first: Page<AuditRecord>;
  load(cursor: string): Promise<Page<AuditRecord>>;
  nameOf(subject: string): string;
}

function Records({ first, load, nameOf }: RecordsProps) {
  const { columns } = t.audit;
  const { items, action, more } = usePages(first, load);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={t.audit.table}>
        <table class="records" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {Object.values(columns).map((name) => (
                <th scope="col" role="columnheader">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {items.map((record) => (
              <tr key={record.seq} role="row" class={record.outcome === "denied" ? "refused" : undefined}>
                <td role="cell">
                  <time dateTime={record.at} title={exact(record.at)}>{moment(record.at)}</time>
                  <span class="soft"> {count(record.seq)}</span>
                </td>
                <td role="cell">
                  {record.actor === "nexus" ? t.audit.itself : nameOf(record.actor)}
                  <span class="soft"> {t.signIn.roleName[record.role] ?? ""}</span>
                </td>
                <td role="cell">
                  <span class="action">{sentence(actionName(record.action))}</span>
                  <Detail detail={record.detail} nameOf={nameOf} codes={codesOf(record)} />
                </td>
                <td role="cell" class="target">
                  <Target record={record} nameOf={nameOf} />
                </td>
                <td role="cell">{record.outcome === "done" ? t.audit.done : t.audit.denied(record.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More action={action} more={more} />
    </>
  );
}

/** What an investigation looks for in logs and in the export. The hash is that of the record, not that of a fact. */
function codesOf({ action, client_request_id: theirs, hash, request_id: own, target }: AuditRecord): Record<string, string> {
  return { action, ...(target && { target_id: target }), request_id: own, ...(theirs && { client_request_id: theirs }), record_hash: hash };
}

/** The target of a record: a link to an integration, to an agent, or to the receipt of a deleted integration. */
function Target({ record: { action, detail, target, outcome }, nameOf }: { record: AuditRecord; nameOf(subject: string): string }) {
  const { client, go } = useNexus();
  if (!target) return null;
  const isDeletion = (action === "integration.delete" || action === "integration.revocation") && outcome === "done";
  const route = target.startsWith("agt_")
    ? ({ page: "section", name: `agents/${target}` } as const)
    : target.startsWith("int_")
      ? isDeletion
        ? receiptRoute(target)
        : ({ page: "integration", id: target, tab: "overview" } as const)
      : null;
  // The record itself may have the name that it had then, and says what a stop stopped.
  const { name: then, target: stopped } = detail as { name?: unknown; target?: unknown };
  if (action.startsWith("panic.") && target.startsWith("stp_")) return <>{typeof stopped === "string" ? nameOf(stopped) : t.stops.workspace}</>;
  if (!route) return <>{nameOf(target)}</>;
  const name = nameOf(target);
  return (
    <RouteLink origin={client.origin} route={route} go={go}>
      {isDeletion ? t.receipt.follow : name === target && typeof then === "string" ? then : name}
    </RouteLink>
  );
}

function download(records: readonly AuditRecord[], name: string): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(records)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
