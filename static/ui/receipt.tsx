/** The receipt of deletions: a slip that says what became of each token, to copy, to print and to verify. */
import { useEffect, useState } from "preact/hooks";

import type { AuditPage, AuditRecord, Receipt } from "../api/types";
import { mayDo } from "../logic/identity";
import { moment } from "../logic/time";
import { t } from "../text/all";
import { ChainCheck } from "./chain-check";
import { useNexus } from "./context";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { Button, CopyButton } from "./parts";

/** What was deleted, and what became of its tokens. */
export interface Deleted {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly receipts: readonly Receipt[];
}

const LOOK: Record<Receipt["state"], [string, IconName]> = {
  revoked: ["good", "good"],
  superseded: ["warn", "clock"],
  pending: ["warn", "clock"],
  failed: ["bad", "bad"],
  unsupported: ["warn", "warn"],
  not_revocable: ["warn", "warn"],
};

interface Props {
  deleted: readonly Deleted[];
  /** When it was deleted, RFC 3339. */
  at: string;
  /** Who deleted it, if that is known. */
  by?: string | undefined;
  /** The audit record of the deletion, if it is known. Otherwise it is looked for. */
  record?: AuditRecord | undefined;
}

export function ReceiptSlip({ deleted, at, by, record }: Props) {
  const { identity } = useNexus();
  const isAdmin = mayDo(identity.role, "ADMIN");
  const records = useRecords(isAdmin && !record ? deleted.map((one) => one.id) : []);
  const recordOf = (id: string) => (record?.target === id ? record : records.find((one) => one.target === id));
  return (
    <div class="receipt">
      <article class="slip" aria-label={t.receipt.title}>
        <header class="slip-head">
          <span class="logo" aria-hidden="true" />
          <div>
            <strong>{t.receipt.title}</strong>
            <p class="soft">{t.receipt.of(identity.workspace, moment(at), by)}</p>
          </div>
        </header>
        {deleted.map((one) => (
          <section key={one.id}>
            <h3>
              {one.name} <span class="soft">{one.provider}</span>
            </h3>
            {one.receipts.length === 0 ? <p class="soft">{t.remove.nothing}</p> : <Lines receipts={one.receipts} />}
            <AuditLine record={recordOf(one.id)} />
          </section>
        ))}
      </article>
      <div class="actions no-print">
        <CopyButton text={asText(deleted, at, identity.workspace, recordOf)} what={t.receipt.title} />
        <Button tone="quiet" icon="print" onClick={() => print()}>
          {t.receipt.print}
        </Button>
        {isAdmin && <ChainCheck contains={deleted.flatMap((one) => recordOf(one.id) ?? [])} />}
      </div>
    </div>
  );
}

function Lines({ receipts }: { receipts: readonly Receipt[] }) {
  return (
    <ul class="receipts">
      {receipts.map((receipt, index) => {
        const [tone, icon] = LOOK[receipt.state];
        return (
          <li key={index} class={`health ${tone}`}>
            <Icon name={icon} />
            <p>
              <code>{receipt.token}</code> <strong>{t.remove.states[receipt.state]}</strong>
              <span class="soft">{[receipt.detail, moment(receipt.at)].filter(Boolean).join(" · ")}</span>
            </p>
          </li>
        );
      })}
    </ul>
  );
}

function AuditLine({ record }: { record: AuditRecord | undefined }) {
  if (!record) return null;
  return (
    <p class="small soft">
      {t.receipt.record(record.seq)} <code>{record.hash}</code>
    </p>
  );
}

/** The audit records of these deletions. They were written just now, so they are among the newest. */
function useRecords(ids: readonly string[]): readonly AuditRecord[] {
  const { client } = useNexus();
  const [records, set] = useState<readonly AuditRecord[]>([]);
  const key = ids.join();
  useEffect(() => {
    if (!key) return;
    const stop = new AbortController();
    client.get<AuditPage>("/api/audit", { action: "integration.delete", outcome: "done", limit: 100 }, stop.signal).then(
      ({ items }) => set(items),
      // The slip is complete without them.
      () => undefined,
    );
    return () => stop.abort();
  }, [key]);
  return records;
}

/** The slip as text, for a ticket or a mail. */
function asText(deleted: readonly Deleted[], at: string, workspace: string, recordOf: (id: string) => AuditRecord | undefined): string {
  const lines = deleted.flatMap((one) => {
    const record = recordOf(one.id);
    return [
      "",
      `${one.name} (${one.provider}, ${one.id})`,
      ...one.receipts.map(({ token, state, detail, at }) => `  ${token}: ${t.remove.states[state]}${detail ? ` (${detail})` : ""}, ${at}`),
      ...(record ? [`  ${t.receipt.record(record.seq)} ${record.hash}`] : []),
    ];
  });
  return [`${t.receipt.title}, ${workspace}, ${at}`, ...lines].join("\n");
}
