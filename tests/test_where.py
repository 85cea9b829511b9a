"""Where a library's parts are: what is asked for, what is noted, and what contradicts it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from rag.errors import LibraryCorrupt, UsageError
from rag.store.place import NEW, LibraryPaths
from rag.store.where import HERE, Where, settle, wanted, where

AWAY = Where("milvus:http://host:19530/архив", "postgresql://rag@host/rag")
#: The same as it is noted for a library of this name.
NOTED = Where(AWAY.store, f"{AWAY.catalogue}?library={quote('отчёты')}")


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    paths = LibraryPaths(tmp_path, "отчёты")
    paths.folder.mkdir()
    return paths


def test_a_library_is_in_its_folder_unless_told_otherwise(paths: LibraryPaths) -> None:
    assert settle(paths, Where()) == HERE
    assert where(paths) == HERE
    assert list(paths.folder.iterdir()) == []


def test_what_is_asked_for_a_new_library_is_noted(paths: LibraryPaths) -> None:
    assert settle(paths, AWAY) == NOTED
    assert where(paths) == NOTED
    assert settle(paths, Where()) == settle(paths, AWAY) == settle(paths, NOTED) == NOTED
    assert where(paths).milvus == "http://host:19530/архив"
    assert where(paths).postgres == NOTED.catalogue


def test_another_library_of_the_same_database_is_another_place(paths: LibraryPaths) -> None:
    settle(paths, AWAY)
    with pytest.raises(UsageError):
        settle(paths, Where(catalogue=f"{AWAY.catalogue}?library=other"))


def test_a_library_that_is_made_aside_has_a_name_that_no_other_has(tmp_path: Path) -> None:
    names = set()
    for name in ("one", "two"):
        paths = LibraryPaths(tmp_path / name, f"отчёты{NEW}")
        paths.folder.mkdir(parents=True)
        names.add(settle(paths, NOTED).catalogue)
    assert len(names) == 2
    assert all(name.startswith(f"{NOTED.catalogue}~new-") for name in names)


def test_parts_have_places_of_their_own(paths: LibraryPaths) -> None:
    assert settle(paths, Where(store=AWAY.store)) == Where(AWAY.store, "embedded")


@pytest.mark.parametrize("asked", [Where(store="milvus:other.db"), Where(catalogue="embedded")])
def test_another_place_than_the_one_it_has_is_refused(paths: LibraryPaths, asked: Where) -> None:
    settle(paths, AWAY)
    with pytest.raises(UsageError) as caught:
        settle(paths, asked)
    assert "--fresh" in caught.value.hint
    assert "rag export" in caught.value.hint
    assert where(paths) == NOTED


def test_a_library_without_a_note_is_in_its_folder(paths: LibraryPaths) -> None:
    paths.catalogue.touch()
    with pytest.raises(UsageError):
        settle(paths, AWAY)
    assert settle(paths, Where("embedded", "")) == HERE


@pytest.mark.parametrize("text", ["{", "[]", '{"store": "x"}', ""])
def test_a_damaged_note_is_told(paths: LibraryPaths, text: str) -> None:
    (paths.folder / "store.json").write_text(text, encoding="utf-8")
    with pytest.raises(LibraryCorrupt, match=r"store\.json"):
        where(paths)


@pytest.mark.parametrize(
    ("store", "catalogue"),
    [
        ("milvus:", ""),
        ("qdrant:http://host", ""),
        ("http://host:19530", ""),
        ("", "mysql://host/rag"),
        ("", "postgresql://"),
    ],
)
def test_what_is_no_place_is_refused(store: str, catalogue: str) -> None:
    with pytest.raises(UsageError, match="takes embedded or"):
        wanted(store, catalogue)


@pytest.mark.parametrize(
    ("store", "catalogue"),
    [
        ("milvus:http://root:geheim@host", ""),
        ("milvus:http://host:19530?token=geheim", ""),
        ("", "postgresql://rag:geheim@host/rag"),
        ("", "postgresql://rag:und/geheim@host/rag"),
        ("", "host=db user=rag password=geheim"),
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(store: str, catalogue: str) -> None:
    with pytest.raises(UsageError) as caught:
        wanted(store, catalogue)
    assert "geheim" not in str(caught.value)


def test_the_note_is_plain_json(paths: LibraryPaths) -> None:
    settle(paths, AWAY)
    told = json.loads((paths.folder / "store.json").read_text(encoding="utf-8"))
    assert told == {"store": AWAY.store, "catalogue": NOTED.catalogue}
