"""Two machines that fill and ask one library: its catalogue in PostgreSQL, the rest in Milvus."""

from __future__ import annotations

from pathlib import Path

import pytest
from milvus_server import MilvusServer

pytest.importorskip("psycopg")

from postgres_server import Server
from store_places import LetterEmbedder, Shelf, by_vectors, by_words, paper, publish, texts

from rag.doctor import examine
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
