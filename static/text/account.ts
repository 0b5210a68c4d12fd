/** The page of the person who is signed in, and the command palette. */
import { ago } from "../logic/time";
import { plural } from "./plural";

export const account = {
  title: "Your account",
  of: (role: string, workspace: string) => `${role} in the workspace ${workspace}`,
  passkeys: "Passkeys",
  lead: "A passkey signs you in with your fingerprint, your face or the screen lock of your device. Add one on each device, or use a security key.",
  none: "You have no passkeys yet. Without one, you need a new link to sign in again.",
  add: "Add a passkey",
  added: (name: string) => `The passkey ${name} was added.`,
  notAdded: "No passkey was added.",
  known: "This authenticator has a passkey of yours already. Use another one.",
  failed: "The browser could not make a passkey. Try another browser or a security key.",
  unsupported: "This browser cannot make passkeys. Use a current version of Chrome, Edge, Firefox or Safari.",
  made: (time: string, now: number) => `Added ${ago(time, now)}`,
  used: (time: string | null, now: number) => (time ? `used ${ago(time, now)}` : "never used"),
  backedUp: "on all your devices",
  rename: "Rename",
  renameTitle: (name: string) => `Rename ${name}`,
  name: "Name",
  save: "Save",
  renamed: "The passkey was renamed.",
  remove: "Delete",
  removeTitle: (name: string) => `Delete ${name}?`,
  removeLead: "It no longer signs you in. Browsers that are signed in stay signed in. Delete the passkey on your device too.",
  removed: (name: string) => `The passkey ${name} was deleted.`,
  byToken: "You use a token",
  byTokenLead: "Passkeys are for people who sign in on the sign-in page. Sign in there to add one.",
  signIn: "Go to the sign-in page",
};

export const palette = {
  title: "Go to",
  label: "Search pages, integrations, agents and providers",
  kinds: { page: "Pages", integration: "Integrations", agent: "Agents", provider: "Add an integration" },
  found: (value: number) => plural(value, "result", "results"),
  none: (typed: string) => `Nothing matches “${typed}”.`,
};
