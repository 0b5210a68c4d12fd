/** The health of an integration day by day, from its events. */
import type { Event, Integration } from "../api/types";
import { DAY } from "./period";

type State = Integration["health"]["state"];

export interface HealthDay {
  /** The start of the day in UTC, RFC 3339. */
  readonly at: string;
  /** The worst state of the day, or null before the integration was added. */
  readonly state: State | null;
}

/** From the best to the worst. */
const ORDER: readonly State[] = ["healthy", "unknown", "pending", "failing", "reauthorize"];

const worse = (a: State, b: State): State => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);

/** The last `many` days. `events` may be in any order. Days before `since` are unknown, because no events of them are here. */
export function healthDays(
  events: readonly Event[],
  integration: Pick<Integration, "created_at" | "health">,
  now: number,
  many = 30,
  since = "",
): HealthDay[] {
  const changes = events
    .filter((event) => event.kind === "integration.health")
    .map((event) => ({ at: Date.parse(event.at), to: (event.detail as { to?: State }).to }))
    .filter((change): change is { at: number; to: State } => change.to !== undefined && ORDER.includes(change.to))
    .sort((a, b) => b.at - a.at);
  const created = Date.parse(integration.created_at);
  const today = Math.floor(now / DAY) * DAY;
  let state: State = integration.health.state;
  let next = 0;
  const days: HealthDay[] = [];
  // Backwards: the state before a change is that of the change before it, or it worked.
  for (let at = today; at > today - many * DAY; at -= DAY) {
    let worst = state;
    for (let change = changes[next]; change && change.at >= at; change = changes[++next]) {
      state = changes[next + 1]?.to ?? (change.to === "healthy" ? "unknown" : "healthy");
      worst = worse(worst, change.to);
    }
    days.push({ at: new Date(at).toISOString(), state: at + DAY > created && new Date(at + DAY).toISOString() > since ? worse(worst, state) : null });
  }
  return days.reverse();
}
