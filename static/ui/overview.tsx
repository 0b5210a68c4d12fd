/** The overview of an integration: its facts, its scopes, its name, and its deletion. */
import { useEffect, useRef, useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { ago, moment } from "../logic/time";
import { t } from "../text/all";
import { useAction, useNexus, useNow } from "./context";
import { Field, Form } from "./controls";
import { HealthStrip } from "./health-strip";
import type { ManageDialog } from "./integration-head";
import { Alert, Button, CopyField } from "./parts";
import { Picture } from "./picture";
import { ScopeFacts } from "./scope-facts";
import { StopDialog } from "./stop-dialog";
import { useAgentName } from "./use-agents";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  onOpen(dialog: ManageDialog): void;
}

export function Overview({ integration, manifest, onChanged, onOpen }: Props) {
  const now = useNow();
  return (
    <div class="stack">
    <Picture integration={integration} manifest={manifest} />
    <div class="columns">
      <div class="stack">
        <HealthStrip integration={integration} />
        <Facts integration={integration} manifest={manifest} now={now} />
        {integration.auth_method === "oauth2" && <ScopeFacts integration={integration} manifest={manifest} onReconnect={() => onOpen("reconnect")} />}
      </div>
      <div class="stack">
        <section class="box">
          <Rename integration={integration} onChanged={onChanged} />
        </section>
        <section class="box danger">
          <StopIntegration integration={integration} manifest={manifest} />
          <p class="soft">{t.manage.removeLead}</p>
          <Button tone="danger" icon="trash" onClick={() => onOpen("delete")}>
            {t.list.remove}
          </Button>
        </section>
      </div>
    </div>
    </div>
  );
}

/** The emergency stop of the integration, or of all integrations of its provider. */
function StopIntegration({ integration: { id, name }, manifest }: Pick<Props, "integration" | "manifest">) {
  const { identity } = useNexus();
  const [isOpen, setOpen] = useState(false);
  if (identity.role !== "ADMIN") return null;
  return (
    <>
      <p class="soft">{t.stops.hint["integration"]}</p>
      <Button tone="danger" icon="stop" onClick={() => setOpen(true)}>
        {t.stops.stop}
      </Button>
      {isOpen && (
        <StopDialog
          target={{ scope: "integration", id, name }}
          wider={{ scope: "provider", id: manifest.id, name: manifest.name }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function Rename({ integration, onChanged }: Pick<Props, "integration" | "onChanged">) {
  const nexus = useNexus();
  const [name, setName] = useState(integration.name);
  // A new name from elsewhere takes the place of the old one, not of what somebody is typing.
  const before = useRef(integration.name);
  useEffect(() => {
    if (name === before.current) setName(integration.name);
    before.current = integration.name;
  }, [integration.name]);
  const { busy, problem, run } = useAction();
  const isChanged = name.trim() !== integration.name && name.trim() !== "";
  const submit = () =>
    void run(async () => {
      const path = integrationPath(integration.id);
      const renamed = await nexus.client.call<Integration>("PUT", path, { body: { name: name.trim() } });
      onChanged(renamed);
      nexus.announce(t.manage.renamed(renamed.name));
    });
  const nameError = problem?.at("/name") ?? (problem?.code === "name_taken" ? problem.message : undefined);
  return (
    <Form id="rename" unsaved={name.trim() !== integration.name} onSubmit={() => isChanged && !busy && submit()}>
      <div class="beside">
        <Field label={t.manage.name} value={name} onInput={setName} maxLength={100} error={nameError} />
        {isChanged && (
          <Button type="submit" busy={busy}>
            {t.manage.rename}
          </Button>
        )}
      </div>
      {!nameError && <Alert problem={problem} />}
    </Form>
  );
}

function Facts({ integration, manifest, now }: { integration: Integration; manifest: IntegrationManifest; now: number }) {
  const nameOf = useAgentName();
  const { account, credential, params, last_used_at: used } = integration;
  const expires = credential?.expires_at;
  const credentialText = credential
    ? [credential.hint && t.manage.credentialEnds(credential.hint), t.manage.credentialSealed(credential.key_id)].filter(Boolean).join(" · ")
    : t.manage.credentialNone;
  const rows: [string, string][] = [
    [t.manage.provider, manifest.name],
    [t.manage.method, t.method[integration.auth_method] ?? integration.auth_method],
    [t.manage.account, [account?.label, account?.id].filter(Boolean).join(" · ") || t.manage.noAccount],
    [t.manage.credential, credentialText],
    [t.manage.expires, expires ? `${moment(expires)} (${ago(expires, now)})` : t.manage.noExpiry],
    ...Object.entries(params),
    [t.manage.lastUsed, used ? ago(used, now) : t.never],
    [t.manage.created, t.manage.createdBy(integration.created_at, nameOf(integration.created_by))],
  ];
  return (
    <dl class="rows box">
      {rows.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t.manage.slug}</dt>
        <dd>
          <CopyField text={integration.slug} what={t.manage.slug} />
        </dd>
      </div>
    </dl>
  );
}
