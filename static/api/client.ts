/**
 * The client of the API: JSON requests and responses, problems (RFC 9457) as one error type, and
 * retries with a new token when one has expired.
 *
 * It must not store a token, and must send it only to its own origin.
 */
import { STANDARD, standsForCookie } from "../logic/identity";
import type { ClaimNames } from "../logic/identity";
import { t } from "../text";
import type { ProblemBody } from "./types";

/** The timeout of a request, in milliseconds. It is longer than the server waits for a provider. */
const TIMEOUT = 60_000;

/** The server's problem, or the code `unreachable` if the server did not respond. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: string,
    readonly status: number,
    detail: string,
    readonly body: Partial<ProblemBody> & Record<string, unknown> = {},
    /** After how many milliseconds the request may be sent again, if the server says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /** The error of the field at a JSON pointer into the request, if there is one. */
  at(pointer: string): string | undefined {
    return this.body.errors?.find((error) => error.pointer === pointer)?.detail;
  }
}

/** Turns anything that was thrown into a problem. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem("unreachable", 0, t.problem.unreachable);
}

/** Where the client gets its token. */
export interface Credentials {
  /** The current token. Throws if somebody else has signed in since the client was made. */
  token(): string;
  /** Resolves when there is a token other than the one that was rejected. */
  renew(rejected: string): Promise<void>;
}

interface CallOptions {
  body?: unknown;
  query?: Record<string, string | number | null | undefined>;
  version?: number;
  signal?: AbortSignal | undefined;
}

export class Client {
  constructor(
    readonly origin: string,
    readonly credentials: Credentials,
    /** Runs after every request that has changed something. */
    readonly onChange: () => void,
  ) {}

  get<T>(path: string, query: CallOptions["query"] = {}, signal?: AbortSignal): Promise<T> {
    return this.call<T>("GET", path, { query, signal });
  }

  /** Makes a request. If the token is rejected, waits for a new one and sends the request again. */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    for (;;) {
      const token = this.credentials.token();
      try {
        const value = await send<T>(this.origin, token, method, path, options);
        if (method !== "GET" && options.query?.["dry_run"] === undefined) this.onChange();
        return value;
      } catch (thrown) {
        if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown;
        await this.credentials.renew(token);
      }
    }
  }
}

/** Makes one request with this token. */
export async function send<T>(
  origin: string,
  token: string | null,
  method: string,
  path: string,
  { body, query = {}, version, signal }: CallOptions = {},
): Promise<T> {
  const url = new URL(path, origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  const headers = new Headers({ accept: "application/json" });
  if (token && !standsForCookie(token)) headers.set("authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("content-type", "application/json");
  if (version !== undefined) headers.set("if-match", `"${version}"`);
  const timeout = AbortSignal.timeout(TIMEOUT);
  const init: RequestInit = {
    method,
    headers,
    // For the session cookie and the flow cookie.
    credentials: "same-origin",
    cache: "no-store",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, init);
    text = await response.text();
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new Problem("unreachable", 0, t.problem.unreachable);
  }
  const value = parseJson(text);
  if (response.ok && (value !== undefined || text === "")) return value as T;
  const problem = (value ?? {}) as Partial<ProblemBody> & Record<string, unknown>;
  throw new Problem(
    problem.code ?? "unexpected",
    response.status,
    problem.detail ?? t.problem.unexpected(response.status),
    problem,
    retryAfterOf(response),
  );
}

function retryAfterOf({ headers }: Response): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

/** The claims that hold the workspace and the role in the tokens of this deployment. */
export async function claimNames(origin: string): Promise<ClaimNames> {
  try {
    const response = await fetch(new URL("/config.json", origin), { signal: AbortSignal.timeout(TIMEOUT) });
    const { workspace_claim: workspace, role_claim: role } = (await response.json()) as Record<string, string>;
    return { workspace: workspace ?? STANDARD.workspace, role: role ?? STANDARD.role };
  } catch {
    // The server is down. The next request will report it.
    return STANDARD;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
