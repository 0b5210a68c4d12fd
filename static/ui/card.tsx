/** The card of an integration in the list: its name, its health, and the next action. */
import { Component } from "preact";

import type { Integration, ManifestSummary } from "../api/types";
import { isBroken, nextAction } from "../logic/health";
import type { Action } from "../logic/health";
import { accountName } from "../logic/names";
import { ago, moment } from "../logic/time";
import { t } from "../text";
import { Switch } from "./controls";
import { Menu } from "./menu";
import type { MenuItem } from "./menu";
import { Button, Mark, RouteLink } from "./parts";
import { StateLine } from "./state-line";

interface CardProps {
  integration: Integration;
  provider: ManifestSummary | undefined;
  now: number;
  /** The origin of the UI's own page. */
  origin: string;
  /** The request that is under way for this integration. */
  busy: "switch" | "action" | null;
  onOpen(integration: Integration): void;
  onSwitch(integration: Integration, on: boolean): void;
  onAction(integration: Integration, action: Action): void;
}

function CardView({ integration, provider, origin, now, busy, onOpen, onSwitch, onAction }: CardProps) {
  const { name, health, status, last_used_at: used } = integration;
  const action = nextAction(integration);
  const active = status === "active";
  const isPending = health.state === "pending";
  const label = accountName(integration);
  const menu = (): MenuItem[] => [
    { label: t.list.manage, icon: "open", onSelect: () => onOpen(integration) },
    ...(isPending
      ? []
      : ([
          { label: t.list.check, icon: "good", onSelect: () => onAction(integration, "retry") },
          { label: active ? t.list.switchOff : t.list.switchOn, icon: "power", onSelect: () => onSwitch(integration, !active) },
        ] as const)),
    { label: t.list.remove, icon: "trash", tone: "danger", onSelect: () => onAction(integration, "delete") },
  ];
  return (
    <li class={active ? "card" : "card off"}>
      <div class="top">
        <Mark name={provider?.name ?? integration.manifest_id} color={provider?.brand.color} />
        <div class="names" title={name}>
          <h3>
            <RouteLink origin={origin} route={{ page: "integration", id: integration.slug, tab: "overview" }} go={() => onOpen(integration)}>
              {name}
            </RouteLink>
          </h3>
          <p class="soft">
            {provider?.name ?? integration.manifest_id}
            {label && ` · ${label}`}
          </p>
        </div>
        <Menu label={t.list.menuOf(name)} items={menu} />
      </div>
      <StateLine integration={integration} now={now} />
      <div class="bottom">
        {!isPending && (
          <Switch label={t.list.switchOf(name)} on={active} isMoot={isBroken(integration)} busy={busy === "switch"} onChange={(on) => onSwitch(integration, on)}>
            {active ? t.list.active : t.list.inactive}
          </Switch>
        )}
        {action ? (
          <Button
            tone={action === "retry" ? "plain" : "primary"}
            busy={busy === "action"}
            aria-label={`${t.list.action[action]}: ${name}`}
            onClick={() => onAction(integration, action)}
          >
            {t.list.action[action]}
          </Button>
        ) : (
          <dl class="facts">
            <CardFact integration={integration} now={now} used={used} />
          </dl>
        )}
      </div>
    </li>
  );
}

/** The fact that matters most: that the credential runs out, or when it was used last. */
function CardFact({ integration, now, used }: { integration: Integration; now: number; used: string | null | undefined }) {
  const expires = integration.credential?.expires_at;
  const renews = integration.auth_method.startsWith("oauth2");
  const [name, time] = expires && !renews ? [t.list.expires, expires] : [t.list.lastUsed, used];
  return (
    <div>
      <dt>{name}</dt>
      <dd title={time ? moment(time) : undefined}>{time ? ago(time, now) : t.never}</dd>
    </div>
  );
}

/** A card that renders only when one of its properties has changed, because there may be a thousand cards. */
export class Card extends Component<CardProps> {
  override shouldComponentUpdate(next: CardProps): boolean {
    return (Object.keys(next) as (keyof CardProps)[]).some((name) => next[name] !== this.props[name]);
  }

  override render(props: CardProps) {
    return <CardView {...props} />;
  }
}
