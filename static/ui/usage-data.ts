/** The usage of one integration, from all pages. */
import type { Client } from "../api/client";
import { pages } from "../api/pages";
import type { Usage, UsagePage } from "../api/types";
import type { Granularity } from "../logic/usage";

/** The most rows to load: 30 days of 100 agents. The newest come first. */
const MAX_ROWS = 3_000;

export interface UsageRows {
  readonly rows: readonly Usage[];
  /** Whether these are all rows. */
  readonly isComplete: boolean;
}

export async function usageOf(client: Client, id: string, per: Granularity, from: string, signal: AbortSignal): Promise<UsageRows> {
  const load = (cursor: string | null) =>
    client.get<UsagePage>(`/api/integrations/${id}/usage`, { per, from, limit: 100, cursor }, signal);
  const all = await pages<Usage>(load, MAX_ROWS);
  return { rows: all.items, isComplete: all.next_cursor === null };
}
