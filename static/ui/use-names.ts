/** The names of what a record is about: agents, people, integrations and providers, by their ids. */
import { pages } from "../api/pages";
import type { Integration, IntegrationPage } from "../api/types";
import { useLoad, useNexus } from "./context";
import { useAgentName } from "./use-agents";

/** The most integrations whose names are loaded. Others are shown by their ids. */
const MOST = 500;

/** The name for an id, or the id if its name is not known. */
export function useNames(): (id: string) => string {
  const { client, manifests } = useNexus();
  const nameOfAgent = useAgentName();
  const [loaded] = useLoad(async (signal) => {
    const load = (cursor: string | null) => client.get<IntegrationPage>("/api/integrations", { limit: 100, cursor }, signal);
    const { items } = await pages<Integration>(load, MOST);
    return new Map(items.map(({ id, name }) => [id, name]));
  }, client);
  const [catalogue] = useLoad(() => manifests.catalogue(), manifests);
  const providers = catalogue.state === "ready" ? catalogue.value : [];
  const integrations = loaded.state === "ready" ? loaded.value : null;
  return (id) => integrations?.get(id) ?? providers.find((one) => one.id === id)?.name ?? nameOfAgent(id);
}
