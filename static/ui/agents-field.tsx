/** A field for the agents that may use an integration: all of them, or a list. */
import type { Policy } from "../api/types";
import { t } from "../text";
import { Field } from "./controls";

/** The agents, as the form holds them. */
interface AgentSelection {
  readonly everyone: boolean;
  /** One subject per line. */
  readonly named: string;
}

export const EVERYONE: AgentSelection = { everyone: true, named: "" };

export function agentsOf(policy: Policy): AgentSelection {
  return { everyone: policy.agents.includes("*"), named: policy.agents.filter((agent) => agent !== "*").join("\n") };
}

/** The agents, as a policy holds them. */
export function subjects({ everyone, named }: AgentSelection): string[] {
  return everyone ? ["*"] : named.split("\n").map((line) => line.trim()).filter(Boolean);
}

interface Props {
  agents: AgentSelection;
  onChange(agents: AgentSelection): void;
  error: string | undefined;
  disabled?: boolean;
}

export function AgentsField({ agents, onChange, error, disabled = false }: Props) {
  const { everyone, named } = agents;
  return (
    <fieldset class="group" disabled={disabled}>
      <legend>{t.access.agents}</legend>
      {[true, false].map((all) => (
        <label class="check">
          <input type="radio" checked={everyone === all} onChange={() => onChange({ named, everyone: all })} />
          <span>{all ? t.access.allAgents : t.access.someAgents}</span>
        </label>
      ))}
      {!everyone && (
        <Field
          label={t.access.agentsLabel}
          value={named}
          onInput={(named) => onChange({ everyone, named })}
          multiline
          hint={subjects(agents).length > 0 ? t.access.agentsHint : t.access.nobody}
          error={error}
        />
      )}
    </fieldset>
  );
}
