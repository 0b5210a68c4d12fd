/** A custom provider in a dialog: as a form, or as JSON for a manifest that the form cannot show. */
import { useState } from "preact/hooks";

import type { ManifestDraft, ManifestSummary } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { EMPTY, draftOf, manifestOf, missingFields, sortErrors, withoutRule } from "../logic/own-manifest";
import type { Draft, Json, Words } from "../logic/own-manifest";
import { t } from "../text/all";
import { useAction, useLoad, useNexus } from "./context";
import { Field, Form } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { useGuard } from "./guard";
import { Loaded } from "./loaded";
import { Alert, Button, sentence } from "./parts";
import { ProviderForm } from "./provider-form";

interface Props {
  onClose(changed: boolean): void;
}

export function NewProvider({ onClose }: Props) {
  return <Editor title={t.providers.addTitle} initial={{}} path={null} onClose={onClose} />;
}

export function EditProvider({ provider, onClose }: Props & { provider: ManifestSummary }) {
  const { client } = useNexus();
  const path = `/api/manifests/${provider.id}`;
  const [manifest, again] = useLoad((signal) => client.get<IntegrationManifest>(path, {}, signal), provider.id);
  const title = t.providers.editTitle(provider.name);
  if (manifest.state === "ready") {
    return <Editor title={title} initial={manifest.value as unknown as Json} path={path} onClose={onClose} />;
  }
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      <Loaded of={manifest} onRetry={() => again()} rows={10}>
        {() => null}
      </Loaded>
    </Dialog>
  );
}

/** The document that is being edited: a form over the manifest `base`, or text. */
type Editing = { as: "form"; base: Json; draft: Draft } | { as: "json"; text: string };

interface EditorProps extends Props {
  title: string;
  /** The manifest that is edited. Empty for a new one. */
  initial: Json;
  /** The API path of the manifest that is edited, or null for a new manifest. */
  path: string | null;
}

