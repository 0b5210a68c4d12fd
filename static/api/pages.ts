/** Lists that come in pages. */

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null on the last. */
  readonly next_cursor: string | null;
}

/**
 * Page after page as one, until there are `wanted` items or no more. `load` is told how many have come
 * so far.
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
