/** The route: which page is shown, as the hash of the address. It can be linked to, and the Back button works. */

export type ManageTab = "overview" | "access" | "activity" | "usage" | "use";
export type Route =
  | { page: "integrations"; filters: Filters }
  | { page: "integration"; id: string; tab: ManageTab }
  | { page: "oauth-apps" }
  | { page: "providers" }
  | { page: "audit" };

/** The filters of the list. An empty string does not filter. */
export interface Filters {
  readonly q: string;
  readonly status: string;
  readonly health: string;
  readonly manifest: string;
}

export const NO_FILTERS: Filters = { q: "", status: "", health: "", manifest: "" };
export const HOME: Route = { page: "integrations", filters: NO_FILTERS };

const TABS: readonly ManageTab[] = ["overview", "access", "activity", "usage", "use"];
const NAMES = Object.keys(NO_FILTERS) as (keyof Filters)[];

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page, id, tab] = path.split("/").map(decode);
  if (page === "integrations" && id) {
    return { page: "integration", id, tab: TABS.find((one) => one === tab) ?? "overview" };
  }
  if (page === "oauth-apps" || page === "providers" || page === "audit") return { page };
  const params = new URLSearchParams(query);
  const filters = Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? ""]));
  return { page: "integrations", filters: filters as unknown as Filters };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function formatRoute(route: Route): string {
  if (route.page === "integration") {
    const tab = route.tab === "overview" ? "" : `/${route.tab}`;
    return `#/integrations/${encodeURIComponent(route.id)}${tab}`;
  }
  if (route.page !== "integrations") return `#/${route.page}`;
  const query = new URLSearchParams(NAMES.filter((name) => route.filters[name]).map((name) => [name, route.filters[name]]));
  const text = query.toString();
  return text ? `#/integrations?${text}` : "#/integrations";
}

export function isFiltered(filters: Filters): boolean {
  return NAMES.some((name) => filters[name] !== "");
}
