/** The step that sets up an OAuth app. Only administrators can do this. */
import { useState } from "preact/hooks";

import type { OauthClientSaved } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { belongToFields } from "../logic/fields";
import { plainName } from "../logic/names";
import { t } from "../text/all";
import { ended } from "../text/plural";
import { useAction, useLoad, useNexus } from "./context";
import { Field, Form } from "./controls";
import { CancelButton } from "./dialog";
import { Icon } from "./icons";
import { Alert, Button, CopyField, EmptyState, ExternalLink, useFocus } from "./parts";

/** The redirect URI of a provider. Built-in providers share one. Each custom provider has its own. */
export function callbackOf(origin: string, id: string): string {
  return `${origin}/api/oauth/callback${id.startsWith("custom-") ? `/${id}` : ""}`;
}

interface StepProps {
  manifest: IntegrationManifest;
  redirectUri: string;
  onSaved(): void;
}

export function OauthAppStep({ manifest, redirectUri, onSaved }: StepProps) {
  const { identity } = useNexus();
  const title = useFocus<HTMLHeadingElement>();
  if (identity.role !== "ADMIN") {
    return (
      <EmptyState icon="plug" title={t.app.missing(manifest.name)} lead={t.app.askAdmin}>
        <CancelButton>{t.close}</CancelButton>
      </EmptyState>
    );
  }
  return (
    <>
      <h3 ref={title} tabIndex={-1}>{t.app.title(manifest.name)}</h3>
      <p class="soft">{t.app.lead(plainName(manifest.name))}</p>
      <OauthAppForm manifest={manifest} redirectUri={redirectUri} label={t.app.save} onSaved={onSaved} />
    </>
  );
}

/** Where the app is registered at the provider, and what to enter there, field by field. */
function Registration({ id, name, redirectUri, isPublic }: { id: string; name: string; redirectUri: string; isPublic: boolean }) {
  const { client, manifests } = useNexus();
  const [loaded] = useLoad(() => manifests.get(id), id);
  const manifest = loaded.state === "ready" ? loaded.value : null;
  const { register_url: register, register_note: note, scopes: known } = manifest?.oauth2 ?? {};
  const scopes = known?.default ?? [];
  const entries: [string, string][] = [
    [t.app.redirect, redirectUri],
    [t.app.appName, t.product],
    [t.app.homepage, client.origin],
    ...(scopes.length > 0 ? [[t.app.scopes, scopes.join(" ")] as [string, string]] : []),
  ];
  return (
    <section class="box inset">
      <p>
        {t.app.stepRegister(name)}{" "}
        {register ? (
          <ExternalLink href={register}>{t.app.register(name)}</ExternalLink>
        ) : (
          manifest?.docs_url && <ExternalLink href={manifest.docs_url}>{t.app.docs}</ExternalLink>
        )}
      </p>
      {note && (
        <div class="note">
          <Icon name="warn" />
          <p>
            <strong>{t.app.choose}</strong> {ended(note)}
          </p>
        </div>
      )}
      <dl class="entries">
        {entries.map(([label, text]) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <CopyField text={text} what={label} />
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint">{isPublic ? t.app.thenCopyId(name) : t.app.thenCopy(name)}</p>
    </section>
  );
}

interface FormProps {
  manifest: Pick<IntegrationManifest, "id" | "name">;
  /** Empty if the server names it only when the app is saved. */
  redirectUri: string;
  clientId?: string;
  label: string;
  onSaved(saved: OauthClientSaved): void;
}

export function OauthAppForm({ manifest, redirectUri, clientId = "", label, onSaved }: FormProps) {
  const nexus = useNexus();
  const [id, setId] = useState(clientId);
  const [secret, setSecret] = useState("");
  const [showMissing, setShowMissing] = useState(false);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const { busy, problem, run } = useAction();
  const [loaded] = useLoad(() => nexus.manifests.get(manifest.id), manifest.id);
  /** Whether apps of the provider are public clients, which have no secret. */
  const isPublic = loaded.state === "ready" && loaded.value.oauth2?.client_auth === "none";
  const missing = (text: string, name: string) => (showMissing && !text.trim() ? t.add.required(name) : undefined);
  const submit = () => {
    setShowMissing(true);
    if (!id.trim() || !(secret.trim() || isPublic)) return;
    void run(async () => {
      const params = Object.fromEntries(
        Object.entries(values).map(([name, text]) => [name, text.split(/[\s,]+/u).filter((value) => value)]),
      );
      const body = { client_id: id.trim(), ...(!isPublic && { client_secret: secret.trim() }), params };
      const path = `/api/oauth-clients/${manifest.id}`;
      const saved = await nexus.client.call<OauthClientSaved>("PUT", path, { body });
      nexus.announce(t.apps.saved(manifest.name));
      onSaved(saved);
    });
  };
  // The server names the parameters that decide which hosts get the secret.
  const requested = (problem?.body.errors ?? []).map((error) => error.pointer).filter((pointer) => pointer.startsWith("/params/"));
  const names = [...new Set([...Object.keys(values), ...requested.map((pointer) => pointer.slice("/params/".length))])];
  const isTyped = id !== clientId || secret !== "" || Object.values(values).some(Boolean);
  const isShownInForm = belongToFields(problem?.body.errors, ["/client_id", "/client_secret", ...requested]);
  return (
    <Form id="oauth-app" unsaved={isTyped} onSubmit={() => !busy && submit()}>
      {redirectUri && <Registration id={manifest.id} name={plainName(manifest.name)} redirectUri={redirectUri} isPublic={isPublic} />}
      <Field label={t.app.clientId} value={id} onInput={setId} code error={problem?.at("/client_id") ?? missing(id, t.app.clientId)} />
      {!isPublic && (
        <Field
          label={t.app.clientSecret}
          value={secret}
          onInput={setSecret}
          secret
          hint={t.app.secretHint}
          error={problem?.at("/client_secret") ?? missing(secret, t.app.clientSecret)}
        />
      )}
      {names.map((name) => (
        <Field
          key={name}
          label={t.app.values(name)}
          value={values[name] ?? ""}
          onInput={(text) => setValues({ ...values, [name]: text })}
          code
          hint={t.app.valuesHint}
          error={problem?.at(`/params/${name}`)}
        />
      ))}
      {!isShownInForm && <Alert problem={problem} />}
      <div class="actions">
        <Button type="submit" tone="primary" busy={busy}>
          {busy ? t.saving : label}
        </Button>
      </div>
    </Form>
  );
}
