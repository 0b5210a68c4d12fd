"""FastMCP with its own OAuth, told the URL alone.

Arguments: the application's origin, a token that is not used, the program that is the person's browser, and the slug of
an integration with a path below it.
"""

import asyncio
import os
import sys

# With `&`, Python does not wait for the browser to end.
os.environ["BROWSER"] = sys.argv[3] + " %s &"

from fastmcp import Client  # noqa: E402


async def main(origin: str, slug: str, path: str) -> None:
    async with Client(f"{origin}/mcp", auth="oauth") as client:
        listed = await client.call_tool("list_integrations", {})
        slugs = [item["slug"] for item in listed.structured_content["integrations"]]
        assert slug in slugs, slugs
        called = await client.call_tool("call_api", {"integration": slug, "path": path})
        assert called.structured_content["status"] == 200, called
    print("worked: fastmcp")


asyncio.run(main(sys.argv[1], sys.argv[4], sys.argv[5]))
