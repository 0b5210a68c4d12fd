/** Loads the integration after a sign-in has succeeded, and passes it on. */
import { useEffect } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Integration } from "../api/types";
import { useNexus } from "./context";
import type { Flow } from "./use-flow";

export function useConnected(flow: Flow, then: (integration: Integration, checked: boolean) => void): void {
  const { client } = useNexus();
  const connected = flow.phase.at === "connected";
  useEffect(() => {
    if (!connected || !flow.id) return;
    void client.get<Integration>(integrationPath(flow.id)).then(
      (integration) => then(integration, integration.health.state === "healthy"),
      // The list loads it on the next focus.
      () => flow.reset(),
    );
  }, [connected]);
}
