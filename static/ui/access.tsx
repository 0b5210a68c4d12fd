/** The policy: which agents may use an integration, for which calls, and a line to try a call. */
import { useEffect, useRef, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Problem } from "../api/client";
import type { Integration, Policy, Rule } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { t } from "../text";
import { AgentsField, agentsOf, subjects } from "./agents-field";
import { useAction, useNexus } from "./context";
import { Form } from "./controls";
import { Alert, Button } from "./parts";
import { PolicyTest } from "./policy-test";
import { RuleRow } from "./rule-row";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  /** Whether there is something to lose. */
  onDirty(dirty: boolean): void;
  /** Somebody else changed it: what is there now is wanted. */
  onReload(): void;
}

/** How long nothing is typed before the server is asked, in milliseconds. */
const WHILE_TYPING = 300;

const NEW_RULE: Rule = { effect: "allow", methods: ["GET"], path: "/**" };

export function Access({ integration, manifest, onChanged, onDirty, onReload }: Props) {
  const nexus = useNexus();
  const saved = integration.policy;
  const count = useRef(0);
  const row = (rule: Rule) => ({ id: count.current++, rule });
  const [agents, setAgents] = useState(() => agentsOf(saved));
  const [rows, setRows] = useState(() => saved.rules.map(row));
  const { busy, problem, run, clear } = useAction();
  const policy: Policy = { ...saved, agents: subjects(agents), rules: rows.map(({ rule }) => rule) };
  const text = JSON.stringify(policy);
  const dirty = text !== JSON.stringify(saved);
  useEffect(() => onDirty(dirty), [dirty]);
  useEffect(() => () => onDirty(false), []);
  /** The policy that the server was asked about last, and what it refuses of it: it judges a form before it is saved. */
  const [judged, setJudged] = useState<{ text: string; problem: Problem | null } | null>(null);
  useEffect(() => {
    if (!dirty) return;
    const left = new AbortController();
    const ask = async () => {
      const path = `/api/integrations/${integration.id}`;
      const options = { body: { policy }, query: { dry_run: "true" }, signal: left.signal };
      const problem = await nexus.client.call("PUT", path, options).then(() => null, problemOf);
      // Whatever else is wrong is said when it is saved.
      if (!left.signal.aborted) setJudged({ text, problem: problem?.code === "invalid" ? problem : null });
    };
    const timer = setTimeout(() => void ask(), WHILE_TYPING);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [text, dirty]);
  const isJudged = !dirty || judged?.text === text;
  const refused = dirty && isJudged ? (judged?.problem ?? null) : null;
  /** What the server said was about other rules, or other places of them. */
  const change = (rows: { id: number; rule: Rule }[]) => {
    clear();
    setRows(rows);
  };
  const save = () =>
    void run(async () => {
      const path = `/api/integrations/${integration.id}`;
      const options = { body: { policy }, version: integration.version };
      onChanged(await nexus.client.call<Integration>("PUT", path, options));
      nexus.announce(t.access.saved);
    });
  const about = (pointer: string) =>
    (problem ?? refused)?.body.errors?.find((error) => error.pointer.startsWith(pointer))?.detail;
  const agentsError = about("/policy/agents");
  const placed = agentsError !== undefined || rows.some((_, index) => about(`/policy/rules/${index}`));
  const deny = manifest.api.deny ?? [];
  return (
    <div class="stack">
      <p class="soft">{t.access.lead}</p>
      <Form id="access" onSubmit={() => dirty && !busy && save()}>
        <AgentsField agents={agents} onChange={setAgents} error={agentsError} disabled={busy} />
        <fieldset class="group" disabled={busy}>
          <legend>{t.access.rules}</legend>
          {rows.length === 0 && <p class="soft">{t.access.noRules}</p>}
          {rows.map(({ id, rule }, index) => (
            <RuleRow
              key={id}
              number={index + 1}
              rule={rule}
              hosts={manifest.api.hosts}
              methodsError={about(`/policy/rules/${index}/methods`)}
              error={about(`/policy/rules/${index}`)}
              onChange={(rule) => change(rows.map((one) => (one.id === id ? { id, rule } : one)))}
              onRemove={() => change(rows.filter((one) => one.id !== id))}
            />
          ))}
          <Button icon="plus" onClick={() => change([...rows, row(NEW_RULE)])}>
            {t.access.addRule}
          </Button>
        </fieldset>
        {!placed && (
          <Alert problem={problem}>
            {problem?.status === 412 && <Button onClick={onReload}>{t.access.reload}</Button>}
          </Alert>
        )}
        {dirty && (
          <div class="actions sticky">
            <Button type="submit" tone="primary" busy={busy}>
              {busy ? t.saving : t.save}
            </Button>
            <span class="soft">{t.leave.lead}</span>
          </div>
        )}
      </Form>
      <PolicyTest policy={policy} manifest={manifest} isJudged={isJudged} isRefused={refused !== null} />
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
