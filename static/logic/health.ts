/** What an integration's state means and what to do about it. */
import type { Integration } from "../api/types";
import type { IconName } from "../ui/icons";

type Tone = "good" | "bad" | "warn" | "neutral";

/** What a person can do next; `finish` is for a sign-in that was begun and not finished. */
export type Action = "reconnect" | "replace_key" | "retry" | "finish";

export const LOOK: Record<Integration["health"]["state"], { tone: Tone; icon: IconName }> = {
  healthy: { tone: "good", icon: "good" },
  unknown: { tone: "neutral", icon: "unknown" },
  pending: { tone: "warn", icon: "clock" },
  failing: { tone: "bad", icon: "bad" },
  reauthorize: { tone: "bad", icon: "plug" },
};

/** The next step, as the server says; for a connection that was never there, to finish it. */
export function nextAction(integration: Integration): Action | null {
  if (integration.health.state === "pending") return "finish";
  return integration.health.next_action ?? null;
}

/** Whether somebody has to do something. */
export function isBroken(integration: Integration): boolean {
  return integration.health.state === "failing" || integration.health.state === "reauthorize";
}

/** Whether credentials are typed in; else they come from signing in at the provider. */
export function isTyped(integration: Pick<Integration, "auth_method">): boolean {
  return integration.auth_method !== "oauth2";
}
