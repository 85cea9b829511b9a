"""Entities that no sweep by generation finds, and those that are missing: counted, not believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from milvus_server import MilvusServer
from store_places import Shelf, by_words, paper, texts

from rag import index
from rag.store.milvus import schema, strays
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import Connection, hold
from rag.store.opening import open_catalogue

CRANE, BOAT = "Записка о подъёмных кранах.", "Лодка стоит у причала."


@pytest.fixture
def connection(lite: MilvusServer) -> Iterator[Connection]:
    found = hold(address_of(lite.uri))
    yield found
    found.release()


def epoch_of(shelf: Shelf) -> schema.Epoch:
    with open_catalogue(shelf.paths) as catalogue:
        epoch = schema.current(catalogue)
    assert epoch is not None
    return epoch


def keys(connection: Connection, epoch: schema.Epoch) -> list[int]:
    rows = connection.call(
        "query", epoch.name, filter="key >= 0", output_fields=["key"], consistency_level="Strong"
    )
    return sorted(row["key"] for row in rows)


def copied(connection: Connection, epoch: schema.Epoch, *targets: int) -> None:
    """Put the first entity there once more under other keys."""
    [row] = connection.call("query", epoch.name, filter="key in [1]", output_fields=["*"])
    connection.call("upsert", epoch.name, [{**row, "key": key} for key in targets])


def test_what_arrives_too_late_in_the_generation_of_another_is_removed_by_the_next_writer(
    shelf: Shelf, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "_FEW", 4)
    shelf.put({"a.txt": paper(*(f"Кран {n}." for n in range(20))), "b.txt": paper(BOAT)})
    shelf.put({"c.txt": paper(*(f"Насос {n}." for n in range(9)))}, "b.txt")
    epoch = epoch_of(shelf)
    live = keys(connection, epoch)
    copied(connection, epoch, 21, 31, 3000, 3001)  # where the boat was, and after all of them
    assert len(keys(connection, epoch)) == len(live) + 4
    with shelf.open() as library:
        assert len(by_words(library, "кран", 30)) <= 24
    with shelf.writing():
        pass
    assert keys(connection, epoch) == live


@pytest.mark.parametrize("who", ["reader", "writer"])
def test_what_is_missing_is_noticed_and_made_anew_from_the_catalogue(
    shelf: Shelf,
    connection: Connection,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
) -> None:
    monkeypatch.setattr(index, "_same_embedder", lambda _: shelf.embedder)
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT)})
    before = epoch_of(shelf)
    connection.call("delete", before.name, ids=[2])
    monkeypatch.setattr(connection, "lite", False)  # this process has one: a cluster is no other
    if who == "writer":
        shelf.put({"c.txt": paper("The pump is in Tver.")})
    with shelf.open() as library:
        assert texts(library, by_words(library, "лодка")) == [BOAT]
        assert len(library.vectors) == library.catalogue.counts()[1]
    assert caplog.text.count("building them from the catalogue") == 1
    assert epoch_of(shelf).name != before.name


def test_two_that_begin_one_epoch_at_once_write_into_collections_of_their_own() -> None:
    one, two = (schema.Epoch("1f", 2, 8, "FLAT", {}) for _ in range(2))
    assert one.name != two.name
    assert one.name.startswith(schema.prefix("1f") + "2_")
