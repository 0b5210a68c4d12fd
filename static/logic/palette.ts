/** The targets of the command palette, and those that fit the typed text. */
import type { Agent, Integration, ManifestSummary } from "../api/types";
import { search } from "../config/integration-manifests";
import { agentRoute } from "./route";
import type { Route } from "./route";

/** A place to go to. The kinds are shown in this order. */
export interface Place {
  readonly kind: "page" | "integration" | "agent" | "provider";
  readonly id: string;
  readonly name: string;
  readonly route: Route;
  /** The manifest whose mark stands beside it. */
  readonly manifest?: string;
}

/** How many places of a kind are shown. All pages are, until something is typed. */
const MOST = 6;

/** A page of the navigation. */
interface PageEntry {
  readonly name: string;
  readonly route: Route;
}

interface Known {
  readonly pages: readonly PageEntry[];
  /** The integrations that the server found. */
  readonly integrations: readonly Integration[];
  readonly agents: readonly Agent[];
  readonly catalogue: readonly ManifestSummary[];
}

/** The places that fit. A provider, which can be connected, has to be asked for. */
export function placesFor(typed: string, { pages, integrations, agents, catalogue }: Known): Place[] {
  const text = typed.trim();
  return [
    ...ranked(pages, text, text ? MOST : pages.length).map(({ name, route }) => ({ kind: "page", id: name, name, route }) as const),
    ...integrations.slice(0, MOST).map(({ id, manifest_id: manifest, slug, name }) => ({ kind: "integration", id, name, manifest, route: { page: "integration", id: slug, tab: "overview" } }) as const),
    ...ranked(agents, text, MOST).map(({ id, name }) => ({ kind: "agent", id, name, route: agentRoute(id) }) as const),
    ...(text ? search(catalogue, text).slice(0, MOST) : []).map(({ id, name }) => ({ kind: "provider", id, name, manifest: id, route: { page: "add", manifest: id } }) as const),
  ];
}

/** Those whose names have all words of the text: names that begin with it first. */
function ranked<T extends { readonly name: string }>(all: readonly T[], text: string, most: number): T[] {
  const words = text.toLowerCase().split(/\s+/);
  const begins = ({ name }: T) => Number(name.toLowerCase().startsWith(text.toLowerCase()));
  return all
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .toSorted((a, b) => begins(b) - begins(a))
    .slice(0, most);
}
