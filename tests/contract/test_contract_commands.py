"""What is typed: a store that is none, that is away, that comes back, that lost what it held."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from milvus_server import MilvusServer, serving
from papers import HANDBOOK
from store_places import LetterEmbedder, Place, Shelf, lose_indexes, paper

from rag.store.place import LibraryPaths
from rag.store.where import Where

pytest.importorskip("milvus_lite")

QUESTION = "сколько дней отпуска переносится?"
ANSWER = "10 календарных дней"
NOBODY = "http://127.0.0.1:1"
SECRET = "hunter2"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def settled(home: Path) -> dict[str, str]:
    """What the library says of where it is."""
    told: dict[str, str] = json.loads((home / "default" / "store.json").read_text(encoding="utf-8"))
    return told


def no_traceback(done: Any) -> bool:
    return "Traceback" not in done.out + done.err and "grpc" not in done.err.lower()


# -- what is no store


@pytest.mark.parametrize(
    "store",
    [
        *("milvus:", "milvus", "qdrant:http://127.0.0.1:6333", "faiss", "postgresql://u@h/d"),
        f"milvus:http://root:{SECRET}@127.0.0.1:19530",
    ],
)
def test_what_is_no_place_is_told_before_anything_is_made(
    rag: Any, home: Path, folder: Path, store: str
) -> None:
    done = rag("ingest", folder, "--store", store, "--home", home)
    assert done.code == 2
    assert "--store" in done.err
    assert SECRET not in done.out + done.err
    assert no_traceback(done)
    assert not home.exists() or not any(home.rglob("*.sqlite"))
    assert rag("ingest", folder, "--home", home).code == 0


def test_a_server_that_is_not_there_is_told_and_no_library_is_left(
    rag: Any, home: Path, folder: Path
) -> None:
    done = rag("ingest", folder, "--store", f"milvus:{NOBODY}", "--home", home)
    assert done.code == 1
    assert NOBODY in done.err
    assert no_traceback(done)
    assert rag("list", "--home", home).code == 4
    assert rag("ingest", folder, "--home", home, "--store", "embedded").code == 0
    assert ANSWER in rag("ask", QUESTION, "--home", home).out


def test_a_file_that_is_no_milvus_lite_is_left_as_it_is(
    rag: Any, home: Path, folder: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.db"
    notes.write_text("Это не база.", encoding="utf-8")
    done = rag("ingest", folder, "--store", f"milvus:{notes}", "--home", home)
    assert done.code in (1, 2)
    assert str(notes) in done.err
    assert no_traceback(done)
    assert notes.read_text(encoding="utf-8") == "Это не база."
    assert rag("list", "--home", home).code == 4


# -- where a library is


@pytest.fixture
def made(rag: Any, home: Path, folder: Path, served: str) -> Path:
    """A library with its words and vectors at the server."""
    done = rag("ingest", folder, "--store", f"milvus:{served}", "--home", home)
    assert done.code == 0, done.err
    return home


def test_the_store_is_said_once_and_found_by_every_command(
    rag: Any, made: Path, folder: Path, served: str
) -> None:
    assert settled(made) == {"store": f"milvus:{served}", "catalogue": "embedded"}
    assert not (made / "default" / "index").exists()
    assert ANSWER in rag("ask", QUESTION, "--home", made).out
    assert "правила.md" in rag("search", "отпуск", "--home", made).out
    assert rag("doctor", "--home", made).code == 0
    (folder / "новое.txt").write_text("Записка о маяках.", encoding="utf-8")
    assert rag("ingest", folder, "--home", made).code == 0
    assert "новое.txt" in rag("search", "маяк", "--home", made).out
    assert rag("rm", "новое.txt", "--home", made).code == 0
    assert "новое.txt" not in rag("search", "маяк", "--home", made).out
    assert rag("reindex", "--home", made).code == 0
    assert rag("doctor", "--home", made).code == 0


def test_another_store_than_the_librarys_is_refused_with_the_ways_to_go(
    rag: Any, made: Path, folder: Path, served: str
) -> None:
    for store in ("embedded", f"milvus:{NOBODY}"):
        done = rag("ingest", folder, "--store", store, "--home", made)
        assert done.code == 2
        assert served in done.err
        assert "--fresh" in done.err
    assert rag("ingest", folder, "--store", f"milvus:{served}", "--home", made).code == 0
    assert ANSWER in rag("ask", QUESTION, "--home", made).out


def test_a_library_moves_by_being_made_anew_and_back(
    rag: Any, made: Path, folder: Path, served: str
) -> None:
    done = rag("ingest", folder, "--store", "embedded", "--fresh", "--home", made)
    assert done.code == 0, done.err
    assert (made / "default" / "index").exists()
    assert ANSWER in rag("ask", QUESTION, "--home", made).out
    done = rag("ingest", folder, "--store", f"milvus:{served}", "--fresh", "--home", made)
    assert done.code == 0, done.err
    assert settled(made)["store"] == f"milvus:{served}"
    assert rag("ingest", folder, "--fresh", "--home", made).code == 0  # stays where it was
    assert settled(made)["store"] == f"milvus:{served}"
    assert ANSWER in rag("ask", QUESTION, "--home", made).out
    assert rag("doctor", "--home", made).code == 0


def test_the_settings_may_name_the_store(
    rag: Any, home: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in rag.toml counts from where that lies, and is found from everywhere."""
    (tmp_path / "work" / "rag.toml").write_text('store = "milvus:chunks.db"\n', encoding="utf-8")
    assert rag("ingest", folder, "--home", home).code == 0
    assert (tmp_path / "work" / "chunks.db").exists()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert ANSWER in rag("ask", QUESTION, "--home", home).out
    assert not (elsewhere / "chunks.db").exists()
    monkeypatch.chdir(tmp_path)  # as it is called from here
    assert rag("ingest", folder, "--home", home, "--store", "milvus:work/chunks.db").code == 0


