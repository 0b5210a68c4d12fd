/** Loads the usage of an integration, or of the whole workspace. */
import type { Client } from "../api/client";
import { pages } from "../api/pages";
import { integrationPath } from "../api/paths";
import type { Usage, UsagePage, WorkspaceUsage, WorkspaceUsagePage } from "../api/types";
import type { Granularity } from "../logic/usage";

/** The most rows to load: 30 days of 100 agents. The newest come first. */
const MAX_ROWS = 3_000;

interface Rows<T> {
  readonly rows: readonly T[];
  /** Whether these are all rows. */
  readonly isComplete: boolean;
}

export async function usageOf(client: Client, id: string, per: Granularity, from: string, signal: AbortSignal): Promise<Rows<Usage>> {
  const load = (cursor: string | null) =>
    client.get<UsagePage>(`${integrationPath(id)}/usage`, { per, from, limit: 100, cursor }, signal);
  const all = await pages<Usage>(load, MAX_ROWS);
  return { rows: all.items, isComplete: all.next_cursor === null };
}

/** The calls that the rows of a workspace's usage count. */
type By = "integration" | "agent" | null;

export interface WorkspaceRows extends Rows<WorkspaceUsage> {
  /** When they were loaded, in milliseconds. */
  readonly now: number;
}

/** The usage of the workspace, the newest first. */
export async function workspaceUsage(client: Client, by: By, per: Granularity, from: string, signal: AbortSignal): Promise<WorkspaceRows> {
  const now = Date.now();
  const load = (cursor: string | null) => client.get<WorkspaceUsagePage>("/api/usage", { by, per, from, limit: 100, cursor }, signal);
  const all = await pages<WorkspaceUsage>(load, MAX_ROWS);
  return { rows: all.items, isComplete: all.next_cursor === null, now };
}
