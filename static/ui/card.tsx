/** The card of an integration in the list: its name, its health, and the next action. */
import { Component } from "preact";

import type { Integration, ManifestSummary } from "../api/types";
import { isBroken, isCutOff, nextAction, renewalOf } from "../logic/health";
import type { Action } from "../logic/health";
import { accountName } from "../logic/names";
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
  const { name, health, status } = integration;
  const action = nextAction(integration);
  const active = status === "active";
  const isPending = health.state === "pending";
  const label = accountName(integration);
  const route = { page: "integration", id: integration.slug, tab: "overview" } as const;
  const providerName = provider?.name ?? integration.manifest_id;
  const classes = ["card", !active && "off", isBroken(integration) && "broken"].filter(Boolean).join(" ");
  return (
    <li class={classes}>
      <div class="top">
        <Mark name={providerName} brand={provider?.brand} />
        <div class="names" title={name}>
          <h3>
            <RouteLink origin={origin} route={route} go={() => onOpen(integration)}>
              {name}
            </RouteLink>
          </h3>
          <p class="soft">
            {[providerName === name ? "" : providerName, label || t.method[integration.auth_method]].filter(Boolean).join(" · ")}
          </p>
        </div>
        <Menu label={t.list.menuOf(name)} items={() => menuOf(integration, onOpen, onSwitch, onAction)} />
      </div>
      <StateLine integration={integration} now={now} />
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
      <div class="bottom">
        {isPending ? (
          <span class="soft">{t.list.inactive}</span>
        ) : (
          <Switch label={t.list.switchOf(name)} on={active} isMoot={isCutOff(integration)} busy={busy === "switch"} onChange={(on) => onSwitch(integration, on)}>
            {active ? t.list.active : t.list.inactive}
          </Switch>
        )}
        <RouteLink class="button quiet" label={`${t.list.manage}: ${name}`} origin={origin} route={route} go={() => onOpen(integration)}>
          {t.list.manage}
        </RouteLink>
        <Button tone="quiet" aria-label={`${t.list.remove}: ${name}`} onClick={() => onAction(integration, "delete")}>
          {t.list.remove}
        </Button>
      </div>
    </li>
  );
}

/** The entries of a card's menu. */
function menuOf(
  integration: Integration,
  onOpen: CardProps["onOpen"],
  onSwitch: CardProps["onSwitch"],
  onAction: CardProps["onAction"],
): MenuItem[] {
  const active = integration.status === "active";
  const change: MenuItem[] =
    integration.health.state === "pending"
      ? []
      : [
          { label: t.list.check, icon: "good", onSelect: () => onAction(integration, "retry") },
          { label: active ? t.list.switchOff : t.list.switchOn, icon: "power", onSelect: () => onSwitch(integration, !active) },
        ];
  return [
    { label: t.list.manage, icon: "open", onSelect: () => onOpen(integration) },
    ...change,
    { label: t.list.action[renewalOf(integration)] ?? "", icon: "key", onSelect: () => onAction(integration, renewalOf(integration)) },
    { label: t.list.remove, icon: "trash", tone: "danger", onSelect: () => onAction(integration, "delete") },
  ];
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
