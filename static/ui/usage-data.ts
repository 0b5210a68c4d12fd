/** Usage of one integration, all pages of it. */
import type { Client } from "../api/client";
import type { Usage, UsagePage } from "../api/types";
import type { Per } from "../logic/usage";

/** How many rows are asked for at most: 30 days of 100 agents. The newest come first. */
const MOST = 3_000;

export interface UsageRows {
  readonly rows: readonly Usage[];
  /** Whether these are all. */
  readonly whole: boolean;
}

export async function usageOf(client: Client, id: string, per: Per, from: string, signal: AbortSignal): Promise<UsageRows> {
  const rows: Usage[] = [];
  let cursor: string | null = null;
  do {
    const query = { per, from, limit: 100, cursor };
    const page: UsagePage = await client.get<UsagePage>(`/api/integrations/${id}/usage`, query, signal);
    rows.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && rows.length < MOST);
  return { rows, whole: cursor === null };
}
