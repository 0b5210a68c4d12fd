/** The events of an integration, newest first. */
import { integrationPath } from "../api/paths";
import type { EventPage } from "../api/types";
import { moment } from "../logic/time";
import { t } from "../text/all";
import { Ago } from "./ago";
import { useLoad, useNexus, useNow } from "./context";
import { Loaded } from "./loaded";
import { Alert, Button } from "./parts";
import { useNames } from "./use-names";
import { usePages } from "./use-pages";

/** The integration may have been deleted: its events are kept for 90 days. */
export function Activity({ id }: { id: string }) {
  const { client } = useNexus();
  const now = useNow();
  const path = `${integrationPath(id)}/events`;
  const [first, again] = useLoad((signal) => client.get<EventPage>(path, {}, signal), id);
  return (
    <Loaded of={first} onRetry={() => again()} isEmpty={({ items }) => items.length === 0} empty={<p class="soft">{t.activity.empty}</p>}>
      {(first) => <Events first={first} load={(cursor) => client.get<EventPage>(path, { cursor })} now={now} />}
    </Loaded>
  );
}

interface EventsProps {
  first: EventPage;
  load(cursor: string): Promise<EventPage>;
  now: number;
}

function Events({ first, load, now }: EventsProps) {
  const { items, action, more } = usePages(first, load);
  const nameOf = useNames();
  return (
    <div class="stack">
      <ol class="events" aria-label={t.activity.label}>
        {items.map((event) => (
          <li key={`${event.request_id} ${event.at} ${event.kind}`}>
            <p>
              <strong>{t.activity.kinds[event.kind] ?? event.kind}</strong>{" "}
              <span class="soft">{t.activity.by(event.actor === "tick" ? t.activity.tick : nameOf(event.actor))}</span>
            </p>
            <Detail detail={event.detail} nameOf={nameOf} />
            <p class="soft">
              <Ago at={event.at} now={now} />
            </p>
          </li>
        ))}
      </ol>
      <Alert problem={action.problem} />
      {more && (
        <Button busy={action.busy} onClick={more}>
          {t.loadMore}
        </Button>
      )}
    </div>
  );
}

/** Facts that only a program or an investigation needs: ids, hashes and counters. */
const OF_MACHINES = new Set(["client_id", "counter", "counter_before", "deletion", "hash", "invitation", "key", "manifest_hash", "passkey", "seq", "session"]);

/** Facts whose values are ids that have names. */
const NAMED = new Set(["client", "integrations", "manifest_id", "owner", "person", "provider", "target"]);

interface DetailProps {
  detail: Record<string, unknown>;
  nameOf(id: string): string;
  /** Codes and ids of the record itself, which are shown with those of its facts. */
  codes?: Readonly<Record<string, string>>;
}

/** The facts of an event or an audit record: those for people, and behind them those for machines. */
export function Detail({ detail, nameOf, codes = {} }: DetailProps) {
  const facts = Object.entries(detail).filter(([, value]) => value !== null && value !== "");
  const hidden = [...facts.filter(([name]) => OF_MACHINES.has(name)), ...Object.entries(codes)];
  return (
    <>
      <Facts facts={facts.filter(([name]) => !OF_MACHINES.has(name))} nameOf={nameOf} />
      {hidden.length > 0 && (
        <details class="codes">
          <summary>{t.activity.details}</summary>
          <Facts facts={hidden} nameOf={nameOf} />
        </details>
      )}
    </>
  );
}

function Facts({ facts, nameOf }: { facts: readonly (readonly [string, unknown])[]; nameOf(id: string): string }) {
  if (facts.length === 0) return null;
  const named = (value: unknown): string => (Array.isArray(value) ? value.map(named).join(", ") : typeof value === "string" ? nameOf(value) : formatValue(value));
  return (
    <dl class="detail">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{label(name)}</dt>
          <dd>{NAMED.has(name) ? named(value) : formatValue(value, name)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How the server names a rule: of the policy, or of the manifest. */
const RULE = /policy\.rules\[(\d+)\]|(?:the manifest's )?api\.deny(?:_(query|body))?\[(\d+)\]/;

/** The words for the values of a fact that is a state. */
const STATES: Record<string, () => Readonly<Record<string, string>>> = {
  state: () => t.remove.states,
  from: () => t.list.healthState,
  to: () => t.list.healthState,
  status: () => ({ active: t.list.active, inactive: t.list.inactive }),
  token: () => t.remove.tokens,
  role: () => t.signIn.roleName,
  needed: () => t.signIn.roleName,
  scope: () => t.stops.kind,
};

/** The value of the fact `name` in one line. The `at` of nested values is left out, because it is the time of the event. */
export function formatValue(value: unknown, name = ""): string {
  if (Array.isArray(value)) return value.map((one) => formatValue(one, name)).join("; ");
  const words = typeof value === "string" ? STATES[name]?.()[value] : undefined;
  if (words) return words;
  if (typeof value === "string" && RULE.test(value)) return value.replace(RULE, (_, policy: string | undefined, part: "query" | "body" | undefined, deny: string) => t.activity.rule(Number(policy ?? deny) + 1, policy === undefined && (part ?? "call")));
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return moment(value);
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value).filter(([name, part]) => name !== "at" && part !== "" && part !== null);
  return parts.map(([name, part]) => `${label(name)}: ${formatValue(part, name)}`).join(", ");
}

/** The name of a fact, with words that people know. */
function label(name: string): string {
  return t.activity.facts[name] ?? name.replaceAll("_", " ");
}

/** The name of an action of the audit record, in words that continue "was denied". A new action is named by its code. */
export function actionName(action: string): string {
  return (t.audit.actions as Record<string, string>)[action] ?? action;
}
