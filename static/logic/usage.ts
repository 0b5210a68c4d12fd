/** Usage as the bars of a chart: one for each day or hour, including those without calls. */
import type { Usage, WorkspaceUsage } from "../api/types";
import { DAY, HOUR } from "./period";

export type Granularity = "hour" | "day";

/** A row of usage, of an integration or of the workspace. */
export type Counted = Usage | WorkspaceUsage;

export interface Bar {
  /** The start of the bar, RFC 3339. */
  readonly at: string;
  readonly calls: number;
  readonly errors: number;
}

export interface AgentTotal {
  readonly agent: string;
  readonly calls: number;
  readonly errors: number;
  readonly bytes: number;
}

const LENGTH: Record<Granularity, number> = { hour: HOUR, day: DAY };
/** How many bars a chart has. */
export const BARS: Record<Granularity, number> = { hour: 24, day: 30 };

/** The start of the oldest of so many bars, in UTC. */
export function since(per: Granularity, now: number, many = BARS[per]): string {
  const length = LENGTH[per];
  return new Date((Math.floor(now / length) - many + 1) * length).toISOString();
}

export function bars(rows: readonly Counted[], per: Granularity, now: number, many = BARS[per]): Bar[] {
  const first = Date.parse(since(per, now, many));
  const all = Array.from({ length: many }, (_, index) => ({
    at: new Date(first + index * LENGTH[per]).toISOString(),
    calls: 0,
    errors: 0,
  }));
  for (const row of rows) {
    const bar = all[Math.floor((Date.parse(row.at) - first) / LENGTH[per])];
    if (!bar) continue;
    bar.calls += row.calls;
    bar.errors += row.errors;
  }
  return all;
}

/** The calls of each of what `nameOf` names, the most first. */
export function mostCalls(rows: readonly Counted[], nameOf: (row: Counted) => string | undefined): { id: string; calls: number }[] {
  const totals = new Map<string, number>();
  for (const row of rows) {
    const id = nameOf(row);
    if (id !== undefined) totals.set(id, (totals.get(id) ?? 0) + row.calls);
  }
  return [...totals].map(([id, calls]) => ({ id, calls })).sort((a, b) => b.calls - a.calls || a.id.localeCompare(b.id));
}

/** The totals of each agent, the busiest first. */
export function byAgent(rows: readonly Usage[]): AgentTotal[] {
  const totals = new Map<string, { agent: string; calls: number; errors: number; bytes: number }>();
  for (const { agent, calls, errors, bytes } of rows) {
    const total = totals.get(agent) ?? { agent, calls: 0, errors: 0, bytes: 0 };
    total.calls += calls;
    total.errors += errors;
    total.bytes += bytes;
    totals.set(agent, total);
  }
  return [...totals.values()].sort((a, b) => b.calls - a.calls || a.agent.localeCompare(b.agent));
}

/** The top of the axis of a chart whose highest value is `highest`, and the values of its gridlines. */
export function scaleOf(highest: number): { top: number; lines: readonly number[] } {
  const rough = Math.max(1, highest / 3);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough && Number.isInteger(one)) ?? rough;
  return { top: 3 * step, lines: [step, 2 * step, 3 * step] };
}
