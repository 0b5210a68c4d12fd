/** Connecting: adding an integration, setting up an OAuth app, signing in, and replacing credentials. */
import { date } from "../logic/time";
import { plural } from "./plural";

export const add = {
  /** From nothing to a first call, on the pages of a workspace without integrations. */
  firstSteps: [
    ["Connect a service", "Nexus seals its credential. Nobody sees it again."],
    ["Register an agent", "It gets a key of its own, which you can revoke."],
    ["Make a call", "The agent changes a base URL. Every call is shown here."],
  ] as readonly (readonly [string, string])[],
  title: "Add integration",
  titleOf: (provider: string) => `Connect ${provider}`,
  into: (workspace: string, subject: string): readonly [string, string, string, string] => ["Workspace ", workspace, ", signed in as ", subject],
  search: "Search providers",
  popular: "Popular",
  everything: "All services",
  found: (value: number) => plural(value, "service", "services"),
  allCategories: "All categories",
  category: "Category",
  way: "Way to connect",
  needs: {
    api_key: "API key",
    basic: "User and password",
    oauth2: "Sign in",
    oauth2_client_credentials: "Client ID and secret",
    login: "Server-to-server credentials",
  } as Record<string, string>,
  needsSignIn: "Sign in, the app is ready",
  needsNoApp: "Sign in, needs no app",
  needsPaste: { pem: "Private key", json: "JSON key file" },
  thenChoose: (need: string, what: string) => `${need}, then choose the ${what.toLowerCase()}`,
  chooseLater: (what: string) => `After you have connected, choose the ${what.toLowerCase()} that agents will use. If there is only one, it is chosen for you.`,
  needsApp: "Sign in, needs an app",
  or: " or ",
  appNeeded: (provider: string) => `This workspace has no OAuth app for ${provider} yet. If this deployment has none either, you register one at ${provider}, once. That takes about three minutes.`,
  setUpApp: "Set up the app",
  noMatch: (typed: string) => `No provider matches “${typed}”.`,
  unknown: "This provider does not exist",
  unknownLead: "The link may be mistyped, or the provider may have been deleted.",
  all: "Show all providers",
  noMatchHint: "You can describe your own under Custom providers.",
  custom: "Custom",
  name: "Name",
  nameHint: "Choose a name that your team will recognise.",
  address: "Address for agents",
  slugHint: "Agents have this address in their code. It cannot be changed later.",
  docs: "API documentation",
  patternHint: (example: string | undefined) =>
    example ? `This is not in the usual format. Example: ${example}` : "This is not in the provider's usual format.",
  required: (label: string) => `${label} is required.`,
  help: "Where to find it",
  paste: {
    pem: "Paste the whole key, with its first and its last line, without a passphrase.",
    json: "Paste the content of the whole file.",
  },
  connect: "Connect",
  checking: (provider: string) => `Checking with ${provider}…`,
  continueTo: (provider: string) => `Continue to ${provider}`,
  rejectedBy: (provider: string) => `${provider} rejected the credentials`,
  notCheckedBy: (provider: string) => `${provider} could not check the credentials`,
  saveUnchecked: "Save without checking",
  saveUncheckedWhy: "The credentials are saved now and checked later. Agents can use them at once.",
  verified: (provider: string) => `${provider} accepted the credentials.`,
  unverified: "Saved. The credentials have not been checked yet.",
  connected: (name: string) => `${name} is connected`,
  lastStep: "Give it to an agent",
  lastStepLead: "The agent gets a key of its own, and never sees the provider's credential.",
  open: "Open integration",
  another: "Add another",
  scopes: "Permissions",
  scopesHint: "The scopes to request from the provider. Fewer scopes are safer. Reconnect to add more later.",
  scopesChosen: (value: number) => plural(value, "scope", "scopes"),
  moreScopes: "Other scopes",
  moreScopesHint: "Enter the provider's scope names, separated by spaces.",
  showExisting: "Open the integration with this name",
};

export const preset = {
  question: "What may the agents do?",
  names: { read_only: "Read only", no_deletes: "Everything but deleting", all: "Everything" } as Record<string, string>,
  hints: {
    read_only: "Recommended. Calls that only read. You can allow more at any time.",
    no_deletes: "All calls but DELETE.",
    all: "All calls, except those that are always denied, such as making new credentials.",
  } as Record<string, string>,
};

