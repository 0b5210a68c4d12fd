/** The policy: which agents may use an integration, for which calls, and a line to try a call. */
import { useState } from "preact/hooks";

import type { Integration, Policy, Rule } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { t } from "../text";
import { useAction, useNexus } from "./context";
import { Alert, Button, Field, Form } from "./parts";
import { PolicyTest } from "./policy-test";
import { RuleRow } from "./rule-row";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
}

const NEW_RULE: Rule = { effect: "allow", methods: ["GET"], path: "/**" };

export function Access({ integration, manifest, onChanged }: Props) {
  const nexus = useNexus();
  const saved = integration.policy;
  const [everyone, setEveryone] = useState(saved.agents.includes("*"));
  const [named, setNamed] = useState(saved.agents.filter((agent) => agent !== "*").join("\n"));
  const [rules, setRules] = useState<readonly Rule[]>(saved.rules);
  const { busy, problem, run } = useAction();
  const agents = everyone ? ["*"] : named.split("\n").map((line) => line.trim()).filter(Boolean);
  const policy: Policy = { agents, rules: [...rules] };
  const dirty = JSON.stringify(policy) !== JSON.stringify(saved);
  const save = () =>
    void run(async () => {
      const path = `/api/integrations/${integration.id}`;
      const options = { body: { policy }, version: integration.version };
      onChanged(await nexus.client.call<Integration>("PUT", path, options));
      nexus.announce(t.access.saved);
    });
  const agentsError = problem?.body.errors?.find((error) => error.pointer.startsWith("/policy/agents"))?.detail;
  const ruleError = (index: number) =>
    problem?.body.errors?.find((error) => error.pointer.startsWith(`/policy/rules/${index}`))?.detail;
  const placed = agentsError !== undefined || rules.some((_, index) => ruleError(index));
  const deny = manifest.api.deny ?? [];
  return (
    <div class="stack">
      <p class="soft">{t.access.lead}</p>
      <Form id="access" onSubmit={() => dirty && !busy && save()}>
        <fieldset class="group">
          <legend>{t.access.agents}</legend>
          <label class="check">
            <input type="radio" name="agents" checked={everyone} onChange={() => setEveryone(true)} />
            <span>{t.access.allAgents}</span>
          </label>
          <label class="check">
            <input type="radio" name="agents" checked={!everyone} onChange={() => setEveryone(false)} />
            <span>{t.access.someAgents}</span>
          </label>
          {!everyone && (
            <Field label={t.access.agentsLabel} value={named} onInput={setNamed} multiline hint={t.access.agentsHint} error={agentsError} />
          )}
        </fieldset>
        <fieldset class="group">
          <legend>{t.access.rules}</legend>
          {rules.length === 0 && <p class="soft">{t.access.noRules}</p>}
          {rules.map((rule, index) => (
            <RuleRow
              key={index}
              number={index + 1}
              rule={rule}
              hosts={manifest.api.hosts}
              error={ruleError(index)}
              onChange={(changed) => setRules(rules.map((one, at) => (at === index ? changed : one)))}
              onRemove={() => setRules(rules.filter((_, at) => at !== index))}
            />
          ))}
          <Button icon="plus" onClick={() => setRules([...rules, NEW_RULE])}>
            {t.access.addRule}
          </Button>
        </fieldset>
        {!placed && <Alert problem={problem} />}
        {dirty && (
          <div class="actions sticky">
            <Button type="submit" tone="primary" busy={busy}>
              {busy ? t.saving : t.save}
            </Button>
            <span class="soft">{t.access.unsaved}</span>
          </div>
        )}
      </Form>
      <PolicyTest policy={policy} manifest={manifest} />
      {deny.length > 0 && (
        <details class="fold">
          <summary>{t.access.always(deny.length)}</summary>
          <p class="hint">{t.access.alwaysLead}</p>
          <ul class="scopes">
            {deny.map((rule) => (
              <li>
                <code>
                  {rule.method} {rule.path}
                </code>{" "}
                <span class="soft">{rule.why}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
