/** The policy of an integration: its agents, its rules, and a field that tests a call. */
import { useEffect, useRef, useState } from "preact/hooks";

import { problemOf } from "../api/client";
import type { Problem } from "../api/client";
import { integrationPath } from "../api/paths";
import type { Integration, Policy, Rule } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { entriesOf, selectionOf } from "../logic/agents";
import { PRESETS, presetOf, rulesOf } from "../logic/presets";
import { t } from "../text/all";
import { AgentChoice } from "./agent-choice";
import { useAction, useLoad, useNexus } from "./context";
import { Field, Form } from "./controls";
import { Alert, Button } from "./parts";
import { PolicyTest } from "./policy-test";
import { PolicyTrial } from "./policy-trial";
import { RuleRow } from "./rule-row";
import { namesOf, useAgents } from "./use-agents";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  /** Loads the latest version, after somebody else has changed the policy. */
  onReload(): void;
}

/** The pause in typing after which the server is asked, in milliseconds. */
const TYPING_PAUSE = 300;

const NEW_RULE: Rule = { effect: "allow", methods: ["GET"], path: "/**" };

/** A newer policy takes the place of the one that is shown, unless somebody is editing that one. */
export function Access(props: Props) {
  const [base, setBase] = useState(props.integration);
  const isDirty = useRef(false);
  const takesNext = useRef(false);
  useEffect(() => {
    if (isDirty.current && !takesNext.current) return;
    takesNext.current = false;
    setBase(props.integration);
  }, [props.integration]);
  const changed = (integration: Integration) => {
    setBase(integration);
    props.onChanged(integration);
  };
  const reload = () => {
    takesNext.current = true;
    props.onReload();
  };
  return (
    <Editor
      key={base.version}
      {...props}
      base={base}
      onDirty={(dirty) => (isDirty.current = dirty)}
      onChanged={changed}
      onReload={reload}
    />
  );
}

interface EditorProps extends Props {
  /** The integration as it was when the editing began. */
  base: Integration;
  onDirty(dirty: boolean): void;
}

