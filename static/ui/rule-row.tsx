/** One rule of a policy. */
import { useId, useState } from "preact/hooks";

import type { Rule } from "../api/types";
import { t } from "../text";
import { Select } from "./controls";
import { Icon } from "./icons";

interface Props {
  number: number;
  rule: Rule;
  hosts: readonly string[];
  /** What is wrong with it; with its methods in particular. */
  error: string | undefined;
  methodsError: string | undefined;
  onChange(rule: Rule): void;
  onRemove(): void;
}

export function RuleRow({ number, rule, hosts, error, methodsError, onChange, onRemove }: Props) {
  const id = useId();
  // As it is typed, commas and all.
  const [methods, setMethods] = useState(rule.methods.join(", "));
  const wrong = (is: boolean) => (is ? ({ "aria-invalid": "true", "aria-describedby": id } as const) : {});
  const changedMethods = (text: string) => {
    setMethods(text);
    onChange({ ...rule, methods: text.toUpperCase().split(/[\s,]+/).filter(Boolean) });
  };
  const changedHost = (host: string) => {
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
        {...wrong(methodsError !== undefined)}
        value={methods}
        spellcheck={false}
        onInput={(event) => changedMethods(event.currentTarget.value)}
      />
      <input
        class="code path"
        aria-label={t.access.path}
        {...wrong(error !== undefined && methodsError === undefined)}
        value={rule.path}
        spellcheck={false}
        onInput={(event) => onChange({ ...rule, path: event.currentTarget.value.trim() })}
      />
      {hosts.length > 1 && (
        <Select
          label={t.access.host}
          value={rule.host ?? ""}
          options={[["", t.access.anyHost], ...hosts.map((host) => [host, host] as const)]}
          onChange={changedHost}
        />
      )}
      <button type="button" class="icon-button" aria-label={t.access.removeRule(number)} onClick={onRemove}>
        <Icon name="trash" />
      </button>
      {error && (
        <p id={id} class="error">
          <Icon name="bad" />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
}
