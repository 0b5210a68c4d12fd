/** Thirty cells: the health of an integration, day by day. */
import type { EventPage, Integration } from "../api/types";
import { HEALTH_TONE } from "../logic/health";
import { healthDays } from "../logic/health-days";
import { day } from "../logic/time";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";

export function HealthStrip({ integration }: { integration: Integration }) {
  const { client } = useNexus();
  const [events] = useLoad(
    (signal) => client.get<EventPage>(`/api/integrations/${integration.id}/events`, { limit: 100 }, signal),
    `${integration.id} ${integration.health.state}`,
  );
  const items = events.state === "ready" ? events.value.items : [];
  const days = healthDays(items, integration, Date.now());
  const bad = days.filter(({ state }) => state === "failing" || state === "reauthorize").length;
  const known = days.filter(({ state }) => state !== null).length;
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t.manage.health}</h2>
        <span class="soft small">{t.manage.goodDays(known - bad, known)}</span>
      </div>
      <ol class="cells">
        {days.map(({ at, state }) => (
          <li class={state ? HEALTH_TONE[state] : "none"} title={`${day(at)}: ${state ? t.list.healthState[state] : t.manage.notYet}`}>
            <span class="unseen">
              {day(at)}: {state ? t.list.healthState[state] : t.manage.notYet}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
