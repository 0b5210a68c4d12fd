/** Waits for an agent's next call, and says when it has come. */
import { useEffect, useState } from "preact/hooks";

import { agentPath } from "../api/paths";
import type { Agent } from "../api/types";
import { agentRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { useNexus } from "./context";
import { Icon } from "./icons";
import { RouteLink } from "./parts";

/** How often the server is asked, in milliseconds. */
const INTERVAL = 2_000;

export function FirstCall({ agent, go }: { agent: Agent; go?(route: Route): void }) {
  const { client } = useNexus();
  const [hasCalled, setCalled] = useState(false);
  useEffect(() => {
    if (hasCalled) return;
    const stop = new AbortController();
    const look = () => {
      if (document.visibilityState !== "visible") return;
      client.get<Agent>(agentPath(agent.id), {}, stop.signal).then(
        (now) => !stop.signal.aborted && now.last_used_at !== agent.last_used_at && setCalled(true),
        // The next look may succeed.
        () => undefined,
      );
    };
    const timer = setInterval(look, INTERVAL);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [agent.id, hasCalled]);
  return (
    <p class={hasCalled ? "health good" : "health neutral"} role="status">
      {hasCalled ? <Icon name="good" /> : <span class="spinner" />}
      <span>
        {hasCalled ? t.agents.called(agent.name) : t.agents.waiting(agent.name)}{" "}
        {hasCalled && go && (
          <RouteLink origin={client.origin} route={agentRoute(agent.id)} go={go}>
            {t.agents.open}
          </RouteLink>
        )}
      </span>
    </p>
  );
}
