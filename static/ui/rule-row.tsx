/** One rule of a policy, in a form. */
import { useId, useState } from "preact/hooks";

import type { Rule } from "../api/types";
import { t } from "../text/all";
import { Select } from "./controls";
import { Icon } from "./icons";

interface Props {
  number: number;
  rule: Rule;
  hosts: readonly string[];
  /** The name of an agent of the rule. */
  nameOf(agent: string): string;
  /** The error of the rule. */
  error: string | undefined;
  /** The error of its methods, if `error` is about them. */
  methodsError: string | undefined;
  onChange(rule: Rule): void;
  onRemove(): void;
}

export function RuleRow({ number, rule, hosts, nameOf, error, methodsError, onChange, onRemove }: Props) {
  const id = useId();
  // The text as it was typed, with its commas.
  const [methods, setMethods] = useState(rule.methods.join(", "));
  const invalid = (isInvalid: boolean) => (isInvalid ? ({ "aria-invalid": "true", "aria-describedby": id } as const) : {});
  const changeMethods = (text: string) => {
    setMethods(text);
    onChange({ ...rule, methods: text.toUpperCase().split(/[\s,]+/).filter(Boolean) });
  };
  const changeHost = (host: string) => {
    const { host: _, ...rest } = rule;
    onChange(host ? { ...rest, host } : rest);
  };
  return (
    <div class="rule" role="group" aria-label={t.access.ruleLegend(number)}>
      <Select
        label={t.access.effect}
        value={rule.effect}
        options={[["allow", t.access.allow], ["deny", t.access.deny]]}
        onChange={(effect) => onChange({ ...rule, effect: effect as Rule["effect"] })}
      />
      <input
        class="code methods"
        aria-label={`${t.access.methods} (${t.access.methodsHint})`}
        {...invalid(methodsError !== undefined)}
        value={methods}
        spellcheck={false}
        onInput={(event) => changeMethods(event.currentTarget.value)}
      />
      <input
        class="code path"
        aria-label={t.access.path}
        {...invalid(error !== undefined && methodsError === undefined)}
        value={rule.path}
        spellcheck={false}
        onInput={(event) => onChange({ ...rule, path: event.currentTarget.value.trim() })}
      />
      {hosts.length > 1 && (
        <Select
          label={t.access.host}
          value={rule.host ?? ""}
          options={[["", t.access.anyHost], ...hosts.map((host) => [host, host] as const)]}
          onChange={changeHost}
        />
      )}
      <button type="button" class="icon-button" aria-label={t.access.removeRule(number)} onClick={onRemove}>
        <Icon name="trash" />
      </button>
      {rule.agents && <p class="hint full">{t.access.onlyFor(rule.agents.map(nameOf).join(", "))}</p>}
      {error && (
        <p id={id} class="error">
          <Icon name="bad" />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
}
