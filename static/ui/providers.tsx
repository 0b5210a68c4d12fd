/** The custom providers of the workspace, for administrators. Each is a manifest, edited as JSON. */
import { useState } from "preact/hooks";

import type { ManifestDraft, ManifestSummary } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { TEMPLATE } from "../config/template";
import { t } from "../text/all";
import { useAction, useLoad, useNexus } from "./context";
import type { LoadState } from "./context";
import { Field, Form } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { EndsNote } from "./ends";
import { Loaded } from "./loaded";
import { Alert, Button, EmptyState, Mark } from "./parts";
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
      {open === "new" && <Editor title={t.providers.addTitle} initial={TEMPLATE} path={null} onClose={close} />}
      {open && open !== "new" && "edit" in open && <Edit provider={open.edit} onClose={close} />}
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

function Edit({ provider, onClose }: { provider: ManifestSummary; onClose(changed: boolean): void }) {
  const { client } = useNexus();
  const path = `/api/manifests/${provider.id}`;
  const [manifest, again] = useLoad((signal) => client.get<IntegrationManifest>(path, {}, signal), provider.id);
  const title = t.providers.editTitle(provider.name);
  if (manifest.state === "ready") {
    return <Editor title={title} initial={JSON.stringify(manifest.value, null, 2)} path={path} onClose={onClose} />;
  }
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      <Loaded of={manifest} onRetry={() => again()} rows={10}>
        {() => null}
      </Loaded>
    </Dialog>
  );
}

/** Fills in the document from what an MCP server says of its authorization. */
function Lookup({ onFound }: { onFound(text: string): void }) {
  const { client, announce } = useNexus();
  const [url, setUrl] = useState("");
  const { busy, problem, run } = useAction();
  const submit = () => {
    if (busy || !url.trim()) return;
    void run(async () => {
      const draft = await client.call<ManifestDraft>("POST", "/api/manifests/draft", { body: { url: url.trim() } });
      onFound(JSON.stringify(draft, null, 2));
      announce(t.providers.drafted);
    });
  };
  const error = problem?.at("/url");
  return (
    <Form id="lookup" unsaved={false} onSubmit={submit}>
      <Field label={t.providers.server} value={url} onInput={setUrl} code required={false} hint={t.providers.serverHint} error={error} />
      {!error && <Alert problem={problem} />}
      <div class="actions">
        <Button type="submit" busy={busy}>
          {busy ? t.providers.drafting : t.providers.draft}
        </Button>
      </div>
    </Form>
  );
}

interface EditorProps {
  title: string;
  initial: string;
  /** The API path of the manifest that is edited, or null for a new manifest. */
  path: string | null;
  onClose(changed: boolean): void;
}

function Editor({ title, initial, path, onClose }: EditorProps) {
  const nexus = useNexus();
  const [text, setText] = useState(initial);
  const [error, setError] = useState<string>();
  const { busy, problem, run } = useAction();
  const unconfirmed = problem?.code === "effect_unconfirmed";
  const submit = (trustsEffect: "true" | "false" | null) => {
    let body: { name?: string };
    try {
      body = JSON.parse(text) as { name?: string };
    } catch (thrown) {
      return setError(t.providers.notJson((thrown as Error).message));
    }
    setError(undefined);
    void run(async () => {
      await nexus.client.call(path ? "PUT" : "POST", path ?? "/api/manifests", { body, query: { believe_effect: trustsEffect } });
      nexus.manifests.clear();
      nexus.announce(t.providers.saved(body.name ?? ""));
      onClose(true);
    });
  };
  const errors = problem?.body.errors ?? [];
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      {path === null && <Lookup onFound={setText} />}
      <Form id="provider" unsaved={text !== initial} onSubmit={() => !busy && submit(unconfirmed ? "false" : null)}>
        <Field label={t.providers.json} value={text} onInput={setText} multiline code hint={t.providers.hint} error={error} />
        {errors.length > 0 ? (
          <Alert title={t.providers.errors}>
            <ul>
              {errors.map((one) => (
                <li>
                  <code>{one.pointer || "/"}</code> {one.detail}
                </li>
              ))}
            </ul>
          </Alert>
        ) : (
          <Alert problem={problem} />
        )}
        <div class="actions">
          <Button type="submit" tone="primary" busy={busy}>
            {busy ? t.saving : unconfirmed ? t.providers.saveUntrusted : t.providers.save}
          </Button>
          {unconfirmed && (
            <Button tone="danger" busy={busy} onClick={() => submit("true")}>
              {t.providers.saveTrusted}
            </Button>
          )}
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}
