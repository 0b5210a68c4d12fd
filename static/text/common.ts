/** Words that several pages share: buttons, navigation, general problems, authentication methods. */

export const common = {
  product: "Integration Nexus",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  saving: "Saving…",
  back: "Back",
  done: "Done",
  copy: "Copy",
  copied: "Copied",
  copyOf: (what: string) => `Copy ${what}`,
  tryAgain: "Try again",
  loadMore: "Load more",
  loading: "Loading…",
  never: "Never",
  yes: "yes",
  no: "no",
  show: "Show",
  hide: "Hide",
  showField: (label: string) => `Show ${label}`,
  hideField: (label: string) => `Hide ${label}`,
  optional: "optional",
  opensWindow: "opens a new window",

  nav: {
    label: "Sections",
    menu: "Menu",
    skip: "Skip to content",
    overview: "Overview",
    agents: "Agents",
    connectedApps: "Connected apps",
    people: "People",
    stops: "Emergency stop",
    account: "Your account",
    language: "Language",
    integrations: "Integrations",
    oauthApps: "OAuth apps",
    providers: "Custom providers",
    audit: "Audit",
    receipts: "Receipts",
  },

  notFound: {
    title: "Page not found",
    lead: "There is no page at this address. It may have been mistyped or moved.",
    deniedTitle: "Only administrators can open this page",
    deniedLead: "Ask an administrator of this workspace if you need something from it.",
    home: "Go to the integrations",
  },

  problem: {
    unreachable: "Cannot reach the server. Check your connection.",
    unexpected: (status: number) => `Unexpected response from the server (HTTP ${status}). Try again.`,
    changed: "Somebody else changed this in the meantime. Load the latest version, then make your change again.",
    reference: (id: string) => `Reference ${id}`,
    notLoaded: "This part of the page could not be loaded",
    notLoadedLead: "The connection may be down, or a new version was installed. Try again, or reload the page.",
    reload: "Reload the page",
    windowClosed: "The sign-in window was closed before the sign-in started. Try again, and keep the window open.",
    offline: "You are offline. This page may be out of date. It reloads when the connection is back.",
  },

  method: {
    api_key: "API key",
    basic: "User and password",
    oauth2: "OAuth 2.0",
    oauth2_client_credentials: "Client credentials",
  } as Record<string, string>,
};

export const leave = {
  title: "Leave without saving?",
  lead: "You have unsaved changes.",
  stay: "Keep editing",
  go: "Discard changes",
};
