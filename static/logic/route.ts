/**
 * The route: what is shown, as the hash of the address. Every page, tab and dialog that a person can
 * come back to has one.
 */

import type { Integration } from "../api/types";

export type ManageTab = "overview" | "access" | "calls" | "activity" | "usage" | "use";
export type Route =
  | { page: "integrations"; filters: Filters }
  | { page: "integration"; id: string; tab: ManageTab }
  /** The gallery of providers or, with a manifest, the dialog over it that connects one. */
  | { page: "add"; manifest: string | null }
  /**
   * Another page of the navigation, by its name in the address, or the page of one of its items:
   * `agents/agt_…`. The table of pages knows whether it exists.
   */
  | { page: "section"; name: string };

/** The filters of the list. An empty string does not filter. */
export interface Filters {
  readonly q: string;
  readonly status: string;
  readonly health: string;
  readonly manifest: string;
  /** `table`, or "" for cards. It filters nothing. */
  readonly view: string;
  /** The column that the table is sorted by, after `-` if descending. Empty: what needs attention first. */
  readonly sort: string;
}

export const NO_FILTERS: Filters = { q: "", status: "", health: "", manifest: "", view: "", sort: "" };
export const HOME: Route = { page: "integrations", filters: NO_FILTERS };

const TABS: readonly ManageTab[] = ["overview", "access", "calls", "activity", "usage", "use"];
/** The values that a filter may have. A mistyped one in an address does not filter. */
const VALUES: Partial<Record<keyof Filters, readonly string[]>> = {
  status: ["active", "inactive"],
  health: ["healthy", "unknown", "pending", "failing", "reauthorize"] satisfies Integration["health"]["state"][],
  view: ["table"],
};
/** The members of `Filters` that decide which integrations are listed. */
const FILTERING = ["q", "status", "health", "manifest"] as const;
const NAMES = Object.keys(NO_FILTERS) as (keyof Filters)[];

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id, tab, ...more] = path.split("/").map(decode);
  const [isShort, isLong] = [tab === undefined, more.length > 0];
  if (page === "integrations" && id && !isLong) {
    const known = TABS.find((one) => one === (tab ?? "overview"));
    if (known) return { page: "integration", id, tab: known };
  }
  if (page === "add" && isShort) return { page: "add", manifest: id || null };
  if ((page === "" || page === "integrations") && !id && isShort) {
    const params = new URLSearchParams(query);
    const valueOf = (name: keyof Filters) => params.get(name) ?? "";
    const isKnown = (name: keyof Filters) => VALUES[name]?.includes(valueOf(name)) ?? true;
    const filters = Object.fromEntries(NAMES.map((name) => [name, isKnown(name) ? valueOf(name) : ""]));
    return { page: "integrations", filters: filters as unknown as Filters };
  }
  return { page: "section", name: path };
}

/** The name of a page of the navigation, and the id of the item, if there is one. */
export function partsOf(name: string): [page: string, item: string | null] {
  const at = name.indexOf("/");
  return at < 0 ? [name, null] : [name.slice(0, at), decode(name.slice(at + 1)) || null];
}

/** The page of an agent. */
export function agentRoute(id: string): Route {
  return { page: "section", name: `agents/${encodeURIComponent(id)}` };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case "integration": {
      const tab = route.tab === "overview" ? "" : `/${route.tab}`;
      return `#/integrations/${encodeURIComponent(route.id)}${tab}`;
    }
    case "add":
      return route.manifest === null ? "#/add" : `#/add/${encodeURIComponent(route.manifest)}`;
    case "section":
      return `#/${route.name}`;
    default: {
      const set = NAMES.filter((name) => route.filters[name]).map((name) => [name, route.filters[name]]);
      const text = new URLSearchParams(set).toString();
      return text ? `#/integrations?${text}` : "#/integrations";
    }
  }
}

/** The surface that the route shows in the main area. Routes with the same surface differ only in a tab, a filter or a dialog. */
export function surfaceOf(route: Route): string {
  if (route.page === "integration") return `integration ${route.id}`;
  if (route.page === "add") return "add";
  return route.page === "section" ? `section ${route.name}` : "integrations";
}

export function isFiltered(filters: Filters): boolean {
  return FILTERING.some((name) => filters[name] !== "");
}

/** The same view of the whole list. */
export function unfiltered({ view, sort }: Filters): Filters {
  return { ...NO_FILTERS, view, sort };
}

/** The query of the filters, as the API takes it. */
export function queryOf(filters: Filters): Record<string, string> {
  return Object.fromEntries(FILTERING.map((name) => [name, filters[name]]));
}
