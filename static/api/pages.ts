/** Paginated lists. */

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
    const page: Page<T> = await load(cursor, items.length);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < wanted);
  return { items, next_cursor: cursor };
}
