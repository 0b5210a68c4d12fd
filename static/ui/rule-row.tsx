/** One rule of a policy. */
import { useState } from "preact/hooks";

import type { Rule } from "../api/types";
import { t } from "../text";
import { Icon } from "./icons";
import { Select } from "./parts";

interface Props {
  number: number;
  rule: Rule;
  hosts: readonly string[];
  error: string | undefined;
  onChange(rule: Rule): void;
  onRemove(): void;
}

export function RuleRow({ number, rule, hosts, error, onChange, onRemove }: Props) {
  const [methods, setMethods] = useState(rule.methods.join(", "));
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
        value={methods}
        spellcheck={false}
        onInput={(event) => changedMethods(event.currentTarget.value)}
      />
      <input
        class="code path"
        aria-label={t.access.path}
        aria-invalid={error ? "true" : undefined}
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
        <p class="error">
          <Icon name="bad" />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
}