function Editor({ integration, base, manifest, onChanged, onDirty, onReload }: EditorProps) {
  const nexus = useNexus();
  const saved = base.policy;
  const count = useRef(0);
  const row = (rule: Rule) => ({ id: count.current++, rule });
  const [agents, setAgents] = useState(() => selectionOf(saved));
  const [limit, setLimit] = useState(() => String(saved.limits?.calls_per_minute ?? ""));
  const [rows, setRows] = useState(() => saved.rules.map(row));
  const [listed] = useAgents();
  const known = listed.state === "ready" ? listed.value : [];
  const nameOf = namesOf(known);
  const { busy, problem, run, clear } = useAction();
  const perMinute = limitOf(limit);
  const { limits: _, ...unlimited } = saved;
  const policy: Policy = {
    ...unlimited,
    agents: entriesOf(agents),
    rules: rows.map(({ rule }) => rule),
    ...(perMinute && { limits: { calls_per_minute: perMinute } }),
  };
  const text = JSON.stringify(inOrder(policy));
  const dirty = text !== JSON.stringify(inOrder(saved)) || perMinute === undefined;
  onDirty(dirty);
  /** The policy that the server validated last, before it is saved, and the server's problem with it. */
  const [validated, setValidated] = useState<{ text: string; problem: Problem | null } | null>(null);
  useEffect(() => {
    if (!dirty) return;
    const cancelled = new AbortController();
    const validate = async () => {
      const path = integrationPath(integration.id);
      const options = { body: { policy }, query: { dry_run: "true" }, signal: cancelled.signal };
      const problem = await nexus.client.call("PUT", path, options).then(() => null, problemOf);
      // Other problems are shown when the policy is saved.
      if (!cancelled.signal.aborted) setValidated({ text, problem: problem?.code === "invalid" ? problem : null });
    };
    const timer = setTimeout(() => void validate(), TYPING_PAUSE);
    return () => {
      clearTimeout(timer);
      cancelled.abort();
    };
  }, [text, dirty]);
  const isValidated = !dirty || validated?.text === text;
  const invalid = dirty && isValidated ? (validated?.problem ?? null) : null;
  /** Changes the rules. The problem is cleared, because its pointers refer to the old rules. */
  const change = (rows: { id: number; rule: Rule }[]) => {
    clear();
    setRows(rows);
  };
  const save = (over?: number) =>
    void run(async () => {
      const path = integrationPath(integration.id);
      // A change of something else, such as the name, is not in the way.
      const isBase = JSON.stringify(integration.policy) === JSON.stringify(saved);
      const options = { body: { policy }, version: over ?? (isBase ? integration : base).version };
      onChanged(await nexus.client.call<Integration>("PUT", path, options));
      nexus.announce(t.access.saved);
    });
  const errorAt = (pointer: string) =>
    (problem ?? invalid)?.body.errors?.find((error) => error.pointer.startsWith(pointer))?.detail;
  const agentsError = errorAt("/policy/agents");
  const limitError = perMinute === undefined ? t.access.limitWrong : errorAt("/policy/limits");
  const isShownInForm = agentsError !== undefined || limitError !== undefined || rows.some((_, index) => errorAt(`/policy/rules/${index}`));
  const queries = (manifest.api.deny_query ?? []).map(({ method = "*", path = "/**", name, values = [], why }) => {
    return { method, path: `${path}?${name}${values.length > 0 ? `=${values.join("|")}` : ""}`, why };
  });
  const bodies = (manifest.api.deny_body ?? []).map(({ method = "*", path = "/**", name, why }) => {
    return { method, path, why: t.access.withMember(name, why) };
  });
  const deny = [...(manifest.api.deny ?? []), ...queries, ...bodies];
  const types = manifest.api.body_types ?? [];
  const preset = presetOf(policy.rules, manifest.api);
  return (
    <div class="stack text">
      <p class="soft">{t.access.lead}</p>
      <Form id="access" unsaved={dirty} onSubmit={() => dirty && !busy && perMinute !== undefined && save()}>
        <AgentChoice agents={agents} onChange={setAgents} error={agentsError} disabled={busy} />
        <fieldset class="group" disabled={busy}>
          <legend>{t.access.rules}</legend>
          <div class="segments" role="group" aria-label={t.access.presets}>
            {PRESETS.map((one) => (
              <button type="button" aria-pressed={one === preset ? "true" : "false"} onClick={() => change(rulesOf(one, manifest.api).map(row))}>
                {t.preset.names[one]}
              </button>
            ))}
            <button type="button" aria-pressed={preset === null ? "true" : "false"} onClick={() => preset && change([...rows, row(NEW_RULE)])}>
              {t.access.custom}
            </button>
          </div>
          {rows.length === 0 && <p class="soft">{t.access.noRules}</p>}
          {rows.map(({ id, rule }, index) => (
            <RuleRow
              key={id}
              number={index + 1}
              rule={rule}
              hosts={manifest.api.hosts}
              nameOf={nameOf}
              methodsError={errorAt(`/policy/rules/${index}/methods`)}
              error={errorAt(`/policy/rules/${index}`)}
              onChange={(rule) => change(rows.map((one) => (one.id === id ? { id, rule } : one)))}
              onRemove={() => change(rows.filter((one) => one.id !== id))}
            />
          ))}
          <Button icon="plus" onClick={() => change([...rows, row(NEW_RULE)])}>
            {t.access.addRule}
          </Button>
        </fieldset>
        <fieldset class="group" disabled={busy}>
          <legend>{t.access.limit}</legend>
          <div class="brief">
            <Field
              label={t.access.limitLabel}
              value={limit}
              onInput={setLimit}
              error={limitError}
              hint={t.access.limitHint}
              required={false}
              maxLength={9}
              inputMode="numeric"
            />
          </div>
        </fieldset>
        {!isShownInForm && (
          <Alert problem={problem}>
            {problem?.status === 412 && <Conflict id={integration.id} onKeep={(version) => save(version)} onTake={onReload} />}
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
      <PolicyTest nameOf={nameOf} policy={policy} manifest={manifest} isValidated={isValidated} isInvalid={invalid !== null} />
      <PolicyTrial agents={known} nameOf={nameOf} id={integration.id} policy={policy} saved={saved} manifest={manifest} isValidated={isValidated} isInvalid={invalid !== null} />
      {types.length > 0 && <p class="hint">{t.access.onlyTypes(types.join(", "))}</p>}
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

interface ConflictProps {
  id: string;
  /** Saves one's own rules over this version. */
  onKeep(version: number): void;
  onTake(): void;
}

/** Somebody else has changed the rules: theirs are shown, and one of both stays. */
function Conflict({ id, onKeep, onTake }: ConflictProps) {
  const { client } = useNexus();
  const [theirs] = useLoad((signal) => client.get<Integration>(integrationPath(id), {}, signal), id);
  const [listed] = useAgents();
  const known = listed.state === "ready" ? listed.value : [];
  const nameOf = namesOf(known);
  const policy = theirs.state === "ready" ? theirs.value.policy : null;
  return (
    <>
      {policy && (
        <>
          <p>{t.access.theirs}</p>
          <ul class="scopes">
            <li>{policy.agents.includes("*") ? t.access.allAgents : policy.agents.length > 0 ? t.access.onlyFor(policy.agents.map(nameOf).join(", ")) : t.access.nobodyMay}</li>
            {policy.limits && (
              <li>
                {t.access.limitLabel}: {policy.limits.calls_per_minute}
              </li>
            )}
            {policy.rules.length === 0 && <li>{t.access.noRules}</li>}
            {policy.rules.map((rule) => (
              <li>
                {rule.effect === "allow" ? t.access.allow : t.access.deny}{" "}
                <code>
                  {rule.methods.join(", ")} {rule.host}
                  {rule.path}
                </code>{" "}
                {rule.agents && <span class="soft">{t.access.onlyFor(rule.agents.map(nameOf).join(", "))}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="actions">
        <Button onClick={onTake}>{t.access.take}</Button>
        {theirs.state === "ready" && <Button onClick={() => onKeep(theirs.value.version)}>{t.access.keep}</Button>}
      </div>
    </>
  );
}

/** The members of a policy in the order in which the editor writes them, so that equal policies are equal texts. */
function inOrder({ agents, rules, limits, ...rest }: Policy): Policy {
  return { ...rest, agents: entriesOf(selectionOf({ agents, rules })), rules, ...(limits && { limits }) };
}

/** The number that was typed: null if there is none, undefined if it cannot be a limit. */
function limitOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text.replaceAll(",", ""));
  return Number.isInteger(value) && value >= 1 && value <= 1_000_000 ? value : undefined;
}
