/** The actions on several integrations at once. Deleting them gives one common receipt. */
import { useState } from "preact/hooks";

import { problemOf } from "../api/client";
import { integrationPath } from "../api/paths";
import type { Deletion, Integration, ManifestSummary } from "../api/types";
import { forEachOf } from "../logic/bulk";
import { isBroken } from "../logic/health";
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

/** The actions on many at once, besides deleting them. */
type BulkAction = keyof typeof t.table.done;

export function BulkBar({ selected, onRemove, onClear }: Props) {
  const nexus = useNexus();
  const [busy, setBusy] = useState<BulkAction | "">("");
  const usable = selected.filter((one) => one.health.state !== "pending");
  /** One message for all of them. */
  const each = async (what: BulkAction, work: (one: Integration) => Promise<boolean>) => {
    setBusy(what);
    const failed = await forEachOf(usable, work);
    nexus.announce(t.table.done[what](usable.length, failed), failed.length > 0 ? "bad" : "good");
    setBusy("");
  };
  /** Each change would announce itself. */
  const silent = { ...nexus, announce: () => undefined };
  const run = (what: BulkAction, work: (one: Integration) => Promise<boolean>) => () => void each(what, work);
  const switchTo = (isOn: boolean) => async (one: Integration) => Boolean(await setActive(silent, one, isOn));
  return (
    <>
      {selected.length > 0 && (
        <div class="bulk" role="group" aria-label={t.table.bulk}>
          <strong>{t.table.selected(selected.length)}</strong>
          <Button icon="good" busy={busy === "check"} disabled={busy !== "" && busy !== "check"} onClick={run("check", async (one) => !isBroken(await check(silent, one)))}>
            {t.list.check}
          </Button>
          <Button icon="power" busy={busy === "on"} disabled={busy !== "" && busy !== "on"} onClick={run("on", switchTo(true))}>
            {t.list.switchOn}
          </Button>
          <Button busy={busy === "off"} disabled={busy !== "" && busy !== "off"} onClick={run("off", switchTo(false))}>
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
        const { revocation } = await nexus.client.call<Deletion>("DELETE", integrationPath(id), { query: { force: "false" } });
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
  /** The dialog cannot close before all are deleted, because the rest would not be. */
  const close = () => phase !== "deletes" && onClose();
  if (phase === "done") {
    return (
      <Dialog title={t.table.deleted(deleted.length, failures.length)} onClose={close} foot={<Button tone="primary" onClick={close}>{t.done}</Button>}>
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