function Editor({ title, initial, path, onClose }: EditorProps) {
  const nexus = useNexus();
  const [editing, setEditing] = useState<Editing>(() => begin(initial, path === null));
  const [start] = useState(() => JSON.stringify(editing));
  const [error, setError] = useState<string>();
  const [showMissing, setShowMissing] = useState(false);
  const { busy, problem, run, clear } = useAction();
  const unconfirmed = problem?.code === "effect_unconfirmed";

  const submit = (trustsEffect: "true" | "false" | null) => {
    setShowMissing(true);
    if (editing.as === "form" && missingFields(editing.draft).length > 0) return;
    const body = bodyOf(editing, setError);
    if (!body) return;
    void run(async () => {
      await nexus.client.call(path ? "PUT" : "POST", path ?? "/api/manifests", { body, query: { believe_effect: trustsEffect } });
      nexus.manifests.clear();
      nexus.announce(t.providers.saved(String(body["name"] ?? "")));
      onClose(true);
    });
  };
  const switchTo = (next: Editing) => {
    setError(undefined);
    clear();
    setEditing(next);
  };
  const showForm = () => {
    const manifest = bodyOf(editing, setError);
    const draft = manifest && draftOf(manifest, words());
    if (manifest && draft) switchTo({ as: "form", base: manifest, draft });
    else if (manifest) setError(t.providers.onlyJson);
  };

  const errors = problem?.body.errors ?? [];
  const sorted = editing.as === "form" ? sortErrors(errors, editing.draft) : { fields: {}, others: errors };
  const isTaken = problem?.code === "manifest_exists" && editing.as === "form";
  const fields = isTaken ? { ...sorted.fields, id: problem.message } : sorted.fields;
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      {path === null && <Lookup onFound={(text) => switchTo({ as: "json", text })} />}
      <Form id="provider" unsaved={JSON.stringify(editing) !== start} onSubmit={() => !busy && submit(unconfirmed ? "false" : null)}>
        {editing.as === "form" ? (
          <ProviderForm
            draft={editing.draft}
            isNew={path === null}
            errors={fields}
            missing={showMissing ? missingFields(editing.draft) : []}
            onChange={(draft) => setEditing({ ...editing, draft })}
            preview={JSON.stringify(manifestOf(editing.draft, editing.base, words()), null, 2)}
          />
        ) : (
          <Field
            label={t.providers.json}
            value={editing.text}
            onInput={(text) => setEditing({ as: "json", text })}
            multiline
            code
            hint={t.providers.hint}
            error={error}
          />
        )}
        {sorted.others.length > 0 ? (
          <Alert title={t.providers.errors}>
            <ul>
              {sorted.others.map((one) => (
                <li>
                  <code>{one.pointer || "/"}</code> {sentence(withoutRule(one.detail))}
                </li>
              ))}
            </ul>
          </Alert>
        ) : (
          errors.length === 0 && !isTaken && <Alert problem={problem} />
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
          {editing.as === "form" ? (
            <Button onClick={() => switchTo({ as: "json", text: pretty(manifestOf(editing.draft, editing.base, words())) })}>{t.providers.asJson}</Button>
          ) : (
            <Button onClick={showForm}>{t.providers.asForm}</Button>
          )}
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}

/** Fills in the document from what an MCP server says of its authorization. */
function Lookup({ onFound }: { onFound(text: string): void }) {
  const { client, announce } = useNexus();
  const guard = useGuard();
  const [url, setUrl] = useState("");
  // The authorization server of another domain, which the person repeats. Null until the server names one.
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const { busy, problem, run } = useAction();
  const submit = () => {
    if (busy || !url.trim()) return;
    const body = { url: url.trim(), ...(confirmed?.trim() && { authorization_server: confirmed.trim() }) };
    void run(async () => {
      const draft = await client.call<ManifestDraft>("POST", "/api/manifests/draft", { body });
      // The text that was typed before is replaced only if the person agrees.
      guard.ask(() => {
        onFound(JSON.stringify(draft, null, 2));
        announce(t.providers.drafted);
      });
    });
  };
  const error = problem?.at("/url");
  const question = problem?.at("/authorization_server");
  const changeUrl = (next: string) => {
    setUrl(next);
    setConfirmed(null);
  };
  return (
    <Form id="lookup" unsaved={false} onSubmit={submit}>
      <Field label={t.providers.server} value={url} onInput={changeUrl} code required={false} hint={t.providers.serverHint} error={error} />
      {(question !== undefined || confirmed !== null) && (
        <Field
          label={t.providers.authorizationServer}
          value={confirmed ?? ""}
          onInput={setConfirmed}
          code
          hint={t.providers.authorizationServerHint}
          error={question && sentence(withoutRule(question))}
        />
      )}
      {!error && question === undefined && <Alert problem={problem} />}
      <div class="actions">
        <Button type="submit" busy={busy}>
          {busy ? t.providers.drafting : t.providers.draft}
        </Button>
      </div>
    </Form>
  );
}

function begin(initial: Json, isNew: boolean): Editing {
  const draft = isNew ? EMPTY : draftOf(initial, words());
  return draft ? { as: "form", base: initial, draft } : { as: "json", text: pretty(initial) };
}

/** The manifest that is being edited. Null, with an error, if its text is not a JSON object. */
function bodyOf(editing: Editing, setError: (error: string | undefined) => void): Json | null {
  if (editing.as === "form") return manifestOf(editing.draft, editing.base, words());
  try {
    const body: unknown = JSON.parse(editing.text);
    if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Error("{ … }");
    setError(undefined);
    return body as Json;
  } catch (thrown) {
    setError(t.providers.notJson((thrown as Error).message));
    return null;
  }
}

function pretty(manifest: Json): string {
  return JSON.stringify(manifest, null, 2);
}

/** The texts of a manifest that the form does not ask for, in the language of the person who makes it. */
function words(): Words {
  const { keyLabel, usernameLabel, passwordLabel, noTest, byHand, noRevocation } = t.providers;
  return { key: keyLabel, username: usernameLabel, password: passwordLabel, noTest, byHand, noRevocation };
}
