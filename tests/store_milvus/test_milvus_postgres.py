"""Two machines that fill and ask one library: its catalogue in PostgreSQL, the rest in Milvus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from milvus_server import MilvusServer

pytest.importorskip("psycopg")

from postgres_server import Server
from store_places import LetterEmbedder, Shelf, by_vectors, by_words, paper, publish, texts

from rag.doctor import examine
from rag.errors import StoreAway
from rag.store.milvus import schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import Connection, hold
from rag.store.opening import open_catalogue
from rag.store.place import delete
from rag.store.where import Where

CRANE, BOAT, PUMP = "Записка о кранах.", "Лодка у причала.", "The pump is in Tver."
LONG = "ы" * 3000  # no index of PostgreSQL holds such a word


@pytest.fixture
def machines(postgres: Server, lite: MilvusServer, tmp_path: Path) -> list[Shelf]:
    where = Where(lite.store, postgres.url("rag", query=f"?library={tmp_path.name}"))
    return [Shelf(tmp_path / name, where, LetterEmbedder()) for name in ("one", "two")]


def found(shelf: Shelf, question: str) -> list[str]:
    with shelf.open() as library:
        assert len(library.words) == len(library.vectors)
        return sorted(texts(library, by_words(library, question)))


def test_what_one_machine_publishes_the_other_finds(machines: list[Shelf]) -> None:
    one, two = machines
    one.put({"a.txt": paper(CRANE, f"{LONG} конец"), "b.txt": paper(BOAT)})
    two.put({"c.txt": paper(PUMP)})
    for each in machines:
        assert found(each, "кран лодка pump") == sorted([CRANE, BOAT, PUMP])
        assert found(each, "конец") == [f"{LONG} конец"]
    one.put({}, "b.txt")
    assert found(two, "лодка кран") == [CRANE]
    with two.open() as library:
        assert not library.words.knows("лодк")
        assert not library.words.knows("\0")
        assert library.words.counted(LONG) == 1
        near = by_vectors(library, two.embedder, PUMP, 1)
        assert texts(library, near) == [PUMP]
    assert all(each.ok for each in examine(two.paths, two.embedder))


def test_machines_that_publish_in_turn_have_each_a_draft_from_before(
    machines: list[Shelf],
) -> None:
    """An epoch that one has begun meanwhile is the one that the other goes on in."""
    one, two = machines
    one.put({"a.txt": paper(CRANE)})
    with one.writing() as first, two.writing() as second:
        publish(first, {f"{n}.txt": paper(f"Лодка {n}.") for n in range(6)})
        publish(second, {"b.txt": paper(PUMP)})
        publish(first, {"a.txt": paper(BOAT)})
    for each in machines:
        assert found(each, "кран pump причал") == sorted([BOAT, PUMP])
        assert len(found(each, "лодка")) == 7
        assert all(check.ok for check in examine(each.paths, each.embedder))
    delete(one.paths)


def test_what_a_writer_sends_after_it_lost_its_turn_stays_with_nobody(
    machines: list[Shelf], postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is cut while it sends, another one publishes, and then its entities arrive."""
    one, two = machines
    one.put({"a.txt": paper(*(f"Кран {n}." for n in range(9)))})
    call, cut = Connection.call, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {}"

    def late(self: Connection, method: str, *args: Any, **options: Any) -> Any:
        if method == "upsert":
            monkeypatch.undo()
            postgres.sql(cut.format("application_name = 'rag'"))
            two.put({"c.txt": paper(PUMP)})
        return call(self, method, *args, **options)

    with one.writing() as writer:
        monkeypatch.setattr(Connection, "call", late)
        with pytest.raises(StoreAway):
            publish(writer, {"b.txt": paper(BOAT)})
    connection = hold(address_of(one.asked.milvus))
    with open_catalogue(one.paths) as catalogue:
        epoch = schema.current(catalogue)
        chunks = catalogue.counts()[1]
    assert epoch is not None
    assert chunks == 10
    assert schema.count(connection, epoch) == 11
    with two.writing():
        pass
    assert schema.count(connection, epoch) == 10
    connection.release()
    assert found(one, "кран pump лодка") == found(two, "кран pump")
    delete(one.paths)
