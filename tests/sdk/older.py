"""The Python client of MCP as it was before 2025-06-18: an error must not end its session.

Arguments: the application's origin, an agent's token. Each line of output is a client that worked.
"""

import asyncio
import sys

from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamablehttp_client

origin, token = sys.argv[1:]


async def use() -> None:
    headers = {"authorization": f"Bearer {token}"}
    async with streamablehttp_client(f"{origin}/mcp/", headers=headers) as (read, write, _):
        async with ClientSession(read, write) as session:
            hello = await session.initialize()
            assert hello.protocolVersion == "2025-03-26", hello
            for _ in range(2):
                try:
                    await session.call_tool("nope", {})
                except McpError as error:
                    assert "there is no tool" in str(error), error
                else:
                    raise AssertionError("a tool that is not there was called")
            tools = (await session.list_tools()).tools
            assert [tool.name for tool in tools][-1] == "call_api", tools
            listed = await session.call_tool("list_integrations", {"limit": "5", "cursor": None})
            assert not listed.isError, listed


asyncio.run(asyncio.wait_for(use(), 30))
print("worked: mcp 1.9")
