/** The meaning of an integration's health, and the next step for a person. */
import type { Integration } from "../api/types";

/** How good or bad a health state is. */
type Tone = "good" | "bad" | "warn" | "neutral";

/**
 * The next step for a person. `finish` completes a sign-in that was begun and not finished. `choose` says which of the sites
 * or accounts that the provider offers is connected.
 */
type NextAction = "reconnect" | "replace_key" | "retry" | "finish" | "choose";

/** The actions of a person on an integration in the list. */
export type Action = NextAction | "delete";

export const HEALTH_TONE: Record<Integration["health"]["state"], Tone> = {
  healthy: "good",
  unknown: "neutral",
  pending: "warn",
  failing: "bad",
  reauthorize: "bad",
};

/** The next step that the server names, or `finish` if the integration was never connected. */
export function nextAction(integration: Integration): NextAction | null {
  if (isChoosing(integration)) return "choose";
  if (integration.health.state === "pending") return "finish";
  return integration.health.next_action ?? null;
}

/** Whether a person has still to choose what the integration is connected to. */
export function isChoosing({ health }: Pick<Integration, "health">): boolean {
  return health.next_action === "choose";
}

/** Whether the provider has not granted access yet. A draft is in no list until the consent came back. */
export function isDraft(integration: Pick<Integration, "health">): boolean {
  return integration.health.state === "pending" && !isChoosing(integration);
}

/** The key of the words for the state: the health, or `choose`. */
export function stateWord(integration: Pick<Integration, "health">): string {
  return isChoosing(integration) ? "choose" : integration.health.state;
}

/** Whether the integration needs attention: somebody must repair it, or finish signing in. */
export function isBroken({ health: { state } }: Pick<Integration, "health">): boolean {
  return state === "failing" || state === "reauthorize" || state === "pending";
}

/** Whether calls of agents are rejected although the integration is switched on, because the provider would reject them. */
export function isCutOff({ health: { state } }: Pick<Integration, "health">): boolean {
  return state === "reauthorize" || state === "pending";
}

/** Whether a person types the credentials in. Otherwise they come from an OAuth sign-in. */
export function hasTypedCredentials(integration: Pick<Integration, "auth_method">): boolean {
  return integration.auth_method !== "oauth2";
}

/** Whether the credential has tokens that the server renews by itself, so that their end says nothing to a person. */
export function hasTokens({ auth_method: method }: Pick<Integration, "auth_method">): boolean {
  return method.startsWith("oauth2") || method === "login";
}

/** How a person renews the credential: by typing new ones in, or by signing in at the provider again. */
export function renewalOf(integration: Pick<Integration, "auth_method">): "replace_key" | "reconnect" {
  return hasTypedCredentials(integration) ? "replace_key" : "reconnect";
}
