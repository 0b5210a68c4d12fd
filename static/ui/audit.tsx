/** The audit record, for administrators, and its export for `nexus audit verify`. */
import { useState } from "preact/hooks";

import { pages } from "../api/pages";
import type { AuditHead, AuditPage, AuditRecord } from "../api/types";
import { moment } from "../logic/time";
import { t } from "../text/all";
import { Detail } from "./activity";
import { useAction, useLoad, useNexus } from "./context";
import { Alert, Button, CopyField, LoadError, Skeleton } from "./parts";
import { usePages } from "./use-pages";

export function Audit() {
  const { client, identity, announce } = useNexus();
  const [first, again] = useLoad(async (signal) => {
    const [head, page] = await Promise.all([
      client.get<AuditHead>("/api/audit/head", {}, signal),
      client.get<AuditPage>("/api/audit", { limit: 50 }, signal),
    ]);
    return { head, page };
  }, 0);
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
  const head = first.state === "ready" ? first.value.head : null;
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
      {first.state === "loading" && <Skeleton rows={10} />}
      {first.state === "failed" && (
        <LoadError problem={first.problem} onRetry={() => again()} />
      )}
      {head && (
        <div class="field">
          <span class="label">{head.count > 0 ? t.audit.head(head.count) : t.audit.noHead}</span>
          {head.count > 0 && <CopyField text={`${head.count}:${head.hash}`} what={t.audit.headName} />}
        </div>
      )}
      {first.state === "ready" && (
        <Records
          first={first.value.page}
          load={(cursor) => client.get<AuditPage>("/api/audit", { limit: 50, cursor })}
        />
      )}
    </>
  );
}

interface RecordsProps {
  first: AuditPage;
  load(cursor: string): Promise<AuditPage>;
}

function Records({ first, load }: RecordsProps) {
  const { columns } = t.audit;
  const { items, action, more } = usePages(first, load);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={t.audit.table}>
        <table class="records">
          <thead>
            <tr>
              {Object.values(columns).map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((record) => (
              <tr key={record.seq} class={record.outcome === "denied" ? "refused" : undefined}>
                <td>
                  <time dateTime={record.at}>{moment(record.at)}</time>
                </td>
                <td>
                  {record.actor}
                  <span class="soft"> {record.role}</span>
                </td>
                <td>
                  <code>{record.action}</code>
                  <Detail detail={record.detail} />
                </td>
                <td>{record.target}</td>
                <td>{record.outcome === "done" ? t.audit.done : t.audit.denied(record.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Alert problem={action.problem} />
      {more && (
        <div class="more">
          <Button busy={action.busy} onClick={more}>
            {t.loadMore}
          </Button>
        </div>
      )}
    </>
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
