/** One action on many integrations. */

/**
 * Does the work for each item, one after the other, so that the providers and the limit of requests are not
 * strained. Returns the names of those for which it threw or returned false.
 */
export async function forEachOf<T extends { readonly name: string }>(items: readonly T[], work: (item: T) => Promise<boolean>): Promise<string[]> {
  const failed: string[] = [];
  for (const item of items) {
    const isDone = await work(item).catch(() => false);
    if (!isDone) failed.push(item.name);
  }
  return failed;
}
