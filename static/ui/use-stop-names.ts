/** The names of what is stopped. A stop has only ids. */
import { pages } from "../api/pages";
import { agentPath, integrationPath } from "../api/paths";
import type { Agent, Integration, Me, PersonPage, Stop } from "../api/types";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import type { Nexus } from "./context";

export function useStopNames(): (stop: Stop) => string {
  const nexus = useNexus();
  const { items } = nexus.stops;
  const [names] = useLoad(() => namesOf(nexus, items), items.map((stop) => stop.id).join(" "));
  return (stop) => {
    const name = names.state === "ready" ? names.value.get(stop.id) : undefined;
    return name ?? (stop.target === null ? t.stops.workspace : `${t.stops.kind[stop.scope]} ${stop.target}`);
  };
}

/**
 * The name of whoever made a stop. In a stopped workspace, a person can read nobody but oneself, and everybody else is "an
 * administrator", because nobody else makes stops. The subject of a token has no other name.
 */
export function useStopAuthors(): (subject: string) => string {
  const { client, stops } = useNexus();
  const isReadable = !stops.items.some((stop) => stop.scope === "workspace");
  const mayName = isReadable && stops.items.some((stop) => stop.created_by.startsWith("per_"));
  const [people] = useLoad(async (signal) => {
    if (!isReadable) {
      const { person, name } = await client.get<Me>("/api/me", {}, signal);
      return person && name ? [{ id: person, name }] : [];
    }
    if (!mayName) return [];
    return (await pages((cursor) => client.get<PersonPage>("/api/people", { limit: 100, cursor }, signal))).items;
  }, `${isReadable} ${mayName}`);
  const known = people.state === "ready" ? people.value : [];
  return (subject) => known.find((one) => one.id === subject)?.name ?? (subject.startsWith("per_") ? t.stops.somebody : subject);
}

async function namesOf(nexus: Nexus, stops: readonly Stop[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    stops.map(async (stop): Promise<[string, string] | null> => {
      // While the workspace is stopped, nothing but the stops can be read.
      const name = stop.target && (await nameOf(nexus, stop.scope, stop.target).catch(() => null));
      return name ? [stop.id, name] : null;
    }),
  );
  return new Map(found.filter((one) => one !== null));
}

async function nameOf({ client, manifests }: Nexus, scope: Stop["scope"], target: string): Promise<string | null> {
  switch (scope) {
    case "agent":
      return (await client.get<Agent>(agentPath(target))).name;
    case "integration":
      return (await client.get<Integration>(integrationPath(target))).name;
    case "provider":
      return (await manifests.catalogue()).find((one) => one.id === target)?.name ?? null;
    case "person": {
      const people = await pages((cursor) => client.get<PersonPage>("/api/people", { limit: 100, cursor }));
      return people.items.find((one) => one.id === target)?.name ?? null;
    }
    default:
      return null;
  }
}