# -- a server that goes away


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MilvusServer]:
    """A server that a test may kill and start again."""
    with serving(tmp_path / "data") as server:
        yield server


@pytest.fixture
def away(
    rag: Any, home: Path, folder: Path, server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A library whose server has gone away, and is not waited for."""
    monkeypatch.setattr("rag.store.milvus.WRITING", 0)
    done = rag("ingest", folder, "--store", server.store, "--home", home)
    assert done.code == 0, done.err
    server.kill()
    return home


def test_what_needs_no_search_is_told_while_the_server_is_away_and_it_may_come_back(
    rag: Any, away: Path, folder: Path, server: MilvusServer
) -> None:
    assert "правила.md" in rag("list", "--home", away).out
    assert ANSWER in rag("show", "правила.md", "--home", away).out
    (folder / "новое.txt").write_text("Записка о маяках.", encoding="utf-8")
    for command in (
        ("ask", QUESTION),
        ("search", "отпуск"),
        ("ingest", folder),
        ("rm", "binder.txt"),
        ("reindex",),
    ):
        done = rag(*command, "--home", away)
        assert done.code == 1, (command, done)
        assert server.uri in done.err, command
        assert no_traceback(done), command
    done = rag("doctor", "--home", away)
    assert done.code != 0
    assert server.uri in done.out + done.err
    assert len(rag("list", "--json", "--home", away).json["documents"]) == 3
    server.start()
    assert ANSWER in rag("ask", QUESTION, "--home", away).out
    assert rag("ingest", folder, "--home", away).code == 0
    assert "новое.txt" in rag("search", "маяк", "--home", away).out
    assert rag("doctor", "--home", away).code == 0


# -- what the server lost, or somebody else made


def test_a_collection_that_was_dropped_by_hand_is_made_again(
    rag: Any, made: Path, served: str, caplog: pytest.LogCaptureFixture
) -> None:
    lose_indexes(LibraryPaths(made, "default"), Place("milvus server", served))
    done = rag("doctor", "--home", made)
    assert done.code != 0
    assert "rag reindex" in done.out + done.err
    done = rag("ask", QUESTION, "--home", made)
    assert ANSWER in done.out
    assert "building them from the catalogue" in caplog.text
    assert rag("doctor", "--home", made).code == 0


def test_a_library_of_another_embedder_is_told_with_the_command(
    rag: Any, home: Path, folder: Path, served: str
) -> None:
    other = Shelf(home, Where(f"milvus:{served}", "embedded"), LetterEmbedder(), "default")
    other.put({"правила.md": paper(*HANDBOOK.split("\n\n"))})
    for command in (("ask", QUESTION), ("ingest", folder)):
        done = rag(*command, "--embedder", "hashed", "--home", home)
        assert done.code == 4
        assert "rag reindex" in done.err
    assert rag("reindex", "--embedder", "hashed", "--home", home).code == 0
    assert ANSWER in rag("ask", QUESTION, "--home", home).out
    assert rag("doctor", "--home", home).code == 0


def test_a_library_of_a_newer_version_is_told_and_left_alone(
    rag: Any, made: Path, folder: Path
) -> None:
    with closing(sqlite3.connect(made / "default" / "catalogue.sqlite")) as db, db:
        (epoch,) = db.execute("SELECT value FROM meta WHERE key = 'milvus'").fetchone()
        newer = {**json.loads(epoch), "versions": [999, "999"]}
        db.execute("UPDATE meta SET value = ? WHERE key = 'milvus'", (json.dumps(newer),))
    for command in (("ask", QUESTION), ("search", "отпуск"), ("ingest", folder, "--reread")):
        done = rag(*command, "--home", made)
        assert done.code == 4, command
        assert "newer version" in done.err
    assert "правила.md" in rag("list", "--home", made).out
    with closing(sqlite3.connect(made / "default" / "catalogue.sqlite")) as db, db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'milvus'", (epoch,))
    assert ANSWER in rag("ask", QUESTION, "--home", made).out


def test_another_store_with_the_same_address_and_nothing_in_it_is_filled_again(
    rag: Any, away: Path, tmp_path: Path, server: MilvusServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.folder = tmp_path / "other"
    server.start()
    assert ANSWER in rag("ask", QUESTION, "--home", away).out
    assert "building them from the catalogue" in caplog.text
    assert rag("doctor", "--home", away).code == 0
