/** The dialog in which an integration is added: provider, then its form, then done. */
import { useRef, useState } from "preact/hooks";

import type { Integration, IntegrationCreated, ManifestSummary } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { t } from "../text";
import { AddDone } from "./add-done";
import { AddForm } from "./add-form";
import { Catalogue } from "./catalogue";
import { useLoaded, useNexus } from "./context";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { Mark, NotLoaded, Skeleton } from "./parts";

interface Props {
  /** Of the integrations that are shown, for a name that is free. */
  taken: readonly string[];
  onClose(): void;
}

export function AddDialog({ taken, onClose }: Props) {
  const { manifests, identity } = useNexus();
  const [picked, pick] = useState<ManifestSummary | null>(null);
  const [made, setMade] = useState<{ integration: Integration; checked: boolean } | null>(null);
  const now = useRef(picked);
  now.current = picked;
  const [catalogue, again] = useLoaded(() => manifests.catalogue(), 0);
  const [into, workspace, as, subject] = t.add.into(identity.workspace, identity.subject);
  const title = picked ? t.add.titleOf(picked.name) : t.add.title;
  const back = picked && !made && (
    <button type="button" class="icon-button" aria-label={t.back} onClick={() => pick(null)}>
      <Icon name="back" />
    </button>
  );
  return (
    <Dialog
      title={made ? t.add.connected(made.integration.name) : title}
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
      {made && picked ? (
        <AddDone
          integration={made.integration}
          checked={made.checked}
          provider={picked}
          onAnother={() => {
            setMade(null);
            pick(null);
          }}
          onClose={onClose}
        />
      ) : picked ? (
        <Picked
          key={picked.id}
          summary={picked}
          taken={taken}
          // By then another may have been picked: the list has it, and it has been said.
          onMade={(integration, checked) => now.current === picked && setMade({ integration, checked })}
          onClose={onClose}
        />
      ) : catalogue.state === "ready" ? (
        <Catalogue providers={catalogue.value} onPick={pick} />
      ) : catalogue.state === "failed" ? (
        <NotLoaded problem={catalogue.problem} onAgain={() => again()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Dialog>
  );
}

interface PickedProps {
  summary: ManifestSummary;
  taken: readonly string[];
  onMade(integration: Integration | IntegrationCreated, checked: boolean): void;
  onClose(): void;
}

function Picked({ summary, taken, onMade, onClose }: PickedProps) {
  const { manifests } = useNexus();
  const [manifest, again] = useLoaded<IntegrationManifest>(() => manifests.one(summary.id), summary.id);
  if (manifest.state === "loading") return <Skeleton rows={6} />;
  if (manifest.state === "failed") {
    return (
      <NotLoaded problem={manifest.problem} onAgain={() => again()} />
    );
  }
  return (
    <>
      <div class="provider">
        <Mark name={summary.name} color={summary.brand.color} />
        <p>{summary.description}</p>
      </div>
      <AddForm manifest={manifest.value} taken={taken} onMade={onMade} onClose={onClose} />
    </>
  );
}
