// Slack tools for an agent. The agent holds a token of Integration Nexus but no Slack token; Nexus adds
// that to each call. Pass `tools` to a framework, or run this file (see README.md).
//
// NEXUS_TOKEN        a token with the role AGENT
// NEXUS_URL          the URL of Nexus       [http://127.0.0.1:3000]
// NEXUS_INTEGRATION  the integration's slug [slack-sandbox]
import { pathToFileURL } from "node:url";

const url = (process.env.NEXUS_URL ?? "http://127.0.0.1:3000").replace(/\/+$/, "");
const integration = process.env.NEXUS_INTEGRATION ?? "slack-sandbox";

type Input = Record<string, unknown>;
type Json = Record<string, any>;

interface Tool {
  name: string;
  description: string;
  /** JSON Schema: an object of strings. */
  inputSchema: { type: "object"; properties: Json; required: string[]; additionalProperties: false };
  run(input: Record<string, string>): Promise<Json>;
}

/** The result for a model: a response, or an error that says what to do about it. */
export interface Result {
  isError: boolean;
  content: Json;
}

class Refusal extends Error {
  constructor(readonly content: { error: string; message: string } & Json) {
    super(content.message);
  }
}

const text = (description: string) => ({ type: "string", minLength: 1, description });
const channel = text("The channel's id (C…), from list_channels");
const cursor = text("next_cursor of the previous page, to get the next one");

function input(properties: Json, required: string[]): Tool["inputSchema"] {
  return { type: "object", properties, required, additionalProperties: false };
}

export const tools: Tool[] = [
  {
    name: "post_message",
    description: "Post a message in a Slack channel, or as a reply in a thread.",
    inputSchema: input(
      {
        channel,
        text: text("The message, in Slack's mrkdwn"),
        thread_ts: text("To reply: the ts of the thread's first message"),
      },
      ["channel", "text"],
    ),
    async run({ channel, text, thread_ts }) {
      const sent = await call("POST", "chat.postMessage", { channel, text, thread_ts });
      return { channel: sent.channel, ts: sent.ts };
    },
  },
  {
    name: "list_channels",
    description: "List the Slack workspace's public channels with their ids.",
    inputSchema: input({ cursor }, []),
    async run({ cursor }) {
      const page = { exclude_archived: "true", limit: "200", cursor };
      const answer = await call("GET", "conversations.list", page);
      const channels = answer.channels.map(({ id, name, is_member }: Json) => ({ id, name, is_member }));
      return { channels, next_cursor: next(answer) };
    },
  },
  {
    name: "read_thread",
    description: "Read a Slack thread: its first message, then the replies.",
    inputSchema: input({ channel, ts: text("The ts of a message in the thread"), cursor }, ["channel", "ts"]),
    async run({ channel, ts, cursor }) {
      const answer = await call("GET", "conversations.replies", { channel, ts, limit: "100", cursor });
      const messages = answer.messages.map(({ ts, user, text }: Json) => ({ ts, user: user ?? null, text }));
      return { messages, next_cursor: next(answer) };
    },
  },
];

/** Runs a tool. Does not throw for errors that a model can act on. */
export async function run(name: string, given: Input): Promise<Result> {
  try {
    const tool = tools.find((tool) => tool.name === name);
    if (!tool) {
      const names = tools.map((tool) => tool.name).join(", ");
      throw new Refusal({ error: "unknown_tool", message: `the tool ${name} does not exist; the tools are: ${names}` });
    }
    return { isError: false, content: await tool.run(checked(tool, given)) };
  } catch (error) {
    if (error instanceof Refusal) return { isError: true, content: error.content };
    throw error;
  }
}

function checked({ inputSchema }: Tool, given: Input): Record<string, string> {
  const invalid = (message: string) => new Refusal({ error: "invalid_input", message });
  for (const name of inputSchema.required) {
    if (!(name in given)) throw invalid(`${name} is missing`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(inputSchema.properties, name)) throw invalid(`${name} is not a parameter`);
    if (typeof value !== "string" || value === "") throw invalid(`${name} must be a non-empty string`);
  }
  return given as Record<string, string>;
}

const next = (answer: Json): string | null => answer.response_metadata?.next_cursor || null;

/** Calls Slack's Web API through Nexus. */
async function call(method: "GET" | "POST", name: string, params: Record<string, string | undefined>): Promise<Json> {
  const sent = Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const form = new URLSearchParams(sent);
  const address = `${url}/api/proxy/${encodeURIComponent(integration)}/${name}`;
  const headers = { authorization: `Bearer ${process.env.NEXUS_TOKEN ?? ""}` };
  // A call may wait for a token that is being refreshed.
  const options = { method, headers, redirect: "manual" as const, signal: AbortSignal.timeout(60_000) };
  let response: Response, body: string;
  try {
    const reading = method === "GET";
    response = await fetch(reading ? `${address}?${form}` : address, reading ? options : { ...options, body: form });
    body = await response.text();
  } catch (error) {
    throw new Refusal({ error: "unreachable", message: `${url} did not respond completely: ${error}` });
  }
  const after = response.headers.get("retry-after");
  const retry = after === null ? {} : { retry_after: after };
  if (response.headers.has("x-nexus-error")) {
    // A problem document (RFC 9457): its detail names the rule, its link is where a person can fix it.
    const { code, detail, link } = JSON.parse(body);
    throw new Refusal({ error: code, message: detail, ...(link && { link }), ...retry });
  }
  if (response.status === 429) {
    throw new Refusal({ error: "ratelimited", message: "Slack's rate limit is reached; retry after retry_after seconds", ...retry });
  }
  let answer: Json = {};
  try {
    answer = JSON.parse(body);
  } catch {
    // A page from a gateway in front of Slack.
  }
  if (answer.ok !== true) {
    const error: string = answer.error ?? `http_${response.status}`;
    throw new Refusal({ error, message: hint(error, name, answer) });
  }
  return answer;
}

/** Explains what to do about an error from Slack. */
function hint(error: string, name: string, { needed }: Json): string {
  switch (error) {
    case "channel_not_found":
      return "no channel has this id; use list_channels to get the channels' ids";
    case "not_in_channel":
      return "the app is not a member of this channel; ask a person to invite it";
    case "is_archived":
      return "this channel is archived, so nothing can be posted in it";
    case "thread_not_found":
      return "this channel has no message with this ts";
    case "msg_too_long":
      return "the text is too long; post it in several messages";
    case "invalid_cursor":
      return "this cursor is not valid for this list; leave it out to start again";
    case "missing_scope":
      return `the connection lacks the scope ${needed}; ask a person to connect it again with that scope`;
    default:
      return `Slack rejected the call; see https://docs.slack.dev/reference/methods/${name} for the reason`;
  }
}

// Command line: without arguments, lists the tools; with a tool's name and its input as JSON, runs the tool.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [name, given] = process.argv.slice(2);
  if (name === undefined) {
    console.log(JSON.stringify(tools));
  } else {
    const { isError, content } = await run(name, JSON.parse(given ?? "{}"));
    console.log(JSON.stringify(content));
    process.exitCode = isError ? 1 : 0;
  }
}
