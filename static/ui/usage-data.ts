/** Usage of one integration, all pages of it. */
import type { Client } from "../api/client";
import { pages } from "../api/pages";
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
  const load = (cursor: string | null) =>
    client.get<UsagePage>(`/api/integrations/${id}/usage`, { per, from, limit: 100, cursor }, signal);
  const all = await pages<Usage>(load, MOST);
  return { rows: all.items, whole: all.next_cursor === null };
}
