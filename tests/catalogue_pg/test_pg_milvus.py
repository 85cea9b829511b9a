"""Several machines whose words and vectors are in one Milvus, with the catalogue in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from milvus_server import serving
from shared_library import Machines
from store_of_rows import of_text, row_of_text, shelved

from rag.app import App
from rag.config import Settings
from rag.errors import StoreAway
from rag.store.milvus import schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import hold
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths
from rag.store.where import EMBEDDED, Where, where

pytest.importorskip("milvus_lite")


@pytest.fixture
def machines(database: str, tmp_path: Path) -> Iterator[Machines]:
    """Machines of one library, whose words and vectors a server of Milvus Lite has."""
    with serving(tmp_path / "lite") as server:
        yield Machines(database, tmp_path, server.store)


def library_of(paths: LibraryPaths) -> str:
    """What the names of a library's collections begin with."""
    with open_catalogue(paths) as catalogue:
        return schema.prefix(schema.library_of(catalogue))


def held(store: str, prefix: str) -> list[str]:
    """The collections there whose names begin so."""
    connection = hold(address_of(Where(store).milvus))
    names = connection.call("list_collections")
    connection.release()
    return [name for name in names if name.startswith(prefix)]


def test_machines_publish_into_one_milvus_in_turn_and_make_it_anew_together(
    machines: Machines,
) -> None:
    one, two = of_text("Отчёт первый. " * 9, chunks=3), of_text("Отчёт второй. " * 9, chunks=2)
    with machines.writing("a") as a:
        shelved(a, "0.txt", "Начало всего.")
        store, machines.store = machines.store, ""  # the second joins, and is told by the catalogue
        with machines.writing("b") as b:
            a.stage(one)
            b.stage(two)
            b.publish([row_of_text("2.txt", two)], [])
            a.publish([row_of_text("1.txt", one)], ["0.txt"])
    assert where(machines.paths("b")) == Where(store, machines.database)
    assert machines.whole("a") == machines.whole("b") == 5
    assert len(machines.found("b", "первый")) == 3
    machines.store = store
    gone = library_of(machines.paths("b"))
    with machines.remaking("b") as b:
        shelved(b, "1.txt", "Всё сначала.")
    assert held(store, gone) == []
    assert len(held(store, library_of(machines.paths("b")))) == 1
    assert not list(machines.paths("b").home.glob("*+milvus"))
    assert machines.found("a", "сначала") == ["Всё сначала."]
    assert machines.whole("a") == machines.whole("b") == 1


def test_a_place_that_leads_nowhere_is_not_noted(
    database: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.milvus.connection._CONNECTING", 0.1)
    nowhere = Settings(workers=1, catalogue=database, store="milvus:http://127.0.0.1:9")
    with pytest.raises(StoreAway):
        App(nowhere, tmp_path / "home").ingest([folder])
    right = replace(nowhere, store=EMBEDDED)
    assert App(right, tmp_path / "home").ingest([folder]).added
