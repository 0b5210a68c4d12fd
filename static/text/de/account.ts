import { ago } from "../../logic/time";
import type { account as english, palette as englishPalette } from "../account";
import { plural } from "../plural";

export const account: typeof english = {
  title: "Ihr Konto",
  of: (role, workspace) => `${role} im Workspace ${workspace}`,
  passkeys: "Passkeys",
  lead: "Ein Passkey meldet Sie mit dem Fingerabdruck, dem Gesicht oder der Bildschirmsperre Ihres Geräts an. Fügen Sie auf jedem Gerät einen hinzu, oder verwenden Sie einen Sicherheitsschlüssel.",
  none: "Sie haben noch keine Passkeys. Ohne Passkey brauchen Sie einen neuen Link, um sich wieder anzumelden.",
  add: "Passkey hinzufügen",
  added: (name) => `Der Passkey ${name} wurde hinzugefügt.`,
  notAdded: "Es wurde kein Passkey hinzugefügt.",
  known: "Auf diesem Gerät gibt es schon einen Passkey von Ihnen. Verwenden Sie ein anderes.",
  failed: "Der Browser konnte keinen Passkey anlegen. Versuchen Sie es mit einem anderen Browser oder einem Sicherheitsschlüssel.",
  unsupported: "Dieser Browser kann keine Passkeys anlegen. Verwenden Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari.",
  made: (time, now) => `Hinzugefügt ${ago(time, now)}`,
  used: (time, now) => (time ? `genutzt ${ago(time, now)}` : "nie genutzt"),
  backedUp: "auf allen Ihren Geräten",
  rename: "Umbenennen",
  renameTitle: (name) => `${name} umbenennen`,
  name: "Name",
  save: "Speichern",
  renamed: "Der Passkey wurde umbenannt.",
  remove: "Löschen",
  removeTitle: (name) => `${name} löschen?`,
  removeLead: "Der Passkey meldet Sie nicht mehr an. Browser, in denen Sie angemeldet sind, bleiben angemeldet. Löschen Sie den Passkey auch auf Ihrem Gerät.",
  removed: (name) => `Der Passkey ${name} wurde gelöscht.`,
  byToken: "Sie verwenden ein Token",
  byTokenLead: "Passkeys sind für Personen, die sich auf der Anmeldeseite anmelden. Melden Sie sich dort an, um einen hinzuzufügen.",
  signIn: "Zur Anmeldeseite",
};

export const palette: typeof englishPalette = {
  title: "Gehe zu",
  label: "Seiten, Integrationen, Agenten und Anbieter suchen",
  kinds: { page: "Seiten", integration: "Integrationen", agent: "Agenten", provider: "Integration hinzufügen" },
  found: (value) => plural(value, "Treffer", "Treffer"),
  none: (typed) => `Nichts passt zu „${typed}“.`,
};
