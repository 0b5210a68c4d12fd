/** Usage of one integration, all pages of it. */
import type { Client } from "../api/client";
import type { Usage, UsagePage } from "../api/types";
import type { Per } from "../logic/usage";

/** More rows than a chart needs; a workspace with more agents than this is summed up to here. */
const MOST = 2_000;

export async function usageOf(client: Client, id: string, per: Per, from: string, signal: AbortSignal): Promise<Usage[]> {
  const rows: Usage[] = [];
  let cursor: string | null = null;
  do {
    const query = { per, from, limit: 100, cursor };
    const page: UsagePage = await client.get<UsagePage>(`/api/integrations/${id}/usage`, query, signal);
    rows.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && rows.length < MOST);
  return rows;
}
