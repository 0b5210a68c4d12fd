/** The page of connected apps: programs that people let in. */
import { ago, moment } from "../logic/time";
import { plural } from "./plural";

export const connectedApps = {
  title: "Connected apps",
  lead: "Programs such as Claude or Cursor that you let in. Each may do only what you agreed to, until you end it.",
  leadAll: "Programs such as Claude or Cursor that people of this workspace let in. Each may do only what its person agreed to.",
  url: "MCP address for programs that sign in",
  urlHint: "Add this address to the program as a remote MCP server. The program opens a page that asks you what it may use.",
  emptyTitle: "No connected apps yet",
  emptyLead: "Add the address above to Claude, ChatGPT, Cursor or VS Code as a remote MCP server. The program then asks you what it may use, and appears here.",
  unverified: "Not verified",
  unverifiedWhy: "The name is what the program says. Nobody has checked it.",
  noHost: "Registered itself, without an address",
  facts: { person: "For", integrations: "May use", mayDo: "May do", used: "Last used", until: "Until" },
  onlyThis: "You can connect programs, and end them. Your role comes from your identity provider, whose administrators can change it.",
  allIntegrations: "Every integration",
  someIntegrations: (count: number) => plural(count, "integration", "integrations"),
  noIntegrations: "None that still exists",
  readOnly: "Read only",
  readWrite: "Read and write",
  off: "Switched off",
  until: (time: string, now: number) => `${moment(time)} (${ago(time, now)})`,
  used: (time: string | null, now: number) => (time ? ago(time, now) : "Never"),
  end: "End",
  endTitle: (name: string) => `End ${name}?`,
  endLead: (integrations: number | null) =>
    `The program is signed out at once and can no longer use ${integrations === null ? "any integration" : plural(integrations, "integration", "integrations")}. ` +
    "To use it again, somebody has to sign in and agree again. Its calls stay in the records.",
  ended: (name: string) => `${name} was ended.`,
};
