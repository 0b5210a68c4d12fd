/** How a registered agent connects: a key, made here and shown once, and snippets with real values. */
import { useState } from "preact/hooks";

import { agentPath, integrationPath } from "../api/paths";
import type { Agent, AgentAccess, AgentKeyCreated, Integration } from "../api/types";
import { snippets, targetOf } from "../logic/snippets";
import { t } from "../text/all";
import { KeyShown } from "./connect-integration";
import { useAction, useLoad, useNexus } from "./context";
import { Select } from "./controls";
import { FirstCall } from "./first-call";
import type { ShownKey } from "./key-form";
import { Alert, Button } from "./parts";
import { SnippetTabs } from "./snippet-tabs";

export function AgentConnect({ agent, onChanged }: { agent: Agent; onChanged(): void }) {
  const { client, manifests } = useNexus();
  const [made, setMade] = useState<ShownKey | null>(null);
  const [slug, setSlug] = useState<string | null>(null);
  const making = useAction();
  const [access] = useLoad((signal) => client.get<AgentAccess>(`${agentPath(agent.id)}/access`, {}, signal), agent.id);
  const usable = access.state === "ready" ? access.value.items.filter((one) => one.may) : [];
  const chosen = slug ?? usable[0]?.slug ?? "";
  // Without an integration, or while it is loading, the snippets list what the agent may use.
  const [loaded] = useLoad(async (signal) => {
    if (!chosen) return null;
    const integration = await client.get<Integration>(integrationPath(chosen), {}, signal);
    return targetOf(integration, await manifests.get(integration.manifest_id), agent.id);
  }, chosen);
  const target = loaded.state === "ready" ? loaded.value : null;
  const make = () =>
    void making.run(async () => {
      const { key = "" } = await client.call<AgentKeyCreated>("POST", `${agentPath(agent.id)}/keys`, { body: {} });
      setMade({ agent, key });
      onChanged();
    });
  return (
    <section class="box">
      <div>
        <h2>{t.agents.connect}</h2>
        <p class="soft">{t.agents.connectLead}</p>
      </div>
      {made && <KeyShown made={made} />}
      <Alert problem={making.problem} />
      <div class="actions">
        <Button tone={made ? "plain" : "primary"} icon="key" busy={making.busy} onClick={make}>
          {t.agents.makeKey}
        </Button>
        {usable.length > 0 && (
          <span class="labelled">
            <span class="soft" aria-hidden="true">
              {t.agents.example}
            </span>
            <Select
              label={t.agents.example}
              value={chosen}
              options={[...usable.map((one) => [one.slug, one.name] as const), ["", t.agents.exampleList] as const]}
              onChange={setSlug}
            />
          </span>
        )}
      </div>
      <SnippetTabs snippets={snippets(client.origin, target, made?.key ?? null)} hasKey={made !== null} />
      {made && <FirstCall key={made.key} agent={made.agent} />}
    </section>
  );
}
