import type { common as english, leave as englishLeave } from "../common";

export const common: typeof english = {
  product: "Integration Nexus",
  close: "Schließen",
  cancel: "Abbrechen",
  save: "Speichern",
  saving: "Wird gespeichert …",
  back: "Zurück",
  done: "Fertig",
  copy: "Kopieren",
  copied: "Kopiert",
  copyOf: (what) => `${what} kopieren`,
  tryAgain: "Erneut versuchen",
  loadMore: "Mehr laden",
  loading: "Wird geladen …",
  never: "Nie",
  yes: "ja",
  no: "nein",
  show: "Anzeigen",
  hide: "Verbergen",
  showField: (label) => `${label} anzeigen`,
  hideField: (label) => `${label} verbergen`,
  optional: "freiwillig",
  opensWindow: "öffnet ein neues Fenster",

  nav: {
    label: "Bereiche",
    menu: "Menü",
    skip: "Zum Inhalt",
    overview: "Übersicht",
    agents: "Agenten",
    connectedApps: "Verbundene Apps",
    people: "Personen",
    stops: "Notstopp",
    account: "Ihr Konto",
    language: "Sprache",
    integrations: "Integrationen",
    oauthApps: "OAuth-Apps",
    providers: "Eigene Anbieter",
    audit: "Protokoll",
    receipts: "Belege",
  },

  notFound: {
    title: "Seite nicht gefunden",
    lead: "Unter dieser Adresse gibt es keine Seite. Vielleicht enthält die Adresse einen Tippfehler, oder die Seite wurde verschoben.",
    deniedTitle: "Nur Administratoren können diese Seite öffnen",
    deniedLead: "Fragen Sie einen Administrator dieses Workspace, wenn Sie etwas davon brauchen.",
    home: "Zu den Integrationen",
  },

  problem: {
    unreachable: "Der Server ist nicht erreichbar. Prüfen Sie die Verbindung.",
    unexpected: (status) => `Unerwartete Antwort des Servers (HTTP ${status}). Versuchen Sie es erneut.`,
    changed: "Jemand anders hat das inzwischen geändert. Laden Sie die neueste Fassung und ändern Sie sie erneut.",
    reference: (id) => `Kennung ${id}`,
    notLoaded: "Dieser Teil der Seite konnte nicht geladen werden",
    notLoadedLead: "Die Verbindung ist vielleicht unterbrochen, oder eine neue Version wurde installiert. Versuchen Sie es erneut, oder laden Sie die Seite neu.",
    reload: "Seite neu laden",
    windowClosed: "Das Anmeldefenster wurde geschlossen, bevor die Anmeldung begann. Versuchen Sie es erneut und lassen Sie das Fenster offen.",
    offline: "Sie sind offline. Diese Seite ist vielleicht veraltet. Sie wird neu geladen, sobald die Verbindung wieder da ist.",
  },

  method: {
    api_key: "API-Schlüssel",
    basic: "Benutzer und Passwort",
    oauth2: "OAuth 2.0",
    oauth2_client_credentials: "Client-Zugangsdaten",
  },
};

export const leave: typeof englishLeave = {
  title: "Ohne Speichern verlassen?",
  lead: "Es gibt ungespeicherte Änderungen.",
  stay: "Weiter bearbeiten",
  go: "Änderungen verwerfen",
};
