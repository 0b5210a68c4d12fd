/** The card of an integration in the list: its name, its health, and the next action. */
import { Component } from "preact";

import type { Integration, ManifestSummary } from "../api/types";
import { HEALTH_TONE, isBroken, nextAction } from "../logic/health";
import type { Action } from "../logic/health";
import { accountName } from "../logic/names";
import { ago, moment } from "../logic/time";
import { t } from "../text";
import { Switch } from "./controls";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { Button, Mark, RouteLink, sentence } from "./parts";

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
  const { name, health, status, credential, last_used_at: used } = integration;
  const action = nextAction(integration);
  const active = status === "active";
  const label = accountName(integration);
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
        <Switch label={t.list.switchOf(name)} on={active} busy={busy === "switch"} onChange={(on) => onSwitch(integration, on)}>
          {active ? t.list.active : t.list.inactive}
        </Switch>
      </div>
      <HealthLine health={health} now={now} />
      <div class="bottom">
        <dl class="facts">
          <div>
            <dt>{t.list.lastUsed}</dt>
            <dd title={used ? moment(used) : undefined}>{used ? ago(used, now) : t.never}</dd>
          </div>
          {!isBroken(integration) && <Expiry credential={credential} method={integration.auth_method} now={now} />}
        </dl>
        {action && (
          <Button
            tone={action === "retry" ? "plain" : "primary"}
            busy={busy === "action"}
            aria-label={`${t.list.action[action]}: ${name}`}
            onClick={() => onAction(integration, action)}
          >
            {t.list.action[action]}
          </Button>
        )}
      </div>
    </li>
  );
}

const HEALTH_ICON: Record<Integration["health"]["state"], IconName> = {
  healthy: "good",
  unknown: "unknown",
  pending: "clock",
  failing: "bad",
  reauthorize: "plug",
};

/** The health as an icon and words, with the provider's message if there is one. */
export function HealthLine({ health, now }: { health: Integration["health"]; now: number }) {
  const { checked_at: checked, detail } = health;
  return (
    <div class={`health ${HEALTH_TONE[health.state]}`}>
      <Icon name={HEALTH_ICON[health.state]} />
      <p>
        <strong>{t.list.healthState[health.state]}</strong>
        <span class="soft" title={detail ?? undefined}>
          {detail ? sentence(detail) : checked ? t.list.checked(checked, now) : health.state === "unknown" ? "" : t.list.unchecked}
        </span>
      </p>
    </div>
  );
}

/** When the credential expires. An OAuth token that is renewed automatically has no date. */
function Expiry({ credential, method, now }: { credential: Integration["credential"]; method: string; now: number }) {
  const expires = credential?.expires_at;
  if (!expires) return null;
  const renews = method.startsWith("oauth2") && Date.parse(expires) > now - 60_000;
  return (
    <div>
      <dt>{t.list.expires}</dt>
      <dd title={moment(expires)}>{renews ? t.list.renews : ago(expires, now)}</dd>
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
