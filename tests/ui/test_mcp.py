"""The named endpoints as tools of an MCP server, through the `mcp` package as an assistant would use them."""

from collections.abc import Iterator
from typing import Any

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from explain.runner import Runner
from tests.conftest import tiny_translator
from tests.loops import finished
from tests.serving import serving
from ui.launch import MCP, launch
from ui.models import Models
from ui.page import build_page

TOOLS = {
    "translate", "attention", "next_token", "source_words", "why", "layers", "patch", "heads", "positional_encoding",
    "beam",
}  # fmt: skip


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(tiny_translator())


@pytest.fixture(scope="module")
def server(runner) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(MCP, "1")
        with serving(build_page(Models([runner]))) as url:
            yield f"{url}gradio_api/mcp/"


def talk(server: str, *calls: tuple[str, dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """The tools that are offered, and the answers to these calls."""

    async def session() -> tuple[list[Any], list[Any]]:
        async with streamable_http_client(server) as (read, write, _), ClientSession(read, write) as client:
            await client.initialize()
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return finished(session())


def test_each_tool_and_each_of_its_arguments_is_described(server):
    tools, _ = talk(server)
    assert {tool.name for tool in tools} == TOOLS  # and nothing of the page's own
    for tool in tools:
        assert len(tool.description) > 40
        for name, argument in tool.inputSchema["properties"].items():
            assert argument["description"], f"{tool.name}: {name}"
            assert "type" in argument or "oneOf" in argument


def test_a_tool_answers_with_the_models_own_translation(server, runner):
    _, [answer, refused] = talk(server, ("translate", {"text": "A small house."}), ("translate", {"text": " "}))
    text = answer.content[0].text
    assert not answer.isError and runner.text_model.translate("A small house.", "en-de") in text
    assert refused.isError and "expected a word or a sentence" in refused.content[0].text
    assert "Traceback" not in refused.content[0].text


def test_without_being_asked_for_there_is_no_mcp_server(runner, monkeypatch):
    monkeypatch.delenv(MCP, raising=False)
    demo = build_page(Models([runner]))
    launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    assert not demo.mcp_server
    demo.close()
