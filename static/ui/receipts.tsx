/** The receipts of deleted integrations, which the server keeps for 90 days. */
import { useEffect, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Client } from "../api/client";
import { integrationPath } from "../api/paths";
import type { AuditPage, DeletedIntegration, DeletedIntegrationPage, ManifestSummary } from "../api/types";
import { mayDo } from "../logic/identity";
import { deletionOf } from "../logic/receipts";
import { t } from "../text/all";
import { Ago } from "./ago";
import { useLoad, useNexus, useNow } from "./context";
import { SearchField } from "./controls";
import { Crumb } from "./crumb";
import { Loaded } from "./loaded";
import { More } from "./more";
import { EmptyState, Mark, RouteLink } from "./parts";
import { ReceiptSlip } from "./receipt";
import { useAgentName } from "./use-agents";
import { usePages } from "./use-pages";

/** The page of a deletion. */
export const receiptRoute = (id: string) => ({ page: "section", name: `receipts/${encodeURIComponent(id)}` }) as const;

function deletedPage(client: Client, q: string, cursor: string | null, signal?: AbortSignal): Promise<DeletedIntegrationPage> {
  return client.get<DeletedIntegrationPage>("/api/integrations", { deleted: "true", q, cursor }, signal);
}

export function Receipts({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const { client } = useNexus();
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const [loaded, again] = useLoad((signal) => deletedPage(client, q, null, signal), q);
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.receipt.pageTitle}</h1>
          <p class="soft">{t.receipt.pageLead}</p>
        </div>
      </div>
      <form
        class="toolbar"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setQ(typed.trim());
        }}
      >
        <SearchField label={t.list.search} typed={typed} onType={setTyped} onBlur={() => setQ(typed.trim())} />
      </form>
      <Loaded
        of={loaded}
        onRetry={() => again()}
        isEmpty={({ items }) => items.length === 0}
        empty={
          q === "" ? (
            <EmptyState icon="receipt" title={t.receipt.none} lead={t.receipt.noneLead} />
          ) : (
            <EmptyState icon="search" title={t.receipt.noMatch} lead={t.receipt.noneLead} />
          )
        }
      >
        {(first) => <Deletions key={q} first={first} catalogue={catalogue} load={(cursor) => deletedPage(client, q, cursor)} />}
      </Loaded>
    </>
  );
}

interface DeletionsProps {
  first: DeletedIntegrationPage;
  catalogue: readonly ManifestSummary[];
  load(cursor: string): Promise<DeletedIntegrationPage>;
}

function Deletions({ first, catalogue, load }: DeletionsProps) {
  const { client, go } = useNexus();
  const now = useNow();
  const nameOf = useAgentName();
  const { items, action, more } = usePages(first, load);
  return (
    <>
      <ul class="plain-rows box">
        {items.map((one) => (
          <li key={one.id}>
            <Mark name={providerOf(one, catalogue)} brand={catalogue.find(({ id }) => id === one.manifest_id)?.brand} />
            <span class="names">
              <RouteLink origin={client.origin} route={receiptRoute(one.id)} go={go}>
                {one.name}
              </RouteLink>
              <span class="soft">{[providerOf(one, catalogue), one.account, t.receipt.deletedBy(nameOf(one.deleted_by))].filter(Boolean).join(" · ")}</span>
            </span>
            <span class="names aside">
              <Ago at={one.deleted_at} now={now} soft />
              {one.revocation.some(({ state }) => state === "pending") && <span class="health warn">{t.receipt.pending}</span>}
            </span>
          </li>
        ))}
      </ul>
      <More action={action} more={more} />
    </>
  );
}

function providerOf({ manifest_id: id }: DeletedIntegration, catalogue: readonly ManifestSummary[]): string {
  return catalogue.find((one) => one.id === id)?.name ?? id;
}

interface PageProps {
  id: string;
  catalogue: readonly ManifestSummary[];
  onName(id: string, name: string): void;
}

/** The receipt of one deletion, with what became of each token since. */
export function ReceiptPage({ id, catalogue, onName }: PageProps) {
  const { client, identity } = useNexus();
  const isAdmin = mayDo(identity.role, "ADMIN");
  const nameOf = useAgentName();
  const [loaded, again] = useLoad(async (signal): Promise<DeletedIntegration | null> => {
    try {
      return await client.get<DeletedIntegration>(`${integrationPath(id)}/receipts`, {}, signal);
    } catch (thrown) {
      if (problemOf(thrown).status !== 404) throw thrown;
    }
    // Receipts are kept for 90 days. The audit record stays.
    if (!isAdmin) return null;
    const { items } = await client.get<AuditPage>("/api/audit", { outcome: "done", target: id, limit: 100 }, signal);
    return deletionOf(items);
  }, id);
  const found = loaded.state === "ready" ? loaded.value : null;
  const name = found?.name ?? id;
  useEffect(() => onName(id, name), [id, name]);
  return (
    <div class="text">
      <Crumb route={{ page: "section", name: "receipts" }}>{t.receipt.pageTitle}</Crumb>
      <div class="page-head">
        <h1 tabIndex={-1}>{found ? t.remove.deleted(name) : name}</h1>
      </div>
      <Loaded
        of={loaded}
        onRetry={() => again()}
        isEmpty={(found) => found === null}
        empty={<EmptyState icon="unknown" title={t.receipt.notDeleted} lead={t.receipt.notDeletedLead} />}
      >
        {(found) =>
          found && (
            <ReceiptSlip
              deleted={[{ id, name, provider: providerOf(found, catalogue), receipts: found.revocation, kept: found }]}
              at={found.deleted_at}
              by={nameOf(found.deleted_by)}
            />
          )
        }
      </Loaded>
    </div>
  );
}
