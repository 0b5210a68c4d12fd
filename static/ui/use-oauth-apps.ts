/** The providers with an OAuth app of this workspace. Only an ADMIN may read this. */
import type { OauthClientList } from "../api/types";
import { mayDo } from "../logic/identity";
import { useLoad, useNexus } from "./context";

/** The ids of manifests, or null if they are not known (yet). */
export function useOauthApps(): ReadonlySet<string> | null {
  const { client, identity } = useNexus();
  const isAdmin = mayDo(identity.role, "ADMIN");
  const [apps] = useLoad(
    async (signal) =>
      isAdmin ? new Set((await client.get<OauthClientList>("/api/oauth-clients", {}, signal)).items.map((one) => one.manifest_id)) : null,
    isAdmin,
  );
  return apps.state === "ready" ? apps.value : null;
}
