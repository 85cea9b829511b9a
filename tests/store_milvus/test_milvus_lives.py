"""What a library has in Milvus, from its making to its end: nothing is left, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from milvus_server import MilvusServer, serving
from store_places import LetterEmbedder, Shelf, by_words, paper, publish, texts

from rag.errors import LibraryMismatch
from rag.store.milvus import left, schema
from rag.store.milvus.address import address_of
from rag.store.milvus.connection import hold
from rag.store.place import LibraryPaths, delete, move
from rag.store.replacing import replacing
from rag.store.where import EMBEDDED, Where

QUESTION = "сколько дней отпуска переносится?"
ANSWER = "10 календарных дней"
CRANE, BOAT, PUMP = "Записка о кранах.", "Лодка у причала.", "The pump is in Tver."


def held(server: MilvusServer, *prefixes: str) -> list[str]:
    """The collections there whose names begin so."""
    connection = hold(address_of(server.uri))
    names = connection.call("list_collections")
    connection.release()
    return sorted(name for name in names if name.startswith(prefixes or "rag_"))


def library_of(paths: LibraryPaths) -> str:
    """What the names of a library's collections begin with."""
    from rag.store.opening import open_catalogue

    with open_catalogue(paths) as catalogue:
        return schema.prefix(schema.library_of(catalogue))


def entities(server: MilvusServer, name: str) -> list[dict[str, Any]]:
    connection = hold(address_of(server.uri))
    rows = connection.call("query", name, filter="key >= 0", output_fields=["*"])
    connection.release()
    return sorted(rows, key=lambda row: row["key"])


def found(shelf: Shelf, question: str) -> list[str]:
    with shelf.open() as library:
        return texts(library, by_words(library, question))


# -- what is there


def test_an_entity_tells_all_of_its_chunk(lite: MilvusServer, shelf: Shelf) -> None:
    about = {"title": "Краны", "context": "Глава", "date": "2025-03-01"}
    shelf.put({"a.txt": paper(CRANE, BOAT, **about, kind="text")})
    shelf.put({"б.txt": paper("ж\x00" + "ы" * 40_000 + " конец")})
    [name] = held(lite, library_of(shelf.paths))
    first, _, last = entities(lite, name)
    assert (first["text"], first["title"], first["context"]) == (CRANE, "Краны", "Глава")
    assert (first["kind"], first["date"], first["start"], first["end"]) == (
        "text",
        "2025-03-01",
        0,
        len(CRANE),
    )
    assert (first["born"], last["born"]) == (1, 2)
    assert len(last["text"].encode()) <= 65_535
    assert last["text"].startswith("ж\x00ыы")
    with shelf.open() as library:
        [row] = library.catalogue.chunks([last["key"]])
        assert row.chunk.text.endswith("конец")
        assert [key for key, _ in by_words(library, "конец")] == [last["key"]]


def test_what_is_taken_out_is_gone_from_milvus_and_from_its_statistics(
    lite: MilvusServer, shelf: Shelf
) -> None:
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT), "c.txt": paper(PUMP)})
    shelf.put({}, "b.txt")
    [name] = held(lite, library_of(shelf.paths))
    assert [row["text"] for row in entities(lite, name)] == [CRANE, PUMP]
    with shelf.open() as library:
        assert not library.words.knows("лодк")
        assert library.words.words_from("причал") == []
        assert library.words.frequency("кран") == 1


