/** A trial of the rules in the form on the last calls of agents. */
import { integrationPath } from "../api/paths";
import type { Agent, Call, CallPage, Policy } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { tryPolicy } from "../logic/calls";
import type { Trial } from "../logic/calls";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import { Icon } from "./icons";
import { Loaded } from "./loaded";
import { unlessText, verdictText } from "./policy-test";

/** How many calls the rules are tried on. */
const TRIED = 100;
/** How many of the calls that would be denied are shown. */
const SHOWN = 10;

interface Props {
  /** The integration. */
  id: string;
  policy: Policy;
  /** The agents of the workspace, and their names. */
  agents: readonly Agent[];
  nameOf(subject: string): string;
  /** The policy in force. */
  saved: Policy;
  manifest: IntegrationManifest;
  /** Whether the server has validated exactly this policy. */
  isValidated: boolean;
  /** Whether the server would reject this policy. */
  isInvalid: boolean;
}

export function PolicyTrial({ id, policy, agents, nameOf, saved, manifest, isValidated, isInvalid }: Props) {
  const { client } = useNexus();
  const path = `${integrationPath(id)}/calls`;
  const [calls, again] = useLoad((signal) => client.get<CallPage>(path, { limit: TRIED }, signal), id);
  return (
    <section class="box trial">
      <h2>{t.calls.trial.title}</h2>
      <Loaded of={calls} onRetry={() => again()} rows={2}>
        {({ items }) =>
          // Rules that the server has not read are not tried.
          !isValidated || isInvalid ? (
            <p class="soft">{isValidated ? t.access.because["invalid"] : t.calls.trial.waiting}</p>
          ) : (
            <Result trial={tryPolicy(policy, saved, manifest, items, agents)} nameOf={nameOf} />
          )
        }
      </Loaded>
    </section>
  );
}

function Result({ trial: { tried, denied, allowed }, nameOf }: { trial: Trial; nameOf(subject: string): string }) {
  if (tried === 0) return <p class="soft">{t.calls.trial.none}</p>;
  return (
    <div role="status" class="stack">
      <p class={denied.length > 0 ? "foretold bad" : "foretold good"}>
        <Icon name={denied.length > 0 ? "warn" : "good"} />
        <span>{denied.length > 0 ? t.calls.trial.denied(denied.length, tried) : t.calls.trial.deniedNone(tried)}</span>
      </p>
      {denied.length > 0 && (
        <ul class="scopes">
          {denied.slice(0, SHOWN).map(({ call, verdict }) => (
            <li key={call.id}>
              <Made call={call} nameOf={nameOf} /> <span class="soft">{verdictText(verdict)}</span>
            </li>
          ))}
        </ul>
      )}
      {denied.length > SHOWN && <p class="soft">{t.remove.andMore(denied.length - SHOWN)}</p>}
      {allowed.length > 0 && (
        <>
          <p>{t.calls.trial.allowed(allowed.length)}</p>
          <ul class="scopes">
            {allowed.slice(0, SHOWN).map(({ call, verdict }) => (
              <li key={call.id}>
                <Made call={call} nameOf={nameOf} /> <span class="soft">{unlessText(verdict)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {allowed.length > SHOWN && <p class="soft">{t.remove.andMore(allowed.length - SHOWN)}</p>}
    </div>
  );
}

/** A call and its agent. */
function Made({ call, nameOf }: { call: Call; nameOf(subject: string): string }) {
  return (
    <>
      <code>
        {call.method} {call.path || "/"}
      </code>{" "}
      <span class="soft">{t.calls.trial.by(nameOf(call.agent))}</span>
    </>
  );
}
