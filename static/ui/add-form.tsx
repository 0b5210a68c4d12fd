/**
 * The form for one provider, drawn from its manifest. Nothing that is typed is lost by an error;
 * what the server says is wrong stands beside the field.
 */
import { useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Problem } from "../api/client";
import type { Integration, IntegrationCreated, IntegrationInput } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { fieldsOf, isPlaced, pointer } from "../logic/fields";
import { suggestName } from "../logic/names";
import type { Route } from "../logic/route";
import { t } from "../text";
import { AgentsField, EVERYONE, subjects } from "./agents-field";
import { OauthAppStep } from "./app-step";
import { useAction, useNexus } from "./context";
import { Field, Form } from "./controls";
import { CredentialFields, useTyped } from "./credential-fields";
import { FlowView } from "./flow-view";
import { Alert, Button, Out, RouteLink } from "./parts";
import { Scopes } from "./scopes";
import { useEnd } from "./use-end";
import { useFlow } from "./use-flow";

interface Props {
  manifest: IntegrationManifest;
  taken: readonly string[];
  onMade(integration: Integration | IntegrationCreated, checked: boolean): void;
  onClose(): void;
}

export function AddForm({ manifest, taken, onMade, onClose }: Props) {
  const nexus = useNexus();
  const oauth = manifest.auth_method === "oauth2";
  const fields = oauth ? fieldsOf({ ...manifest, credentials: [] }) : fieldsOf(manifest);
  const [name, setName] = useState(() => suggestName(manifest.name, taken));
  const [scopes, setScopes] = useState<readonly string[]>(manifest.oauth2?.scopes?.default ?? []);
  const [agents, setAgents] = useState(EVERYONE);
  const [complain, setComplain] = useState(false);
  const typed = useTyped(fields);
  const action = useAction();
  const flow = useFlow();
  const { phase } = flow;
  const problem = phase.at === "refused" ? phase.problem : action.problem;

  const input = (): IntegrationInput => {
    const params = typed.of("params");
    const credentials = typed.of("credentials");
    return {
      manifest_id: manifest.id,
      name: name.trim(),
      ...(Object.keys(params).length > 0 && { params }),
      ...(oauth ? { scopes } : { credentials }),
      ...(!agents.everyone && { policy: { agents: subjects(agents), rules: [] } }),
    };
  };
  const made = (integration: Integration | IntegrationCreated, checked: boolean) => {
    nexus.changed(integration.id, integration);
    nexus.announce(t.add.connected(integration.name));
    onMade(integration, checked);
  };
  useEnd(flow, made);

  const submit = (verify: boolean) => {
    setComplain(true);
    if (typed.missing() || !name.trim()) return;
    if (oauth) {
      flow.start(
        flow.id
          ? { path: `/api/integrations/${flow.id}/authorize`, body: { scopes }, id: flow.id }
          : { path: "/api/integrations", body: input(), id: null },
      );
      return;
    }
    void action.run(async () => {
      const body = { ...input(), ...(!verify && { verify: false }) };
      made(await nexus.client.call<IntegrationCreated>("POST", "/api/integrations", { body }), verify);
    });
  };
  const leave = (route: Route) => {
    onClose();
    nexus.go(route);
  };
  /** A sign-in that is given up leaves no half of an integration behind. */
  const discard = () => {
    const { id } = flow;
    flow.reset();
    if (!id) return;
    nexus.client.call("DELETE", `/api/integrations/${id}`).then(
      () => nexus.changed(id, null),
      (thrown: unknown) => nexus.announce(problemOf(thrown).message, "bad"),
    );
  };

  if (problem?.code === "oauth_client_missing") {
    return (
      <OauthAppStep
        manifest={manifest}
        redirectUri={problem.body.redirect_uri ?? ""}
        onSaved={() => {
          flow.reset();
          action.clear();
        }}
        onClose={onClose}
      />
    );
  }
  // Once it is begun, what was typed is with the server.
  if (phase.at !== "idle" && !(phase.at === "refused" && !flow.id)) {
    return (
      <FlowView phase={phase} provider={manifest.name} onAgain={() => submit(true)}>
        <Button tone="quiet" onClick={discard}>
          {t.flow.discard}
        </Button>
      </FlowView>
    );
  }
  const down = problem?.code === "provider_error" || problem?.code === "provider_timeout";
  const placed = problem && (problem.code === "credential_refused" && !oauth || problem.code === "name_taken" || isPlaced(problem.body.errors, ["/name", ...fields.map(pointer)]));
  return (
    <Form id="add" onSubmit={() => !action.busy && submit(true)}>
      <CredentialFields fields={fields} typed={typed} provider={manifest.name} problem={problem} complain={complain} focus />
      {oauth && <Scopes manifest={manifest} chosen={scopes} onChange={setScopes} />}
      <Field
        label={t.add.name}
        value={name}
        onInput={setName}
        maxLength={100}
        error={nameError(name, complain, problem)}
        hint={
          problem?.body.existing_id ? (
            <RouteLink origin={nexus.client.origin} route={existing(problem.body.existing_id)} go={leave}>
              {t.add.showExisting}
            </RouteLink>
          ) : (
            t.add.nameHint
          )
        }
        focus={fields.length === 0}
      />
      <details class="fold">
        <summary>
          <span>{t.add.agents}</span> <span class="soft">{agents.everyone ? t.access.allAgents : t.access.someAgents}</span>
        </summary>
        <AgentsField agents={agents} onChange={setAgents} error={undefined} />
      </details>
      {problem && !placed && (
        <Alert problem={problem} title={down ? t.add.notCheckedBy(manifest.name) : ""}>
          {down && !oauth && (
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
        {manifest.docs_url && <Out href={manifest.docs_url}>{t.add.docs}</Out>}
      </div>
    </Form>
  );
}

function existing(id: string): Route {
  return { page: "integration", id, tab: "overview" };
}

function nameError(name: string, complain: boolean, problem: Problem | null): string | undefined {
  if (complain && !name.trim()) return t.add.required(t.add.name);
  return problem?.at("/name") ?? (problem?.code === "name_taken" ? problem.message : undefined);
}

