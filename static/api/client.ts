/**
 * Calls to the API: JSON both ways, problems (RFC 9457) as one error type, and one way to go on
 * after a token has ended.
 *
 * It must not keep a token, and sends it to its own origin only.
 */
import { STANDARD } from "../logic/session";
import type { ClaimNames } from "../logic/session";
import { t } from "../text";
import type { ProblemBody } from "./types";

/** How long an answer may take, in milliseconds: longer than the server waits for a provider. */
const PATIENCE = 60_000;

/** What went wrong, in the server's words, or `unreachable` where it did not answer. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: string,
    readonly status: number,
    detail: string,
    readonly body: Partial<ProblemBody> & Record<string, unknown> = {},
  ) {
    super(detail);
  }

  /** What is wrong with the field at a JSON pointer of the request, if anything. */
  at(pointer: string): string | undefined {
    return this.body.errors?.find((error) => error.pointer === pointer)?.detail;
  }

  /** Nobody answered: the network or the server is down. */
  get unreachable(): boolean {
    return this.code === "unreachable";
  }
}

/** Whatever was thrown, as a problem. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem("unreachable", 0, t.problem.unreachable);
}

/** Where the token comes from, and what happens when it is no longer taken. */
export interface Credentials {
  /** Throws where it is another person's by now. */
  token(): string;
  /** Resolves when there is another token than the refused one. */
  renew(refused: string): Promise<void>;
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
  ) {}

  get<T>(path: string, query: CallOptions["query"] = {}, signal?: AbortSignal): Promise<T> {
    return this.call<T>("GET", path, { query, signal });
  }

  /** One call; a token that ended is asked for anew, and the call made again. */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    for (;;) {
      const token = this.credentials.token();
      try {
        return await send<T>(this.origin, token, method, path, options);
      } catch (thrown) {
        if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown;
        await this.credentials.renew(token);
      }
    }
  }
}

/** One call with exactly this token. */
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
  if (token) headers.set("authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("content-type", "application/json");
  if (version !== undefined) headers.set("if-match", `"${version}"`);
  const timeout = AbortSignal.timeout(PATIENCE);
  const init: RequestInit = {
    method,
    headers,
    // The flow cookie is the only one there is.
    credentials: "same-origin",
    cache: "no-store",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, init);
    text = await answer.text();
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new Problem("unreachable", 0, t.problem.unreachable);
  }
  const value = parsed(text);
  if (answer.ok && (value !== undefined || text === "")) return value as T;
  const said = (value ?? {}) as Partial<ProblemBody> & Record<string, unknown>;
  throw new Problem(
    said.code ?? "unexpected",
    answer.status,
    said.detail ?? t.problem.unexpected(answer.status),
    said,
  );
}

/** Which claims of a token hold its workspace and role, in this deployment. */
export async function claimNames(origin: string): Promise<ClaimNames> {
  try {
    const answer = await fetch(new URL("/config.json", origin), { signal: AbortSignal.timeout(PATIENCE) });
    const { workspace_claim: workspace, role_claim: role } = (await answer.json()) as Record<string, string>;
    return { workspace: workspace ?? STANDARD.workspace, role: role ?? STANDARD.role };
  } catch {
    // The server is down, and says so to whatever is asked next.
    return STANDARD;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
