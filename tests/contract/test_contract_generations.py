"""Readers see one state or the next, whatever happens to the writer on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_places import (
    BrokenEmbedder,
    LetterEmbedder,
    Place,
    Shelf,
    by_vectors,
    by_words,
    lose_indexes,
    paper,
    publish,
    texts,
    vectors_of,
)

from rag.doctor import examine
from rag.errors import RagError, StorageError
from rag.index import Library, Writer
from rag.store.place import LibraryPaths

CRANE = "Записка о подъёмных кранах."
BOAT = "Лодка стоит у причала с мая."
PUMP = "The pump was sent to Tver in week 12."
NEW = "Новая запись о маяках."
STOP = 77
PROGRAM = f"""
import os, sys
from pathlib import Path
from store_places import LetterEmbedder, Shelf, paper, publish
from rag.store.where import Where
shelf = Shelf(Path(sys.argv[1]), Where(sys.argv[2], "embedded"), LetterEmbedder())
shelf.put({{"a.txt": paper({CRANE!r}), "b.txt": paper({BOAT!r})}})
with shelf.writing() as writer:
    kind = type(writer._draft)
    finish = kind.finish
    def killed(*arguments):
        finish(*arguments)
        os._exit({STOP})
    kind.finish = killed
    publish(writer, {{"a.txt": paper({PUMP!r})}}, "b.txt")
