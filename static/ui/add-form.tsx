/**
 * The form for one provider, built from its manifest. An error must not lose what was typed. The server's
 * errors are shown beside their fields.
 */
import { useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Problem } from "../api/client";
import { integrationPath } from "../api/paths";
import type { Integration, IntegrationCreated, IntegrationInput, Preset } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { registersItself, registrationOf } from "../config/services";
import { EVERYONE, entriesOf } from "../logic/agents";
import { fieldsOf, belongToFields, pointer } from "../logic/fields";
import { slugOf, suggestName } from "../logic/names";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { AgentChoice } from "./agent-choice";
import { OauthAppStep, callbackOf } from "./app-step";
import { useAction, useNexus } from "./context";
import { Field, Form } from "./controls";
import { CredentialFields, useFieldValues } from "./credential-fields";
import { Dialog } from "./dialog";
import { FlowView } from "./flow-view";
import { useHold } from "./guard";
import { Icon } from "./icons";
import { Alert, Button, ExternalLink, RouteLink } from "./parts";
import { PresetChoice } from "./preset-choice";
import { Scopes } from "./scopes";
import { useConnected } from "./use-connected";
import { useFlow } from "./use-flow";
import { useOauthApps } from "./use-oauth-apps";

/** The rules for agents unless somebody chooses others. */
const SAFEST: Preset = "read_only";

interface Props {
  manifest: IntegrationManifest;
  /** The names of other integrations. */
  usedNames: readonly string[];
  onConnected(integration: Integration | IntegrationCreated, checked: boolean): void;
  /** Closes the dialog and opens a page. */
  onLeave(route: Route): void;
}

