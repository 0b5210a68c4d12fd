/** What can be done with several integrations at once. Deleting them gives one common receipt. */
import { useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Deletion, Integration, ManifestSummary } from "../api/types";
import { t } from "../text/all";
import { check, setActive } from "./changes";
import { useNexus } from "./context";
import { Dialog } from "./dialog";
import { Hold } from "./guard";
import { Alert, Button } from "./parts";
import { ReceiptSlip } from "./receipt";
import type { Deleted } from "./receipt";

interface Props {
  selected: readonly Integration[];
  onRemove(selected: readonly Integration[]): void;
  onClear(): void;
}

export function BulkBar({ selected, onRemove, onClear }: Props) {
  const nexus = useNexus();
  const [busy, setBusy] = useState("");
  const usable = selected.filter((one) => one.health.state !== "pending");
  /** One after the other, so that the providers and the limit of requests are not strained. */
  const each = async (what: string, work: (one: Integration) => Promise<unknown>) => {
    setBusy(what);
    let failed = 0;
    for (const one of usable) await work(one).catch(() => (failed += 1));
    nexus.announce(t.table.done(usable.length - failed, failed), failed > 0 ? "bad" : "good");
    setBusy("");
  };
  /** Each change would announce itself. */
  const silent = { ...nexus, announce: () => undefined };
  const run = (what: string, work: (one: Integration) => Promise<unknown>) => () => void each(what, work);
  return (
    <>
      {selected.length > 0 && (
        <div class="bulk" role="group" aria-label={t.table.bulk}>
          <strong>{t.table.selected(selected.length)}</strong>
          <Button icon="good" busy={busy === "check"} disabled={busy !== "" && busy !== "check"} onClick={run("check", (one) => check(silent, one))}>
            {t.list.check}
          </Button>
          <Button icon="power" busy={busy === "on"} disabled={busy !== "" && busy !== "on"} onClick={run("on", (one) => setActive(silent, one, true))}>
            {t.list.switchOn}
          </Button>
          <Button busy={busy === "off"} disabled={busy !== "" && busy !== "off"} onClick={run("off", (one) => setActive(silent, one, false))}>
            {t.list.switchOff}
          </Button>
          <Button tone="danger" icon="trash" disabled={busy !== ""} onClick={() => onRemove(selected)}>
            {t.list.remove}
          </Button>
          <Button tone="quiet" onClick={onClear}>
            {t.table.clear}
          </Button>
        </div>
      )}
    </>
  );
}

interface DeleteProps {
  integrations: readonly Integration[];
  providers: ReadonlyMap<string, ManifestSummary>;
  onClose(): void;
}

/**
 * Asks, deletes one integration after the other, and shows their receipt. It stands above the table, which is
 * gone with the last integration.
 */
export function BulkDelete({ integrations, providers, onClose }: DeleteProps) {
  const nexus = useNexus();
  const [deleted, setDeleted] = useState<readonly Deleted[]>([]);
  const [failures, setFailures] = useState<readonly string[]>([]);
  const [phase, setPhase] = useState<"asks" | "deletes" | "done">("asks");
  const [at, setAt] = useState("");
  const remove = async () => {
    setPhase("deletes");
    for (const { id, name, manifest_id } of integrations) {
      try {
        const { revocation } = await nexus.client.call<Deletion>("DELETE", `/api/integrations/${id}`, { query: { force: "false" } });
        const provider = providers.get(manifest_id)?.name ?? manifest_id;
        setDeleted((before) => [...before, { id, name, provider, receipts: revocation }]);
        nexus.changed(id, null);
      } catch (thrown) {
        setFailures((before) => [...before, `${name}: ${problemOf(thrown).message}`]);
      }
    }
    setAt(new Date().toISOString());
    setPhase("done");
  };
  /** The dialog cannot close before the receipts have arrived, because the server sends them only once. */
  const close = () => phase !== "deletes" && onClose();
  if (phase === "done") {
    return (
      <Dialog title={t.table.deleted(deleted.length)} onClose={close} foot={<Button tone="primary" onClick={close}>{t.done}</Button>}>
        {failures.length > 0 && (
          <Alert title={t.table.failed(failures.length)}>
            <ul>
              {failures.map((one) => (
                <li>{one}</li>
              ))}
            </ul>
          </Alert>
        )}
        {deleted.length > 0 && <ReceiptSlip deleted={deleted} at={at} />}
      </Dialog>
    );
  }
  return (
    <Dialog
      kind="question"
      title={t.table.deleteTitle(integrations.length)}
      onClose={close}
      foot={
        <>
          <Button onClick={close}>{t.cancel}</Button>
          <Button tone="danger" icon="trash" busy={phase === "deletes"} onClick={() => void remove()}>
            {phase === "deletes" ? t.table.deleting(deleted.length + failures.length, integrations.length) : t.remove.yes}
          </Button>
        </>
      }
    >
      <Hold when={phase === "deletes"} />
      <p>{t.table.deleteLead}</p>
      <ul class="names-list">
        {integrations.map((one) => (
          <li>
            <strong>{one.name}</strong>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
