/** The last calls of one agent, to all integrations. */
import { useState } from "preact/hooks";

import type { Agent, Call, CallPage } from "../api/types";
import { t } from "../text/all";
import { Ago } from "./ago";
import { CallDetails, OpenCall, resultOf, toneOf } from "./call-details";
import { useLoad, useNexus, useNow } from "./context";
import { Loaded } from "./loaded";
import { useNames } from "./use-names";

const SHOWN = 10;

export function AgentCalls({ agent }: { agent: Agent }) {
  const { client } = useNexus();
  const now = useNow();
  const nameOf = useNames();
  const [opened, setOpened] = useState<Call | null>(null);
  // Calls name an agent by the subject of its token, which is its id unless an outside issuer chose it.
  const subject = agent.subject ?? agent.id;
  const [calls, again] = useLoad((signal) => client.get<CallPage>("/api/calls", { agent: subject, limit: SHOWN }, signal), subject);
  return (
    <section class="box">
      <h2>{t.calls.latest}</h2>
      <Loaded of={calls} onRetry={() => again()} rows={3} isEmpty={({ items }) => items.length === 0} empty={<p class="soft">{t.calls.latestNone}</p>}>
        {({ items }) => (
          <ul class="plain-rows calls">
            {items.map((call) => (
              <li key={call.id}>
                <div class="names">
                  <OpenCall call={call} onOpen={setOpened} />
                  <p class="soft small">
                    {nameOf(call.integration_id)} · <Ago at={call.at} now={now} />
                  </p>
                </div>
                <span class={`tag ${toneOf(call)}`}>{resultOf(call)}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {opened && <CallDetails call={opened} nameOf={nameOf} integration={nameOf(opened.integration_id)} onClose={() => setOpened(null)} />}
    </section>
  );
}
