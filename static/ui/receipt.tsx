/** The receipt of deletions: a slip that says what became of each token, to copy, to print and to verify. */
import { useEffect, useState } from "preact/hooks";

import type { DeletedIntegration, DeletedIntegrationPage, Receipt } from "../api/types";
import { mayDo } from "../logic/identity";
import { moment } from "../logic/time";
import { t } from "../text/all";
import { ChainCheck } from "./chain-check";
import { useNexus } from "./context";
import { Icon, Logo } from "./icons";
import type { IconName } from "./icons";
import { Button, CopyButton, sentence } from "./parts";

/** A deleted integration, and what became of its tokens. */
export interface Deleted {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly receipts: readonly Receipt[];
  /** The record that the server keeps of it, if it is known. Otherwise the server is asked. */
  readonly kept?: Marks;
}

/** The audit records of a deletion: that of the deletion, and that of what became of the tokens. */
type Marks = Pick<DeletedIntegration, "audit" | "settled">;

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
}

export function ReceiptSlip({ deleted, at, by }: Props) {
  const { identity } = useNexus();
  const isAdmin = mayDo(identity.role, "ADMIN");
  const found = useKept(deleted.filter((one) => !one.kept).map((one) => one.id));
  const marksOf = (one: Deleted): Marks | undefined => one.kept ?? found.find(({ id }) => id === one.id);
  const records = deleted.flatMap((one) => {
    const { audit, settled } = marksOf(one) ?? {};
    return [audit, settled].flatMap((mark) => mark ?? []);
  });
  return (
    <div class="receipt">
      <article class="slip" aria-label={t.receipt.title}>
        <header class="slip-head">
          <Logo />
          <div>
            <strong>{t.receipt.title}</strong>
            <p class="soft">{t.receipt.of(identity.workspace, moment(at), by)}</p>
          </div>
        </header>
        {deleted.map((one) => (
          <section key={one.id}>
            <h3>
              {one.name} <span class="soft small">{one.provider}</span>
            </h3>
            {one.receipts.length === 0 ? <p class="soft">{t.remove.nothing}</p> : <Lines receipts={one.receipts} />}
            <AuditLines marks={marksOf(one)} />
          </section>
        ))}
      </article>
      <div class="actions no-print">
        <CopyButton text={asText(deleted, at, identity.workspace, marksOf)} what={t.receipt.title} />
        <Button tone="quiet" icon="print" onClick={() => print()}>
          {t.receipt.print}
        </Button>
        {isAdmin && <ChainCheck contains={records} />}
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
              <span class="soft">{t.remove.tokens[receipt.token] ?? receipt.token}</span>
              <span>
                <strong>{t.remove.states[receipt.state]}</strong>
                <span class="soft">{[receipt.detail && sentence(receipt.detail), moment(receipt.at)].filter(Boolean).join(" · ")}</span>
              </span>
            </p>
          </li>
        );
      })}
    </ul>
  );
}

function AuditLines({ marks }: { marks: Marks | undefined }) {
  if (!marks) return null;
  const { audit, settled } = marks;
  return (
    <>
      <p class="hash soft">
        {t.receipt.record(audit.seq)} <code>{audit.hash}</code>
      </p>
      {settled && (
        <p class="hash soft">
          {t.receipt.settled(settled.seq)} <code>{settled.hash}</code>
        </p>
      )}
    </>
  );
}

/** The most deletions that a page of the API has. */
const MOST = 100;

/** The records that the server keeps of these deletions. They were made just now, so they are the newest. */
function useKept(ids: readonly string[]): readonly DeletedIntegration[] {
  const { client } = useNexus();
  const [found, set] = useState<readonly DeletedIntegration[]>([]);
  const key = ids.join();
  useEffect(() => {
    if (!key) return;
    const stop = new AbortController();
    client.get<DeletedIntegrationPage>("/api/integrations", { deleted: "true", limit: MOST }, stop.signal).then(
      ({ items }) => set(items),
      // The slip is complete without them.
      () => undefined,
    );
    return () => stop.abort();
  }, [key]);
  return found;
}

/** The slip as text, for a ticket or a mail. */
function asText(deleted: readonly Deleted[], at: string, workspace: string, marksOf: (one: Deleted) => Marks | undefined): string {
  const lines = deleted.flatMap((one) => {
    const { audit, settled } = marksOf(one) ?? {};
    return [
      "",
      `${one.name} (${one.provider}, ${one.id})`,
      ...one.receipts.map(({ token, state, detail, at }) => `  ${t.remove.tokens[token] ?? token}: ${t.remove.states[state]}${detail ? ` (${detail})` : ""}, ${at}`),
      ...(audit ? [`  ${t.receipt.record(audit.seq)} ${audit.hash}`] : []),
      ...(settled ? [`  ${t.receipt.settled(settled.seq)} ${settled.hash}`] : []),
    ];
  });
  return [`${t.receipt.title}, ${workspace}, ${at}`, ...lines].join("\n");
}
