import { ago, moment } from "../../logic/time";
import { plural } from "../plural";
import type { stops as english } from "../stops";

type Counted = Parameters<(typeof english)["counts"]>[0];

function counted({ agents, keys, sessions, integrations }: Counted): string {
  const parts = [
    integrations > 0 && plural(integrations, "Integration", "Integrationen"),
    agents > 0 && plural(agents, "Agenten", "Agenten"),
    keys > 0 && plural(keys, "Schlüssel", "Schlüssel"),
    sessions > 0 && plural(sessions, "Sitzung", "Sitzungen"),
  ].filter((part) => part !== false);
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} und ${parts.at(-1)}` : parts.join("");
}

export const stops: typeof english = {
  title: "Notstopp",
  lead: "Stoppt einen Agenten, eine Person, eine Integration, einen Anbieter oder den ganzen Workspace sofort. Nichts wird gelöscht, und jeder Stopp lässt sich aufheben.",
  stop: "Notstopp",
  stopNow: "Jetzt stoppen",
  none: "Nichts ist gestoppt",
  noneLead: "Nutzen Sie den Notstopp, wenn ein Schlüssel bekannt geworden ist oder ein Agent außer Kontrolle gerät. Wählen Sie unten, was gestoppt wird.",
  inForce: "In Kraft",
  new: "Etwas stoppen",
  scope: "Was wird gestoppt?",
  target: "Name",
  choose: "Wählen …",
  scopes: {
    agent: "Ein Agent",
    person: "Eine Person",
    integration: "Eine Integration",
    provider: "Jede Integration eines Anbieters",
    workspace: "Der ganze Workspace",
  },
  kind: { agent: "Agent", person: "Person", integration: "Integration", provider: "Anbieter", workspace: "Workspace" },
  workspace: "Der ganze Workspace",
  titleOf: (name) => `${name} stoppen?`,
  titleOfWorkspace: "Den ganzen Workspace stoppen?",
  hint: {
    agent: "Ein Notstopp lehnt den Agenten mit allen seinen Schlüsseln sofort ab.",
    person: "Ein Notstopp meldet die Person mit allen verbundenen Apps sofort ab.",
    integration: "Ein Notstopp lehnt jeden Aufruf dieser Integration sofort ab.",
    provider: "Ein Notstopp lehnt jeden Aufruf dieses Anbieters sofort ab.",
    workspace: "Ein Notstopp lehnt alle außer den Administratoren ab. Diese können ihn aufheben.",
  },
  counting: "Es wird gezählt, was das stoppt …",
  counts: (counts) => `Das stoppt ${counted(counts) || "nichts, was zurzeit genutzt wird"}.`,
  countFailed: "Es ließ sich nicht zählen, was das stoppt. Sie können trotzdem stoppen.",
  effect: "Von da an lehnt jeder Server die Aufrufe und Anmeldungen ab, für die der Stopp gilt. Offene Streams enden in Sekunden.",
  effectWorkspace: "Administratoren bleiben angemeldet, damit sie den Stopp aufheben können.",
  reason: "Grund",
  reasonHint: "Andere sehen ihn im Banner und im Protokoll.",
  reasonMissing: "Geben Sie einen Grund ein.",
  done: (name) => `${name} ist gestoppt.`,
  whatElse: "Wie viel wird gestoppt?",
  only: (name) => `Nur ${name}`,
  allOf: (name) => `Jede Integration von ${name}`,
  banner: (name) => `${name} ist gestoppt.`,
  bannerMany: (value) => `${plural(value, "Notstopp", "Notstopps")} in Kraft.`,
  because: (reason) => `Grund: ${reason}`,
  by: (who, time, now) => `von ${who}, ${ago(time, now)}`,
  somebody: "einem Administrator",
  at: moment,
  show: "Anzeigen",
  lift: "Aufheben",
  liftTitle: (name) => `Den Stopp von ${name} aufheben?`,
  liftLead: "Aufrufe und Anmeldungen werden sofort wieder angenommen, soweit Schlüssel, Rollen und Regeln es erlauben.",
  lifted: (name) => `Der Stopp von ${name} wurde aufgehoben.`,
};
