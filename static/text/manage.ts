/** One integration: its overview, access rules, activity, usage, snippets, and its deletion. */
import { count, moment, size } from "../logic/time";
import { ended, plural, someNames } from "./plural";

/** A member of a body that is denied. */
type Member = { readonly name: string; readonly why: string };

/** "unless the body has “webhook”: Sends results elsewhere" */
const unless = (members: readonly Member[]): string => `unless the body has ${members.map(({ name, why }) => `“${name}”: ${why}`).join("; or ")}`;

export const manage = {
  tabs: { overview: "Overview", access: "Access", calls: "Calls", activity: "Activity", usage: "Usage", use: "Connect an agent" } as Record<string, string>,
  tabsLabel: "Sections of this integration",
  errorTitle: "The integration could not be loaded",
  goneTitle: "Integration not found",
  goneLead: "It may have been deleted, or it belongs to another workspace.",
  rename: "Rename",
  renamed: (name: string) => ended(`Renamed to ${name}`),
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
  scope: "Scope",
  asked: "Asked for",
  granted: "Granted",
  notGranted: "Not granted",
  missing: "Missing scopes",
  missingLead: "The provider rejects calls that need a scope that is not granted.",
  askAgain: "Ask for the missing scopes",
  noScopes: "The provider did not report any scopes.",
  use: "Used",
  useLead: "Only the provider knows which scope a call needs, so Nexus cannot mark a scope as used. The calls of agents show whether they read or write.",
  uses: (reads: number, writes: number, looked: number | null) =>
    `${looked === null ? "In the last 7 days" : `Of the last ${count(looked)} calls`}: ${plural(reads, "call that reads", "calls that read")}, ${plural(writes, "call that writes", "calls that write")}.`,
  forbidden: (value: number) => `The provider answered ${plural(value, "call", "calls")} with 403. A missing scope can be the reason.`,
  health: "Health, 30 days",
  goodDays: (good: number, all: number) => `${count(good)} of ${plural(all, "day", "days")} without trouble`,
  notYet: "Not added yet",
  checking: "Checking…",
  removeLead: "Deleting the integration revokes its credentials at the provider, where possible.",
};

export const access = {
  lead: "Choose which agents may use this integration, and for which calls. A deny rule overrides allow rules. If there is an allow rule, every call that no rule allows is denied.",
  agents: "Which agents may use the integration?",
  allAgents: "Every agent of this workspace",
  allAgentsHint: "Agents that are added later too.",
  someAgents: "Only chosen agents",
  someAgentsHint: "Every other agent is denied.",
  outside: "Agents of an outside issuer that are not listed yet",
  agentsLabel: "Subjects of their tokens",
  agentsHint: "One per line, as in the token's sub claim.",
  unknownAgent: "This agent was deleted",
  nobody: "Choose an agent, or register one. While none is chosen, no agent may use the integration.",
  limit: "Limit",
  limitLabel: "Calls per minute of each agent",
  limitHint: "Leave it empty for the limit of this deployment alone. A call above it is rejected with the status 429.",
  limitWrong: "Enter a whole number from 1 to 1,000,000, or leave it empty.",
  onlyFor: (names: string) => `Only for ${names}`,
  nobodyMay: "No agent may use the integration",
  theirs: "The rules that were saved in the meantime:",
  take: "Use the saved rules",
  keep: "Replace them by my rules",
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
  alwaysLead: "These calls would create credentials or end the connection. To permit one, add an allow rule for exactly its path. A query parameter and a member of a body cannot be permitted.",
  withMember: (name: string, why: string) => `if the body has “${name}”: ${why}`,
  test: "Would this call be allowed?",
  testMethod: "Method",
  testPath: "Path to test",
  testPathExample: "/v1/customers/cus_123",
  testAgent: "Agent",
  testType: "Content type of the body",
  testNoBody: "No body",
  allowedBy: (rule: number) => `Allowed by rule ${rule}`,
  allowed: "Allowed: no rule denies it",
  allowedUnless: (rule: number | null, members: readonly Member[]) => `Allowed${rule === null ? "" : ` by rule ${rule}`}, ${unless(members)}`,
  unless,
  readableBody: "A body of this call must be JSON or a form of at most 64 KiB, so that Nexus can read its members. Every other body is denied.",
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
  deniedType: (types: string) => `Always denied: the body has another content type than ${types}`,
  onlyTypes: (types: string) => `Bodies must have one of these content types: ${types}. Every other type is always denied, whatever the rules are.`,
  saved: "The access rules were saved.",
};

