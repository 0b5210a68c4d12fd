/** One integration: its overview, access rules, activity, usage, snippets, and its deletion. */
import { count, moment, size } from "../logic/time";
import { plural, someNames } from "./plural";

export const manage = {
  tabs: { overview: "Overview", access: "Access", activity: "Activity", usage: "Usage", use: "Connect an agent" } as Record<string, string>,
  tabsLabel: "Sections of this integration",
  loading: "Loading the integration…",
  errorTitle: "The integration could not be loaded",
  goneTitle: "Integration not found",
  goneLead: "It may have been deleted, or it belongs to another workspace.",
  rename: "Rename",
  renamed: (name: string) => `Renamed to ${name}.`,
  name: "Name",
  account: "Account",
  noAccount: "Not reported by the provider",
  provider: "Provider",
  method: "Authentication",
  slug: "Slug",
  credential: "Credential",
  credentialEnds: (hint: string) => `Ends in ${hint.replace("…", "")}`,
  credentialSealed: (key: string) => `Encrypted with key ${key}`,
  credentialNone: "None yet",
  expires: "Expires",
  noExpiry: "No known expiry",
  lastUsed: "Last used",
  created: "Created",
  createdBy: (time: string, who: string) => `${moment(time)} by ${who}`,
  scopes: "Scopes",
  missing: "Missing scopes",
  missingLead: "The provider will reject calls that need these scopes. Reconnect to request them.",
  noScopes: "The provider did not report any scopes.",
  health: "Health, 30 days",
  goodDays: (good: number, all: number) => `${count(good)} of ${plural(all, "day", "days")} without trouble`,
  notYet: "Not there yet",
  check: "Check now",
  checking: "Checking…",
  replace: "Replace credentials",
  reconnect: "Reconnect",
  remove: "Delete integration",
  removeLead: "Deleting it revokes its credentials at the provider, where possible.",
};

export const access = {
  lead: "Choose which agents may use this integration, and for which calls. A deny rule overrides allow rules. If there is an allow rule, every call that no rule allows is denied.",
  agents: "Who may use it?",
  allAgents: "Every agent of this workspace",
  allAgentsHint: "Those that are added later too.",
  someAgents: "Only chosen agents",
  someAgentsHint: "Everybody else is denied.",
  outside: "Agents of an outside issuer that are not listed yet",
  agentsLabel: "Subjects of their tokens",
  agentsHint: "One per line, as in the token's sub claim.",
  unknownAgent: "No such agent any more",
  nobody: "Choose an agent, or register one. While none is chosen, no agent may use the integration.",
  limit: "Limit",
  limitLabel: "Calls per minute of each agent",
  limitHint: "Leave it empty for the limit of this deployment alone. A call above the limit gets 429 rate_limited.",
  limitWrong: "Enter a whole number from 1 to 1,000,000, or leave it empty.",
  onlyFor: (names: string) => `Only for ${names}`,
  nobodyMay: "No agent may use it",
  theirs: "The rules that were saved in the meantime:",
  take: "Take theirs",
  keep: "Save mine over them",
  rules: "Rules",
  presets: "Ready-made rules",
  custom: "Custom",
  noRules: "No rules. Agents may make every call to the provider's API, except those that are always denied.",
  effect: "Effect",
  allow: "Allow",
  deny: "Deny",
  methods: "Methods",
  methodsHint: "GET, POST or *",
  path: "Path",
  host: "Host",
  anyHost: "Any host",
  addRule: "Add rule",
  removeRule: (index: number) => `Remove rule ${index}`,
  ruleLegend: (index: number) => `Rule ${index}`,
  always: (value: number) => `${plural(value, "call is", "calls are")} always denied`,
  alwaysLead: "These calls would create credentials or end the connection. To permit one, add an allow rule for exactly its path.",
  test: "Would this call be allowed?",
  testMethod: "Method",
  testPath: "Path to test",
  testPathExample: "/v1/customers/cus_123",
  testAgent: "Agent",
  allowedBy: (rule: number) => `Allowed by rule ${rule}`,
  allowed: "Allowed: no rule denies it",
  because: {
    connection: "Always denied: this endpoint creates or ends the connection itself",
    agents: "Denied: this agent may not use the integration",
    path: "Denied: a path must start with / and must not contain . or .. segments, backslashes or control characters",
    unclean: "Denied: an integration with rules accepts no path with empty segments or ;",
    no_allow: "Denied: no allow rule matches",
    invalid: "These rules cannot be saved. Correct them first.",
  } as Record<string, string>,
  deniedBy: (rule: number) => `Denied by rule ${rule}`,
  deniedManifest: (why: string) => `Always denied: ${why}`,
  saved: "The access rules were saved.",
};

