/** The custom providers of the workspace, for administrators. */
import { useState } from "preact/hooks";

import type { ManifestSummary } from "../api/types";
import { t } from "../text/all";
import { useNexus } from "./context";
import type { LoadState } from "./context";
import { EndsNote } from "./ends";
import { Loaded } from "./loaded";
import { Button, EmptyState, Mark } from "./parts";
import { EditProvider, NewProvider } from "./provider-editor";
import { RemoveDialog } from "./remove";
import { useFresh } from "./use-fresh";

interface Props {
  catalogue: LoadState<readonly ManifestSummary[]>;
  /** Loads the catalogue again. */
  onChanged(): void;
}

/** The dialog that is open. */
type OpenDialog = { edit: ManifestSummary } | { remove: ManifestSummary } | "new" | null;

export function Providers({ catalogue, onChanged }: Props) {
  const { manifests, identity } = useNexus();
  const refresh = () => {
    manifests.clear();
    onChanged();
  };
  const [open, setOpen] = useState<OpenDialog>(null);
  useFresh(identity.workspace, refresh, open === null);
  const custom = catalogue.state === "ready" ? catalogue.value.filter((one) => one.id.startsWith("custom-")) : [];
  const add = (
    <Button tone="primary" icon="plus" onClick={() => setOpen("new")}>
      {t.providers.add}
    </Button>
  );
  const close = (changed: boolean) => {
    // Another dialog may be open by then. It stays open.
    setOpen((now) => (now === open ? null : now));
    if (changed) onChanged();
  };
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.providers.title}</h1>
          <p class="soft">{t.providers.lead}</p>
        </div>
        {custom.length > 0 && add}
      </div>
      <Loaded
        of={catalogue}
        onRetry={onChanged}
        isEmpty={() => custom.length === 0}
        empty={
          <EmptyState icon="plug" title={t.providers.emptyTitle} lead={t.providers.emptyLead}>
            {add}
          </EmptyState>
        }
      >
        {() => (
          <ul class="lines">
            {custom.map((one) => (
              <li key={one.id} class="card">
                <div class="top">
                  <Mark name={one.name} brand={one.brand} />
                  <div class="names">
                    <h2>{one.name}</h2>
                    <p class="soft">
                      {one.id} · {t.method[one.auth_method]}
                    </p>
                  </div>
                  <div class="actions">
                    <Button aria-label={`${t.providers.edit}: ${one.name}`} onClick={() => setOpen({ edit: one })}>
                      {t.providers.edit}
                    </Button>
                    <Button tone="quiet" icon="trash" aria-label={`${t.providers.remove}: ${one.name}`} onClick={() => setOpen({ remove: one })} />
                  </div>
                </div>
                <p>{one.description}</p>
                <EndsNote ends={one.ends} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {open === "new" && <NewProvider onClose={close} />}
      {open && open !== "new" && "edit" in open && <EditProvider provider={open.edit} onClose={close} />}
      {open && open !== "new" && "remove" in open && (
        <RemoveDialog
          title={t.providers.removeTitle(open.remove.name)}
          lead={t.providers.removeLead}
          done={t.providers.removed(open.remove.name)}
          path={`/api/manifests/${open.remove.id}`}
          onClose={(isDeleted) => {
            if (isDeleted) manifests.clear();
            close(isDeleted);
          }}
        />
      )}
    </>
  );
}
