/** The page of one agent: connecting it, what it may call, its keys, its name, and its end. */
import { useEffect, useState } from "preact/hooks";

import { agentPath } from "../api/paths";
import type { Agent } from "../api/types";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { AgentAccessList } from "./agent-access";
import { AgentCalls } from "./agent-calls";
import { AgentConnect } from "./agent-connect";
import { AgentKeys } from "./agent-keys";
import { AgentSwitch, aboutAgent, useSwitch } from "./agents";
import { useAction, useLoad, useNexus, useNow } from "./context";
import { Field, Form } from "./controls";
import { Crumb } from "./crumb";
import { useGuard } from "./guard";
import { Loaded } from "./loaded";
import { Alert, Button, EmptyState, Fact, Mark } from "./parts";
import { RemoveDialog } from "./remove";
import { StopDialog } from "./stop-dialog";
import { agentNameError } from "./use-agents";
import { useFresh } from "./use-fresh";

const AGENTS: Route = { page: "section", name: "agents" };

interface Props {
  id: string;
  /** Reports the name, for the title of the window. */
  onName(id: string, name: string): void;
}

export function AgentPage({ id, onName }: Props) {
  const { client, identity } = useNexus();
  const guard = useGuard();
  const [loaded, set] = useLoad((signal) => client.get<Agent>(agentPath(id), {}, signal), id);
  useFresh(identity.workspace, () => !guard.isHolding && set());
  const name = loaded.state === "ready" ? loaded.value.name : "";
  useEffect(() => onName(id, name || t.agents.title), [id, name]);
  return (
    <div class="integration">
      <Crumb route={AGENTS}>{t.agents.title}</Crumb>
      <Loaded
        of={loaded}
        onRetry={() => set()}
        rows={8}
        title={t.agents.errorTitle}
        gone={<EmptyState icon="unknown" title={t.agents.goneTitle} lead={t.agents.goneLead} isPage />}
      >
        {(agent) => <View agent={agent} onChanged={set} />}
      </Loaded>
    </div>
  );
}

interface ViewProps {
  agent: Agent;
  /** Shows this agent, or loads it again. */
  onChanged(agent?: Agent): void;
}

function View({ agent, onChanged }: ViewProps) {
  const now = useNow();
  const change = useSwitch(onChanged);
  const isRegistered = agent.kind === "registered";
  return (
    <>
      <div class="integration-head">
        <Mark name={agent.name} brand={undefined} />
        <div class="names">
          <h1 tabIndex={-1}>{agent.name}</h1>
          <p class="soft">
            {aboutAgent(agent, now)}
          </p>
        </div>
        <div class="actions">
          <AgentSwitch agent={agent} busy={change.busy} onChange={change.set} />
        </div>
        <Alert problem={change.problem} />
      </div>
      <div class="columns">
        <div class="stack">
          {isRegistered ? <AgentConnect agent={agent} onChanged={() => onChanged()} /> : <NotHere agent={agent} />}
          <AgentAccessList agent={agent} />
          <AgentCalls agent={agent} />
        </div>
        <div class="stack">
          {isRegistered && <AgentKeys agent={agent} onChanged={() => onChanged()} />}
          <section class="box">
            <Words agent={agent} onChanged={onChanged} />
          </section>
          <Danger agent={agent} />
        </div>
      </div>
    </>
  );
}

/** An agent whose proof comes from elsewhere. */
function NotHere({ agent }: { agent: Agent }) {
  return (
    <section class="box">
      <h2>{t.agents.kind[agent.kind]}</h2>
      <p class="soft">{agent.kind === "connected_app" ? t.agents.ofApp : t.agents.ofIssuer}</p>
      {agent.kind === "outside" && (
        <dl class="rows">
          <Fact name={t.agents.issuer}>{agent.issuer}</Fact>
          <Fact name={t.agents.subject}>{agent.subject}</Fact>
        </dl>
      )}
    </section>
  );
}

function Words({ agent, onChanged }: { agent: Agent; onChanged(agent: Agent): void }) {
  const { client, announce } = useNexus();
  const [name, setName] = useState(agent.name);
  const [description, setDescription] = useState(agent.description);
  const saving = useAction();
  const isChanged = name.trim() !== agent.name || description.trim() !== agent.description;
  const submit = () =>
    void saving.run(async () => {
      const body = { name: name.trim(), description: description.trim() };
      onChanged(await client.call<Agent>("PUT", agentPath(agent.id), { body }));
      announce(t.agents.saved(body.name));
    });
  const errors = { name: agentNameError(saving.problem), description: saving.problem?.at("/description") };
  return (
    <Form id="agent" unsaved={isChanged} onSubmit={() => isChanged && !saving.busy && submit()}>
      <Field label={t.agents.name} value={name} onInput={setName} maxLength={100} error={errors.name} />
      <Field label={t.agents.description} value={description} onInput={setDescription} maxLength={500} required={false} error={errors.description} />
      {!errors.name && !errors.description && <Alert problem={saving.problem} />}
      {isChanged && (
        <div class="actions">
          <Button type="submit" busy={saving.busy}>
            {saving.busy ? t.saving : t.agents.save}
          </Button>
        </div>
      )}
    </Form>
  );
}

function Danger({ agent }: { agent: Agent }) {
  const { identity, replace } = useNexus();
  const [open, setOpen] = useState<"stop" | "remove" | null>(null);
  const [isAdmin, canRemove] = [identity.role === "ADMIN", agent.kind !== "outside"];
  if (!isAdmin && !canRemove) return null;
  return (
    <section class="box danger">
      {isAdmin && (
        <>
          <p class="soft">{t.stops.hint.agent}</p>
          <Button tone="danger" icon="stop" onClick={() => setOpen("stop")}>
            {t.stops.stop}
          </Button>
        </>
      )}
      {canRemove && (
        <>
          <p class="soft">{t.agents.removeHint}</p>
          <Button tone="danger" icon="trash" onClick={() => setOpen("remove")}>
            {t.agents.remove}
          </Button>
        </>
      )}
      {open === "stop" && <StopDialog target={{ scope: "agent", id: agent.id, name: agent.name }} onClose={() => setOpen(null)} />}
      {open === "remove" && (
        <RemoveDialog
          title={t.agents.removeTitle(agent.name)}
          lead={t.agents.removeLead}
          done={t.agents.removed(agent.name)}
          path={agentPath(agent.id)}
          onClose={(isDeleted) => {
            setOpen(null);
            if (isDeleted) replace(AGENTS);
          }}
        />
      )}
    </section>
  );
}
