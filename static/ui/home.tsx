/** The overview of the workspace: what agents do, what is broken, and what was denied. */
import { useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { AuditPage, AuditRecord, Integration, ManifestSummary } from "../api/types";
import type { Action } from "../logic/health";
import { mayDo } from "../logic/identity";
import { agentRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { count, share } from "../logic/time";
import { bars, mostCalls, since } from "../logic/usage";
import type { Granularity } from "../logic/usage";
import { t } from "../text/all";
import { Ago } from "./ago";
import { actionName, formatValue } from "./activity";
import { BarChart, Sparkline } from "./chart";
import { useLoad, useNexus, useNow } from "./context";
import type { LoadState } from "./context";
import { useEnding } from "./ends";
import { Loaded } from "./loaded";
import { Needs } from "./needs";
import { LoadError, RouteLink, Skeleton } from "./parts";
import { workspaceUsage } from "./usage-data";
import type { WorkspaceRows } from "./usage-data";
import { useAgentName } from "./use-agents";
import { useFresh } from "./use-fresh";
import type { List } from "./use-list";
import { Welcome } from "./welcome";

interface Props {
  list: List;
  catalogue: readonly ManifestSummary[];
  onAction(integration: Integration, action: Action): void;
}

type Period = "day" | "week" | "month";

const PERIODS: Record<Period, { per: Granularity; many: number }> = {
  day: { per: "hour", many: 24 },
  week: { per: "day", many: 7 },
  month: { per: "day", many: 30 },
};

/** How many days the small lines show. */
const SPARK_DAYS = 14;
/** The least error rate that the height of its line stands for. */
const ERROR_SCALE = 0.05;
/** How many rows each list shows. */
const ROWS = 5;

export function Home({ list, catalogue, onAction }: Props) {
  const { client, identity } = useNexus();
  const [period, setPeriod] = useState<Period>("week");
  const { per, many } = PERIODS[period];
  const [usage, again] = useLoad(async (signal) => {
    const load = (by: "integration" | "agent" | null) => workspaceUsage(client, by, per, since(per, Date.now(), many), signal);
    const [all, agents, integrations] = await Promise.all([load(null), load("agent"), load("integration")]);
    return { all, agents, integrations };
  }, period);
  const [days, againDays] = useLoad(
    (signal) => Promise.all([null, "agent" as const].map((by) => workspaceUsage(client, by, "day", since("day", Date.now(), SPARK_DAYS), signal))),
    client,
  );
  useFresh(identity.workspace, () => {
    again();
    againDays();
  });
  const { broken } = list;
  const ending = useEnding(catalogue).filter((one) => !broken.some(({ id }) => id === one.integration.id));
  const nameOfIntegration = (id: string) => [...list.broken, ...(list.items ?? [])].find((one) => one.id === id);
  const failure = usage.state === "failed" ? usage.problem : usage.state === "ready" ? usage.stale : null;
  // One message is enough if nothing can be loaded.
  const isDown = usage.state === "failed" && usage.problem.code === "unreachable";
  const isEmpty = list.items?.length === 0 && list.broken.length === 0;
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.home.title}</h1>
          <p class="soft">{t.home.lead(identity.workspace)}</p>
        </div>
        {!isEmpty && (
          <div class="segments" role="group" aria-label={t.usage.range}>
            {(Object.keys(PERIODS) as Period[]).map((one) => (
              <button type="button" aria-pressed={one === period ? "true" : "false"} onClick={() => setPeriod(one)}>
                {t.home.periods[one]}
              </button>
            ))}
          </div>
        )}
      </div>
      {isEmpty ? (
        <Welcome catalogue={catalogue} />
      ) : (
        <div class="stack home-page">
          {failure && <LoadError problem={failure} onRetry={() => again()} />}
          <Numbers usage={usage} days={days} needs={broken.length + ending.length} per={per} many={many} />
          <div class="home-grid">
            <div class="stack">
              {usage.state !== "failed" && (
                <section class="box">
                  <h2>{t.home.calls}</h2>
                  {usage.state === "ready" ? (
                    <BarChart bars={bars(usage.value.all.rows, per, usage.value.all.now, many)} per={per} period={t.home.periods[period]} />
                  ) : (
                    <Skeleton rows={5} />
                  )}
                  {usage.state === "ready" && !(usage.value.agents.isComplete && usage.value.integrations.isComplete) && <p class="hint">{t.usage.partly}</p>}
                </section>
              )}
              {mayDo(identity.role, "ADMIN") && !isDown && <Refusals nameOfTarget={(id) => nameOfIntegration(id)?.name ?? id} />}
            </div>
            <div class="stack">
              <Needs broken={broken} ending={ending} catalogue={catalogue} onAction={onAction} />
              {usage.state === "ready" && <Busiest usage={usage.value} integrationOf={nameOfIntegration} />}
            </div>
          </div>
        </div>
      )}
    </>
  );
}

/** The usage of a period: all calls, and those of each agent and of each integration. */
interface PeriodUsage {
  readonly all: WorkspaceRows;
  readonly agents: WorkspaceRows;
  readonly integrations: WorkspaceRows;
}

interface NumbersProps {
  usage: LoadState<PeriodUsage>;
  /** The last days: all calls, and those of each agent. */
  days: LoadState<readonly WorkspaceRows[]>;
  needs: number;
  per: Granularity;
  many: number;
}

