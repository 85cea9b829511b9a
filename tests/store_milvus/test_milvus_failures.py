"""A server that is away, comes back, refuses, is too old, or whose client is not installed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from milvus_server import MilvusServer, serving
from pymilvus.grpc_gen import common_pb2, milvus_pb2, milvus_pb2_grpc
from store_places import LetterEmbedder, Shelf, by_words, paper, publish, texts

from rag.errors import LibraryBusy, RagError, StorageError, StoreAway, UsageError
from rag.store.milvus import connection, draft, schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import hold
from rag.store.where import EMBEDDED, Where

SECRET = "корень:пароль-7f3a"
CRANE, BOAT = "Записка о подъёмных кранах.", "Лодка стоит у причала с мая."


class OtherServer(milvus_pb2_grpc.MilvusServiceServicer):
    """A server that lets nobody in, or one of another version."""

    def __init__(self, version: str = "", refuses: bool = False, says: Any = None) -> None:
        self._version, self._refuses = version, refuses
        self._says = says or common_pb2.Status()

    def Connect(self, _request: Any, context: Any) -> Any:  # noqa: N802 (names of the protocol)
        if self._refuses:
            told = dict(context.invocation_metadata()).get("authorization", "")
            context.abort(grpc.StatusCode.UNAUTHENTICATED, f"auth check failure, token {told}")
        return milvus_pb2.ConnectResponse(status=common_pb2.Status())

    def GetVersion(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return milvus_pb2.GetVersionResponse(status=self._says, version=self._version)


@contextmanager
def other_server(servicer: OtherServer) -> Iterator[str]:
    """Its address."""
    server = grpc.server(ThreadPoolExecutor(2))
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(None)


def refused(address: str) -> RagError:
    with pytest.raises(RagError) as caught:
        hold(address_of(address))
    return caught.value


# -- servers that are no use


def test_a_wrong_token_is_told_and_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_STORE_TOKEN", SECRET)
    with other_server(OtherServer(refuses=True)) as address:
        error = refused(address)
    assert isinstance(error, StorageError)
    assert "refuses the token" in error.message
    assert "RAG_STORE_TOKEN" in error.hint
    assert not any(part in str(error) for part in SECRET.split(":"))
    assert error.__cause__ is None


def test_a_missing_token_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAG_STORE_TOKEN", raising=False)
    with other_server(OtherServer(refuses=True)) as address:
        assert "asks for a token" in refused(address).message


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        (1800, "who are you", "asks for a token"),
        (5, "index of rag_d1800c_3 is odd", "failed (index of rag_d1800c_3 is odd)"),
    ],
)
def test_a_refusal_is_known_by_its_code_and_not_by_digits_in_a_name(
    monkeypatch: pytest.MonkeyPatch, code: int, reason: str, told: str
) -> None:
    monkeypatch.delenv("RAG_STORE_TOKEN", raising=False)
    status = common_pb2.Status(code=code, error_code=1, reason=reason)
    with other_server(OtherServer("v2.6.1", says=status)) as address:
        assert told in refused(address).message


def test_a_version_without_sparse_vectors_is_told_with_the_one_that_has_them() -> None:
    with other_server(OtherServer("v2.3.9")) as address:
        error = refused(address)
    assert "2.3.9" in error.message
    assert "2.4" in error.hint


def test_a_newer_server_that_lacks_a_call_is_told(tmp_path: Path) -> None:
    with other_server(OtherServer("v2.6.1")) as address:
        shelf = Shelf(tmp_path, Where(f"milvus:{address}", EMBEDDED), LetterEmbedder())
        with pytest.raises(StorageError, match="cannot do what is needed") as caught:
            shelf.put({"a.txt": paper(CRANE)})
    assert "docs/milvus.md" in caught.value.hint


def test_a_database_that_is_not_there_is_told(lite: MilvusServer, tmp_path: Path) -> None:
    if lite.compiled:
        pytest.skip("it knows of no databases")
    shelf = Shelf(tmp_path, Where(f"{lite.store}/nowhere", EMBEDDED), LetterEmbedder())
    with pytest.raises(StorageError, match="no database nowhere") as caught:
        shelf.put({"a.txt": paper(CRANE)})
    assert "Make it there" in caught.value.hint


def test_nobody_at_the_address_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_CONNECTING", 0.5)
    error = refused("http://127.0.0.1:9")
    assert isinstance(error, StoreAway)
    assert "127.0.0.1:9" in error.message
    assert "nothing is lost" in error.hint


@pytest.mark.parametrize(("module", "store"), [("pymilvus", ""), ("milvus_lite", "own.db")])
def test_a_client_that_is_not_installed_is_told_with_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, store: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match="not installed") as caught:
        hold(address_of(str(tmp_path / store) if store else "http://127.0.0.1:9"))
    assert caught.value.hint == 'pip install "rag[milvus]"'


# -- one process a file


def test_a_file_that_another_process_has_is_busy(tmp_path: Path) -> None:
    file = tmp_path / "own.db"
    with serving(file):
        shelf = Shelf(tmp_path / "home", Where(f"milvus:{file}", EMBEDDED), LetterEmbedder())
        with pytest.raises(LibraryBusy, match=r"has .*own[.]db"):
            shelf.put({"a.txt": paper(CRANE)})
    shelf.put({"a.txt": paper(CRANE)})
    with shelf.open() as library:
        assert texts(library, by_words(library, "кран")) == [CRANE]
    program = f"from milvus_lite.db import MilvusLite; MilvusLite({str(file)!r}).close()"
    subprocess.run([sys.executable, "-c", program], check=True)  # it was let go of


# -- a server that goes away while it is written to


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[MilvusServer]:
    """A server for one test."""
    with serving(tmp_path / "data") as server:
        yield server


MANY = paper(*(f"Запись {n}: лодка {n % 7}." for n in range(300)))


def killed_in_the_middle(
    server: MilvusServer, monkeypatch: pytest.MonkeyPatch, *, comes_back: bool
) -> None:
    """Have the server killed when it has the first batch."""
    monkeypatch.setattr(draft, "_BATCH", 100)
    call, calls = connection.Connection.call, []

    def watched(self: Any, method: str, *args: Any, **options: Any) -> Any:
        if method == "upsert":
            calls.append(method)
            if len(calls) == 2:
                server.kill()
                if comes_back:
                    threading.Timer(0.2, server.start).start()
        return call(self, method, *args, **options)

    monkeypatch.setattr(connection.Connection, "call", watched)


def test_a_server_that_comes_back_is_gone_on_with(
    mortal: MilvusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "home", Where(mortal.store, EMBEDDED), LetterEmbedder())
    shelf.put({"a.txt": paper(CRANE)})
    with monkeypatch.context() as patch:
        killed_in_the_middle(mortal, patch, comes_back=True)
        shelf.put({"many.txt": MANY})
    with shelf.open() as library:
        assert len(library.vectors) == 301
        assert sum(len(keys) for keys, _ in library.vectors.blocks()) == 301
        assert texts(library, by_words(library, "кран")) == [CRANE]
        assert len(by_words(library, "лодка", 500)) == 300


def test_where_it_stays_away_the_old_state_is_there_and_the_same_command_goes_on(
    mortal: MilvusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "home", Where(mortal.store, EMBEDDED), LetterEmbedder())
    shelf.put({"a.txt": paper(CRANE), **{f"{n}.txt": paper(f"Том {n}.") for n in range(300)}})
    with monkeypatch.context() as patch:
        for module in (draft, schema):
            patch.setattr(module, "WRITING", 1.0)
        killed_in_the_middle(mortal, patch, comes_back=False)
        with pytest.raises(StoreAway, match="does not answer"):
            shelf.put({"many.txt": MANY})
    mortal.start()
    with shelf.open() as library:
        assert len(library.vectors) == len(library.words) == 301
        assert by_words(library, "лодка") == []
    with shelf.writing() as writer:
        assert writer.catalogue.attempt_of(MANY.document.id) is not None  # it is still staged
        publish(writer, {"many.txt": MANY})
    with shelf.open() as library:
        assert len(library.vectors) == 601
        assert len(by_words(library, "лодка", 500)) == 300
