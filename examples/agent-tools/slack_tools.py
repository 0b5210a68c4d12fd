"""Slack tools for an agent. The agent holds a token of Integration Nexus but no Slack token; Nexus adds
that to each call. Pass `TOOLS` to a framework, or run this file (see README.md).

NEXUS_TOKEN        a token with the role AGENT
NEXUS_URL          the URL of Nexus       [http://127.0.0.1:3000]
NEXUS_INTEGRATION  the integration's slug [slack-sandbox]
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

URL = os.environ.get("NEXUS_URL", "http://127.0.0.1:3000").rstrip("/")
INTEGRATION = os.environ.get("NEXUS_INTEGRATION", "slack-sandbox")
Json = dict[str, Any]


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    input_schema: Json
    call: Callable[..., Json]


class Refusal(Exception):
    """An error that a model can act on; `content` is the text for the model."""

    def __init__(self, error: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.content = {"error": error, "message": message, **more}


def run(name: str, given: Json) -> tuple[bool, Json]:
    """Runs a tool. Returns whether it failed, and the result for the model."""
    try:
        tool = next((tool for tool in TOOLS if tool.name == name), None)
        if tool is None:
            names = ", ".join(tool.name for tool in TOOLS)
            raise Refusal("unknown_tool", f"the tool {name} does not exist; the tools are: {names}")
        check(tool.input_schema, given)
        return False, tool.call(**given)
    except Refusal as refusal:
        return True, refusal.content


def check(schema: Json, given: Json) -> None:
    for name in schema["required"]:
        if name not in given:
            raise Refusal("invalid_input", f"{name} is missing")
    for name, value in given.items():
        if name not in schema["properties"]:
            raise Refusal("invalid_input", f"{name} is not a parameter")
        if not isinstance(value, str) or not value:
            raise Refusal("invalid_input", f"{name} must be a non-empty string")


def post_message(channel: str, text: str, thread_ts: str | None = None) -> Json:
    params = {"channel": channel, "text": text, "thread_ts": thread_ts}
    sent = slack("POST", "chat.postMessage", params)
    return {"channel": sent["channel"], "ts": sent["ts"]}


def list_channels(cursor: str | None = None) -> Json:
    page = {"exclude_archived": "true", "limit": "200", "cursor": cursor}
    answer = slack("GET", "conversations.list", page)
    shown = ("id", "name", "is_member")
    channels = [{name: channel.get(name) for name in shown} for channel in answer["channels"]]
    return {"channels": channels, "next_cursor": next_cursor(answer)}


def read_thread(channel: str, ts: str, cursor: str | None = None) -> Json:
    params = {"channel": channel, "ts": ts, "limit": "100", "cursor": cursor}
    answer = slack("GET", "conversations.replies", params)
    shown = ("ts", "user", "text")
    messages = [{name: message.get(name) for name in shown} for message in answer["messages"]]
    return {"messages": messages, "next_cursor": next_cursor(answer)}


def next_cursor(answer: Json) -> str | None:
    return answer.get("response_metadata", {}).get("next_cursor") or None


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Sends the token to Nexus only."""

    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def slack(method: str, name: str, params: dict[str, str | None]) -> Json:
    """Calls Slack's Web API through Nexus."""
    form = urllib.parse.urlencode({key: value for key, value in params.items() if value is not None})
    address = f"{URL}/api/proxy/{urllib.parse.quote(INTEGRATION, safe='')}/{name}"
    if method == "GET":
        request = urllib.request.Request(f"{address}?{form}")
    else:
        request = urllib.request.Request(address, data=form.encode(), method=method)
    request.add_header("Authorization", f"Bearer {os.environ.get('NEXUS_TOKEN', '')}")
    try:
        # A call may wait for a token that is being refreshed.
        with OPENER.open(request, timeout=60) as response:
            status, headers, body = response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, error.headers, error.read()
    except (OSError, http.client.HTTPException) as error:
        raise Refusal("unreachable", f"{URL} did not respond completely: {error}") from error
    after = headers.get("retry-after")
    retry = {"retry_after": after} if after else {}
    if headers.get("x-nexus-error"):
        # A problem document (RFC 9457): its detail names the rule, its link is where a person can fix it.
        problem = json.loads(body)
        link = {"link": problem["link"]} if "link" in problem else {}
        raise Refusal(problem["code"], problem["detail"], **link, **retry)
    if status == 429:
        raise Refusal("ratelimited", "Slack's rate limit is reached; retry after retry_after seconds", **retry)
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}  # A page from a gateway in front of Slack.
    if answer.get("ok") is not True:
        error = answer.get("error", f"http_{status}")
        raise Refusal(error, hint(error, name, answer))
    return answer


def hint(error: str, name: str, answer: Json) -> str:
    """Explains what to do about an error from Slack."""
    match error:
        case "channel_not_found":
            return "no channel has this id; use list_channels to get the channels' ids"
        case "not_in_channel":
            return "the app is not a member of this channel; ask a person to invite it"
        case "is_archived":
            return "this channel is archived, so nothing can be posted in it"
        case "thread_not_found":
            return "this channel has no message with this ts"
        case "msg_too_long":
            return "the text is too long; post it in several messages"
        case "invalid_cursor":
            return "this cursor is not valid for this list; leave it out to start again"
        case "missing_scope":
            needed = answer.get("needed")
            return f"the connection lacks the scope {needed}; ask a person to connect it again with that scope"
        case _:
            return f"Slack rejected the call; see https://docs.slack.dev/reference/methods/{name} for the reason"


def text(description: str) -> Json:
    return {"type": "string", "minLength": 1, "description": description}


def schema(required: list[str], **properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


CHANNEL = text("The channel's id (C…), from list_channels")
CURSOR = text("next_cursor of the previous page, to get the next one")

TOOLS = [
    Tool(
        "post_message",
        "Post a message in a Slack channel, or as a reply in a thread.",
        schema(
            ["channel", "text"],
            channel=CHANNEL,
            text=text("The message, in Slack's mrkdwn"),
            thread_ts=text("To reply: the ts of the thread's first message"),
        ),
        post_message,
    ),
    Tool(
        "list_channels",
        "List the Slack workspace's public channels with their ids.",
        schema([], cursor=CURSOR),
        list_channels,
    ),
    Tool(
        "read_thread",
        "Read a Slack thread: its first message, then the replies.",
        schema(
            ["channel", "ts"],
            channel=CHANNEL,
            ts=text("The ts of a message in the thread"),
            cursor=CURSOR,
        ),
        read_thread,
    ),
]

# Command line: without arguments, lists the tools; with a tool's name and its input as JSON, runs the tool.
if __name__ == "__main__":
    if len(sys.argv) == 1:
        described = [
            {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
            for tool in TOOLS
        ]
        print(json.dumps(described))
    else:
        is_error, content = run(sys.argv[1], json.loads(sys.argv[2] if len(sys.argv) > 2 else "{}"))
        print(json.dumps(content))
        sys.exit(is_error)
