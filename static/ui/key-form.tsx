/**
 * Gives an agent a key: an agent that is chosen, or one that is registered right here. What succeeded stays
 * when a later step fails, so that it can be tried again.
 */
import { useState } from "preact/hooks";

import { agentPath, integrationPath } from "../api/paths";
import type { Agent, AgentKeyCreated, Integration } from "../api/types";
import { admits, freeAgentName } from "../logic/agents";
import { t } from "../text/all";
import { useAction, useNexus } from "./context";
import { Field, Form, Select } from "./controls";
import { Loaded } from "./loaded";
import { Alert, Button } from "./parts";
import { agentNameError, useAgents } from "./use-agents";

/** A key in the moment in which it is shown. */
export interface ShownKey {
  readonly agent: Agent;
  readonly key: string;
}

interface Props {
  /** The integration that the agent must be able to use. */
  integration: Integration;
  onChanged(integration: Integration): void;
  onMade(made: ShownKey): void;
}

export function KeyForm(props: Props) {
  const [loaded, reload] = useAgents();
  return (
    <Loaded of={loaded} onRetry={() => reload()} rows={3}>
      {(all) => <Chooser {...props} all={all} onRegistered={(agent) => reload([agent, ...all])} />}
    </Loaded>
  );
}

interface ChooserProps extends Props {
  all: readonly Agent[];
  onRegistered(agent: Agent): void;
}

function Chooser({ integration, onChanged, onMade, all, onRegistered }: ChooserProps) {
  const { client } = useNexus();
  const withKeys = all.filter((one) => one.kind === "registered" && one.status === "active");
  const [suggested] = useState(() => freeAgentName(t.agents.suggested, all));
  // The agents that may use it come first. Without agents, a new one is the only choice.
  const [id, setId] = useState(() => withKeys.find((one) => admits(integration.policy, one))?.id ?? "");
  const [name, setName] = useState(suggested);
  const making = useAction();
  const chosen = withKeys.find((one) => one.id === id);
  const isAdded = chosen ? !admits(integration.policy, chosen) : !integration.policy.agents.includes("*");
  const make = () =>
    void making.run(async () => {
      let agent = chosen;
      if (!agent) {
        agent = await client.call<Agent>("POST", "/api/agents", { body: { name: name.trim() } });
        onRegistered(agent);
        setId(agent.id);
      }
      if (!admits(integration.policy, agent)) {
        const policy = { ...integration.policy, agents: [...integration.policy.agents, agent.id] };
        const options = { body: { policy }, version: integration.version };
        onChanged(await client.call<Integration>("PUT", integrationPath(integration.id), options));
      }
      const body = { name: integration.name };
      const { key = "" } = await client.call<AgentKeyCreated>("POST", `${agentPath(agent.id)}/keys`, { body });
      onMade({ agent, key });
    });
  const nameError = agentNameError(making.problem);
  const options = [...withKeys.map((one) => [one.id, one.name] as const), ["", t.agents.new] as const];
  return (
    <Form id="give-key" unsaved={!chosen && name !== suggested} onSubmit={() => !making.busy && make()}>
      <div class="beside top-aligned">
        {withKeys.length > 0 && (
          <div class="field">
            <span class="label" aria-hidden="true">
              {t.agents.agent}
            </span>
            <Select label={t.agents.agent} value={id} options={options} onChange={setId} />
          </div>
        )}
        {!chosen && <Field label={t.agents.newName} value={name} onInput={setName} maxLength={100} error={nameError} />}
        <Button type="submit" tone="primary" icon="key" busy={making.busy}>
          {t.agents.makeKey}
        </Button>
      </div>
      {isAdded && <p class="hint">{t.agents.isAdded(chosen?.name ?? (name.trim() || t.agents.new), integration.name)}</p>}
      {!nameError && <Alert problem={making.problem} />}
    </Form>
  );
}