export const activity = {
  label: "Events, newest first",
  empty: "No events yet.",
  by: (who: string) => `by ${who}`,
  rule: (number: number, isOfProvider: boolean) => (isOfProvider ? `rule ${number} of the provider` : `rule ${number}`),
  facts: {
    manifest_id: "provider",
    manifest_hash: "provider version",
    verified: "credential checked",
    expires_at: "expires",
    to: "now",
    detail: "reason",
    ends_grant: "ends the whole sign-in",
    forced: "revoked in spite of other uses",
    seq: "record",
  } as Record<string, string>,
  kinds: {
    "integration.created": "Created",
    "integration.connected": "Connected",
    "integration.reconnected": "Reconnected",
    "integration.authorize": "Sign-in started",
    "integration.updated": "Updated",
    "integration.deleted": "Deleted",
    "integration.health": "Health changed",
    "integration.revocation": "Revocation",
    "integration.ended_by_revocation": "Disconnected when another token was revoked",
    "integration.refreshed": "Token refreshed",
    "call.denied": "Call denied",
  } as Record<string, string>,
};

export const usage = {
  range: "Period",
  perHour: "24 hours",
  perDay: "30 days",
  calls: (value: number) => plural(value, "call", "calls"),
  errors: (value: number) => plural(value, "error", "errors"),
  bytes: (value: number) => size(value),
  succeeded: "Succeeded",
  failed: "Failed",
  none: "No agent used this integration in this period.",
  partly: "There is too much usage to add up here. Only the newest is shown.",
  chart: (calls: number, period: string) => `${plural(calls, "call", "calls")} in ${period}`,
  columns: { agent: "Agent", calls: "Calls", errors: "Errors", bytes: "Data" },
  byAgent: "By agent",
  bar: (at: string, calls: number, errors: number) => `${at}: ${plural(calls, "call", "calls")}, ${plural(errors, "error", "errors")}`,
};

export const use = {
  lead: "Agents call the provider's API through Nexus with a key of their own. The provider's credential never leaves the server.",
  base: "Base URL for the provider's SDK",
  snippet: (title: string) => `${title} example`,
  signsIn:
    "For programs that sign in: Claude, ChatGPT, Cursor, VS Code. They ask you what they may use, and need no key. A client that cannot sign in sends the header “Authorization: Bearer” with an agent's key.",
  needsKey: "Set NEXUS_KEY to a key of the agent.",
  hasKey: "This contains the agent's key. It is ready to run.",
  docs: "Provider API documentation",
};

export const remove = {
  title: (name: string) => `Delete ${name}?`,
  unused: "No agent has used this integration in the last 30 days.",
  used: (agents: number, calls: number, isComplete: boolean) =>
    `${isComplete ? "" : "At least "}${plural(agents, "agent", "agents")} made ${plural(calls, "call", "calls")} with this integration in the last 30 days and will lose access:`,
  follow: "Follow the revocation",
  unknownUse: "The usage could not be loaded. Agents may still use this integration.",
  andMore: (value: number) => `and ${count(value)} more`,
  revokes: (provider: string) => `The tokens are revoked at ${provider}.`,
  manual: (why: string) => `You must remove the credential at the provider yourself. ${why}`,
  manage: "Open the provider's page",
  yes: "Delete",
  deleting: "Deleting and revoking…",
  sharedTitle: "Revoking would also disconnect other connections",
  force: "Delete and revoke now",
  keep: "Delete and revoke later",
  deleted: (name: string) => `${name} was deleted`,
  receipts: "Revocation receipts",
  nothing: "There was no credential to revoke.",
  states: {
    revoked: "Revoked at the provider",
    pending: "Revocation pending, retried for up to 7 days",
    failed: "Revocation failed",
    unsupported: "The provider does not support revocation",
    not_revocable: "You must remove it at the provider yourself",
    superseded: "Not revoked: in use elsewhere",
  } as Record<string, string>,
  announce: (name: string) => `${name} was deleted.`,
};

