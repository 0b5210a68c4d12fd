/** The way back from a page to the list that it belongs to. */
import type { Route } from "../logic/route";
import { useNexus } from "./context";
import { Icon } from "./icons";
import { RouteLink } from "./parts";

export function Crumb({ route, children }: { route: Route; children: string }) {
  const { client, go } = useNexus();
  return (
    <p class="crumb">
      <RouteLink origin={client.origin} route={route} go={go}>
        <Icon name="back" />
        <span>{children}</span>
      </RouteLink>
    </p>
  );
}
