/** The state of an integration in one sentence: its health, and what that means for agents. */
import type { Integration } from "../api/types";
import { HEALTH_TONE, hasTokens, hasTypedCredentials, stateWord } from "../logic/health";
import { t } from "../text";
import { ended } from "../text/plural";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { sentence } from "./parts";

export const HEALTH_ICON: Record<Integration["health"]["state"], IconName> = {
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
  // An integration that is switched off, and works otherwise, is only off.
  const isOnlyOff = isOff && (state === "healthy" || state === "unknown");
  const shown = stateWord(integration);
  const repair = hasTypedCredentials(integration) ? "replace" : "reconnect";
  const words = isLong
    ? [
        isOff ? meaning["off"] : (meaning[`${shown} ${repair}`] ?? meaning[shown]),
        detail && ended(sentence(detail)),
        checked && sentence(`${t.list.checked(checked, now)}.`),
      ].filter(Boolean).join(" ")
    : isOff
      ? meaning["off"]
      : state === "healthy" || state === "unknown"
        ? use(integration, now)
        : (meaning[`${shown} ${repair}`] ?? meaning[shown]);
  return (
    <div class={`health ${isOnlyOff ? "neutral" : HEALTH_TONE[state]}`}>
      <Icon name={isOnlyOff ? "power" : HEALTH_ICON[state]} />
      <p>
        <strong>{isOnlyOff ? t.list.inactive : healthState[shown]}</strong>
        <span class="soft" title={detail ? sentence(detail) : undefined}>
          {words}
        </span>
      </p>
    </div>
  );
}

/** The most important fact about a connection that works: that it ends, or when it was used last. */
function use({ auth_method: method, credential, last_used_at: used }: Integration, now: number): string {
  const expires = credential?.expires_at;
  if (expires && !hasTokens({ auth_method: method })) return sentence(t.list.expires(expires, now));
  return used ? sentence(t.list.used(used, now)) : sentence(t.list.notUsed);
}