function Numbers({ usage, days, needs, per, many }: NumbersProps) {
  const loaded = usage.state === "ready" ? usage.value : null;
  const shown = loaded ? bars(loaded.all.rows, per, loaded.all.now, many) : [];
  const calls = shown.reduce((sum, bar) => sum + bar.calls, 0);
  const errors = shown.reduce((sum, bar) => sum + bar.errors, 0);
  const agents = new Set(loaded?.agents.rows.map((row) => row.agent)).size;
  const [all, byAgent] = days.state === "ready" ? days.value : [];
  const daily = all ? bars(all.rows, "day", all.now, SPARK_DAYS) : [];
  const agentsOn = daily.map((bar) => byAgent?.rows.filter((row) => row.at === bar.at).length ?? 0);
  const text = (value: string) => (loaded ? value : "–");
  const tiles: [name: string, value: string, values: readonly number[] | null, tone: string, atLeast?: number][] = [
    [t.home.calls, text(count(calls)), daily.map((bar) => bar.calls), ""],
    [t.home.errorRate, text(share(errors, calls)), daily.map((bar) => bar.errors / Math.max(1, bar.calls)), "bad", ERROR_SCALE],
    [t.home.agents, text(count(agents)), agentsOn, ""],
    [t.home.needs, count(needs), null, needs > 0 ? "bad" : "good"],
  ];
  return (
    <dl class="numbers">
      {tiles.map(([name, value, values, tone, atLeast]) => (
        <div class={`number-tile ${tone}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {values ? <dd class="drawing"><Sparkline values={values} atLeast={atLeast} /></dd> : <dd class="small soft">{needs > 0 ? t.home.needsSome : t.home.needsNone}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** The agents and the integrations with the most calls. */
function Busiest({ usage, integrationOf }: { usage: PeriodUsage; integrationOf(id: string): Integration | undefined }) {
  const nameOf = useAgentName();
  const agents = mostCalls(usage.agents.rows, (row) => row.agent).map(({ id, calls }) => ({
    name: nameOf(id),
    calls,
    route: id.startsWith("agt_") ? agentRoute(id) : null,
  }));
  const most = mostCalls(usage.integrations.rows, (row) => ("integration_id" in row ? row.integration_id : undefined)).slice(0, ROWS);
  const others = useIntegrations(most.map(({ id }) => id).filter((id) => !integrationOf(id)));
  const integrations = most.map(({ id, calls }) => {
    const one = integrationOf(id) ?? others.get(id);
    return { name: one?.name ?? id, calls, route: { page: "integration", id: one?.slug ?? id, tab: "usage" } as Route };
  });
  return (
    <>
      <TopList title={t.home.busiestAgents} rows={agents} />
      <TopList title={t.home.busiestIntegrations} rows={integrations} />
    </>
  );
}

/** Integrations that are not in the list that is loaded. Those that were deleted are not found. */
function useIntegrations(ids: readonly string[]): ReadonlyMap<string, Integration> {
  const { client } = useNexus();
  const key = ids.join();
  const [loaded] = useLoad(async (signal) => {
    const found = await Promise.all(
      ids.map((id) => client.get<Integration>(integrationPath(id), {}, signal).catch(() => null)),
    );
    return new Map(found.flatMap((one) => (one ? [[one.id, one] as const] : [])));
  }, key);
  return loaded.state === "ready" ? loaded.value : new Map();
}

interface TopRow {
  readonly name: string;
  readonly calls: number;
  readonly route: Route | null;
}

function TopList({ title, rows }: { title: string; rows: readonly TopRow[] }) {
  const { client, go } = useNexus();
  const most = rows[0]?.calls ?? 0;
  if (most === 0) return null;
  return (
    <section class="box">
      <h2>{title}</h2>
      <ol class="top-list">
        {rows.slice(0, ROWS).map(({ name, calls, route }) => (
          <li>
            {route ? (
              <RouteLink origin={client.origin} route={route} go={go}>
                {name}
              </RouteLink>
            ) : (
              <span>{name}</span>
            )}
            <span class="soft number">{count(calls)}</span>
            <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(calls / most) * 100} height={1} />
            </svg>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The latest denied attempts, in words. */
function Refusals({ nameOfTarget }: { nameOfTarget(id: string): string }) {
  const { client, go } = useNexus();
  const now = useNow();
  const nameOf = useAgentName();
  const [loaded, again] = useLoad(async (signal) => {
    return (await client.get<AuditPage>("/api/audit", { outcome: "denied", limit: ROWS }, signal)).items;
  }, client);
  const targets = loaded.state === "ready" ? loaded.value.flatMap(({ target }) => (target?.startsWith("int_") ? [target] : [])) : [];
  const others = useIntegrations([...new Set(targets)].filter((id) => nameOfTarget(id) === id));
  const nameOfAny = (id: string) => others.get(id)?.name ?? nameOfTarget(id);
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t.home.denied}</h2>
        <RouteLink origin={client.origin} route={{ page: "section", name: "audit" }} go={go}>
          {t.home.audit}
        </RouteLink>
      </div>
      <Loaded of={loaded} onRetry={() => again()} rows={3} isEmpty={(items) => items.length === 0} empty={<p class="soft">{t.home.deniedNone}</p>}>
        {(items) => (
          <ul class="refusals">
            {items.slice(0, ROWS).map((one) => (
              <li key={one.seq}>
                <p>
                  <strong>{nameOf(one.actor)}</strong> {denialInWords(one, nameOfAny)}
                </p>
                <Ago at={one.at} now={now} soft />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

/** "was denied DELETE on Stripe: rule 2", as far as the record says. */
function denialInWords({ action, detail, target, count: times }: AuditRecord, nameOfTarget: (id: string) => string): string {
  const facts = detail as Record<string, unknown>;
  const what = [facts["method"], facts["path"]].filter((one) => typeof one === "string").join(" ") || actionName(action);
  const why = typeof facts["rule"] === "string" ? formatValue(facts["rule"]) : "";
  return t.home.deniedWhat(what, target ? nameOfTarget(target) : "", why, times);
}
