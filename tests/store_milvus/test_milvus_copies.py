"""A library's folder that is copied, or moved, and what it has in Milvus."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from milvus_server import MilvusServer
from store_places import LetterEmbedder, Shelf, by_words, paper, texts

from rag.embed import HashedEmbedder
from rag.store.milvus import schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import hold
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths, delete, move

CRANE, BOAT, PUMP = "Записка о кранах.", "Лодка у причала.", "The pump is in Tver."


def library_of(shelf: Shelf) -> str:
    with open_catalogue(shelf.paths) as catalogue:
        return schema.library_of(catalogue)


def found(shelf: Shelf, question: str) -> list[str]:
    with shelf.open() as library:
        assert len(library.vectors) == len(library.words)
        return sorted(texts(library, by_words(library, question)))


def at(shelf: Shelf, home: Path) -> Shelf:
    return Shelf(home, shelf.asked, shelf.embedder)


@pytest.mark.parametrize("embedder", [LetterEmbedder, HashedEmbedder])
def test_a_copy_becomes_a_library_of_its_own_when_it_is_written_to(
    shelf: Shelf, tmp_path: Path, embedder: Callable[[], LetterEmbedder]
) -> None:
    shelf.embedder = embedder()
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT)})
    shutil.copytree(shelf.paths.home, tmp_path / "copy")
    copy = at(shelf, tmp_path / "copy")
    assert found(copy, "кран лодка pump") == sorted([CRANE, BOAT])
    copy.put({"c.txt": paper(PUMP)}, "b.txt")
    shelf.put({"d.txt": paper("Записка о маяках.")})
    assert library_of(copy) != library_of(shelf)
    assert found(copy, "кран лодка pump маяк") == sorted([CRANE, PUMP])
    assert found(shelf, "кран лодка pump маяк") == sorted([CRANE, BOAT, "Записка о маяках."])
    delete(copy.paths)
    assert found(shelf, "лодка") == [BOAT]


def test_a_copy_that_is_deleted_takes_nothing_with_it(
    shelf: Shelf, tmp_path: Path, lite: MilvusServer
) -> None:
    shelf.put({"a.txt": paper(CRANE)})
    shutil.copytree(shelf.paths.home, tmp_path / "copy")
    delete(at(shelf, tmp_path / "copy").paths)
    connection = hold(address_of(lite.uri))
    names = connection.call("list_collections")
    connection.release()
    assert [name for name in names if name.startswith(schema.prefix(library_of(shelf)))]
    assert found(shelf, "кран") == [CRANE]


def test_a_folder_that_was_moved_keeps_what_it_has(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put({"a.txt": paper(CRANE)})
    before = library_of(shelf)
    shutil.copytree(shelf.paths.home, tmp_path / "disk")  # as to another disk
    shutil.rmtree(shelf.paths.home)
    moved = at(shelf, tmp_path / "disk")
    moved.put({"b.txt": paper(BOAT)})
    other = LibraryPaths(moved.paths.home, "другое")
    move(moved.paths, other)
    moved = replace_paths(moved, other)
    moved.put({"c.txt": paper(PUMP)})
    assert library_of(moved) == before
    with open_catalogue(moved.paths) as catalogue:
        assert (
            schema.last_number(catalogue) == 2
        )  # it has doubled, and was begun anew for nothing else
    assert found(moved, "кран лодка pump") == sorted([CRANE, BOAT, PUMP])


def replace_paths(shelf: Shelf, paths: LibraryPaths) -> Shelf:
    return Shelf(paths.home, shelf.asked, shelf.embedder, paths.collection)
