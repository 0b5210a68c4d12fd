/**
 * The catalogue of providers: the type of a manifest, generated from `manifests/schema.json` through
 * the OpenAPI document, and the loader.
 *
 * Here, the patterns in a manifest are only hints. The server decides.
 */
import type { Client } from "../api/client";
import type { Manifest, ManifestList, ManifestSummary } from "../api/types";

export type IntegrationManifest = Manifest;

/** Loads and caches the catalogue and each manifest. */
export class IntegrationManifests {
  private list: Promise<ManifestSummary[]> | null = null;
  private readonly byId = new Map<string, Promise<IntegrationManifest>>();

  constructor(private readonly client: Client) {}

  /** The providers that can be connected, sorted by name. */
  catalogue(): Promise<ManifestSummary[]> {
    this.list ??= this.client
      .get<ManifestList>("/api/manifests")
      .then((list) => list.items.toSorted((a, b) => a.name.localeCompare(b.name)));
    return forgetOnFailure(this.list, () => (this.list = null));
  }

  /** A complete manifest. */
  get(id: string): Promise<IntegrationManifest> {
    let manifest = this.byId.get(id);
    if (!manifest) {
      manifest = this.client.get<IntegrationManifest>(`/api/manifests/${encodeURIComponent(id)}`);
      this.byId.set(id, manifest);
    }
    return forgetOnFailure(manifest, () => this.byId.delete(id));
  }

  /** Empties the cache. Call this when a custom provider has changed. */
  clear(): void {
    this.list = null;
    this.byId.clear();
  }
}

/** Removes a request that failed from the cache, so that the next one tries again. */
function forgetOnFailure<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}

/** The categories of the catalogue with their numbers of providers, the largest first. */
export function categories(catalogue: readonly ManifestSummary[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const category of catalogue.flatMap((provider) => provider.categories)) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/**
 * The providers that match all words of a search, best first: matches at the start of the name, then
 * elsewhere in the name, then in the description or the categories.
 */
export function search(catalogue: readonly ManifestSummary[], typed: string): ManifestSummary[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (provider: ManifestSummary): number => {
    const name = provider.name.toLowerCase();
    const rest = `${provider.id} ${provider.family} ${provider.categories.join(" ")} ${provider.description}`.toLowerCase();
    let worst = 0;
    for (const word of words) {
      const place = name.startsWith(word) ? 0 : name.includes(word) ? 1 : rest.includes(word) ? 2 : 9;
      worst = Math.max(worst, place);
    }
    return worst;
  };
  return catalogue
    .map((provider) => ({ provider, rank: rank(provider) }))
    .filter(({ rank }) => rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .map(({ provider }) => provider);
}
