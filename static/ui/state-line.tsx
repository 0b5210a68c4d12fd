/** The state of an integration in one sentence: its health, and what that means for agents. */
import type { Integration } from "../api/types";
import { HEALTH_TONE, hasTypedCredentials } from "../logic/health";
import { t } from "../text";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { sentence } from "./parts";

const HEALTH_ICON: Record<Integration["health"]["state"], IconName> = {
  healthy: "good",
  unknown: "unknown",
  pending: "clock",
  failing: "bad",
  reauthorize: "plug",
};

interface Props {
  integration: Integration;
  now: number;
  /** Whether there is room for the provider's message. */
  isLong?: boolean;
}

export function StateLine({ integration, now, isLong = false }: Props) {
  const { checked_at: checked, detail, state } = integration.health;
  const { healthState, meaning } = t.list;
  const isOff = integration.status !== "active" && state !== "pending";
  // What is switched off and works otherwise is only off.
  const isOnlyOff = isOff && (state === "healthy" || state === "unknown");
  const repair = hasTypedCredentials(integration) ? "replace" : "reconnect";
  const showsCheck = checked && (isLong || (state === "healthy" && !isOff));
  const words = [
    isOff ? meaning["off"] : (meaning[`${state} ${repair}`] ?? meaning[state]),
    isLong && detail && sentence(detail),
    showsCheck && sentence(`${t.list.checked(checked, now)}.`),
  ];
  return (
    <div class={`health ${isOnlyOff ? "neutral" : HEALTH_TONE[state]}`}>
      <Icon name={isOnlyOff ? "power" : HEALTH_ICON[state]} />
      <p>
        <strong>{isOnlyOff ? t.list.inactive : healthState[state]}</strong>
        <span class="soft" title={detail ? sentence(detail) : undefined}>
          {words.filter(Boolean).join(" ")}
        </span>
      </p>
    </div>
  );
}