"""


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """A library of two documents."""
    shelf.embedder = LetterEmbedder()
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT)})
    return shelf


def searched(library: Library) -> tuple[list[str], list[str]]:
    """The texts that each search finds."""
    near = by_vectors(library, LetterEmbedder(), "о", 50)
    words = by_words(library, "кран лодка pump маяк записка запись", 50)
    return texts(library, near), texts(library, words)


def state(library: Library) -> set[str]:
    """The texts that both searches find, which are the same."""
    near, words = searched(library)
    assert sorted(near) == sorted(words)
    return set(near)


def check(shelf: Shelf, *wanted: str) -> None:
    """The library holds these texts, and is sound."""
    with shelf.open() as library:
        assert state(library) == set(wanted)
        assert len(library.words) == len(library.vectors) == len(wanted)
        assert len(vectors_of(library)) == len(wanted)
    failed = [each for each in examine(shelf.paths, shelf.embedder) if not each.ok]
    assert not failed


# -- readers beside a writer


def test_a_reader_goes_on_with_its_state_and_the_next_one_sees_the_new(filled: Shelf) -> None:
    with filled.open() as library:
        assert state(library) == {CRANE, BOAT}
        filled.put({"c.txt": paper(NEW)})
        assert state(library) == {CRANE, BOAT}
        assert len(library.words) == len(library.vectors) == 2
        assert not library.words.knows("маяк")
        with filled.open() as other:
            assert state(other) == {CRANE, BOAT, NEW}
            assert other.words.knows("маяк")
    check(filled, CRANE, BOAT, NEW)


def test_a_reader_never_sees_what_took_the_place_of_what_it_knows(filled: Shelf) -> None:
    """What is gone may be gone for it too, but nothing comes that its catalogue does not hold."""
    with filled.open() as library:
        filled.put({"a.txt": paper(NEW)}, "b.txt")
        assert {CRANE, BOAT}.issuperset(chain(*searched(library)))
        assert by_words(library, "маяк pump") == []
        filled.put({"d.txt": paper(PUMP)})
        with suppress(StorageError):  # all that it read may be gone by now
            assert {CRANE, BOAT}.issuperset(chain(*searched(library)))
        with filled.open() as other:
            assert state(other) == {NEW, PUMP}
    check(filled, NEW, PUMP)


def test_a_reader_that_comes_before_what_is_gone_is_cleared_away_does_not_find_it(
    filled: Shelf,
) -> None:
    """As long as the store is away after a commit, all readers come so early."""
    seen: list[set[str]] = []
    with filled.writing() as writer, pytest.MonkeyPatch.context() as patch:
        kind = type(writer._backend)
        tidy = kind.tidy

        def look_first(backend: Any, *arguments: Any) -> None:
            with filled.open() as library:
                seen.append(state(library))
                for limit in (1, 2, 50):
                    assert len(by_vectors(library, LetterEmbedder(), "о", limit)) == min(limit, 2)
            tidy(backend, *arguments)

        patch.setattr(kind, "tidy", look_first)
        publish(writer, {"a.txt": paper(NEW), "c.txt": paper(PUMP)}, "b.txt")
    assert seen == [{NEW, PUMP}]
    check(filled, NEW, PUMP)


def test_a_reader_outlives_an_embedder(filled: Shelf) -> None:
    with filled.open() as library:
        filled.rebuild(LetterEmbedder("онt", "2"))
        assert texts(library, by_words(library, "кран")) in ([CRANE], [])
        with filled.open() as other:
            assert other.vectors.dimension == 3
            assert texts(other, by_words(other, "кран")) == [CRANE]


def test_readers_that_come_and_go_while_a_writer_publishes_see_whole_states(
    filled: Shelf,
) -> None:
    """Each version replaces one document and adds one."""
    steps = [
        {"a.txt": paper(f"Кран {n}, версия."), f"{n}.txt": paper(f"Лодка {n}.")} for n in range(4)
    ]
    states = [
        {CRANE, BOAT},
        *({f"Кран {n}, версия.", BOAT, *(f"Лодка {m}." for m in range(n + 1))} for n in range(4)),
    ]
    seen: list[set[str]] = []
    failed: list[BaseException] = []
    going, done = threading.Event(), threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                with filled.open() as library:
                    found = set(texts(library, by_words(library, "кран лодка", 50)))
                    if library.catalogue.generation == newest():  # nothing came meanwhile
                        seen.append(found)
                going.set()
        except BaseException as error:
            failed.append(error)
            going.set()

    def newest() -> int:
        from rag.store.opening import open_catalogue

        with open_catalogue(filled.paths) as catalogue:
            return catalogue.generation

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    assert going.wait(60)
    with filled.writing() as writer:
        for step in steps:
            publish(writer, step)
            going.clear()
            assert going.wait(60)
    done.set()
    for reader in readers:
        reader.join()
    assert not failed, failed
    assert all(found in states for found in seen), seen
    check(filled, *states[-1])


# -- what fails on the way


@contextmanager
def failing(place: Place, after: int = 0) -> Iterator[None]:
    """Have the store refuse what is written to it, from the call after so many on."""
    calls = 0

    def refusing(whole: Callable[..., Any], error: Exception) -> Callable[..., Any]:
        def refuse(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > after:
                raise error
            return whole(*arguments, **options)

        return refuse

    with pytest.MonkeyPatch.context() as patch:
        if place.uri:
            from pymilvus import MilvusClient, MilvusException

            error = MilvusException(code=65535, message="injected: no more room")
            for name in ("insert", "upsert"):
                patch.setattr(MilvusClient, name, refusing(getattr(MilvusClient, name), error))
        else:
            full = OSError(28, "No space left on device")
            patch.setattr(np, "save", refusing(np.save, full))
        yield


def test_a_store_that_refuses_leaves_the_old_state_and_can_go_on(
    filled: Shelf, place: Place
) -> None:
    with failing(place), pytest.raises(StorageError) as told:
        filled.put({"a.txt": paper(NEW), "c.txt": paper(PUMP)}, "b.txt")
    assert told.value.hint
    check(filled, CRANE, BOAT)
    filled.put({"a.txt": paper(NEW), "c.txt": paper(PUMP)}, "b.txt")
    check(filled, NEW, PUMP)


def test_a_store_that_refuses_the_first_library_leaves_none_and_it_can_be_made(
    shelf: Shelf, place: Place
) -> None:
    shelf.embedder = LetterEmbedder()
    with failing(place), pytest.raises(RagError):
        shelf.put({"a.txt": paper(CRANE)})
    with pytest.raises(RagError):
        shelf.open()
    shelf.put({"a.txt": paper(CRANE)})
    check(shelf, CRANE)


def test_a_failure_in_the_middle_of_a_batch_leaves_the_old_state(
    filled: Shelf, place: Place
) -> None:
    """Some of the chunks are with the server when it fails."""
    many = paper(*(f"Запись {n}: лодка {n % 7}." for n in range(600)))
    with failing(place, after=1), pytest.raises(StorageError):
        filled.put({"many.txt": many})
    check(filled, CRANE, BOAT)


def test_an_embedder_that_breaks_down_in_the_middle_leaves_the_old_state(filled: Shelf) -> None:
    many = paper(*(f"Запись {n}." for n in range(300)), "Здесь нет места.")
    broken = BrokenEmbedder("нет места")
    with pytest.raises(MemoryError), filled.writing(broken) as writer:
        publish(writer, {"c.txt": many, "a.txt": paper(NEW)})
    check(filled, CRANE, BOAT)
    filled.put({"a.txt": paper(NEW)})
    check(filled, NEW, BOAT)


def test_what_is_with_the_store_before_the_commit_is_seen_by_nobody(filled: Shelf) -> None:
    """All is written but the catalogue's commit, which fails."""
    with filled.writing() as writer, filled.open() as reader:
        finish = writer._draft.finish
        with pytest.MonkeyPatch.context() as patch:

            def failed(*arguments: Any) -> None:
                finish(*arguments)
                with filled.open() as library:
                    assert state(library) == {CRANE, BOAT}
                raise KeyboardInterrupt

            patch.setattr(type(writer._draft), "finish", lambda _, *rest: failed(*rest))
            with pytest.raises(KeyboardInterrupt):
                publish(writer, {"a.txt": paper(NEW), "c.txt": paper(PUMP)}, "b.txt")
        assert state(reader) == {CRANE, BOAT}
    check(filled, CRANE, BOAT)
    filled.put({"a.txt": paper(NEW)})
    check(filled, NEW, BOAT)


