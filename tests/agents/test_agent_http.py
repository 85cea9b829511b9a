"""The service at /mcp, asked by the SDK's own client over HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import pytest
from agent_driver import PATIENCE, refused, told
from anyio import to_thread
from held_models import END, HeldModel, held_model
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from service_driver import SETTINGS, serving

import rag.models
from rag.access import keyfile

T = TypeVar("T")
QUESTION = "Сколько дней отпуска переносится на следующий год?"
CARRIED = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."
NDA = "What is the penalty for disclosure?"


@pytest.fixture(scope="module")
def address(papers: Path) -> Iterator[str]:
    with serving(papers) as address:
        yield f"{address}/mcp"


def talk(
    address: str, work: Callable[[Client], Awaitable[T]], mode: str = "auto", key: str = ""
) -> T:
    """What comes of a conversation over HTTP."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def talking() -> T:
        async with (
            asyncio.timeout(PATIENCE),
            httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as connection,
            Client(streamable_http_client(address, http_client=connection), mode=mode) as client,
        ):
            return await work(client)

    return asyncio.run(talking())


def post(address: str, body: Any, **headers: str) -> tuple[int, Any, bytes]:
    where = urlsplit(address)
    assert where.port is not None
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    with closing(http.client.HTTPConnection("127.0.0.1", where.port, timeout=PATIENCE)) as link:
        link.request("POST", where.path, json.dumps(body), {**sent, **headers})
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read()


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_client_of_the_sdk_asks_over_http(address: str, mode: str) -> None:
    async def work(client: Client) -> None:
        assert len((await client.list_tools()).tools) == 6
        answer, found, nothing = await asyncio.gather(
            client.call_tool("ask", {"question": QUESTION}),
            client.call_tool("search", {"query": "binder"}),
            client.call_tool("ask", {"question": QUESTION, "collection": "none"}),
        )
        assert told(answer)["sentences"][0]["citations"][0]["quote"] == CARRIED
        assert told(found)["passages"][0]["document"] == "binder.txt"
        assert "no collection none" in refused(nothing)[1]
        resource = (await client.list_resources()).resources[0]
        assert (await client.read_resource(resource.uri)).contents
        assert (await client.get_prompt("summary", {"document": "binder.txt"})).messages

    talk(address, work, mode)


def test_requests_need_no_session(address: str) -> None:
    status, headers, body = post(address, LIST)
    assert status == 200
    assert "mcp-session-id" not in headers
    assert b"read_passage" in body


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_nothing_to_do_but_to_post(address: str, method: str) -> None:
    answer = httpx2.request(method, address, timeout=PATIENCE)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_goes_away_stops_the_model(
    papers: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    model: HeldModel = held_model()
    monkeypatch.setattr(rag.models, "load_model", lambda *_, **__: model)
    messages: list[str | None] = []

    async def note(_progress: float, _total: float | None, message: str | None) -> None:
        messages.append(message)

    async def going(client: Client) -> None:
        asking = asyncio.create_task(
            client.call_tool("ask", {"question": QUESTION}, progress_callback=note)
        )
        assert await to_thread.run_sync(model.begun.wait, PATIENCE)
        assert told(await client.call_tool("search", {"query": QUESTION}))["passages"]
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking

    with serving(papers, replace(SETTINGS, model=model.name)) as address:
        talk(f"{address}/mcp", going, mode)
        assert model.mumble()
        assert "searching" in messages
        model.closed.clear()
        model.say(CARRIED, END)

        async def asking(client: Client) -> Any:
            return await client.call_tool("ask", {"question": QUESTION})

        assert told(talk(f"{address}/mcp", asking, mode))["by"] == "model"


def test_a_key_opens_its_collections_alone(papers: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(papers, tmp_path / "home"))
    _, key = keyfile.add(home, "agent", frozenset({"договоры"}), "read")
    with serving(home) as address:
        where = f"{address}/mcp"
        status, headers, body = post(where, LIST)
        assert (status, json.loads(body)["code"]) == (401, "no-key")
        assert headers["WWW-Authenticate"].startswith("Bearer")

        async def work(client: Client) -> None:
            listed = told(await client.call_tool("list_documents", {}))
            assert listed["collections"] == ["договоры"]
            assert told(await client.call_tool("ask", {"question": NDA}))["answered"]
            hidden = await client.call_tool("ask", {"question": NDA, "collection": "default"})
            missing = await client.call_tool("ask", {"question": NDA, "collection": "missing"})
            assert refused(hidden)[1].replace("default", "missing") == refused(missing)[1]
            collection = (
                (await client.list_tools()).tools[0].input_schema["properties"]["collection"]
            )
            assert collection["default"] == "договоры"
            assert "default" not in collection["description"]

        talk(where, work, key=key)


def test_pages_of_other_sites_are_kept_off(address: str) -> None:
    assert post(address, LIST, Host="evil.example")[0] == 403
    assert post(address, LIST, Origin="https://evil.example")[0] == 403


def test_a_body_has_its_limit(address: str) -> None:
    where = urlsplit(address)
    with closing(http.client.HTTPConnection("127.0.0.1", where.port, timeout=PATIENCE)) as link:
        link.putrequest("POST", where.path)
        link.putheader("Content-Type", "application/json")
        link.putheader("Content-Length", str(1025 * 1024))
        link.endheaders()
        assert link.getresponse().status == 413
