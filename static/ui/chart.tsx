/** The charts: bars of calls with axis, gridlines and a read-out, and sparklines. Both are SVG of ours. */
import { useState } from "preact/hooks";

import { day, hour, shortCount } from "../logic/time";
import { scaleOf } from "../logic/usage";
import type { Bar, Granularity } from "../logic/usage";
import { t } from "../text/all";

/** The height of the grid of the drawing. The drawing itself is stretched. */
const HEIGHT = 100;
const WIDTH = 10;
/** The most dates under the bars. */
const TICKS = 7;

interface ChartProps {
  bars: readonly Bar[];
  per: Granularity;
  /** The period in words. */
  period: string;
}

/** Bars of calls, of which the failed ones are at the foot. The arrow keys move the read-out. */
export function BarChart({ bars, per, period }: ChartProps) {
  const [at, setAt] = useState<number | null>(null);
  const calls = bars.reduce((sum, bar) => sum + bar.calls, 0);
  const name = per === "hour" ? hour : day;
  const { top, lines } = scaleOf(Math.max(0, ...bars.map((bar) => bar.calls)));
  const tall = (value: number) => (value / top) * HEIGHT;
  const step = Math.ceil(bars.length / TICKS);
  const shown = at === null ? undefined : bars[at];
  const key = (event: KeyboardEvent) => {
    const present = at ?? bars.length - 1;
    const to = { ArrowLeft: present - 1, ArrowRight: at === null ? present : present + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(bars.length - 1, to)));
  };
  return (
    <figure class="figure">
      <figcaption>
        <span>{t.usage.chart(calls, period)}</span>
        <span class="readout soft" aria-live="polite">
          {shown && t.usage.bar(name(shown.at), shown.calls, shown.errors)}
        </span>
      </figcaption>
      <div class="plot" tabIndex={0} role="group" aria-label={t.usage.chart(calls, period)} onKeyDown={key} onBlur={() => setAt(null)} onPointerLeave={() => setAt(null)}>
        <div class="axis soft" aria-hidden="true">
          {lines.map((value) => (
            <span style={{ bottom: `${tall(value)}%` }}>{shortCount(value)}</span>
          ))}
        </div>
        <svg class="chart" viewBox={`0 0 ${bars.length * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {lines.map((value) => (
            <line class="grid" x1={0} x2={bars.length * WIDTH} y1={HEIGHT - tall(value)} y2={HEIGHT - tall(value)} vector-effect="non-scaling-stroke" />
          ))}
          {bars.map((bar, index) => (
            <g class={index === at ? "at" : undefined} onPointerEnter={() => setAt(index)}>
              <rect class="hit" x={index * WIDTH} y={0} width={WIDTH} height={HEIGHT} />
              <rect class="calls" x={index * WIDTH + 1.5} y={HEIGHT - tall(bar.calls)} width={WIDTH - 3} height={tall(bar.calls)} />
              <rect class="errors" x={index * WIDTH + 1.5} y={HEIGHT - tall(bar.errors)} width={WIDTH - 3} height={tall(bar.errors)} />
            </g>
          ))}
        </svg>
      </div>
      <p class="ticks soft" aria-hidden="true">
        {bars.map((bar, index) =>
          index % step === 0 ? <span style={{ left: `${((index + 0.5) / bars.length) * 100}%` }}>{name(bar.at)}</span> : null,
        )}
      </p>
      <p class="legend soft" aria-hidden="true">
        <i class="calls" /> {t.usage.succeeded} <i class="errors" /> {t.usage.failed}
      </p>
      <table class="unseen">
        <caption>{t.usage.chart(calls, period)}</caption>
        <tbody>
          {bars.map((bar) => (
            <tr>
              <th scope="row">{name(bar.at)}</th>
              <td>{t.usage.calls(bar.calls)}</td>
              <td>{t.usage.errors(bar.errors)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/**
 * A line without axes. It is decorative: the number beside it says what matters. `atLeast` is the least value that its
 * height stands for, so that small values look small.
 */
export function Sparkline({ values, atLeast = 1 }: { values: readonly number[]; atLeast?: number | undefined }) {
  const highest = Math.max(atLeast, ...values);
  const step = 100 / Math.max(1, values.length - 1);
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${(28 - (value / highest) * 26).toFixed(1)}`);
  return (
    <svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,30 ${points.join(" ")} 100,30`} />
      <polyline points={points.join(" ")} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
