/** The receipts of deleted integrations. They are read from the events and the audit record. */
import { useEffect } from "preact/hooks";

import { problemOf } from "../api/client";
import { pages } from "../api/pages";
import type { AuditPage, AuditRecord, Event, EventPage, ManifestSummary } from "../api/types";
import { receiptsOf } from "../logic/receipts";
import { mayDo } from "../logic/identity";
import { t } from "../text/all";
import { Ago } from "./ago";
import { useLoad, useNexus, useNow } from "./context";
import { Icon } from "./icons";
import { Loaded } from "./loaded";
import { EmptyState, RouteLink } from "./parts";
import { ReceiptSlip } from "./receipt";
import { useAgentName } from "./use-agents";

/** The most audit records to look through for deletions. */
const SEARCHED = 1_000;

/** The page of a deletion. */
export const receiptRoute = (id: string) => ({ page: "section", name: `receipts/${encodeURIComponent(id)}` }) as const;

export function Receipts() {
  const { client, go } = useNexus();
  const now = useNow();
  const nameOf = useAgentName();
  const [loaded, again] = useLoad(async (signal) => {
    const { items, next_cursor } = await pages<AuditRecord>(
      (cursor) => client.get<AuditPage>("/api/audit", { action: "integration.delete", outcome: "done", limit: 100, cursor }, signal),
      SEARCHED,
    );
    return { deletions: items, isComplete: next_cursor === null };
  }, client);
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.receipt.pageTitle}</h1>
          <p class="soft">{t.receipt.pageLead}</p>
        </div>
      </div>
      <Loaded
        of={loaded}
        onRetry={() => again()}
        isEmpty={({ deletions }) => deletions.length === 0}
        empty={<EmptyState icon="receipt" title={t.receipt.none} lead={t.receipt.noneLead} />}
      >
        {({ deletions }) => (
          <ul class="plain-rows box">
            {deletions.map((one) => {
              const { name } = one.detail as { name?: unknown };
              return (
                <li key={one.seq}>
                  <span class="names">
                    <RouteLink origin={client.origin} route={receiptRoute(one.target ?? "")} go={go}>
                      {typeof name === "string" ? name : one.target}
                    </RouteLink>
                    <span class="soft">{t.receipt.deletedBy(nameOf(one.actor))}</span>
                  </span>
                  <Ago at={one.at} now={now} soft />
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
      {loaded.state === "ready" && !loaded.value.isComplete && <p class="hint">{t.receipt.searched(SEARCHED)}</p>}
    </>
  );
}

interface PageProps {
  id: string;
  catalogue: readonly ManifestSummary[];
  onName(id: string, name: string): void;
}

/** The receipt of one deletion, with what became of each token since. */
export function ReceiptPage({ id, catalogue, onName }: PageProps) {
  const { client, identity, go } = useNexus();
  const isAdmin = mayDo(identity.role, "ADMIN");
  const nameOf = useAgentName();
  const [loaded, again] = useLoad(async (signal) => {
    const path = `/api/integrations/${encodeURIComponent(id)}/events`;
    // Events are kept for 90 days. The audit record stays.
    const events = pages<Event>((cursor) => client.get<EventPage>(path, { limit: 100, cursor }, signal), SEARCHED);
    const { items } = await events.catch((thrown: unknown) => {
      if (problemOf(thrown).status !== 404) throw thrown;
      return { items: [] };
    });
    const facts = receiptsOf(items);
    if (facts.at || !isAdmin) return facts;
    const query = { action: "integration.delete", outcome: "done", target: id, limit: 1 };
    const [record] = (await client.get<AuditPage>("/api/audit", query, signal)).items;
    if (!record) return facts;
    return receiptsOf([{ kind: "integration.deleted", at: record.at, actor: record.actor, detail: record.detail, request_id: record.request_id }]);
  }, id);
  const found = loaded.state === "ready" ? loaded.value : null;
  const name = found?.name ?? id;
  useEffect(() => onName(id, name), [id, name]);
  const provider = catalogue.find((one) => one.id === found?.manifest)?.name ?? found?.manifest ?? "";
  return (
    <div class="text">
      {isAdmin && (
        <p class="crumb">
          <RouteLink origin={client.origin} route={{ page: "section", name: "receipts" }} go={go}>
            <Icon name="back" />
            <span>{t.receipt.pageTitle}</span>
          </RouteLink>
        </p>
      )}
      <div class="page-head">
        <h1 tabIndex={-1}>{found?.at ? t.remove.deleted(name) : name}</h1>
      </div>
      <Loaded
        of={loaded}
        onRetry={() => again()}
        isEmpty={({ at }) => !at}
        empty={<EmptyState icon="unknown" title={t.receipt.notDeleted} lead={t.receipt.notDeletedLead} />}
      >
        {({ receipts, at, by }) => <ReceiptSlip deleted={[{ id, name, provider, receipts }]} at={at ?? ""} by={by ? nameOf(by) : undefined} />}
      </Loaded>
    </div>
  );
}
