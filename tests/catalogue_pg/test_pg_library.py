"""A library whose catalogue is in PostgreSQL, filled and asked as any other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from papers import HANDBOOK
from postgres_server import Server

from rag.app import App
from rag.config import Settings
from rag.errors import (
    LibraryBusy,
    LibraryMismatch,
    LibraryMissing,
    StorageError,
    UsageError,
)
from rag.index import Library, Writer, open_catalogue
from rag.store import collections
from rag.store.backup import back_up

QUESTION = "сколько дней отпуска переносится"


def found(app: App) -> str:
    return app.search(QUESTION, k=1).passages[0].document


def names(app: App) -> list[str]:
    return [row.name for row in app.documents()]


def schemas(server: Server, app: App) -> list[str]:
    database = app.settings.catalogue.rpartition("/")[2]
    return [
        name
        for (name,) in server.sql("SELECT nspname FROM pg_namespace", database)
        if name.startswith("rag_")
    ]


def test_what_was_ingested_is_found_and_whole(machines: list[App], folder: Path) -> None:
    app, _ = machines
    assert sorted(app.ingest([folder]).added) == names(app)
    assert found(app) == "правила.md"
    assert all(check.ok for check in app.doctor())
    assert app.ingest([folder]).unchanged == tuple(names(app))
    assert not (app.paths.folder / "catalogue.sqlite").exists()


def test_both_homes_hold_the_same(machines: list[App], folder: Path, tmp_path: Path) -> None:
    """Everything that can be read of a catalogue, from SQLite and from PostgreSQL."""
    shutil.copy(folder / "binder.txt", folder / "Ёж.txt")
    (folder / "äöü.md").write_text("# Straße\n\nEin \U0001f600 Satz.\n", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF no more")
    here = App(Settings(workers=1), tmp_path / "here")
    for app in (here, machines[0]):
        app.ingest([folder])
    told = [_all_of(app) for app in (here, machines[0])]
    assert told[0] == told[1]


def _all_of(app: App) -> list[Any]:
    with open_catalogue(app.paths) as catalogue:
        rows = catalogue.documents()
        ids = [row.id for row in rows]
        first = min(catalogue.live_keys())
        return [
            rows,
            catalogue.files(),
            catalogue.unread(),
            [catalogue.document(each) for each in ids],
            [catalogue.chunks_of(each) for each in ids],
            [row.chunk for row in sorted(catalogue.chunks(), key=lambda row: row.chunk.id)],
            catalogue.promises(),
            catalogue.counts(),
            catalogue.versions(),
            catalogue.openings(ids, 20),
            catalogue.text_sizes(ids),
            [meeting.minutes for meeting in catalogue.meetings()],
            catalogue.meeting_ids(),
            len(catalogue.spans_of(ids)),
            len(catalogue.keys_within(ids[0], 0, 10)),
            first > 0,
        ]


def test_a_second_machine_joins_and_finds_what_the_first_has_put_in(
    machines: list[App], folder: Path, tmp_path: Path
) -> None:
    one, two = machines
    with pytest.raises(LibraryMissing):
        two.documents()
    one.ingest([folder])
    two = App(two.settings, tmp_path / "two")
    assert found(two) == "правила.md"
    again = App(Settings(workers=1), tmp_path / "two")  # it is noted: nothing needs to be told
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "новое.md").write_text("# Новое\n\nКофе варит Ира.\n", encoding="utf-8")
    again.ingest([tmp_path / "more"])
    assert names(one) == names(again)
    assert len(names(one)) == 4
    assert one.search("кто варит кофе", k=1).passages[0].document == "новое.md"


def test_a_reader_sees_one_state_until_it_looks_again(machines: list[App], folder: Path) -> None:
    app, _ = machines
    app.ingest([folder])
    with app.library() as library:
        before = library.catalogue.counts()
        app.remove("binder.txt")
        assert library.catalogue.counts() == before
        library.catalogue.refresh()
        assert library.catalogue.counts()[0] == before[0] - 1


def test_a_new_library_takes_the_place_of_the_old_one_on_every_machine(
    machines: list[App], folder: Path, server: Server, tmp_path: Path
) -> None:
    one, _ = machines
    one.ingest([folder])
    two = App(one.settings, tmp_path / "two")
    assert found(two) == "правила.md"
    (folder / "binder.txt").unlink()
    (folder / "правила.md").write_text("# Другое\n\nОтпуск переносится на день.\n", "utf-8")
    one.ingest([folder], fresh=True)
    assert "день" in two.search(QUESTION, k=1).passages[0].chunk.text
    assert names(two) == names(one)
    assert len(schemas(server, one)) == 1


def test_a_new_library_that_came_to_nothing_leaves_the_old_one(
    machines: list[App], tmp_path: Path, folder: Path, server: Server
) -> None:
    app, _ = machines
    app.ingest([folder])
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "broken.pdf").write_bytes(b"%PDF no more")
    app.ingest([tmp_path / "bad"], fresh=True)
    assert found(app) == "правила.md"
    assert len(schemas(server, app)) == 1


def test_a_library_moves_into_a_database_and_out_of_it_when_it_is_made_anew(
    database: str, folder: Path, tmp_path: Path, server: Server
) -> None:
    home = tmp_path / "home"
    App(Settings(workers=1), home).ingest([folder])
    inside = App(Settings(workers=1, catalogue=database), home)
    with pytest.raises(UsageError, match="--fresh"):
        inside.ingest([folder])
    inside.ingest([folder], fresh=True)
    assert not inside.paths.catalogue.exists()
    assert len(schemas(server, inside)) == 1
    outside = App(Settings(workers=1, catalogue="embedded"), home)
    outside.ingest([folder], fresh=True)
    assert outside.paths.catalogue.exists()
    assert found(outside) == "правила.md"
    assert schemas(server, inside) == []


def test_collections_are_listed_renamed_and_deleted(
    machines: list[App], folder: Path, server: Server
) -> None:
    app, _ = machines
    app.ingest([folder])
    home = app.paths.home
    collections.rename(home, "default", "работа")
    (held,) = collections.collections(home)
    assert (held.name, held.documents) == ("работа", 3)
    assert collections.used(home, "работа")["catalogue"] > 10_000
    renamed = App(Settings(workers=1, collection="работа"), home)
    assert found(renamed) == "правила.md"
    collections.delete(home, "работа")
    assert collections.collections(home) == []
    assert schemas(server, app) == []


def test_two_collections_of_one_database_know_nothing_of_each_other(
    database: str, folder: Path, tmp_path: Path
) -> None:
    apps = [
        App(Settings(workers=1, catalogue=database, collection=name), tmp_path / "home")
        for name in ("a", "b")
    ]
    apps[0].ingest([folder])
    apps[1].ingest([folder / "meetings"])
    assert [len(names(app)) for app in apps] == [3, 1]


def test_a_backup_says_what_to_do_instead(machines: list[App], folder: Path) -> None:
    app, _ = machines
    app.ingest([folder])
    with pytest.raises(UsageError, match="pg_dump"):
        back_up(app.paths.home, app.paths.home / "b.tar.gz", version="1")


def test_texts_with_any_character_come_back_as_they_were(machines: list[App]) -> None:
    from store_of_rows import shelved

    text = "a\0b \ufdd0 \ufdd00 \U0010ffff \U0001f600 % ? ' \\ конец"
    app, _ = machines
    app.paths.home.mkdir()
    with Writer.open(app.paths, app.embedder, asked=app._asked(anew=False)) as writer:
        shelved(writer, "имя \0.txt", text)
    with Library.open(app.paths, app.embedder) as library:
        (row,) = library.catalogue.documents()
        assert library.catalogue.document(row.id).text == text
        assert row.name == "имя \0.txt"
        (held,) = library.catalogue.chunks()
        assert held.chunk.text == text


def test_a_catalogue_of_another_version_is_told(
    machines: list[App], folder: Path, server: Server
) -> None:
    app, _ = machines
    app.ingest([folder])
    (schema,) = schemas(server, app)
    database = app.settings.catalogue.rpartition("/")[2]
    for version, told in ((999, "bring rag up to date"), (1, "rag export")):
        server.sql(f"UPDATE {schema}.meta SET value = '{version}' WHERE key = 'schema'", database)
        with pytest.raises(LibraryMismatch, match=told):
            app.documents()
        with pytest.raises(LibraryMismatch, match=told):
            app.remove("binder.txt")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://keeper@127.0.0.1:{port}/nowhere", "createdb"),
        ("postgresql://nobody@127.0.0.1:{port}/postgres", "PGPASSWORD"),
        ("postgresql://keeper@127.0.0.1:1/postgres", "pg_isready"),
        ("postgresql://keeper@127.0.0.1:{port}/postgres?sslmode=never", "cannot"),
        ("postgresql://reader@127.0.0.1:{port}/postgres", "GRANT CREATE"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_the_next_command(
    server: Server, folder: Path, tmp_path: Path, address: str, told: str
) -> None:
    server.sql("DROP ROLE IF EXISTS reader")
    server.sql("CREATE ROLE reader LOGIN")
    app = App(Settings(workers=1, catalogue=address.format(port=server.port)), tmp_path / "home")
    with pytest.raises(StorageError) as error:
        app.ingest([folder])
    assert told in str(error.value)
    assert "SELECT" not in str(error.value)


def test_a_password_in_an_address_is_refused(folder: Path, tmp_path: Path) -> None:
    for address in ("postgresql://a:secret@h/d", "postgresql://a@h/d?password=secret"):
        app = App(Settings(workers=1, catalogue=address), tmp_path / "home")
        with pytest.raises(UsageError) as error:
            app.ingest([folder])
        assert "secret" not in str(error.value)


def test_who_may_only_read_can_ask(
    machines: list[App], folder: Path, server: Server, tmp_path: Path
) -> None:
    app, _ = machines
    app.ingest([folder])
    server.sql("DROP ROLE IF EXISTS asker")
    server.sql("CREATE ROLE asker LOGIN IN ROLE pg_read_all_data")
    address = app.settings.catalogue.replace("keeper@", "asker@")
    asker = App(Settings(workers=1, catalogue=address), tmp_path / "asker")
    assert found(asker) == "правила.md"
    assert all(check.ok for check in asker.doctor())
    with pytest.raises(StorageError, match="right"):
        asker.remove("binder.txt")
    app.remove("binder.txt")
    app.ingest([folder], fresh=True)  # in tables that are new
    assert found(asker) == "правила.md"


def test_whoever_holds_a_library_open_notices_what_others_publish(
    machines: list[App], folder: Path, server: Server
) -> None:
    from rag.app.libraries import Libraries
    from rag.app.loaded import Loaded

    app, _ = machines
    app.ingest([folder])
    service = App(app.settings, app.paths.home, Loaded())
    service.loaded.libraries = Libraries()
    try:
        assert found(service) == "правила.md"
        (state,) = service.loaded.libraries._states.values()
        assert found(service) == "правила.md"
        assert list(service.loaded.libraries._states.values()) == [state]
        app.remove("правила.md")
        assert found(service) != "правила.md"
        server.stop()
        server.start()  # every connection that is kept is lost
        assert found(service) != "правила.md"
        app.ingest([folder], fresh=True)
        assert found(service) == "правила.md"
    finally:
        service.loaded.libraries.close()


def test_asking_a_library_that_is_here_imports_nothing_of_databases_elsewhere(
    folder: Path, tmp_path: Path
) -> None:
    App(Settings(workers=1), tmp_path / "home").ingest([folder])
    program = (
        "import sys; from pathlib import Path; from rag.app import App; from rag.config import"
        f" Settings\nApp(Settings(), Path({str(tmp_path / 'home')!r})).search('отпуск', k=1)\n"
        "print(sorted(set(sys.modules) & {'sqlalchemy', 'psycopg', 'pymilvus', 'pyarrow'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_where_the_library_is_holds_its_name_whatever_the_collection_is_called(
    machines: list[App], folder: Path
) -> None:
    app, _ = machines
    app.ingest([folder])
    told = json.loads(app.paths.note.read_text(encoding="utf-8"))
    assert told["catalogue"].endswith("?library=default")
    assert HANDBOOK.splitlines()[0] not in app.paths.note.read_text(encoding="utf-8")


def test_one_process_of_a_machine_writes_at_a_time(machines: list[App], folder: Path) -> None:
    app, _ = machines
    app.ingest([folder])
    with Writer.open(app.paths, app.embedder), pytest.raises(LibraryBusy):
        app.remove("binder.txt")
