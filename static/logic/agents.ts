/** Which agents a policy admits, as a form holds them. */
import type { Agent, Policy } from "../api/types";

export interface AgentSelection {
  readonly everyone: boolean;
  /** Ids of agents. */
  readonly chosen: readonly string[];
  /** Further subjects of an outside issuer's tokens, one per line. */
  readonly others: string;
}

export const EVERYONE: AgentSelection = { everyone: true, chosen: [], others: "" };

const ALL = "*";
const isId = (entry: string) => entry.startsWith("agt_");

export function selectionOf({ agents }: Policy): AgentSelection {
  const entries = agents.filter((entry) => entry !== ALL);
  return {
    everyone: agents.includes(ALL),
    chosen: entries.filter(isId),
    others: entries.filter((entry) => !isId(entry)).join("\n"),
  };
}

/** The agents, as a policy holds them. */
export function entriesOf({ everyone, chosen, others }: AgentSelection): string[] {
  return everyone ? [ALL] : [...chosen, ...others.split("\n").map((line) => line.trim()).filter(Boolean)];
}

/** Whether a policy admits an agent. */
export function admits({ agents }: Policy, { id, subject }: Pick<Agent, "id" | "subject">): boolean {
  return agents.includes(ALL) || agents.includes(id) || (subject !== null && agents.includes(subject));
}

/** A name for a new agent that is free: "My agent", or the next one. */
export function freeAgentName(base: string, agents: readonly Pick<Agent, "name">[]): string {
  const used = new Set(agents.map(({ name }) => name.trim().toLowerCase()));
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!used.has(name.toLowerCase())) return name;
  }
}
