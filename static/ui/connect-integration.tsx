/** How an agent uses an integration: a key for it, made here and shown once, and snippets with real values. */
import { useState } from "preact/hooks";

import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import type { Route } from "../logic/route";
import { snippets, targetOf } from "../logic/snippets";
import { t } from "../text/all";
import { useNexus } from "./context";
import { FirstCall } from "./first-call";
import { KeyForm } from "./key-form";
import type { ShownKey } from "./key-form";
import { CopyField } from "./parts";
import { SnippetTabs } from "./snippet-tabs";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  /** Opens a page. A dialog closes first. */
  go(route: Route): void;
}

export function ConnectIntegration({ integration, manifest, onChanged, go }: Props) {
  const { client } = useNexus();
  const [made, setMade] = useState<ShownKey | null>(null);
  const target = targetOf(integration, manifest, made?.agent.id ?? "");
  return (
    <div class="stack">
      {made ? <KeyShown made={made} /> : <KeyForm integration={integration} onChanged={onChanged} onMade={setMade} />}
      <SnippetTabs snippets={snippets(client.origin, target, made?.key ?? null)} hasKey={made !== null} />
      {made && <FirstCall agent={made.agent} go={go} />}
    </div>
  );
}

/** A new key. It can be copied now, and never again. */
export function KeyShown({ made }: { made: ShownKey }) {
  return (
    <div class="field" role="status">
      <span class="label">{t.agents.keyOf(made.agent.name)}</span>
      <CopyField text={made.key} what={t.agents.key} />
      <p class="hint">{t.agents.keyOnce}</p>
    </div>
  );
}
