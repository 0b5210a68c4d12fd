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

/** The facts of an event or an audit record. */
export function Detail({ detail, nameOf }: { detail: Record<string, unknown>; nameOf(id: string): string }) {
  const facts = Object.entries(detail).filter(([, value]) => value !== null && value !== "");
  if (facts.length === 0) return null;
  return (
    <dl class="detail">
      {facts.map(([name, value]) => (
        <div>
          <dt>{label(name)}</dt>
          <dd>{name === "provider" && typeof value === "string" ? nameOf(value) : formatValue(value, name)}</dd>
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
