"""The vendors' own SDKs and the official MCP client in Python, unmodified.

Arguments: the application's origin, an agent's token. Each line of output is a client that worked.
"""

import asyncio
import sys

import httpx2
import stripe
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

origin, token = sys.argv[1:]


def base(slug: str) -> str:
    return f"{origin}/api/proxy/{slug}"


def slack() -> None:
    client = WebClient(token=token, base_url=base("slack") + "/")
    assert client.auth_test()["ok"]
    sent = client.chat_postMessage(channel="C0SIMULGEN", text="Hello & <goodbye>")
    assert sent["message"]["text"] == "Hello & <goodbye>", sent
    try:
        client.chat_postMessage(channel="C0NOWHERE", text="x")
    except SlackApiError as error:
        assert error.response["error"] == "channel_not_found", error
    else:
        raise AssertionError("a channel that is not there took a message")


def charges() -> None:
    client = stripe.StripeClient(token, base_addresses={"api": base("stripe")})
    assert len(client.v1.charges.list({"limit": 2}).data) == 2


async def mcp() -> None:
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers) as http:
        async with Client(streamable_http_client(f"{origin}/mcp", http_client=http)) as client:
            tools = await client.list_tools()
            assert [tool.name for tool in tools.tools][-1] == "call_api"
            called = await client.call_tool(
                "call_api", {"integration": "stripe", "path": "/v1/balance"}
            )
            assert not called.is_error, called
            assert called.structured_content["body"]["object"] == "balance", called


slack()
print("worked: slack_sdk")
charges()
print("worked: stripe")
asyncio.run(mcp())
print("worked: mcp")
