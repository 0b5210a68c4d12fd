/** The agents of the workspace, for forms that choose among them and for lists that show their names. */
import type { Problem } from "../api/client";
import { pages } from "../api/pages";
import type { Agent, AgentPage, Me, Person, PersonPage } from "../api/types";
import { mayDo } from "../logic/identity";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import type { LoadState } from "./context";

/** The most agents that a form offers. A policy cannot name more. */
const MOST = 300;
/** The most agents that the API returns at once. */
const PAGE = 100;

/** The agents; none for a person who may not read them. */
export function useAgents(mayRead = true): [LoadState<readonly Agent[]>, (agents?: readonly Agent[]) => void] {
  const { client } = useNexus();
  return useLoad(async (signal) => {
    if (!mayRead) return [];
    const load = (cursor: string | null) => client.get<AgentPage>("/api/agents", { limit: PAGE, cursor }, signal);
    return (await pages(load, MOST)).items;
  }, client);
}

/** The name of whoever acted: an agent's, a person's, or the subject of a token as it is. */
export function useAgentName(): (subject: string) => string {
  const [agents] = useAgents();
  const people = usePeopleNames();
  const nameOfAgent = namesOf(agents.state === "ready" ? agents.value : []);
  return (subject) => people.get(subject) ?? nameOfAgent(subject);
}

/** The names of people by their ids: of all for an administrator, who may read them, and otherwise of oneself. */
function usePeopleNames(): ReadonlyMap<string, string> {
  const { client, identity } = useNexus();
  const [people] = useLoad(async (signal) => {
    if (!mayDo(identity.role, "ADMIN")) {
      const { person, name } = await client.get<Me>("/api/me", {}, signal);
      return new Map(person && name ? [[person, name]] : []);
    }
    const load = (cursor: string | null) => client.get<PersonPage>("/api/people", { limit: PAGE, cursor }, signal);
    const { items } = await pages<Person>(load, MOST);
    return new Map(items.map(({ id, name }) => [id, name]));
  }, client);
  return people.state === "ready" ? people.value : new Map();
}

/** As {@link useAgentName}, with agents that are loaded. */
export function namesOf(agents: readonly Agent[]): (subject: string) => string {
  return (subject) => agents.find((one) => one.id === subject)?.name ?? subject;
}

/** The error of the name of an agent that could not be saved. */
export function agentNameError(problem: Problem | null): string | undefined {
  return problem?.code === "agent_name_taken" ? t.agents.taken : problem?.at("/name");
}