/** The receipt of a deletion. */
export const receipt = {
  title: "Revocation receipt",
  of: (workspace: string, time: string, by: string | undefined) => `Workspace ${workspace} · ${time}${by ? ` · by ${by}` : ""}`,
  record: (seq: number) => `Audit record ${count(seq)}`,
  print: "Print",
  pageTitle: "Receipts",
  pageLead: "What became of the tokens of each integration that was deleted.",
  none: "Nothing was deleted yet",
  noneLead: "When an integration is deleted, its receipt is kept here for 90 days.",
  deletedBy: (who: string) => `Deleted by ${who}`,
  searched: (records: number) => `Only the newest ${count(records)} audit records were looked through.`,
  notDeleted: "There is no receipt here",
  notDeletedLead: "The integration was not deleted, or more than 90 days ago.",
  follow: "Show the receipt",
};

const failures = (names: readonly string[]): string => `${count(names.length)} failed: ${someNames(names, (value) => `and ${count(value)} more`)}.`;

/** The table of integrations. */
export const table = {
  columns: { name: "Name", status: "Status", health: "Health", expires: "Expires", used: "Last used", added: "Added" },
  all: "Select all",
  choose: (name: string) => `Select ${name}`,
  actions: "Actions",
  bulk: "Actions for the selected integrations",
  selected: (value: number) => `${count(value)} selected`,
  clear: "Clear selection",
  /** The result of an action on so many integrations, and the names of those for which it failed. */
  done: {
    check: (all: number, failed: readonly string[]) => (failed.length > 0 ? `${count(all)} checked, ${failures(failed)}` : `${plural(all, "integration", "integrations")} checked. Everything works.`),
    on: (all: number, failed: readonly string[]) => (failed.length > 0 ? `${count(all - failed.length)} switched on, ${failures(failed)}` : `${plural(all, "integration", "integrations")} switched on.`),
    off: (all: number, failed: readonly string[]) => (failed.length > 0 ? `${count(all - failed.length)} switched off, ${failures(failed)}` : `${plural(all, "integration", "integrations")} switched off.`),
  },
  deleteTitle: (value: number) => `Delete ${plural(value, "integration", "integrations")}?`,
  deleteLead: "Agents lose access at once. The tokens are revoked at the providers, where possible. Tokens that other connections use are kept.",
  deleting: (value: number, all: number) => `Deleting ${count(value)} of ${count(all)}…`,
  deleted: (value: number, failed: number) => (failed > 0 ? `${count(value)} deleted, ${count(failed)} failed` : `${plural(value, "integration was", "integrations were")} deleted`),
  failed: (value: number) => `${plural(value, "integration", "integrations")} could not be deleted`,
};

/** The overview of the workspace. */
export const home = {
  title: "Overview",
  lead: (workspace: string) => `What agents do in the workspace ${workspace}, and what needs you.`,
  periods: { day: "24 hours", week: "7 days", month: "30 days" },
  calls: "Calls",
  errorRate: "Error rate",
  agents: "Active agents",
  needs: "Needs you",
  needsSome: "Integrations that need a person.",
  needsNone: "Everything works. There is nothing to do.",
  all: (value: number) => `All ${count(value)}`,
  busiestAgents: "Busiest agents",
  busiestIntegrations: "Most used integrations",
  denied: "Latest denials",
  deniedNone: "Nothing was denied lately.",
  deniedWhat: (what: string, target: string, why: string, times: number) =>
    `was denied ${what}${target ? ` on ${target}` : ""}${why ? `: ${why}` : ""}${times > 1 ? `, ${count(times)} times` : ""}`,
  audit: "Audit",
};

/** The picture of an integration. */
export const picture = {
  agentsTitle: "Agents",
  everyAgent: "Every agent",
  noAgent: "No agent",
  agents: (value: number) => plural(value, "agent", "agents"),
  agentKey: "agent's own key",
  credential: "provider's credential",
  keyInside: (hint: string) => (hint ? `Sealed, ends in ${hint}` : "Sealed in here"),
  noKey: "No credential yet",
  sentence: (agents: string, provider: string, isUsable: boolean, works: boolean) =>
    !isUsable
      ? `Calls of agents end at Nexus, because the integration is inactive or admits no agent.`
      : works
        ? `${agents}: calls go to Nexus with the agent's own key. Nexus adds the credential and calls ${provider}.`
        : `${agents}: calls reach Nexus, but ${provider} does not accept the credential.`,
};
