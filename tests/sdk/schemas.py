"""What the vendors' own converters make of the tools: Google's, OpenAI's and that of OpenAI's agents.

Arguments: the application's origin, an agent's token. Each line of output is a converter that took every tool.
"""

import asyncio
import json
import sys

import httpx2
from agents.mcp import MCPServerStreamableHttp, MCPUtil
from google.genai import _mcp_utils, types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from openai.lib._pydantic import _ensure_strict_json_schema

origin, token = sys.argv[1:]

# What a `Schema` of Gemini's API has (https://ai.google.dev/api/caching#Schema), of what we use.
OF_GEMINI = {"type", "description", "enum", "items", "properties", "required"}


async def listed():
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers) as http:
        async with Client(streamable_http_client(f"{origin}/mcp", http_client=http)) as client:
            return (await client.list_tools()).tools


def nodes(schema, path="#"):
    """All schemas within a schema, and where they are."""
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}/{name}")
    if "items" in schema:
        yield from nodes(schema["items"], f"{path}[]")


def gemini(tools) -> None:
    for converted, tool in zip(_mcp_utils.mcp_to_gemini_tools(tools), tools):
        [declaration] = converted.function_declarations
        assert declaration.name == tool.name
        shown = declaration.parameters.model_dump(exclude_none=True, mode="json")
        assert set(shown["properties"]) == set(tool.input_schema["properties"]), shown
        for path, schema in nodes(shown):
            where = f"{tool.name} {path}: {schema}"
            assert set(schema) <= OF_GEMINI, where
            # The API refuses these, the converter does not.
            assert schema["type"] != "OBJECT" or schema["properties"], where
            assert schema["type"] != "ARRAY" or schema["items"], where
            assert "enum" not in schema or schema["type"] == "STRING", where
    # The way through the client of Vertex AI takes the schema as it is.
    for converted in _mcp_utils.mcp_to_gemini_tools(tools, is_agent_platform=True):
        types.Tool.model_validate(converted.model_dump())


def openai(tools) -> None:
    for tool in tools:
        schema = json.loads(json.dumps(tool.input_schema))
        strict = _ensure_strict_json_schema(schema, path=(), root=schema)
        for path, schema in nodes(strict):
            where = f"{tool.name} {path}: {schema}"
            # The rules of https://platform.openai.com/docs/guides/structured-outputs, supported schemas.
            assert isinstance(schema["type"], str), where
            if schema["type"] == "object":
                assert schema["additionalProperties"] is False, where
                assert sorted(schema["required"]) == sorted(schema["properties"]), where
            if schema["type"] == "array":
                assert schema["items"], where


async def agents(tools) -> None:
    params = {"url": f"{origin}/mcp/", "headers": {"authorization": f"Bearer {token}"}}
    async with MCPServerStreamableHttp(params=params) as server:
        for strict in (False, True):
            options = {"convert_schemas_to_strict": strict, "run_context": None, "agent": None}
            made = await MCPUtil.get_function_tools(server, **options)
            assert [tool.name for tool in made] == [tool.name for tool in tools]
            for tool, listed in zip(made, tools):
                kept = tool.params_json_schema["properties"]
                assert set(kept) == set(listed.input_schema["properties"]), kept
        # As a model in strict mode fills them in: every argument, with null for what it does not need.
        arguments = dict.fromkeys(tools[0].input_schema["properties"])
        result = await server.call_tool("list_integrations", {**arguments, "toolCallId": "call_1"})
        assert not result.is_error, result


tools = asyncio.run(listed())
assert len(tools) == 3, tools
gemini(tools)
print("worked: google-genai")
openai(tools)
print("worked: openai")
asyncio.run(agents(tools))
print("worked: openai-agents")
