/** The dialog that adds an integration, in three steps: the provider, its form, and the result. */
import { useRef, useState } from "preact/hooks";

import type { Integration, IntegrationCreated, ManifestSummary } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { AddDone } from "./add-done";
import { AddForm } from "./add-form";
import { Catalogue } from "./catalogue";
import { useLoad, useNexus } from "./context";
import type { LoadState } from "./context";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { Button, EmptyState, LoadError, Mark, Skeleton } from "./parts";

interface Props {
  /** The provider in the address, or null for the catalogue. */
  manifest: string | null;
  catalogue: LoadState<readonly ManifestSummary[]>;
  /** Loads the catalogue again. */
  onRetry(): void;
  /** The names of the integrations that are shown, so that the suggested name is free. */
  usedNames: readonly string[];
  onClose(): void;
  /** Closes the dialog and opens a page. */
  onLeave(route: Route): void;
}

export function AddDialog({ manifest, catalogue, onRetry, usedNames, onClose, onLeave }: Props) {
  const { identity, go } = useNexus();
  const [connected, setConnected] = useState<{ integration: Integration; checked: boolean; manifest: string } | null>(null);
  const current = useRef(manifest);
  current.current = manifest;
  const picked = manifest !== null && catalogue.state === "ready" ? catalogue.value.find((one) => one.id === manifest) : undefined;
  const result = connected?.manifest === manifest ? connected : null;
  const [into, workspace, as, subject] = t.add.into(identity.workspace, identity.subject);
  const title = picked ? t.add.titleOf(picked.name) : t.add.title;
  const pick = (provider: ManifestSummary | null) => go({ page: "add", manifest: provider?.id ?? null });
  const back = manifest !== null && !result && (
    <button type="button" class="icon-button" aria-label={t.back} onClick={() => pick(null)}>
      <Icon name="back" />
    </button>
  );
  return (
    <Dialog
      title={result ? t.add.connected(result.integration.name) : title}
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
      {result && picked ? (
        <AddDone
          integration={result.integration}
          checked={result.checked}
          provider={picked}
          onChanged={(integration) => setConnected({ ...result, integration })}
          onAnother={() => {
            setConnected(null);
            pick(null);
          }}
          onClose={onClose}
          onLeave={onLeave}
        />
      ) : picked ? (
        <ProviderForm
          key={picked.id}
          summary={picked}
          usedNames={usedNames}
          // Another provider may have been picked by then. The list shows the new integration anyway, and its
          // name has been announced.
          onConnected={(integration, checked) =>
            current.current === picked.id && setConnected({ integration, checked, manifest: picked.id })
          }
          onLeave={onLeave}
        />
      ) : catalogue.state === "failed" ? (
        <LoadError problem={catalogue.problem} onRetry={onRetry} />
      ) : catalogue.state === "loading" ? (
        <Skeleton rows={8} />
      ) : manifest === null ? (
        <Catalogue providers={catalogue.value} onPick={pick} />
      ) : (
        <EmptyState icon="unknown" title={t.add.unknown} lead={t.add.unknownLead}>
          <Button onClick={() => pick(null)}>{t.add.all}</Button>
        </EmptyState>
      )}
    </Dialog>
  );
}

interface ProviderFormProps {
  summary: ManifestSummary;
  usedNames: readonly string[];
  onConnected(integration: Integration | IntegrationCreated, checked: boolean): void;
  onLeave(route: Route): void;
}

function ProviderForm({ summary, usedNames, onConnected, onLeave }: ProviderFormProps) {
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
        <Mark name={summary.name} brand={summary.brand} />
        <p>{summary.description}</p>
      </div>
      <AddForm manifest={manifest.value} usedNames={usedNames} onConnected={onConnected} onLeave={onLeave} />
    </>
  );
}
