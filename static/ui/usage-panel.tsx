/** The usage of an integration: a chart, and a table by agent. */
import { useState } from "preact/hooks";

import type { Integration } from "../api/types";
import { count } from "../logic/time";
import { bars, byAgent, since } from "../logic/usage";
import type { Granularity } from "../logic/usage";
import { t } from "../text/all";
import { BarChart } from "./chart";
import { useLoad, useNexus } from "./context";
import { Loaded } from "./loaded";
import { useAgentName } from "./use-agents";
import { usageOf } from "./usage-data";

export function UsagePanel({ integration }: { integration: Integration }) {
  const { client } = useNexus();
  const [per, setPer] = useState<Granularity>("day");
  const [usage, again] = useLoad(
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
      <Loaded of={usage} onRetry={() => again()} rows={4}>
        {({ rows, now, isComplete }) => (
          <>
            {!isComplete && <p class="soft">{t.usage.partly}</p>}
            <section class="box">
              <BarChart bars={bars(rows, per, now)} per={per} period={per === "hour" ? t.usage.perHour : t.usage.perDay} />
            </section>
            <Agents totals={byAgent(rows)} />
          </>
        )}
      </Loaded>
    </div>
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
              <td class="number">{count(total.calls)}</td>
              <td class="number">{count(total.errors)}</td>
              <td class="number">{t.usage.bytes(total.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
