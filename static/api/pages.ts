/** Paginated lists. */
import { Problem } from "./client";

export interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the next page, or null on the last page. */
  readonly next_cursor: string | null;
}

/**
 * Loads page after page into one, until there are `wanted` items or no more pages. `load` gets the
 * number of items so far.
 */
export async function pages<T>(
  load: (cursor: string | null, soFar: number) => Promise<Page<T>>,
  wanted = Number.POSITIVE_INFINITY,
): Promise<Page<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await patiently(() => load(cursor, items.length));
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < wanted);
  return { items, next_cursor: cursor };
}

/** How often a page is asked for again after 429. The limit of requests is per minute. */
const TRIES = 5;

/** Waits as long as the server says when there were too many requests, which a long list may need. */
async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await load();
    } catch (thrown) {
      const wait = thrown instanceof Problem && thrown.status === 429 ? thrown.retryAfter : null;
      if (wait === null || tries === TRIES) throw thrown;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
