/**
 * Whose session it is, read from the token for showing only: the server alone verifies it.
 *
 * The token is kept for this tab (sessionStorage), unless the page around the element gave it.
 */

export type Role = "ADMIN" | "MANAGER" | "AGENT";

/** From the least to the most. */
const ROLES: readonly Role[] = ["AGENT", "MANAGER", "ADMIN"];

export interface Identity {
  readonly workspace: string;
  readonly subject: string;
  /** Null where the token names no role that is known. */
  readonly role: Role | null;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** The claims that hold workspace and role. */
export interface ClaimNames {
  readonly workspace: string;
  readonly role: string;
}

export const STANDARD: ClaimNames = { workspace: "workspace_id", role: "role" };

const STORED = "nexus.token";

/** Why a text is no token that says who somebody is. */
type NoToken = "form" | "claims";

/** Who a token is for; no signature is checked. */
export function identify(token: string, names: ClaimNames): Identity | NoToken {
  const payload = token.trim().split(".");
  const claims = payload.length === 3 ? decoded(payload[1] ?? "") : null;
  if (!claims) return "form";
  const { sub, exp } = claims;
  const workspace = claim(claims, names.workspace);
  if (typeof sub !== "string" || typeof exp !== "number" || typeof workspace !== "string") {
    return "claims";
  }
  return { workspace, subject: sub, role: leastRole(claim(claims, names.role)), expires: exp * 1000 };
}

function decoded(part: string): Record<string, unknown> | null {
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

/** A claim literally of that name, or else by its dotted path. */
function claim(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** Of several roles the least, as the server reads them. */
function leastRole(value: unknown): Role | null {
  const named = Array.isArray(value) ? value : [value];
  return ROLES.find((role) => named.includes(role)) ?? null;
}

/** The token kept for this tab. */
export function stored(): string | null {
  try {
    return sessionStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** Keeps a token for this tab, or forgets it. Where storage is refused it lasts as long as the page. */
export function store(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, token);
  } catch {
    // Storage is a convenience.
  }
}

/** What stands after `#token=`; it is removed from the address and the history at once. */
export function takenFromAddress(location: Location, history: History): string | null {
  const { hash, pathname, search } = location;
  if (!hash.startsWith("#token=")) return null;
  history.replaceState(null, "", pathname + search);
  return hash.slice("#token=".length);
}

/** Tells people apart, in one workspace or in several. */
export function nameOf(identity: Identity | null): string {
  return identity ? JSON.stringify([identity.workspace, identity.subject]) : "";
}

/** Whether a token from the address may be taken without asking: only on one's own machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
