/** The identity in a token. It is only for display: only the server verifies a token. */

export type Role = "ADMIN" | "MANAGER" | "AGENT";

/** From the fewest rights to the most. */
const ROLES: readonly Role[] = ["AGENT", "MANAGER", "ADMIN"];

export interface Identity {
  readonly workspace: string;
  readonly subject: string;
  /** Null if the token has no known role. */
  readonly role: Role | null;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** The start of what stands for a session cookie in place of a token. The cookie itself is not readable. */
const OF_COOKIE = "cookie.";

/** The stand-in for a session cookie: who is signed in, in the form of a token without a signature. */
export function standInForCookie(identity: Identity): string {
  const { workspace, subject, role, expires } = identity;
  const claims = { workspace_id: workspace, sub: subject, role, exp: expires / 1000 };
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return `${OF_COOKIE}${btoa(String.fromCharCode(...bytes))}.`;
}

/** Whether this stands for a session cookie, so that no token is sent. */
export function standsForCookie(token: string): boolean {
  return token.startsWith(OF_COOKIE);
}

/** The claims that hold workspace and role. */
export interface ClaimNames {
  readonly workspace: string;
  readonly role: string;
}

export const STANDARD: ClaimNames = { workspace: "workspace_id", role: "role" };

/** Why an identity cannot be read: the text is not a token, or the token lacks a claim. */
type TokenError = "form" | "claims";

/** The identity in a token. The signature is not checked. */
export function identify(token: string, names: ClaimNames): Identity | TokenError {
  if (standsForCookie(token)) names = STANDARD;
  const parts = token.trim().split(".");
  const claims = parts.length === 3 ? decodeClaims(parts[1] ?? "") : null;
  if (!claims) return "form";
  const { sub, exp } = claims;
  const workspace = claim(claims, names.workspace);
  if (typeof sub !== "string" || typeof exp !== "number" || typeof workspace !== "string") {
    return "claims";
  }
  return { workspace, subject: sub, role: leastRole(claim(claims, names.role)), expires: exp * 1000 };
}

function decodeClaims(part: string): Record<string, unknown> | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The claim with exactly this name, or else at this dotted path. */
function claim(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The role with the fewest rights if there are several, as on the server. */
function leastRole(value: unknown): Role | null {
  const roles = Array.isArray(value) ? value : [value];
  return ROLES.find((role) => roles.includes(role)) ?? null;
}

/** The text after `#token=`. Removes it from the address and the history at once. */
export function takeTokenFromAddress(location: Location, history: History): string | null {
  const { hash, pathname, search } = location;
  if (!hash.startsWith("#token=")) return null;
  history.replaceState(null, "", pathname + search);
  return hash.slice("#token=".length);
}

/** Whether this role may do what needs at least the role `least`. */
export function mayDo(role: Role | null, least: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** A key that differs for each person and workspace. */
export function identityKey(identity: Identity | null): string {
  return identity ? JSON.stringify([identity.workspace, identity.subject]) : "";
}

/** Whether a host is this machine. Only there may a link sign somebody in without a question. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
