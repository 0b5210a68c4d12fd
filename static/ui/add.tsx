/** The dialog that adds an integration, in three steps: the provider, its form, and the result. */
import { useRef, useState } from "preact/hooks";

import type { Integration, IntegrationCreated, ManifestSummary } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { t } from "../text";
import { AddDone } from "./add-done";
import { AddForm } from "./add-form";
import { Catalogue } from "./catalogue";
import { useLoad, useNexus } from "./context";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { LoadError, Mark, Skeleton } from "./parts";

interface Props {
  /** The names of the integrations that are shown, so that the suggested name is free. */
  usedNames: readonly string[];
  onClose(): void;
}

export function AddDialog({ usedNames, onClose }: Props) {
  const { manifests, identity } = useNexus();
  const [picked, pick] = useState<ManifestSummary | null>(null);
  const [connected, setConnected] = useState<{ integration: Integration; checked: boolean } | null>(null);
  const current = useRef(picked);
  current.current = picked;
  const [catalogue, again] = useLoad(() => manifests.catalogue(), 0);
  const [into, workspace, as, subject] = t.add.into(identity.workspace, identity.subject);
  const title = picked ? t.add.titleOf(picked.name) : t.add.title;
  const back = picked && !connected && (
    <button type="button" class="icon-button" aria-label={t.back} onClick={() => pick(null)}>
      <Icon name="back" />
    </button>
  );
  return (
    <Dialog
      title={connected ? t.add.connected(connected.integration.name) : title}
      onClose={onClose}
      lead={back || undefined}
      head={
        <p class="soft">
          {into}
          <strong>{workspace}</strong>
          {as}
          <strong>{subject}</strong>
        </p>
      }
    >
      {connected && picked ? (
        <AddDone
          integration={connected.integration}
          checked={connected.checked}
          provider={picked}
          onAnother={() => {
            setConnected(null);
            pick(null);
          }}
          onClose={onClose}
        />
      ) : picked ? (
        <ProviderForm
          key={picked.id}
          summary={picked}
          usedNames={usedNames}
          // Another provider may have been picked by then. The list shows the new integration anyway, and its
          // name has been announced.
          onConnected={(integration, checked) => current.current === picked && setConnected({ integration, checked })}
          onClose={onClose}
        />
      ) : catalogue.state === "ready" ? (
        <Catalogue providers={catalogue.value} onPick={pick} />
      ) : catalogue.state === "failed" ? (
        <LoadError problem={catalogue.problem} onRetry={() => again()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Dialog>
  );
}

interface ProviderFormProps {
  summary: ManifestSummary;
  usedNames: readonly string[];
  onConnected(integration: Integration | IntegrationCreated, checked: boolean): void;
  onClose(): void;
}

function ProviderForm({ summary, usedNames, onConnected, onClose }: ProviderFormProps) {
  const { manifests } = useNexus();
  const [manifest, again] = useLoad<IntegrationManifest>(() => manifests.get(summary.id), summary.id);
  if (manifest.state === "loading") return <Skeleton rows={6} />;
  if (manifest.state === "failed") {
    return (
      <LoadError problem={manifest.problem} onRetry={() => again()} />
    );
  }
  return (
    <>
      <div class="provider">
        <Mark name={summary.name} color={summary.brand.color} />
        <p>{summary.description}</p>
      </div>
      <AddForm manifest={manifest.value} usedNames={usedNames} onConnected={onConnected} onClose={onClose} />
    </>
  );
}
