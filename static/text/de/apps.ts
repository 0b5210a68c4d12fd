import { ago, moment } from "../../logic/time";
import type { connectedApps as english } from "../apps";
import { plural } from "../plural";

export const connectedApps: typeof english = {
  title: "Verbundene Apps",
  lead: "Programme wie Claude oder Cursor, die Sie zugelassen haben. Jedes darf nur, was Sie erlaubt haben, bis Sie es beenden.",
  leadAll: "Programme wie Claude oder Cursor, die Personen dieses Workspace zugelassen haben. Jedes darf nur, was die Person erlaubt hat.",
  url: "MCP-Adresse für Programme, die sich anmelden",
  urlHint: "Fügen Sie diese Adresse im Programm als entfernten MCP-Server hinzu. Das Programm öffnet eine Seite, die Sie fragt, was es nutzen darf.",
  emptyTitle: "Noch keine verbundenen Apps",
  emptyLead: "Fügen Sie die Adresse oben in Claude, ChatGPT, Cursor oder VS Code als entfernten MCP-Server hinzu. Das Programm fragt Sie dann, was es nutzen darf, und erscheint hier.",
  unverified: "Nicht geprüft",
  unverifiedWhy: "Den Namen nennt das Programm selbst. Niemand hat ihn geprüft.",
  noHost: "Hat sich selbst registriert, ohne Adresse",
  facts: { person: "Für", integrations: "Darf nutzen", mayDo: "Darf tun", used: "Zuletzt genutzt", until: "Bis" },
  onlyThis: "Sie können Programme verbinden und beenden. Ihre Rolle kommt von Ihrem Identitätsanbieter, dessen Administratoren sie ändern können.",
  allIntegrations: "Jede Integration",
  someIntegrations: (count) => plural(count, "Integration", "Integrationen"),
  noIntegrations: "Keine, die es noch gibt",
  readOnly: "Nur lesen",
  readWrite: "Lesen und schreiben",
  off: "Ausgeschaltet",
  until: (time, now) => `${moment(time)} (${ago(time, now)})`,
  used: (time, now) => (time ? ago(time, now) : "Nie"),
  end: "Beenden",
  endTitle: (name) => `${name} beenden?`,
  endLead: (integrations) =>
    `Das Programm wird sofort abgemeldet und kann ${integrations === null ? "keine Integration" : `${plural(integrations, "Integration", "Integrationen")} nicht`} mehr nutzen. ` +
    "Um es wieder zu nutzen, muss sich jemand anmelden und erneut zustimmen. Seine Aufrufe bleiben im Protokoll.",
  ended: (name) => `${name} wurde beendet.`,
};
