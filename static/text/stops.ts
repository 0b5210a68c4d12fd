/** Emergency stops: nothing in scope is used or signed in, until an administrator lifts the stop. */
import { ago, moment } from "../logic/time";
import { plural } from "./plural";

type Counted = { readonly agents: number; readonly keys: number; readonly sessions: number; readonly integrations: number };

/** "2 agents, 3 keys and 1 session"; empty if there is nothing. */
function counted({ agents, keys, sessions, integrations }: Counted): string {
  const parts = [
    integrations > 0 && plural(integrations, "integration", "integrations"),
    agents > 0 && plural(agents, "agent", "agents"),
    keys > 0 && plural(keys, "key", "keys"),
    sessions > 0 && plural(sessions, "session", "sessions"),
  ].filter((part) => part !== false);
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts.join("");
}

export const stops = {
  title: "Emergency stop",
  lead: "An emergency stop rejects an agent, a person, an integration, a provider or the whole workspace at once. Nothing is deleted, and every stop can be lifted.",
  stop: "Emergency stop",
  stopNow: "Stop now",
  none: "Nothing is stopped",
  noneLead: "Use a stop if a key has leaked, or if an agent does what it must not do. Choose below what to stop.",
  inForce: "In force",
  new: "Stop something",
  scope: "What to stop",
  target: "Name",
  choose: "Choose…",
  scopes: {
    agent: "An agent",
    person: "A person",
    integration: "An integration",
    provider: "Every integration of a provider",
    workspace: "The whole workspace",
  } as Record<string, string>,
  kind: { agent: "Agent", person: "Person", integration: "Integration", provider: "Provider", workspace: "Workspace" } as Record<string, string>,
  workspace: "The whole workspace",
  titleOf: (name: string) => `Stop ${name}?`,
  titleOfWorkspace: "Stop the whole workspace?",
  hint: {
    agent: "An emergency stop rejects the agent at once, with all its keys.",
    person: "An emergency stop signs the person out at once, with all connected apps.",
    integration: "An emergency stop rejects every call to this integration at once.",
    provider: "An emergency stop rejects every call to this provider at once.",
    workspace: "An emergency stop rejects everybody but administrators, who can lift it.",
  } as Record<string, string>,
  counting: "Counting what this stops…",
  counts: (counts: Counted) => `This stops ${counted(counts) || "nothing that is in use now"}.`,
  countFailed: "What this stops could not be counted. You can stop it anyway.",
  effect: "From then on, every server rejects the calls and sign-ins that the stop covers. Open streams end within seconds.",
  effectWorkspace: "Administrators stay signed in, so that they can lift it.",
  reason: "Reason",
  reasonHint: "Others see it in the banner and in the audit record.",
  reasonMissing: "Enter a reason.",
  done: (name: string) => `${name} is stopped.`,
  whatElse: "How much to stop",
  only: (name: string) => `Only ${name}`,
  allOf: (name: string) => `Every integration of ${name}`,
  banner: (name: string) => `${name} is stopped.`,
  bannerMany: (value: number) => `${plural(value, "emergency stop", "emergency stops")} in force.`,
  because: (reason: string) => `Reason: ${reason}`,
  by: (who: string, time: string, now: number) => `by ${who}, ${ago(time, now)}`,
  somebody: "an administrator",
  at: moment,
  show: "Show",
  lift: "Lift",
  liftTitle: (name: string) => `Lift the stop of ${name}?`,
  liftLead: "Calls and sign-ins are accepted again at once, as far as keys, roles and rules allow them.",
  lifted: (name: string) => `The stop of ${name} was lifted.`,
};
