/** What comes after a sign-in at a provider has worked out: the integration as it is now. */
import { useEffect } from "preact/hooks";

import type { Integration } from "../api/types";
import { useNexus } from "./context";
import type { Flow } from "./use-flow";

export function useEnd(flow: Flow, then: (integration: Integration, checked: boolean) => void): void {
  const { client } = useNexus();
  const connected = flow.phase.at === "connected";
  useEffect(() => {
    if (!connected || !flow.id) return;
    void client.get<Integration>(`/api/integrations/${flow.id}`).then(
      (integration) => then(integration, integration.health.state === "healthy"),
      // The list loads it when it is looked at again.
      () => flow.reset(),
    );
  }, [connected]);
}
