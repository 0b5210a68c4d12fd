/** The usage of an integration: a chart, and a table by agent. */
import { useState } from "preact/hooks";

import type { Integration } from "../api/types";
import { day, hour } from "../logic/time";
import { bars, byAgent, since } from "../logic/usage";
import type { Bar, Granularity } from "../logic/usage";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import { LoadError, Skeleton } from "./parts";
import { useAgentName } from "./use-agents";
import { usageOf } from "./usage-data";

const HEIGHT = 96;

export function UsagePanel({ integration }: { integration: Integration }) {
  const { client } = useNexus();
  const [per, setPer] = useState<Granularity>("day");
  const [rows, again] = useLoad(
    async (signal) => {
      const now = Date.now();
      return { now, ...(await usageOf(client, integration.id, per, since(per, now), signal)) };
    },
    per,
  );
  return (
    <div class="stack">
      <div class="segments" role="group" aria-label={t.usage.range}>
        {(["hour", "day"] as const).map((one) => (
          <button type="button" aria-pressed={one === per ? "true" : "false"} onClick={() => setPer(one)}>
            {one === "hour" ? t.usage.perHour : t.usage.perDay}
          </button>
        ))}
      </div>
      {rows.state === "loading" && <Skeleton rows={4} />}
      {rows.state === "failed" && (
        <LoadError problem={rows.problem} onRetry={() => again()} />
      )}
      {rows.state === "ready" && (
        <>
          {!rows.value.isComplete && <p class="soft">{t.usage.partly}</p>}
          <Chart bars={bars(rows.value.rows, per, rows.value.now)} per={per} />
          <Agents totals={byAgent(rows.value.rows)} />
        </>
      )}
    </div>
  );
}

function Chart({ bars, per }: { bars: readonly Bar[]; per: Granularity }) {
  const highest = Math.max(1, ...bars.map((bar) => bar.calls));
  const calls = bars.reduce((sum, bar) => sum + bar.calls, 0);
  const period = per === "hour" ? t.usage.perHour : t.usage.perDay;
  const at = per === "hour" ? hour : day;
  const barHeight = (value: number) => (value === 0 ? 0 : Math.max(2, (value / highest) * HEIGHT));
  return (
    <figure>
      <figcaption>{t.usage.chart(calls, period)}</figcaption>
      <svg class="chart" viewBox={`0 0 ${bars.length * 10} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map((bar, index) => (
          <g>
            <title>{t.usage.bar(at(bar.at), bar.calls, bar.errors)}</title>
            <rect class="hit" x={index * 10} y={0} width={10} height={HEIGHT} />
            <rect class="calls" x={index * 10 + 1} y={HEIGHT - barHeight(bar.calls)} width={8} height={barHeight(bar.calls)} />
            <rect class="errors" x={index * 10 + 1} y={HEIGHT - barHeight(bar.errors)} width={8} height={barHeight(bar.errors)} />
          </g>
        ))}
      </svg>
      <table class="unseen">
        <caption>{t.usage.chart(calls, period)}</caption>
        <tbody>
          {bars.map((bar) => (
            <tr>
              <th scope="row">{at(bar.at)}</th>
              <td>{t.usage.calls(bar.calls)}</td>
              <td>{t.usage.errors(bar.errors)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="ends soft" aria-hidden="true">
        <span>{at(bars[0]?.at ?? "")}</span>
        <span>{at(bars.at(-1)?.at ?? "")}</span>
      </p>
    </figure>
  );
}

function Agents({ totals }: { totals: ReturnType<typeof byAgent> }) {
  const nameOf = useAgentName();
  if (totals.length === 0) return <p class="soft">{t.usage.none}</p>;
  const { columns } = t.usage;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t.usage.byAgent}>
      <table>
        <caption>{t.usage.byAgent}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.agent}</th>
            <th scope="col" class="number">
              {columns.calls}
            </th>
            <th scope="col" class="number">
              {columns.errors}
            </th>
            <th scope="col" class="number">
              {columns.bytes}
            </th>
          </tr>
        </thead>
        <tbody>
          {totals.map((total) => (
            <tr>
              <th scope="row">{nameOf(total.agent)}</th>
              <td class="number">{total.calls}</td>
              <td class="number">{total.errors}</td>
              <td class="number">{t.usage.bytes(total.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
