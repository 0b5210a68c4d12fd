/** "Who may use it?": every agent of the workspace, or those that are chosen. One can be registered right here. */
import { useId, useState } from "preact/hooks";

import type { Agent } from "../api/types";
import { entriesOf, freeAgentName } from "../logic/agents";
import type { AgentSelection } from "../logic/agents";
import { t } from "../text/all";
import { useAction, useNexus } from "./context";
import { Check, Field, Radio } from "./controls";
import { useHold } from "./guard";
import { Button, LoadError } from "./parts";
import { agentNameError, useAgents } from "./use-agents";

interface Props {
  agents: AgentSelection;
  onChange(agents: AgentSelection): void;
  error?: string | undefined;
  disabled?: boolean;
}

export function AgentChoice({ agents, onChange, error, disabled = false }: Props) {
  const { everyone } = agents;
  const name = useId();
  return (
    <fieldset class="group" disabled={disabled}>
      <legend>{t.access.agents}</legend>
      {[true, false].map((all) => (
        <Radio
          name={name}
          label={all ? t.access.allAgents : t.access.someAgents}
          hint={all ? t.access.allAgentsHint : t.access.someAgentsHint}
          checked={everyone === all}
          onPick={() => onChange({ ...agents, everyone: all })}
        />
      ))}
      {!everyone && <Chosen agents={agents} onChange={onChange} error={error} />}
    </fieldset>
  );
}

function Chosen({ agents, onChange, error }: Props) {
  const [loaded, reload] = useAgents();
  const [isOpen, setOpen] = useState(false);
  const { chosen, others } = agents;
  if (loaded.state === "loading") return <p class="soft">{t.loading}</p>;
  const all = loaded.state === "ready" ? loaded.value : [];
  /** Ids that the policy has and the list does not, for example of an agent that was deleted. */
  const unknown = chosen.filter((id) => !all.some((one) => one.id === id));
  const choose = (id: string, isChosen: boolean) =>
    onChange({ ...agents, chosen: isChosen ? [...chosen, id] : chosen.filter((one) => one !== id) });
  const made = (agent: Agent) => {
    reload([agent, ...all]);
    setOpen(false);
    onChange({ ...agents, chosen: [...chosen, agent.id] });
  };
  return (
    <div class="box inset">
      {loaded.state === "failed" && <LoadError problem={loaded.problem} onRetry={() => reload()} />}
      <div class="checks" role="group" aria-label={t.agents.title}>
        {all.map((agent) => (
          <Check
            key={agent.id}
            label={agent.name}
            hint={agent.status === "active" ? (t.agents.kind[agent.kind] ?? agent.kind) : t.agents.off}
            checked={chosen.includes(agent.id)}
            onChange={(checked) => choose(agent.id, checked)}
          />
        ))}
        {unknown.map((id) => (
          <Check key={id} label={<code>{id}</code>} hint={t.access.unknownAgent} checked onChange={() => choose(id, false)} />
        ))}
      </div>
      {entriesOf(agents).length === 0 && <p class="hint">{t.access.nobody}</p>}
      {isOpen ? (
        <NewAgent all={all} onMade={made} onCancel={() => setOpen(false)} />
      ) : (
        <Button icon="plus" onClick={() => setOpen(true)}>
          {t.agents.add}
        </Button>
      )}
      <details class="fold" open={others !== "" || error !== undefined}>
        <summary>{t.access.outside}</summary>
        <Field
          label={t.access.agentsLabel}
          value={others}
          onInput={(others) => onChange({ ...agents, others })}
          multiline
          required={false}
          hint={t.access.agentsHint}
          error={error}
        />
      </details>
    </div>
  );
}

interface NewAgentProps {
  all: readonly Agent[];
  onMade(agent: Agent): void;
  onCancel(): void;
}

/** It is inside another form, so it is not a form itself. */
function NewAgent({ all, onMade, onCancel }: NewAgentProps) {
  const { client } = useNexus();
  const [suggested] = useState(() => freeAgentName(t.agents.suggested, all));
  const [name, setName] = useState(suggested);
  const making = useAction();
  useHold(name !== suggested);
  const make = () =>
    void making.run(async () => onMade(await client.call<Agent>("POST", "/api/agents", { body: { name: name.trim() } })));
  // There is no other field that it could be about.
  const error = agentNameError(making.problem) ?? making.problem?.message;
  return (
    <div
      class="beside"
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        if (!making.busy) make();
      }}
    >
      <Field label={t.agents.newName} value={name} onInput={setName} maxLength={100} error={error} focus />
      <Button busy={making.busy} onClick={make}>
        {t.agents.register}
      </Button>
      <Button tone="quiet" onClick={onCancel}>
        {t.cancel}
      </Button>
    </div>
  );
}