export const app = {
  title: (provider: string) => `Set up the OAuth app for ${provider}`,
  lead: (provider: string) => `${provider} accepts sign-ins only from registered apps. Register one there, once for the whole workspace.`,
  stepRegister: (provider: string) => `Register an app at ${provider} with these values.`,
  register: (provider: string) => `Open the page of ${provider} for apps`,
  choose: "What to choose there:",
  appName: "App name",
  homepage: "Homepage URL",
  scopes: "Scopes",
  thenCopy: (provider: string) => `${provider} then shows a client ID and a client secret. Enter them here.`,
  thenCopyId: (provider: string) => `${provider} then shows a client ID. Enter it here.`,
  registered: "Add this redirect URI to your app at the provider",
  redirect: "Redirect URI",
  clientId: "Client ID",
  clientSecret: "Client secret",
  secretHint: "The secret is stored encrypted and never shown again.",
  values: (name: string) => `Allowed values of ${name}`,
  valuesHint: "Separate values with commas. The secret is sent only to the hosts that these values lead to.",
  save: "Save and continue",
  missing: (provider: string) => `No OAuth app is set up for ${provider}`,
  askAdmin: "Ask an administrator of this workspace to set one up under OAuth apps.",
  docs: "Provider documentation",
};

/** The announced end of a way to connect. */
export const ends = {
  title: (on: string, isOver: boolean) => `This way to connect ${isOver ? "ended" : "ends"} on ${date(on)}`,
  short: (on: string, isOver: boolean) => (isOver ? "Ended" : `Ends on ${date(on)}`),
  source: "What the provider says",
  needs: (on: string, isOver: boolean) => `Connection ${isOver ? "ended" : "ends"} on ${date(on)}`,
  show: "See why",
};

export const flow = {
  waitingTitle: (provider: string) => `Sign in to ${provider}`,
  waitingLead: "Continue in the window that has opened. This page updates automatically.",
  opening: "Opening the sign-in window…",
  again: "Open the window again",
  blockedTitle: "The browser blocked the window",
  blockedLead: "Use the link to open the sign-in page. This page updates when you have signed in.",
  blockedFramed: "Allow pop-ups for this page in your browser, then try again.",
  deniedTitle: "Access was denied",
  deniedLead: (provider: string) => `${provider} did not grant access. No account was connected.`,
  failedTitle: "The sign-in failed",
  failedLead: "The sign-in window shows the reason. Nothing was changed.",
  discard: "Discard",
  unfinishedTitle: "The sign-in is not finished",
  unfinishedLead: (provider: string) =>
    `${provider} has not granted access yet. If you leave, nothing is kept. You can connect it again at any time.`,
  remove: "Leave",
  stay: "Continue sign-in",
};

/** The choice of what an integration is connected to. */
export const choose = {
  title: (name: string) => `${name}: choose what to connect`,
  lead: (provider: string) => `${provider} accepted the credentials. They reach several sites or accounts. Choose the one that agents will use.`,
  change: "Connect another",
  changed: (name: string, chosen: string) => `${name} is connected to ${chosen}.`,
  find: "Search",
  none: "No entry matches the search.",
  submit: "Connect",
  busy: "Connecting…",
  errorTitle: "The provider's list could not be loaded",
};

export const reconnect = {
  title: (name: string) => `Reconnect ${name}`,
  lead: "The current connection keeps working until the new one is ready.",
  account: (account: string) => `Sign in with the account that is connected now (${account}).`,
  acceptOther: "Accept a different account",
  acceptOtherHint: "Agents will then act in that account.",
  force: "Reconnect and revoke now",
  keep: "Reconnect and revoke later",
  done: (name: string) => `${name} was reconnected.`,
};

export const replace = {
  title: (name: string) => `Replace the credentials of ${name}`,
  lead: (provider: string) => `The new credentials are checked with ${provider} first. The current ones stay in use until the new ones are accepted.`,
  submit: "Replace credentials",
  force: "Replace and revoke now",
  keep: "Replace and revoke later",
  done: (name: string) => `The credentials of ${name} were replaced.`,
};
