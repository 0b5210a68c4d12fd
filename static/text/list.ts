/** The list of integrations and its cards. */
import { ago, count } from "../logic/time";
import { plural } from "./plural";

/** "3 integrations"; "50+ integrations" if there are further pages. */
const integrations = (value: number, more: boolean): string =>
  more ? `${count(value)}+ integrations` : plural(value, "integration", "integrations");

export const list = {
  title: "Integrations",
  lead: "Connect a service once. Your agents use it and never see a credential.",
  add: "Add integration",
  search: "Search by name, provider, account or slug",
  status: "Status",
  health: "Health",
  provider: "Provider",
  anyStatus: "Any status",
  anyHealth: "Any health",
  anyProvider: "All providers",
  clear: "Clear filters",
  attention: "Needs attention",
  others: "Other integrations",
  results: integrations,
  found: (value: number, more: boolean) => `${integrations(value, more)} found`,
  emptyTitle: "Connect your first service",
  emptyLead: "Connect Slack, Stripe, Google Workspace and many more, by API key or OAuth. Your agents call them through Nexus and never hold a credential.",
  noMatchTitle: "No matching integrations",
  noMatchLead: "Change the search or clear the filters.",
  errorTitle: "The integrations could not be loaded",
  used: (time: string, now: number) => `used ${ago(time, now)}`,
  notUsed: "not used yet",
  expires: (time: string, now: number) => (Date.parse(time) < now ? `expired ${ago(time, now)}` : `expires ${ago(time, now)}`),
  active: "Active",
  inactive: "Inactive",
  switchOf: (name: string) => `${name}: available to agents`,
  nowActive: (name: string) => `${name} is active. Agents can use it.`,
  nowInactive: (name: string) => `${name} is inactive. Agents cannot use it.`,
  healthState: {
    healthy: "Healthy",
    unknown: "Not checked",
    pending: "Sign-in not finished",
    failing: "Failing",
    reauthorize: "Disconnected",
  } as Record<string, string>,
  action: {
    reconnect: "Reconnect",
    replace_key: "Replace credentials",
    retry: "Check now",
    finish: "Finish sign-in",
  } as Record<string, string>,
  renew: { reconnect: "Reconnect", replace_key: "Replace credentials" },
  /** What each state means for agents. Who can repair it depends on how it was connected. */
  meaning: {
    healthy: "Agents can use it.",
    unknown: "Agents can use it. The credentials have not been checked yet.",
    pending: "Agents cannot use it yet.",
    failing: "Agents can call it, but the last check failed.",
    "reauthorize reconnect": "Agents cannot use it until somebody reconnects it.",
    "reauthorize replace": "Agents cannot use it until its credentials are replaced.",
    off: "Agents cannot use it.",
  } as Record<string, string>,
  checkedGood: (name: string) => `${name} works.`,
  checkedBad: (name: string, health: string) => `${name}: ${health}.`,
  view: "View",
  cards: "Cards",
  table: "Table",
  menuOf: (name: string) => `Actions for ${name}`,
  manage: "Manage",
  check: "Check now",
  switchOn: "Switch on",
  switchOff: "Switch off",
  remove: "Delete",
  checked: (time: string, now: number) => `checked ${ago(time, now)}`,
};
