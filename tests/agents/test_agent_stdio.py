"""`rag mcp` as a host starts it: a process that speaks over its standard input and output."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from agent_driver import PATIENCE, refused, told
from mcp import Client, StdioServerParameters
from model_server import serving as model_serving

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "Сколько дней отпуска переносится на следующий год?"
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


def environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "RAG_WORKERS": "1"}


class Wire:
    """A process and the messages that go to it and come from it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def send(self, method: str, id_: int | None = None, **params: Any) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        message |= {} if id_ is None else {"id": id_}
        self.raw(json.dumps(message).encode() + b"\n")

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def begin(self) -> None:
        self.send("initialize", 1, **HELLO)
        assert self.receive()["result"]["serverInfo"]["name"] == "rag"
        self.send("notifications/initialized")

    def end(self) -> tuple[int, bytes, bytes]:
        """The exit code, and what was printed after all that was received."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@contextmanager
def wired(home: Path, folder: Path, *program: str) -> Iterator[Wire]:
    arguments = program or ("-m", "rag", "mcp", "--home", str(home))
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(folder),
    )
    with process:
        try:
            yield Wire(process)
        finally:
            process.kill()


def test_the_client_of_the_sdk_starts_it_and_asks(papers: Path, tmp_path: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag", "mcp", "--home", str(papers)],
        env=environment(tmp_path),
        cwd=tmp_path,
    )

    async def talking() -> None:
        async with Client(server) as client:
            assert len((await client.list_tools()).tools) == 6
            answer = told(await client.call_tool("ask", {"question": QUESTION}))
            assert answer["sentences"][0]["citations"][0]["document"] == "правила.md"
            found, checked, nothing = await asyncio.gather(
                client.call_tool("search", {"query": "binder"}),
                client.call_tool("verify", {"text": "The Kestrel binder weighs 640 kilograms."}),
                client.call_tool("ask", {"question": QUESTION, "collection": "none"}),
            )
            assert told(found)["passages"][0]["document"] == "binder.txt"
            assert told(checked)["supported"]
            assert "no collection none" in refused(nothing)[1]
            resource = (await client.list_resources()).resources[0]
            assert (await client.read_resource(resource.uri)).contents

    asyncio.run(asyncio.wait_for(talking(), 2 * PATIENCE))


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_ctrl_c_ends_it_though_its_input_goes_on(papers: Path, tmp_path: Path) -> None:
    with wired(papers, tmp_path) as wire:
        wire.begin()
        wire.process.send_signal(signal.SIGINT)
        assert wire.process.wait(PATIENCE) == 130
        assert wire.end() == (130, b"", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_signal_stops_a_model_that_writes(papers: Path, tmp_path: Path) -> None:
    with model_serving(silent) as server:
        arguments = ("--model", "openai:slow", "--base-url", server.url)
        program = ("-m", "rag", "mcp", "--home", str(papers), *arguments)
        with wired(papers, tmp_path, *program) as wire:
            wire.begin()
            asked = {"name": "ask", "arguments": {"question": QUESTION}}
            wire.send("tools/call", 2, **asked, _meta={"progressToken": "p"})
            while wire.receive()["params"]["message"] != "the model writes":
                pass
            wire.process.send_signal(signal.SIGTERM)
            assert wire.process.wait(PATIENCE) == 0


def silent(_: Any) -> Any:
    """A model that says nothing for longer than any test lasts."""
    return 200, {"Content-Type": "text/event-stream"}, itertools.cycle([None, b": still\n\n"])


def test_standard_output_is_the_protocols_alone_until_the_input_ends(
    papers: Path, tmp_path: Path
) -> None:
    """Whatever a library prints, or a child process, a line at a time or kept back."""
    program = (
        "import os, sys\n"
        "from rag.app import App\n"
        "search = App.search\n"
        "def loud(*given, **named):\n"
        "    print('a stray of Python')\n"
        "    os.write(1, b'a stray of C\\n')\n"
        "    os.system('echo a stray of a child; cat')\n"
        "    return search(*given, **named)\n"
        "App.search = loud\n"
        "from rag.__main__ import main\n"
        f"sys.argv = ['rag', 'mcp', '--home', {str(papers)!r}]\n"
        "main()\n"
    )
    with wired(papers, tmp_path, "-c", program) as wire:
        wire.raw(b"\xff\xfe secret\n{\n[]\n" + b'{"jsonrpc": "2.0", "id": 9}\n\n')
        wire.begin()
        wire.send("tools/call", 2, name="search", arguments={"query": "a\ud800b"})  # is no UTF-8
        wire.send("tools/call", 3, name="search", arguments={"query": "binder"})
        assert wire.receive()["result"]["structuredContent"]["passages"]
        wire.send("tools/call", 4, name="ask", arguments={"question": QUESTION})
        code, out, err = wire.end()
        assert code == 0
        assert b"stray" not in out
        strays = [b"a stray of C", b"a stray of Python", b"a stray of a child"]
        assert sorted(err.splitlines()) == sorted(strays)


def test_without_a_library_it_starts_and_waits_for_nothing_it_need_not(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from rag.cli import run\n"
        "code = run(['mcp', '--home', 'none'])\n"
        "late = {'rag.desk', 'faiss', 'torch', 'langchain_core'} & set(sys.modules)\n"
        "sys.exit(f'imported {late}' if late or code else 0)\n"
    )
    with wired(tmp_path, tmp_path, "-c", program) as wire:
        wire.begin()
        wire.send("tools/list", 2)
        assert len(wire.receive()["result"]["tools"]) == 6
        assert wire.end() == (0, b"", b"")
    assert not (tmp_path / "none").exists()
