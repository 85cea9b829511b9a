"""What is told where PostgreSQL is away, refuses or fails: what to do, and no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from postgres_server import GUARDED, Server

from rag import store
from rag.embed import HashedEmbedder
from rag.errors import LibraryBusy, LibraryMissing, RagError, StorageError, UsageError
from rag.index import Writer
from rag.store.collections import collections
from rag.store.database import File
from rag.store.opening import open_for_reading
from rag.store.place import LibraryPaths
from rag.store.postgres import session
from rag.store.postgres.address import Address, parsed
from rag.store.postgres.session import Reading, Writing
from rag.store.postgres.tables import translated
from rag.store.where import EMBEDDED, Where, wanted, write_note


def made(address: str, home: Path) -> None:
    """Make a library there."""
    asked = wanted(EMBEDDED, address)
    with Writer.open(LibraryPaths(home, "default"), HashedEmbedder(), asked=asked):
        pass


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://keeper@127.0.0.1:{port}/nowhere", "createdb"),
        ("postgresql://nobody@127.0.0.1:{port}/postgres", "PGPASSWORD"),
        ("postgresql://keeper@127.0.0.1:1/postgres", "pg_isready"),
        ("postgresql://keeper@127.0.0.1:{port}/postgres?sslmode=require", "SSL"),
        ("postgresql://reader@127.0.0.1:{port}/postgres", "GRANT CREATE"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_the_next_command(
    postgres: Server, tmp_path: Path, address: str, told: str
) -> None:
    postgres.sql("DROP ROLE IF EXISTS reader")
    postgres.sql("CREATE ROLE reader LOGIN")
    with pytest.raises(StorageError) as error:
        made(address.format(port=postgres.port), tmp_path)
    assert told in str(error.value)
    assert "SELECT" not in str(error.value)


def test_an_option_that_the_driver_does_not_know_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="sslmod"):
        made("postgresql://keeper@127.0.0.1:1/postgres?sslmod=require", tmp_path)


@pytest.mark.parametrize("missing", ["psycopg", "sqlalchemy"])
def test_a_missing_driver_is_told_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(store, "postgres", store.postgres)
    for name in [name for name in sys.modules if name.startswith("rag.store.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    paths = LibraryPaths(tmp_path, "default")
    paths.folder.mkdir()
    write_note(paths, Where(EMBEDDED, "postgresql://keeper@127.0.0.1:1/postgres"))
    with pytest.raises(UsageError, match=missing) as error:
        open_for_reading(paths)
    assert 'pip install "rag[postgres]"' in error.value.hint
    assert missing in collections(tmp_path)[0].trouble


def test_a_wrong_password_is_told_and_never_shown(
    postgres: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.sql(f"DROP ROLE IF EXISTS {GUARDED}")
    postgres.sql(f"CREATE ROLE {GUARDED} LOGIN SUPERUSER PASSWORD 'right'")
    address = database.replace("keeper@", f"{GUARDED}@")
    for wrong in ("", "terribly-wrong"):
        monkeypatch.setenv("PGPASSWORD", wrong)
        with pytest.raises(StorageError, match="PGPASSWORD") as error:
            made(address, tmp_path)
        assert "terribly-wrong" not in str(error.value)
    monkeypatch.setenv("PGPASSWORD", "right")
    made(address, tmp_path)
    assert "right" not in (tmp_path / "default" / "store.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "address", ["postgresql://a:secret@h/d", "postgresql://a@h/d?password=secret"]
)
def test_a_password_in_an_address_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        made(address, tmp_path)
    assert "secret" not in str(error.value)


def test_a_database_of_another_encoding_is_refused(postgres: Server, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="UTF8"):
        made(postgres.database("latin", "LATIN1"), tmp_path)


@pytest.mark.parametrize(
    ("state", "kind", "told"),
    [
        ("53100", StorageError, "disk"),
        ("53300", LibraryBusy, "connections"),
        ("57014", StorageError, "statement_timeout"),
        ("25006", StorageError, "can be written"),
        ("55P03", LibraryBusy, "Run it again"),
        ("40001", LibraryBusy, "Run it again"),
        ("57P01", StorageError, "pg_isready"),
        ("XX000", StorageError, "log of the database"),
    ],
)
def test_what_fails_in_the_server_is_told_without_what_was_sent(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    kind: type[RagError],
    told: str,
) -> None:
    monkeypatch.setattr(session, "_TRIES", 1)
    asked = Where(EMBEDDED, database)
    with Writer.open(LibraryPaths(tmp_path, "default"), HashedEmbedder(), asked=asked) as writer:
        with pytest.raises(kind) as error:
            writer.catalogue.run(
                "DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = "
                f"'{state}', DETAIL = 'the secret text'; END $$"
            )
        assert told in str(error.value)
        assert "secret" not in str(error.value)
        assert writer.catalogue.generation == 0  # it goes on


def test_a_race_that_was_lost_is_run_again(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(database, tmp_path)
    writing = Writing(parsed(database, "default"))
    writing.open("", lambda *_: None)
    pauses: list[float] = []
    monkeypatch.setattr("rag.store.postgres.session.time.sleep", pauses.append)

    def work() -> str:
        if len(pauses) < 2:
            writing.run("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$")
        return "won"

    assert writing.transacted(work) == "won"
    assert pauses == [0.25, 0.5]
    writing.close()


def test_a_statement_that_takes_too_long_is_told(database: str, tmp_path: Path) -> None:
    made(database, tmp_path)
    address = parsed(f"{database}&options=-c%20statement_timeout%3D50", "default")
    reading = Reading(address)
    with pytest.raises(StorageError, match="statement_timeout"):
        reading.rows("SELECT pg_sleep(5)")
    assert reading.rows("SELECT 1") == [(1,)]


@pytest.mark.parametrize("database", ["postgres", "rag"])  # without any library, and with others
def test_a_library_that_is_not_there_is_missing(postgres: Server, database: str) -> None:
    with pytest.raises(LibraryMissing, match="другая"):
        Reading(parsed(postgres.url(database), "другая")).snapshot()


@pytest.mark.parametrize(
    ("text", "database", "library"),
    [
        ("postgresql://u@h:1/d", "postgresql://u@h:1/d", "papers"),
        ("postgresql://u@h/d?library=b", "postgresql://u@h/d", "b"),
        ("postgres:///d?host=/run/pg&library=b", "postgres:///d?host=/run/pg", "b"),
        (
            "postgresql://u@h/d?sslmode=verify-full&library=%D1%8F",
            "postgresql://u@h/d?sslmode=verify-full",
            "я",
        ),
    ],
)
def test_an_address_tells_the_database_and_the_library(
    text: str, database: str, library: str
) -> None:
    address = parsed(text, "papers")
    assert address == Address(database, library)
    assert parsed(str(address), "other") == address


def test_a_library_may_not_be_called_just_anything() -> None:
    with pytest.raises(UsageError):
        parsed("postgresql://u@h/d?library=a/b", "papers")


def test_only_tables_are_translated() -> None:
    assert translated("SELECT ' INTEGER'") == "SELECT ' INTEGER'"
    made_of = "CREATE TABLE a (key INTEGER PRIMARY KEY, text TEXT, data BLOB) WITHOUT ROWID"
    wanted_sql = 'CREATE TABLE a (key BIGINT PRIMARY KEY, text TEXT COLLATE "C", data BYTEA)'
    assert translated(made_of) == wanted_sql


def test_who_is_alone_needs_no_turn(tmp_path: Path) -> None:
    import sqlite3

    with File(sqlite3.connect(tmp_path / "one")).alone() as alone:
        assert alone
