/** The workspace's OAuth apps, for administrators. A secret can be replaced, but never read. */
import { useState } from "preact/hooks";

import type { IntegrationPage, ManifestSummary, OauthClient, OauthClientList } from "../api/types";
import { search } from "../config/integration-manifests";
import { t } from "../text/all";
import { OauthAppForm, callbackOf } from "./app-step";
import { useLoad, useNexus, useNow } from "./context";
import { Dialog } from "./dialog";
import { SearchField } from "./controls";
import { EndsNote } from "./ends";
import { Loaded } from "./loaded";
import { Button, CopyField, EmptyState, Mark, useFocus } from "./parts";
import { RemoveDialog } from "./remove";
import { useFresh } from "./use-fresh";

/** The app that is being edited. `client` is null for a new app. */
interface AppEdit {
  provider: ManifestSummary;
  client: OauthClient | null;
}

export function OauthApps({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const { client, identity } = useNexus();
  const now = useNow();
  const [apps, reload] = useLoad((signal) => client.get<OauthClientList>("/api/oauth-clients", {}, signal), 0);
  const [open, setOpen] = useState<AppEdit | "pick" | null>(null);
  useFresh(identity.workspace, () => reload(), open === null);
  const [removing, setRemoving] = useState<ManifestSummary | null>(null);
  const provider = (id: string): ManifestSummary =>
    catalogue.find((one) => one.id === id) ?? { id, name: id, family: id, categories: [], description: "", brand: { color: "", icon: "" }, auth_method: "oauth2" };
  const add = (
    <Button tone="primary" icon="plus" onClick={() => setOpen("pick")}>
      {t.apps.add}
    </Button>
  );
  const items = apps.state === "ready" ? apps.value.items : [];
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.apps.title}</h1>
          <p class="soft">{t.apps.lead}</p>
        </div>
        {items.length > 0 && add}
      </div>
      <Loaded
        of={apps}
        onRetry={() => reload()}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <EmptyState icon="plug" title={t.apps.emptyTitle} lead={t.apps.emptyLead}>
            {add}
          </EmptyState>
        }
      >
        {({ items }) => (
          <ul class="lines">
            {items.map((app) => {
              const one = provider(app.manifest_id);
              return (
                <li key={app.manifest_id} class="card">
                  <div class="top">
                    <Mark name={one.name} brand={one.brand} />
                    <div class="names">
                      <h2>{one.name}</h2>
                      <p class="soft">
                        {app.client_id} · {t.apps.updated(app.updated_at, now)}
                      </p>
                    </div>
                    <div class="actions">
                      <Button aria-label={`${t.apps.replace}: ${one.name}`} onClick={() => setOpen({ provider: one, client: app })}>
                        {t.apps.replace}
                      </Button>
                      <Button tone="quiet" aria-label={`${t.apps.remove}: ${one.name}`} icon="trash" onClick={() => setRemoving(one)} />
                    </div>
                  </div>
                  <div class="field">
                    <span class="hint">{t.app.redirect}</span>
                    <CopyField text={app.redirect_uri} what={t.app.redirect} />
                  </div>
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
      {open && (
        <AppDialog
          open={open}
          catalogue={catalogue}
          apps={items}
          onPick={(provider) => setOpen({ provider, client: null })}
          onClose={() => {
            setOpen(null);
            reload();
          }}
        />
      )}
      {removing && (
        <RemoveApp
          provider={removing}
          onClose={(isDeleted) => {
            setRemoving((now) => (now === removing ? null : now));
            if (isDeleted) reload();
          }}
        />
      )}
    </>
  );
}

/** The providers that have no app yet. */
function ProviderPicker({ free, onPick }: { free: readonly ManifestSummary[]; onPick(provider: ManifestSummary): void }) {
  const [typed, setTyped] = useState("");
  const input = useFocus<HTMLInputElement>();
  const found = search(free, typed);
  return (
    <>
      <SearchField label={t.add.search} typed={typed} onType={setTyped} input={input} class="search picker" role="search" />
      <ul class="providers" aria-label={t.apps.pick}>
        {found.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => onPick(one)}>
              <Mark name={one.name} brand={one.brand} />
              <span class="names">
                <strong>{one.name}</strong>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="none">{t.add.noMatch(typed)}</p>}
    </>
  );
}

/** Says which integrations use an app, before it is deleted. */
function RemoveApp({ provider, onClose }: { provider: ManifestSummary; onClose(isDeleted: boolean): void }) {
  const { client } = useNexus();
  const [users] = useLoad((signal) => client.get<IntegrationPage>("/api/integrations", { manifest: provider.id, limit: 100 }, signal), provider.id);
  const names = users.state === "ready" ? users.value.items.map((one) => one.name) : [];
  return (
    <RemoveDialog
      title={t.apps.removeTitle(provider.name)}
      lead={[t.apps.removeLead, names.length > 0 && t.apps.usedBy(names)].filter(Boolean).join(" ")}
      done={t.apps.removed(provider.name)}
      path={`/api/oauth-clients/${provider.id}`}
      onClose={onClose}
    />
  );
}

interface AppDialogProps {
  open: AppEdit | "pick";
  catalogue: readonly ManifestSummary[];
  apps: readonly OauthClient[];
  onPick(provider: ManifestSummary): void;
  onClose(): void;
}

function AppDialog({ open, catalogue, apps, onPick, onClose }: AppDialogProps) {
  const { client } = useNexus();
  const [saved, setSaved] = useState("");
  const ids = new Set(apps.map((one) => one.manifest_id));
  const free = catalogue.filter((one) => one.auth_method === "oauth2" && !ids.has(one.id));
  const picked = open === "pick" ? null : open.provider;
  const callback = picked ? callbackOf(client.origin, picked.id) : "";
  return (
    <Dialog title={picked ? t.app.title(picked.name) : t.apps.add} onClose={onClose}>
      {saved ? (
        <div class="stack">
          <p>{t.apps.saved(picked?.name ?? "")}</p>
          <div class="field">
            <span class="label">{t.app.registered}</span>
            <CopyField text={saved} what={t.app.redirect} />
          </div>
          <div class="actions">
            <Button tone="primary" onClick={onClose}>
              {t.done}
            </Button>
          </div>
        </div>
      ) : picked ? (
        <>
          <p class="soft">{t.app.lead(picked.name)}</p>
          <EndsNote ends={picked.ends} />
          <OauthAppForm
            manifest={picked}
            redirectUri={open !== "pick" && open.client ? open.client.redirect_uri : callback}
            clientId={open !== "pick" ? (open.client?.client_id ?? "") : ""}
            label={t.apps.save}
            onSaved={(answer) => setSaved(answer.redirect_uri)}
          />
        </>
      ) : (
        <ProviderPicker free={free} onPick={onPick} />
      )}
    </Dialog>
  );
}
