/**
 * The catalogue of providers: the manifests' type, generated from `manifests/schema.json` by way of
 * the OpenAPI document, and their loader.
 *
 * Patterns in a manifest are hints here. The server decides.
 */
import type { Client } from "../api/client";
import type { Manifest, ManifestList, ManifestSummary } from "../api/types";

export type IntegrationManifest = Manifest;

/** Loads each manifest once, and the catalogue once until it is changed. */
export class Manifests {
  private list: Promise<ManifestSummary[]> | null = null;
  private readonly whole = new Map<string, Promise<IntegrationManifest>>();

  constructor(private readonly client: Client) {}

  /** What can be connected, by name. */
  catalogue(): Promise<ManifestSummary[]> {
    this.list ??= this.client
      .get<ManifestList>("/api/manifests")
      .then((answer) => answer.items.toSorted((a, b) => a.name.localeCompare(b.name)));
    return kept(this.list, () => (this.list = null));
  }

  /** One manifest, whole. */
  one(id: string): Promise<IntegrationManifest> {
    let found = this.whole.get(id);
    if (!found) {
      found = this.client.get<IntegrationManifest>(`/api/manifests/${encodeURIComponent(id)}`);
      this.whole.set(id, found);
    }
    return kept(found, () => this.whole.delete(id));
  }

  /** Forgets everything: the workspace's own providers have changed. */
  changed(): void {
    this.list = null;
    this.whole.clear();
  }
}

/** A failure is not remembered. */
function kept<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}

/** Categories of the catalogue with how many providers each has, the largest first. */
export function categories(catalogue: readonly ManifestSummary[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const category of catalogue.flatMap((one) => one.categories)) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/**
 * What matches all words of a search, best first: names that begin with it, then names that have
 * it, then descriptions and categories.
 */
export function search(catalogue: readonly ManifestSummary[], typed: string): ManifestSummary[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (one: ManifestSummary): number => {
    const name = one.name.toLowerCase();
    const rest = `${one.id} ${one.family} ${one.categories.join(" ")} ${one.description}`.toLowerCase();
    let worst = 0;
    for (const word of words) {
      const place = name.startsWith(word) ? 0 : name.includes(word) ? 1 : rest.includes(word) ? 2 : 9;
      worst = Math.max(worst, place);
    }
    return worst;
  };
  return catalogue
    .map((one) => ({ one, rank: rank(one) }))
    .filter(({ rank }) => rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}
