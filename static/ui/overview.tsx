/** The overview of an integration: its health, its facts, and its actions. */
import { useState } from "preact/hooks";

import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { hasTypedCredentials, nextAction } from "../logic/health";
import { ago, moment } from "../logic/time";
import { t } from "../text";
import { HealthLine } from "./card";
import { check, setActive } from "./changes";
import { useAction, useNexus, useNow } from "./context";
import { Field, Form, Switch } from "./controls";
import { Alert, Button, CopyField } from "./parts";

/** The dialogs that the overview opens over the drawer. */
export type ManageDialog = "delete" | "reconnect" | "replace";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  onOpen(dialog: ManageDialog): void;
}

export function Overview({ integration, manifest, onChanged, onOpen }: Props) {
  const nexus = useNexus();
  const now = useNow();
  const checking = useAction();
  const change = useAction();
  const { health, status, name } = integration;
  const active = status === "active";
  const action = nextAction(integration);
  const needsSignIn = action === "reconnect" || action === "finish";
  const isTyped = hasTypedCredentials(integration);

  const checkNow = () => void checking.run(async () => onChanged(await check(nexus, integration)));
  const setStatus = (on: boolean) => void change.run(async () => onChanged(await setActive(nexus, integration, on)));
  return (
    <div class="stack">
      <section class="box">
        <HealthLine health={health} now={now} />
        <div class="actions">
          {!isTyped && (
            <Button tone={needsSignIn ? "primary" : "plain"} icon="out" onClick={() => onOpen("reconnect")}>
              {action === "finish" ? t.list.action["finish"] : t.manage.reconnect}
            </Button>
          )}
          {isTyped && (
            <Button tone={action === "replace_key" ? "primary" : "plain"} onClick={() => onOpen("replace")}>
              {t.manage.replace}
            </Button>
          )}
          {health.state !== "pending" && (
            <Button busy={checking.busy} onClick={checkNow}>
              {checking.busy ? t.manage.checking : t.manage.check}
            </Button>
          )}
        </div>
        <Alert problem={checking.problem} />
      </section>
      <section class="box">
        <Switch label={t.list.switchOf(name)} on={active} busy={change.busy} onChange={setStatus}>
          {t.manage.availableToAgents}
        </Switch>
        <Alert problem={change.problem} />
      </section>
      <Rename key={name} integration={integration} onChanged={onChanged} />
      <Facts integration={integration} manifest={manifest} now={now} />
      {integration.auth_method === "oauth2" && <ScopeFacts integration={integration} manifest={manifest} />}
      <section class="box danger">
        <p class="soft">{t.manage.removeLead}</p>
        <Button tone="danger" icon="trash" onClick={() => onOpen("delete")}>
          {t.manage.remove}
        </Button>
      </section>
    </div>
  );
}

function Rename({ integration, onChanged }: Pick<Props, "integration" | "onChanged">) {
  const nexus = useNexus();
  const [name, setName] = useState(integration.name);
  const { busy, problem, run } = useAction();
  const isChanged = name.trim() !== integration.name && name.trim() !== "";
  const submit = () =>
    void run(async () => {
      const path = `/api/integrations/${integration.id}`;
      const renamed = await nexus.client.call<Integration>("PUT", path, { body: { name: name.trim() } });
      onChanged(renamed);
      nexus.announce(t.manage.renamed(renamed.name));
    });
  const nameError = problem?.at("/name") ?? (problem?.code === "name_taken" ? problem.message : undefined);
  return (
    <Form id="rename" onSubmit={() => isChanged && !busy && submit()}>
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
    [t.manage.created, t.manage.createdBy(integration.created_at, integration.created_by)],
  ];
  return (
    <dl class="rows">
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

function ScopeFacts({ integration, manifest }: { integration: Integration; manifest: IntegrationManifest }) {
  const described = new Map(manifest.oauth2?.scopes?.known?.map((scope) => [scope.name, scope.description]));
  const list = (scopes: readonly string[]) => (
    <ul class="scopes">
      {scopes.map((scope) => (
        <li>
          <code>{scope}</code> <span class="soft">{described.get(scope)}</span>
        </li>
      ))}
    </ul>
  );
  const { granted, missing } = integration.scopes;
  return (
    <section class="stack">
      {missing.length > 0 && (
        <div class="alert warn">
          <div>
            <strong>{t.manage.missing}</strong>
            {list(missing)}
            <p class="soft">{t.manage.missingLead}</p>
          </div>
        </div>
      )}
      <div>
        <h3>{t.manage.scopes}</h3>
        {granted.length > 0 ? list(granted) : <p class="soft">{t.manage.noScopes}</p>}
      </div>
    </section>
  );
}
