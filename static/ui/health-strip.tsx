/** Thirty cells: the health of an integration, day by day. */
import { integrationPath } from "../api/paths";
import type { EventPage, Integration } from "../api/types";
import { HEALTH_TONE } from "../logic/health";
import { healthDays } from "../logic/health-days";
import { day } from "../logic/time";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import { LoadError, Skeleton } from "./parts";

/** How many days it shows. */
const DAYS = 30;

export function HealthStrip({ integration }: { integration: Integration }) {
  const { client } = useNexus();
  const [events, again] = useLoad(
    (signal) => client.get<EventPage>(`${integrationPath(integration.id)}/events`, { limit: 100 }, signal),
    `${integration.id} ${integration.health.state}`,
  );
  if (events.state === "failed") return <LoadError problem={events.problem} onRetry={() => again()} />;
  const { items, next_cursor: cursor } = events.state === "ready" ? events.value : { items: [], next_cursor: null };
  const days = healthDays(items, integration, Date.now(), DAYS, cursor === null ? "" : items.at(-1)?.at);
  const bad = days.filter(({ state }) => state === "failing" || state === "reauthorize").length;
  const known = days.filter(({ state }) => state !== null).length;
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t.manage.health}</h2>
        {events.state === "ready" && <span class="soft small">{t.manage.goodDays(known - bad, known)}</span>}
      </div>
      {events.state === "loading" && <Skeleton rows={1} />}
      <ol class="cells">
        {events.state === "ready" && days.map(({ at, state }) => (
          <li class={state ? HEALTH_TONE[state] : "unknown"} title={`${day(at)}: ${state ? t.list.healthState[state] : t.manage.notYet}`}>
            <span class="unseen">
              {day(at)}: {state ? t.list.healthState[state] : t.manage.notYet}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
