/** "Would this call be allowed?", answered for the rules in the form. */
import { useState } from "preact/hooks";

import type { Policy } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { READABLE, predict } from "../logic/policy";
import type { Verdict } from "../logic/policy";
import { t } from "../text/all";
import { Select } from "./controls";
import { Icon } from "./icons";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((name) => [name, name] as const);

/** The types of bodies that most servers read: JSON, and what HTML forms send. */
const TYPES = [...READABLE, "multipart/form-data"];

interface Props {
  policy: Policy;
  /** The name of an agent. */
  nameOf(subject: string): string;
  manifest: IntegrationManifest;
  /** Whether the server has validated exactly this policy. */
  isValidated: boolean;
  /** Whether the server would reject this policy. */
  isInvalid: boolean;
}

export function PolicyTest({ policy, nameOf, manifest, isValidated, isInvalid }: Props) {
  const [method, setMethod] = useState("GET");
  const [path, setPath] = useState("");
  const [agent, setAgent] = useState("");
  const [host, setHost] = useState(manifest.api.hosts[0] ?? "");
  const [type, setType] = useState("");
  const listed = (manifest.api.body_types ?? []).filter((one) => !one.endsWith("*"));
  const hasTypes = (manifest.api.body_types ?? manifest.api.deny_body ?? []).length > 0;
  // The agents that make a difference.
  const named = [...new Set([...policy.agents, ...policy.rules.flatMap((rule) => rule.agents ?? [])])].filter((one) => one !== "*");
  const [sent = ""] = path.split("#");
  const at = sent.includes("?") ? sent.indexOf("?") : sent.length;
  const call = { agent, method, host, path: sent.slice(0, at), query: sent.slice(at + 1), ...(type && { type }) };
  const verdict = path && isValidated ? (isInvalid ? INVALID : predict(policy, manifest, call)) : null;
  return (
    <section class="box">
      <h2>{t.access.test}</h2>
      <div class="rule">
        <Select label={t.access.testMethod} value={method} options={METHODS} onChange={setMethod} />
        <input
          class="code path"
          aria-label={t.access.testPath}
          placeholder={t.access.testPathExample}
          value={path}
          spellcheck={false}
          onInput={(event) => setPath(event.currentTarget.value.trim())}
        />
        {named.length > 0 && (
          <Select
            label={t.access.testAgent}
            value={agent}
            options={[["", t.access.testAgent], ...named.map((one) => [one, nameOf(one)] as const)]}
            onChange={setAgent}
          />
        )}
        {hasTypes && (
          <Select
            label={t.access.testType}
            value={type}
            options={[["", t.access.testNoBody], ...[...new Set([...listed, ...TYPES])].map((one) => [one, one] as const)]}
            onChange={setType}
          />
        )}
        {manifest.api.hosts.length > 1 && (
          <Select label={t.access.host} value={host} options={manifest.api.hosts.map((one) => [one, one] as const)} onChange={setHost} />
        )}
      </div>
      <p class={`verdict ${verdict ? (verdict.allowed ? "good" : "bad") : ""}`} role="status">
        {verdict && <Icon name={verdict.allowed ? "good" : "bad"} />}
        <span>{verdict && verdictText(verdict)}</span>
      </p>
      {verdict?.allowed && verdict.unless.length > 0 && <p class="hint">{t.access.readableBody}</p>}
    </section>
  );
}

/** The verdict for rules that cannot be saved. There is no prediction for them. */
const INVALID = { allowed: false, because: "invalid" } as const;

/** Which rule decided, and how. */
export function verdictText(verdict: Verdict | typeof INVALID): string {
  if (verdict.allowed) {
    const by = verdict.rule === null ? null : verdict.rule + 1;
    if (verdict.unless.length > 0) return t.access.allowedUnless(by, verdict.unless);
    return by === null ? t.access.allowed : t.access.allowedBy(by);
  }
  if (verdict.because === "rule") return t.access.deniedBy(verdict.rule + 1);
  if (verdict.because === "manifest" || verdict.because === "query") return t.access.deniedManifest(verdict.why);
  if (verdict.because === "type") return t.access.deniedType(verdict.types.join(", "));
  return t.access.because[verdict.because] ?? "";
}

/** What the body of an allowed call must not have. Empty if that does not matter. */
export function unlessText(verdict: Verdict): string {
  return verdict.allowed && verdict.unless.length > 0 ? t.access.unless(verdict.unless) : "";
}
