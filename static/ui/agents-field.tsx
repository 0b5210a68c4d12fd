/** Which agents may use an integration: all, or those that are named. */
import type { Policy } from "../api/types";
import { t } from "../text";
import { Field } from "./controls";

/** As it stands in the form. */
interface Agents {
  readonly everyone: boolean;
  /** One subject per line. */
  readonly named: string;
}

export const EVERYONE: Agents = { everyone: true, named: "" };

export function agentsOf(policy: Policy): Agents {
  return { everyone: policy.agents.includes("*"), named: policy.agents.filter((agent) => agent !== "*").join("\n") };
}

/** As a policy has them. */
export function subjects({ everyone, named }: Agents): string[] {
  return everyone ? ["*"] : named.split("\n").map((line) => line.trim()).filter(Boolean);
}

interface Props {
  agents: Agents;
  onChange(agents: Agents): void;
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