def test_a_writer_killed_before_the_commit_leaves_the_old_state(
    place: Place, tmp_path: Path
) -> None:
    uri = str(tmp_path / "own.db") if place.name == "milvus file" else place.uri
    own = Place(place.name, uri)
    path = f"{Path(__file__).parents[1]}{os.pathsep}{Path(__file__).parents[2]}"
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "home"), own.store],
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert killed.returncode == STOP
    shelf = Shelf(tmp_path / "home", own.where, LetterEmbedder())
    check(shelf, CRANE, BOAT)
    shelf.put({"c.txt": paper(NEW)})
    check(shelf, CRANE, BOAT, NEW)


# -- what is lost


def test_lost_words_and_vectors_are_derived_from_the_catalogue(
    filled: Shelf, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    filled.put({"c.txt": paper(PUMP)})
    lose_indexes(filled.paths, place)
    assert [each.name for each in examine(filled.paths, filled.embedder) if not each.ok] == [
        "indexes"
    ]
    check(filled, CRANE, BOAT, PUMP)
    assert "building them from the catalogue" in caplog.text
    filled.put({"a.txt": paper(NEW)})
    check(filled, NEW, BOAT, PUMP)


def test_lost_words_and_vectors_are_made_good_by_a_writer_too(filled: Shelf, place: Place) -> None:
    lose_indexes(filled.paths, place)
    filled.put({"c.txt": paper(PUMP)})
    check(filled, CRANE, BOAT, PUMP)


def test_a_library_that_is_made_anew_beside_another_has_nothing_of_it(
    filled: Shelf, place: Place, tmp_path: Path
) -> None:
    other = Shelf(tmp_path / "other", place.where, LetterEmbedder())
    other.put({"a.txt": paper(PUMP)})
    check(other, PUMP)
    check(filled, CRANE, BOAT)
    same_name = LibraryPaths(filled.paths.home, "others")
    third = Shelf(same_name.home, place.where, LetterEmbedder(), same_name.collection)
    third.put({"a.txt": paper(NEW)})
    check(third, NEW)
    check(other, PUMP)
    check(filled, CRANE, BOAT)


def test_one_who_writes_while_another_does_is_told_so(filled: Shelf) -> None:
    from rag.errors import LibraryBusy

    with filled.writing(), pytest.raises(LibraryBusy):
        filled.put({"c.txt": paper(PUMP)})
    check(filled, CRANE, BOAT)


def test_repairing_twice_changes_nothing(filled: Shelf) -> None:
    with filled.writing() as writer:
        assert isinstance(writer, Writer)
        writer.repair()
        writer.repair()
    check(filled, CRANE, BOAT)