export function AddForm({ manifest, usedNames, onConnected, onLeave }: Props) {
  const nexus = useNexus();
  const oauth = manifest.auth_method === "oauth2";
  const fields = oauth ? fieldsOf({ ...manifest, credentials: [] }) : fieldsOf(manifest);
  const [suggested] = useState(() => suggestName(manifest.name, usedNames));
  const [name, setName] = useState(suggested);
  const [initialScopes] = useState<readonly string[]>(manifest.oauth2?.scopes?.default ?? []);
  const [scopes, setScopes] = useState(initialScopes);
  const [agents, setAgents] = useState(EVERYONE);
  const [preset, setPreset] = useState<Preset>(SAFEST);
  const [showMissing, setShowMissing] = useState(false);
  /** The slug that somebody has typed. Null if it follows the name. */
  const [typedSlug, setTypedSlug] = useState<string | null>(null);
  const slug = typedSlug ?? slugOf(name);
  // The server makes a slug of plain names, with a number if it is taken.
  const sendsSlug = typedSlug !== null || (slug !== "" && /[^\x20-\x7e]/.test(name));
  const apps = useOauthApps();
  const [setsUpApp, setsUpAppTo] = useState(false);
  const [hasApp, setHasApp] = useState(false);
  const needsNoApp = registersItself(registrationOf(manifest.oauth2), nexus.client.origin);
  const choice = manifest.find && (manifest.params ?? []).find((param) => param.from && "found" in param.from);
  const mayNeedApp = oauth && !needsNoApp && !hasApp && apps !== null && !apps.has(manifest.id);
  const values = useFieldValues(fields);
  const action = useAction();
  const flow = useFlow();
  const { phase } = flow;
  /** The draft that the server has made, and that waits for the provider's consent. It is in no list. */
  const unfinished = phase.at === "connected" ? null : flow.id;
  const problem = phase.at === "rejected" ? phase.problem : action.problem;

  const input = (): IntegrationInput => {
    const params = values.ofGroup("params");
    const credentials = values.ofGroup("credentials");
    return {
      manifest_id: manifest.id,
      name: name.trim(),
      ...(sendsSlug && { slug }),
      ...(Object.keys(params).length > 0 && { params }),
      ...(oauth ? { scopes } : { credentials }),
      preset,
      ...(!agents.everyone && { policy: { agents: entriesOf(agents), rules: [] } }),
    };
  };
  const connected = (integration: Integration | IntegrationCreated, checked: boolean) => {
    nexus.changed(integration.id, integration);
    onConnected(integration, checked);
  };
  useConnected(flow, connected);

  const submit = (verify: boolean) => {
    setShowMissing(true);
    if (values.firstEmpty() || !name.trim()) return;
    if (oauth) {
      flow.start(
        flow.id
          ? { path: `${integrationPath(flow.id)}/authorize`, body: { scopes }, id: flow.id }
          : { path: "/api/integrations", body: input(), id: null },
      );
      return;
    }
    void action.run(async () => {
      const body = { ...input(), ...(!verify && { verify: false }) };
      connected(await nexus.client.call<IntegrationCreated>("POST", "/api/integrations", { body }), verify);
    });
  };
  /** Deletes the draft of a sign-in that is discarded, so that its name is free at once. */
  const discard = () => {
    const { id } = flow;
    flow.reset();
    if (!id) return;
    nexus.client.call("DELETE", integrationPath(id)).then(
      () => nexus.changed(id, null),
      (thrown: unknown) => nexus.announce(problemOf(thrown).message, "bad"),
    );
  };
  useHold(unfinished !== null, ({ go, stay }) => (
    <UnfinishedQuestion
      provider={manifest.name}
      onStay={stay}
      onRemove={() => {
        discard();
        go();
      }}
    />
  ));

  if (problem?.code === "oauth_client_missing" || setsUpApp) {
    return (
      <OauthAppStep
        manifest={manifest}
        redirectUri={problem?.body.redirect_uri ?? callbackOf(nexus.client.origin, manifest.id)}
        onSaved={() => {
          setsUpAppTo(false);
          setHasApp(true);
          flow.reset();
          action.clear();
        }}
      />
    );
  }
  // When the flow has begun, the server has what was typed.
  if (phase.at !== "idle" && !(phase.at === "rejected" && !flow.id)) {
    return (
      <FlowView phase={phase} provider={manifest.name} onAgain={() => submit(true)}>
        <Button tone="quiet" onClick={discard}>
          {t.flow.discard}
        </Button>
      </FlowView>
    );
  }
  const isTyped =
    name !== suggested || typedSlug !== null || fields.some((field) => values.all[field.name]) || agents !== EVERYONE || preset !== SAFEST || scopes !== initialScopes;
  const providerDown = problem?.code === "provider_error" || problem?.code === "provider_timeout";
  const agentsError = problem?.body.errors?.find(({ pointer }) => pointer.startsWith("/policy/agents"))?.detail;
  const isShownInForm =
    problem &&
    ((problem.code === "credential_refused" && !oauth) ||
      problem.code === "name_taken" ||
      agentsError !== undefined ||
      belongToFields(problem.body.errors, ["/name", "/slug", ...fields.map(pointer)]));
  return (
    <Form id="add" unsaved={isTyped} onSubmit={() => !action.busy && submit(true)}>
      {mayNeedApp && (
        <div class="note">
          <Icon name="key" />
          <p>{t.add.appNeeded(manifest.name)}</p>
          <Button onClick={() => setsUpAppTo(true)}>{t.add.setUpApp}</Button>
        </div>
      )}
      {choice && <p class="hint">{t.add.chooseLater(choice.label)}</p>}
      <CredentialFields fields={fields} values={values} provider={manifest.name} problem={problem} showMissing={showMissing} focus />
      {oauth && <Scopes manifest={manifest} chosen={scopes} onChange={setScopes} />}
      <Field
        label={t.add.name}
        value={name}
        onInput={setName}
        maxLength={100}
        error={nameError(name, showMissing, problem)}
        hint={
          problem?.body.existing_id ? (
            <RouteLink origin={nexus.client.origin} route={overviewRoute(problem.body.existing_id)} go={onLeave}>
              {t.add.showExisting}
            </RouteLink>
          ) : (
            t.add.nameHint
          )
        }
        focus={fields.length === 0}
      />
      <details class="fold" open={problem?.at("/slug") !== undefined}>
        <summary>
          {t.add.address} <code class="soft">/api/proxy/{slug || "…"}</code>
        </summary>
        <Field label={t.manage.slug} value={slug} onInput={setTypedSlug} maxLength={48} code error={problem?.at("/slug")} hint={t.add.slugHint} />
      </details>
      <AgentChoice agents={agents} onChange={setAgents} error={agentsError} />
      <PresetChoice preset={preset} onChange={setPreset} />
      {problem && !isShownInForm && (
        <Alert problem={problem} title={providerDown ? t.add.notCheckedBy(manifest.name) : ""}>
          {providerDown && !oauth && (
            <>
              <p class="soft">{t.add.saveUncheckedWhy}</p>
              <Button onClick={() => submit(false)}>{t.add.saveUnchecked}</Button>
            </>
          )}
        </Alert>
      )}
      <div class="actions">
        <Button type="submit" tone="primary" busy={action.busy} icon={oauth ? "out" : "plug"}>
          {action.busy ? t.add.checking(manifest.name) : oauth ? t.add.continueTo(manifest.name) : t.add.connect}
        </Button>
        {manifest.docs_url && <ExternalLink href={manifest.docs_url}>{t.add.docs}</ExternalLink>}
      </div>
    </Form>
  );
}

function overviewRoute(id: string): Route {
  return { page: "integration", id, tab: "overview" };
}

function nameError(name: string, showMissing: boolean, problem: Problem | null): string | undefined {
  if (showMissing && !name.trim()) return t.add.required(t.add.name);
  return problem?.at("/name") ?? (problem?.code === "name_taken" ? problem.message : undefined);
}

interface UnfinishedProps {
  provider: string;
  onStay(): void;
  onRemove(): void;
}

/** The question before a sign-in is left that the provider has not confirmed yet. */
function UnfinishedQuestion({ provider, onStay, onRemove }: UnfinishedProps) {
  return (
    <Dialog
      kind="question"
      title={t.flow.unfinishedTitle}
      onClose={onStay}
      foot={
        <>
          <Button tone="danger" icon="trash" onClick={onRemove}>
            {t.flow.remove}
          </Button>
          <Button tone="primary" onClick={onStay}>
            {t.flow.stay}
          </Button>
        </>
      }
    >
      <p>{t.flow.unfinishedLead(provider)}</p>
    </Dialog>
  );
}