def test_a_writer_killed_after_the_commit_leaves_its_clearing_to_the_next(
    lite: MilvusServer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT), "c.txt": paper(PUMP)})

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, shelf.writing() as writer:
        patch.setattr(schema, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(writer, {}, "b.txt")
    [name] = held(lite, library_of(shelf.paths))
    assert len(entities(lite, name)) == 3
    assert found(shelf, "лодка кран pump") == found(shelf, "кран pump")
    with shelf.writing():
        pass
    assert [row["text"] for row in entities(lite, name)] == [CRANE, PUMP]


PROGRAM = """
import os, sys
from pathlib import Path
from store_places import LetterEmbedder, Shelf, paper
from rag.store.milvus import draft
from rag.store.milvus.connection import Connection
from rag.store.where import Where
draft._BATCH = 2
call, sent = Connection.call, 0
def killed(self, method, *rest, **options):
    global sent
    sent += method == "upsert"
    if sent > int(sys.argv[3]):
        os._exit(77)
    return call(self, method, *rest, **options)
Connection.call = killed
shelf = Shelf(Path(sys.argv[1]), Where(sys.argv[2], "embedded"), LetterEmbedder())
shelf.put({"new.txt": paper(*(f"Том {n}." for n in range(8)))})
"""


@pytest.mark.parametrize("sent", [0, 2])
def test_a_writer_killed_while_it_sends_leaves_the_old_state_and_nothing_for_long(
    lite: MilvusServer, shelf: Shelf, sent: int
) -> None:
    shelf.put({"a.txt": paper(*(f"Кран {n}." for n in range(20)))})
    path = f"{Path(__file__).parents[1]}{os.pathsep}{Path(__file__).parents[2]}"
    told = [sys.executable, "-c", PROGRAM, str(shelf.paths.home), lite.store, str(sent)]
    done = subprocess.run(told, env={**os.environ, "PYTHONPATH": path}, check=False)
    assert done.returncode == 77
    [name] = held(lite, library_of(shelf.paths))
    assert len(entities(lite, name)) == 20 + 2 * sent
    assert found(shelf, "том") == []
    assert len(found(shelf, "кран")) == 10
    with shelf.writing():
        pass
    assert len(entities(lite, name)) == 20
    shelf.put({"b.txt": paper(BOAT)})
    assert found(shelf, "том лодка") == [BOAT]


# -- epochs


def test_an_epoch_that_is_no_longer_current_stays_until_the_next_writer(
    lite: MilvusServer, shelf: Shelf
) -> None:
    shelf.put({"a.txt": paper(CRANE), "b.txt": paper(BOAT)})
    before = shelf.open()
    shelf.rebuild(LetterEmbedder("онт", "2"))
    assert len(held(lite, library_of(shelf.paths))) == 2
    assert texts(before, by_words(before, "кран")) == [CRANE]
    before.close()
    with shelf.writing():
        pass
    [name] = held(lite, library_of(shelf.paths))
    assert name.startswith(f"{library_of(shelf.paths)}2_")
    assert found(shelf, "кран") == [CRANE]


def test_a_newer_schema_is_refused_and_an_older_one_made_anew(shelf: Shelf) -> None:
    shelf.put({"a.txt": paper(CRANE)})

    def noted(version: int) -> None:
        with shelf.writing() as writer:
            told = json.loads(writer.catalogue.meta(schema.FACT) or "")
            told["versions"] = [version, told["versions"][1]]
            writer.catalogue.set_meta({schema.FACT: json.dumps(told)})

    noted(0)
    assert found(shelf, "кран") == [CRANE]
    noted(schema.SCHEMA_VERSION + 1)
    with pytest.raises(LibraryMismatch, match="bring rag up to date"):
        shelf.open()


def test_a_collection_of_another_make_under_our_name_is_refused_with_the_command(
    lite: MilvusServer, shelf: Shelf
) -> None:
    shelf.put({"a.txt": paper(CRANE)})
    [name] = held(lite, library_of(shelf.paths))
    connection = hold(address_of(lite.uri))
    connection.call("drop_collection", name)
    connection.call("create_collection", name, dimension=3)
    connection.release()
    with pytest.raises(LibraryMismatch, match="other fields") as caught:
        shelf.open()
    assert "rag reindex" in caught.value.hint
    shelf.rebuild()
    assert found(shelf, "кран") == [CRANE]


# -- the end of a library


def test_a_library_that_is_deleted_or_replaced_leaves_nothing(
    lite: MilvusServer, shelf: Shelf
) -> None:
    shelf.put({"a.txt": paper(CRANE)})
    first = library_of(shelf.paths)
    with replacing(shelf.paths) as new:
        Shelf(new.home, shelf.asked, shelf.embedder, new.collection).put({"b.txt": paper(BOAT)})
    second = library_of(shelf.paths)
    assert held(lite, first) == []
    assert len(held(lite, second)) == 1
    assert found(shelf, "лодка кран") == [BOAT]
    made: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        replaced_in_vain(shelf, made)
    assert held(lite, *made) == []
    moved = LibraryPaths(shelf.paths.home, "другое")
    move(shelf.paths, moved)
    shelf.paths = moved
    assert found(shelf, "лодка") == [BOAT]
    delete(moved)
    assert held(lite, second) == []
    assert not list(moved.home.glob("*+milvus"))


def replaced_in_vain(shelf: Shelf, made: list[str]) -> None:
    """Make a library that is to take the place of another, and give up at the end."""
    with replacing(shelf.paths) as new:
        Shelf(new.home, shelf.asked, shelf.embedder, new.collection).put({"c.txt": paper(PUMP)})
        made.append(library_of(new))
        raise KeyboardInterrupt


def test_what_a_server_that_is_away_still_has_is_dropped_by_the_next_writer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(tmp_path / "data") as server:
        where = Where(server.store, EMBEDDED)
        one = Shelf(tmp_path / "home", where, LetterEmbedder(), "one")
        two = Shelf(tmp_path / "home", where, LetterEmbedder(), "two")
        for each in (one, two):
            each.put({"a.txt": paper(CRANE)})
        gone = library_of(one.paths)
        server.kill()
        delete(one.paths)
        assert "still in Milvus" in caplog.text
        assert not one.paths.folder.exists()
        server.start()
        assert len(held(server, gone)) == 1
        with two.writing():
            pass
        assert held(server, gone) == []
        assert found(two, "кран") == [CRANE]
        assert not list(one.paths.home.glob("*+milvus"))


def test_nothing_is_dropped_while_a_library_here_cannot_be_read(
    lite: MilvusServer, shelf: Shelf
) -> None:
    """It may be the one that has what is noted."""
    shelf.put({"a.txt": paper(CRANE)})
    other = Shelf(shelf.paths.home, shelf.asked, shelf.embedder, "other")
    other.put({"b.txt": paper(BOAT)})
    gone = library_of(other.paths)
    assert left.note(other.paths)
    whole = other.paths.note.read_bytes()
    other.paths.note.write_bytes(b"{")
    with shelf.writing():
        pass
    assert len(held(lite, gone)) == 1
    other.paths.note.write_bytes(whole)
    delete(other.paths)
    assert held(lite, gone) == []


def test_a_repair_that_another_writer_was_before_is_not_made_twice(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put({"a.txt": paper(CRANE)})
    with shelf.writing() as writer:
        publishing = writer.catalogue.derive

        def late(work: Any) -> None:
            monkeypatch.undo()
            writer.repair()
            publishing(work)

        monkeypatch.setattr(writer.catalogue, "derive", late)
        writer.repair()
        assert schema.last_number(writer.catalogue) == 2
    assert found(shelf, "кран") == [CRANE]


def test_a_backup_is_put_back_beside_the_library_it_is_of(
    rag: Any,
    folder: Path,
    tmp_path: Path,
    lite: MilvusServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    assert rag("ingest", folder, "--store", lite.store, "--home", home).code == 0
    archive = tmp_path / "library.tar.gz"
    assert rag("backup", archive, "--home", home).code == 0
    assert rag("restore", archive, "--home", other).code == 0
    done = rag("ask", QUESTION, "--home", other)
    assert ANSWER in done.out
    assert caplog.text.count("building them from the catalogue") == 1
    paths = [LibraryPaths(each, "default") for each in (home, other)]
    one, two = map(library_of, paths)
    assert one != two
    assert rag("rm", "правила.md", "--home", other).code == 0
    assert ANSWER in rag("ask", QUESTION, "--home", home).out
    assert rag("doctor", "--home", home).code == rag("doctor", "--home", other).code == 0
    assert len(held(lite, one)) == 1
    assert held(lite, two)
