/** The dialog that deletes an integration. It shows the agents that lose access, then a receipt for each token. */
import { useState } from "preact/hooks";

import type { Client } from "../api/client";
import { integrationPath } from "../api/paths";
import type { Deletion, Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { byAgent, since } from "../logic/usage";
import type { AgentTotal } from "../logic/usage";
import { t } from "../text/all";
import { useAction, useLoad, useNexus } from "./context";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { Alert, Button, ExternalLink, RouteLink, Skeleton } from "./parts";
import { ReceiptSlip } from "./receipt";
import { receiptRoute } from "./receipts";
import { useAgentName } from "./use-agents";
import { usageOf } from "./usage-data";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onClose(isDeleted: boolean): void;
}

/** How many agents are listed by name. */
const LISTED_AGENTS = 5;

export function DeleteDialog({ integration, manifest, onClose }: Props) {
  const nexus = useNexus();
  const [deleted, setDeleted] = useState<(Deletion & { at: string }) | null>(null);
  const [usage] = useLoad((signal) => agentUsage(nexus.client, integration.id, signal), integration.id);
  const { busy, problem, run } = useAction();
  const { name } = integration;
  const shared = problem?.code === "grant_shared";
  const remove = (force: "true" | "false" | null) =>
    void run(async () => {
      const path = integrationPath(integration.id);
      const query = { force };
      const deletion = await nexus.client.call<Deletion>("DELETE", path, { query });
      setDeleted({ ...deletion, at: new Date().toISOString() });
      nexus.changed(integration.id, null);
    });
  /** The dialog cannot close before the receipts have arrived, because the person is to see them. */
  const close = () => {
    if (!busy) onClose(deleted !== null);
  };
  if (deleted) {
    return (
      // A dialog of its own, so that a screen reader says its title. A notice would say the same once more.
      <Dialog key="receipt" title={t.remove.deleted(name)} onClose={close} foot={<Button tone="primary" onClick={close}>{t.done}</Button>}>
        <ReceiptSlip deleted={[{ id: integration.id, name, provider: manifest.name, receipts: deleted.revocation }]} at={deleted.at} />
        {deleted.revocation.some(({ state }) => state === "pending" || state === "superseded") && (
          <p>
            <RouteLink
              origin={nexus.client.origin}
              route={receiptRoute(integration.id)}
              go={(route) => {
                close();
                nexus.go(route);
              }}
            >
              {t.remove.follow}
            </RouteLink>
          </p>
        )}
        <ManageLink manifest={manifest} />
      </Dialog>
    );
  }
  return (
    <Dialog
      kind="question"
      title={t.remove.title(name)}
      onClose={close}
      foot={
        <>
          <Button onClick={close}>{t.cancel}</Button>
          {shared && (
            <Button busy={busy} onClick={() => remove("false")}>
              {t.remove.keep}
            </Button>
          )}
          <Button tone="danger" icon="trash" busy={busy} onClick={() => remove(shared ? "true" : null)}>
            {busy ? t.remove.deleting : shared ? t.remove.force : t.remove.yes}
          </Button>
        </>
      }
    >
      {usage.state === "loading" && <Skeleton rows={2} />}
      {usage.state === "failed" && <p>{t.remove.unknownUse}</p>}
      {usage.state === "ready" && <AgentsInUse {...usage.value} />}
      {"not_revocable" in manifest.revoke || "unsupported" in manifest.revoke ? (
        <p class="soft">{t.remove.manual("not_revocable" in manifest.revoke ? manifest.revoke.not_revocable : manifest.revoke.unsupported)}</p>
      ) : (
        <p class="soft">{manifest.login ? t.remove.outlives(manifest.name) : t.remove.revokes(manifest.name)}</p>
      )}
      <Alert problem={problem} title={shared ? t.remove.sharedTitle : ""} />
    </Dialog>
  );
}

function AgentsInUse({ agents, isComplete }: AgentUsage) {
  const nameOf = useAgentName();
  if (agents.length === 0) return <p>{t.remove.unused}</p>;
  const calls = agents.reduce((sum, agent) => sum + agent.calls, 0);
  return (
    <div class="alert warn">
      <Icon name="warn" />
      <div>
        <p>{t.remove.used(agents.length, calls, isComplete)}</p>
        <ul>
          {agents.slice(0, LISTED_AGENTS).map((total) => (
            <li>
              <strong>{nameOf(total.agent)}</strong> <span class="soft">{t.usage.calls(total.calls)}</span>
            </li>
          ))}
          {agents.length > LISTED_AGENTS && <li class="soft">{t.remove.andMore(agents.length - LISTED_AGENTS)}</li>}
        </ul>
      </div>
    </div>
  );
}

function ManageLink({ manifest }: { manifest: IntegrationManifest }) {
  const { revoke } = manifest;
  const url = "manage_url" in revoke ? revoke.manage_url : null;
  return url ? (
    <p>
      <ExternalLink href={url}>{t.remove.manage}</ExternalLink>
    </p>
  ) : null;
}

interface AgentUsage {
  agents: AgentTotal[];
  /** Whether these are all agents. */
  isComplete: boolean;
}

async function agentUsage(client: Client, id: string, signal: AbortSignal): Promise<AgentUsage> {
  const { rows, isComplete } = await usageOf(client, id, "day", since("day", Date.now()), signal);
  return { agents: byAgent(rows), isComplete };
}
