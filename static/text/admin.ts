/** The administrators' pages: OAuth apps, custom providers, and the audit record. */
import { ago, count } from "../logic/time";
import { plural } from "./plural";

export const apps = {
  title: "OAuth apps",
  lead: "The apps that people sign in with at each provider, registered once for this workspace.",
  add: "Set up an app",
  emptyTitle: "No OAuth apps in this workspace",
  emptyLead: "A provider with OAuth needs an app that is registered there. If this deployment has one, it is used.",
  pick: "Provider",
  replace: "Replace secret",
  remove: "Delete",
  removeTitle: (name: string) => `Delete the OAuth app of ${name}?`,
  removeLead: "Connections that use this app can no longer be refreshed. You will have to reconnect them.",
  removed: (name: string) => `The OAuth app of ${name} was deleted.`,
  saved: (name: string) => `The OAuth app of ${name} was saved.`,
  updated: (time: string, now: number) => `Saved ${ago(time, now)}`,
  save: "Save app",
};

export const providers = {
  title: "Custom providers",
  lead: "Services that only your workspace uses, each described by a manifest. A change creates a new version for new connections. Existing connections keep theirs.",
  add: "Add provider",
  emptyTitle: "No custom providers yet",
  emptyLead: "Describe an internal or niche API once, and connect it like any other.",
  editTitle: (name: string) => `Edit ${name}`,
  addTitle: "Add a custom provider",
  json: "Manifest (JSON)",
  hint: "The id must start with custom-. The format is that of the built-in manifests.",
  notJson: (why: string) => `This is not valid JSON: ${why}`,
  save: "Save provider",
  saveTrusted: "I have read and tested it, save",
  saveUntrusted: "Save without relying on it",
  edit: "Edit",
  remove: "Delete",
  removeTitle: (name: string) => `Delete ${name}?`,
  removeLead: "The provider is removed from the catalogue. You can delete it only if no integration uses it.",
  removed: (name: string) => `${name} was deleted.`,
  saved: (name: string) => `${name} was saved.`,
  errors: "The manifest has errors",
};

export const audit = {
  title: "Audit",
  lead: "Every change and every denied attempt. Each record contains the hash of the record before it.",
  head: (records: number) => `Chain head after ${plural(records, "record", "records")}. Keep a copy elsewhere.`,
  headName: "chain head",
  noHead: "No records yet",
  verify: "Verify chain",
  verifying: (value: number) => `Checking… ${count(value)}`,
  cannotVerify: "This browser can check hashes only on https or on localhost.",
  holds: (records: number) => `The chain holds: ${plural(records, "record", "records")}, checked in this browser just now.`,
  isShort: (found: number, expected: number) => `The server sent ${count(found)} of ${count(expected)} records. Records are missing at the end.`,
  broken: (seq: number, why: "missing" | "edited" | "broken") =>
    ({
      missing: `Before record ${count(seq)}, a record is missing or was moved.`,
      edited: `Record ${count(seq)} was edited: its content does not match its hash.`,
      broken: `Record ${count(seq)} does not continue the record before it.`,
    })[why],
  export: "Export",
  exporting: (value: number) => `Exporting… ${count(value)}`,
  exported: (value: number) => `${plural(value, "record", "records")} exported.`,
  columns: { at: "Time", actor: "Actor", action: "Action", target: "Target", outcome: "Outcome" },
  done: "Done",
  denied: (value: number) => (value > 1 ? `Denied ${count(value)} times` : "Denied"),
  table: "Audit records, newest first",
};