export const activity = {
  label: "Events, newest first",
  empty: "No events yet.",
  by: (who: string) => `by ${who}`,
  /** The actor of what nobody asked for. */
  tick: "the scheduled work of Nexus (tick)",
  rule: (number: number, ofProvider: false | "call" | "query" | "body") =>
    ofProvider === false ? `rule ${number}` : `rule ${number} of the provider${{ call: "", query: " for queries", body: " for bodies" }[ofProvider]}`,
  details: "Details",
  facts: {
    action: "code of the action",
    request_id: "request id",
    client_request_id: "request id of the client",
    record_hash: "hash of the record",
    client: "program",
    client_id: "client ID of the app",
    key: "id of the key",
    passkey: "id of the passkey",
    session: "id of the session",
    invitation: "id of the invitation",
    stop: "id of the stop",
    created_by: "id of the author",
    id: "id of what is stopped",
    needed: "needed role",
    ended: "sessions ended",
    sessions: "sessions ended",
    passkeys: "passkeys deleted",
    cleared: "findings deleted",
    kept_apart: "attempts recorded one by one",
    read_only: "may only read",
    seconds: "lifetime in seconds",
    scope: "what was stopped",
    accept_account_change: "another account accepted",
    believes_effect: "tested by the person",
    why: "reason",
    rule: "decided by",
    manifest_id: "provider",
    manifest_hash: "provider version",
    verified: "credential checked",
    expires_at: "expires",
    to: "now",
    detail: "reason",
    ends_grant: "ends the whole sign-in",
    forced: "revoked in spite of other uses",
    seq: "record",
    deletion: "record of the deletion",
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
  revokes: (provider: string) => ended(`The tokens are revoked at ${provider}`),
  outlives: (provider: string) =>
    ended(`The token is revoked at ${provider}`) + " The credential that you entered stays valid until you revoke it there yourself.",
  manual: (why: string) => `You must remove the credential at the provider yourself. ${why}`,
  manage: "Open the provider's page",
  yes: "Delete",
  deleting: "Deleting and revoking…",
  sharedTitle: "Revoking would also disconnect other connections",
  force: "Delete and revoke now",
  keep: "Delete and revoke later",
  deleted: (name: string) => `${name} was deleted`,
  nothing: "There was no credential to revoke.",
  states: {
    revoked: "Revoked at the provider",
    pending: "Revocation pending, retried for up to 7 days",
    failed: "Revocation failed",
    unsupported: "The provider does not support revocation",
    not_revocable: "You must remove it at the provider yourself",
    superseded: "Not revoked: in use elsewhere",
  } as Record<string, string>,
  /** The kinds of tokens. A credential that somebody entered is named by its field. */
  tokens: {
    access_token: "Access token",
    refresh_token: "Refresh token",
    api_key: "API key",
    password: "Password",
    session: "Session",
  } as Record<string, string>,
};

/** The receipt of a deletion. */
export const receipt = {
  title: "Revocation receipt",
  of: (workspace: string, time: string, by: string | undefined) => `Workspace ${workspace} · ${time}${by ? ` · by ${by}` : ""}`,
  record: (seq: number) => `Audit record ${count(seq)}`,
  settled: (seq: number) => `Outcome in audit record ${count(seq)}`,
  pending: "Revocation pending",
  print: "Print",
  pageTitle: "Receipts",
  pageLead: "What became of the tokens of each integration that was deleted.",
  none: "Nothing was deleted yet",
  noneLead: "When an integration is deleted, its receipt is kept here for 90 days.",
  deletedBy: (who: string) => `Deleted by ${who}`,
  noMatch: "No matching receipts",
  notDeleted: "There is no receipt here",
  notDeletedLead: "The integration was not deleted, or more than 90 days ago.",
  follow: "Show the receipt",
};

const failures = (names: readonly string[]): string => `${count(names.length)} failed: ${someNames(names, (value) => `and ${count(value)} more`)}.`;

/** The table of integrations. */
export const table = {
  columns: { name: "Name", status: "Status", health: "Health", expires: "Expires", used: "Last used", created: "Added" },
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
      ? "Nexus rejects the calls of agents, because the integration is inactive or admits no agent."
      : works
        ? ended(`${agents}: calls go to Nexus with the agent's own key. Nexus adds the credential and calls ${provider}`)
        : `${agents}: calls reach Nexus, but ${provider} does not accept the credential.`,
};
