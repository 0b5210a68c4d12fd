/** The keys of an agent. A key cannot be shown again, only revoked. */
import { useState } from "preact/hooks";

import { agentPath } from "../api/paths";
import type { Agent } from "../api/types";
import { moment } from "../logic/time";
import { t } from "../text/all";
import { useNow } from "./context";
import { Button } from "./parts";
import { RemoveDialog } from "./remove";

type Key = Agent["keys"][number];

export function AgentKeys({ agent, onChanged }: { agent: Agent; onChanged(): void }) {
  const now = useNow();
  const [revoking, setRevoking] = useState<Key | null>(null);
  return (
    <section class="box">
      <h2>{t.agents.keysTitle}</h2>
      {agent.keys.length === 0 && <p class="soft">{t.agents.noKeys}</p>}
      <ul class="plain-rows">
        {agent.keys.map((key) => (
          <li key={key.id}>
            <div class="names">
              <strong>{nameOf(key)}</strong>
              <p class="soft small">
                <code>{key.kind === "secret" ? `nxa_${key.id}…` : key.id}</code>{" "}
                <span title={key.expires_at ? moment(key.expires_at) : undefined}>{t.agents.expires(key.expires_at, now)}</span>
              </p>
            </div>
            <Button tone="quiet" aria-label={`${t.agents.revoke}: ${nameOf(key)}`} onClick={() => setRevoking(key)}>
              {t.agents.revoke}
            </Button>
          </li>
        ))}
      </ul>
      {revoking && (
        <RemoveDialog
          title={t.agents.revokeTitle(nameOf(revoking))}
          lead={t.agents.revokeLead}
          done={t.agents.revoked}
          path={`${agentPath(agent.id)}/keys/${revoking.id}`}
          yes={t.agents.revoke}
          onClose={(isRevoked) => {
            setRevoking(null);
            if (isRevoked) onChanged();
          }}
        />
      )}
    </section>
  );
}

function nameOf(key: Key): string {
  return key.name || (key.kind === "secret" ? t.agents.unnamed : t.agents.publicKey);
}
