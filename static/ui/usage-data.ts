/** Loads the usage of an integration, or of the whole workspace. */
import type { Client } from "../api/client";
import { pages } from "../api/pages";
import type { Integration, IntegrationPage, Usage, UsagePage } from "../api/types";
import type { Granularity } from "../logic/usage";

/** The most rows to load: 30 days of 100 agents. The newest come first. */
const MAX_ROWS = 3_000;
/** The most integrations whose usage is added up: those that were used last. */
const MAX_INTEGRATIONS = 40;
/** How many requests are under way at once. */
const PARALLEL = 6;

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

export interface WorkspaceUsage {
  readonly rows: readonly (Usage & { readonly integration: Integration })[];
  readonly isComplete: boolean;
  /** When it was loaded, in milliseconds. */
  readonly now: number;
}

export async function workspaceUsage(client: Client, per: Granularity, from: string, signal: AbortSignal): Promise<WorkspaceUsage> {
  const now = Date.now();
  const load = (cursor: string | null) => client.get<IntegrationPage>("/api/integrations", { limit: 100, cursor }, signal);
  const { items } = await pages<Integration>(load);
  const used = items
    .filter((one) => (one.last_used_at ?? "") >= from)
    .sort((a, b) => ((a.last_used_at ?? "") < (b.last_used_at ?? "") ? 1 : -1));
  const wanted = used.slice(0, MAX_INTEGRATIONS);
  const rows: (Usage & { integration: Integration })[] = [];
  let isComplete = used.length === wanted.length;
  const work = async () => {
    for (let integration = wanted.shift(); integration; integration = wanted.shift()) {
      const one = integration;
      const usage = await usageOf(client, one.id, per, from, signal);
      rows.push(...usage.rows.map((row) => ({ ...row, integration: one })));
      isComplete &&= usage.isComplete;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { rows, isComplete, now };
}

/** The calls of each integration, the busiest first. */
export function byIntegration(rows: WorkspaceUsage["rows"]): { integration: Integration; calls: number }[] {
  const totals = new Map<string, { integration: Integration; calls: number }>();
  for (const { integration, calls } of rows) {
    const before = totals.get(integration.id)?.calls ?? 0;
    totals.set(integration.id, { integration, calls: before + calls });
  }
  return [...totals.values()].sort((a, b) => b.calls - a.calls);
}
