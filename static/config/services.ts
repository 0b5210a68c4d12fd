/** The services of the catalogue: what a person looks for. A service may have several ways to connect it. */
import type { Manifest, ManifestSummary } from "../api/types";
import { plainName } from "../logic/names";

export interface Service {
  /** The name without the way to connect: "Airtable", not "Airtable (OAuth)". */
  readonly name: string;
  /** The ways to connect it, the plainest first and those that will end last. There is at least one. */
  readonly ways: readonly [ManifestSummary, ...ManifestSummary[]];
}

/** What people connect most, by the ids of manifests. */
const POPULAR = ["slack", "github", "google-drive", "gmail", "notion", "stripe", "linear", "hubspot", "jira", "openai", "salesforce", "airtable"];

/** Manifests of one family with one mark are one service. The order is that of the catalogue. */
export function servicesOf(catalogue: readonly ManifestSummary[]): Service[] {
  const groups = new Map<string, ManifestSummary[]>();
  for (const one of catalogue) {
    // A workspace's own manifest is a service of its own, whatever mark it uses.
    const custom = one.id.startsWith("custom-") ? "custom " : "";
    const key = `${custom}${one.family} ${one.brand.icon || plainName(one.name)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const shortest = group.map((one) => plainName(one.name)).reduce((a, b) => (b.length < a.length ? b : a));
    const isPlain = (one: ManifestSummary) => one.name === shortest;
    const isTyped = (one: ManifestSummary) => one.auth_method !== "oauth2";
    // A way that will end is not the one to begin with.
    const ways = group.toSorted((a, b) => Number(hasEnd(a)) - Number(hasEnd(b)) || Number(isPlain(b)) - Number(isPlain(a)) || Number(isTyped(b)) - Number(isTyped(a)));
    return { name: shortest, ways: ways as [ManifestSummary, ...ManifestSummary[]] };
  });
}

/** How this application becomes an OAuth app by itself, as the catalogue says it. */
type Registration = NonNullable<NonNullable<ManifestSummary["needs"]>["registration"]>;

/** Whether connecting needs no OAuth app that a person registers. A document is read only at an https address. */
export function registersItself(registration: Registration | undefined, origin: string): boolean {
  return registration === "endpoint" || (registration === "document" && origin.startsWith("https:"));
}

/** The same as a summary says of the whole manifest. */
export function registrationOf(oauth2: Manifest["oauth2"]): Registration | undefined {
  if (oauth2?.registration_url) return "endpoint";
  return oauth2?.client_metadata ? "document" : undefined;
}

const hasEnd = (way: ManifestSummary): boolean => way.ends !== undefined;

/** The popular services of the catalogue, the most popular first. */
export function popularOf(services: readonly Service[]): Service[] {
  return POPULAR.flatMap((id) => services.find((service) => service.ways.some((way) => way.id === id)) ?? []);
}

/** The way of the service that a search means: the first found, one without an announced end before others, or else the plainest. */
export function wayOf(service: Service, found: readonly ManifestSummary[]): ManifestSummary {
  const ways = found.filter((one) => service.ways.includes(one));
  return ways.find((way) => !hasEnd(way)) ?? ways[0] ?? service.ways[0];
}
