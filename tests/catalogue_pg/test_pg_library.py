"""A library whose catalogue is in PostgreSQL, filled and asked as any other."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from postgres_server import Server
from shared_library import EMBEDDER, Machines
from store_of_rows import of_text, shelved

from rag.app import App
from rag.app.libraries import Libraries
from rag.app.loaded import Loaded
from rag.config import Settings
from rag.errors import LibraryMismatch, LibraryMissing, StorageError, UsageError
from rag.index import Library
from rag.store import collections
from rag.store.backup import back_up
from rag.store.opening import open_catalogue
from rag.store.restore import restore

QUESTION = "сколько дней отпуска переносится"


def found(app: App) -> str:
    return app.search(QUESTION, k=1).passages[0].document


def names(app: App) -> list[str]:
    return [row.name for row in app.documents()]


def test_both_homes_hold_the_same(app: App, folder: Path, tmp_path: Path) -> None:
    """Everything that can be read of a catalogue, from SQLite and from PostgreSQL."""
    shutil.copy(folder / "binder.txt", folder / "Ёж.txt")
    (folder / "äöü.md").write_text("# Straße\n\nEin \U0001f600 Satz.\n", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF no more")
    here = App(Settings(workers=1), tmp_path / "here")
    for each in (here, app):
        each.ingest([folder])
    assert _all_of(here) == _all_of(app)
    assert found(app) == "правила.md"
    assert all(check.ok for check in app.doctor())
    assert sorted(app.ingest([folder]).unchanged) == names(app)
    assert not (app.paths.folder / "catalogue.sqlite").exists()


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
            sorted((row.chunk.id, row.title) for row in catalogue.chunks()),
            catalogue.promises(),
            catalogue.counts(),
            catalogue.versions(),
            catalogue.openings(ids, 20),
            catalogue.text_sizes(ids),
            [meeting.minutes for meeting in catalogue.meetings()],
            catalogue.meeting_ids(),
            sorted(len(range(*span)) for span in catalogue.spans_of(ids).tolist()),
            len(catalogue.keys_within(ids[0], 0, 10)),
            first > 0,
        ]


def test_a_second_machine_joins_and_finds_what_the_first_has_put_in(
    app: App, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(LibraryMissing):
        App(app.settings, tmp_path / "two").documents()
    app.ingest([folder])
    assert found(App(app.settings, tmp_path / "two")) == "правила.md"
    again = App(Settings(workers=1), tmp_path / "two")  # it is noted: nothing needs to be told
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "новое.md").write_text("# Новое\n\nКофе варит Ира.\n", encoding="utf-8")
    again.ingest([tmp_path / "more"])
    assert names(app) == names(again)
    assert app.search("кто варит кофе", k=1).passages[0].document == "новое.md"
    told = json.loads(again.paths.note.read_text(encoding="utf-8"))
    assert told == {"store": "embedded", "catalogue": app.settings.catalogue}


def test_another_catalogue_than_the_library_has_is_told(
    machines: Machines, caplog: pytest.LogCaptureFixture
) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Это здесь.")
    home = machines.paths("a").home
    assert App(Settings(catalogue=machines.database), home).documents()
    assert caplog.text == ""
    other = f"{machines.database}-other"
    assert App(Settings(catalogue=other), home).documents()
    assert f"{other} is not looked at" in caplog.text


def test_another_store_than_the_library_has_is_refused(machines: Machines, tmp_path: Path) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Это здесь.")
    settings = Settings(store="milvus:http://127.0.0.1:1", catalogue=machines.database)
    with pytest.raises(UsageError, match="Leave --store out"):
        App(settings, tmp_path / "two").documents()


def test_a_new_library_takes_the_place_of_the_old_one_on_every_machine(
    machines: Machines, postgres: Server
) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Старое слово.")
    with machines.writing("b") as b:
        assert b.catalogue.generation == 1
    assert machines.found("b", "слово") == ["Старое слово."]
    with Library.open(machines.paths("b"), EMBEDDER) as reader:
        reader.catalogue.rest()
        with machines.remaking("a") as new:
            shelved(new, "1.txt", "Новое слово.")
        reader.catalogue.refresh()
        (row,) = reader.catalogue.chunks()
        assert row.chunk.text == "Новое слово."
    # of the same generation as the old one, whose indexes are still in the folder
    assert machines.found("b", "слово") == machines.found("a", "слово") == ["Новое слово."]
    assert len(postgres.schemas(machines.database)) == 1


def test_a_library_that_is_read_while_a_new_one_takes_its_place_goes_later(
    machines: Machines, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.postgres.tables.LONGEST_SECONDS", 0.05)
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Старое слово.")
    with Library.open(machines.paths("a"), EMBEDDER) as reader:
        with machines.remaking("a") as new:
            shelved(new, "1.txt", "Новое слово.")
        (row,) = reader.catalogue.chunks()
        assert row.chunk.text == "Старое слово."
    assert len(postgres.schemas(machines.database)) == 2
    with machines.remaking("a") as new:
        shelved(new, "1.txt", "Новейшее слово.")
    assert len(postgres.schemas(machines.database)) == 1


def test_a_new_library_that_came_to_nothing_leaves_the_old_one(
    machines: Machines, postgres: Server
) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Старое слово.")
    with machines.remaking("a") as new:
        new.stage(of_text("Этого никто не издал."))
    with suppress(MemoryError), machines.remaking("a") as new:
        shelved(new, "1.txt", "И это не вышло.")
        raise MemoryError
    assert machines.found("a", "слово") == ["Старое слово."]
    assert len(postgres.schemas(machines.database)) == 1


def test_what_has_its_name_in_the_database_stays_when_the_folder_cannot_be_put_in_place(
    machines: Machines, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full", "")

    with machines.writing("a") as a, machines.writing("b"):
        shelved(a, "1.txt", "Старое слово.")
    with monkeypatch.context() as patch:
        patch.setattr("rag.store.replacing.swap", full)
        with pytest.raises(StorageError), machines.remaking("a") as new:
            shelved(new, "1.txt", "Новое слово.")
    assert machines.found("b", "слово") == machines.found("a", "слово") == ["Новое слово."]
    with machines.remaking("a") as new:
        shelved(new, "1.txt", "Новейшее слово.")
    assert machines.found("b", "слово") == ["Новейшее слово."]
    assert len(postgres.schemas(machines.database)) == 1


def test_a_library_moves_into_a_database_and_out_of_it_when_it_is_made_anew(
    machines: Machines, postgres: Server
) -> None:
    there, machines.database = machines.database, "embedded"
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Слово в файле.")
    machines.database = there
    with pytest.raises(UsageError, match="--fresh"), machines.writing("a"):
        pass
    with machines.remaking("a", there) as a:
        shelved(a, "1.txt", "Слово в базе.")
    assert not machines.paths("a").catalogue.exists()
    assert machines.found("a", "слово") == ["Слово в базе."]
    assert len(postgres.schemas(there)) == 1
    with machines.remaking("a", "embedded") as a:
        shelved(a, "1.txt", "Слово опять в файле.")
    assert machines.found("a", "слово") == ["Слово опять в файле."]
    assert postgres.schemas(there) == []


def test_collections_are_listed_renamed_and_deleted(machines: Machines, postgres: Server) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Слово.")
    home = machines.paths("a").home
    collections.rename(home, "default", "работа")
    (held,) = collections.collections(home)
    assert (held.name, held.documents) == ("работа", 1)
    assert collections.used(home, "работа")["catalogue"] > 10_000
    assert App(Settings(collection="работа"), home).documents()[0].name == "1.txt"
    with pytest.raises(UsageError, match="pg_dump"):
        back_up(home, home / "b.tar.gz", version="1")
    with Machines("embedded", machines.folder).writing("elsewhere") as other:
        shelved(other, "1.txt", "Слово.")
    collections.rename(other.paths.home, "default", "работа")
    file, _ = back_up(other.paths.home, home / "b.tar.gz", version="1")
    with pytest.raises(UsageError, match="pg_restore"):
        restore(file, home, replace=True)
    collections.delete(home, "работа")
    assert collections.collections(home) == []
    assert postgres.schemas(machines.database) == []


def test_libraries_of_one_database_know_nothing_of_each_other(machines: Machines) -> None:
    other = Machines(f"{machines.database}-b", machines.folder / "other")
    with machines.writing("a") as a, other.writing("a") as b:
        shelved(a, "a.txt", "Первая.")
        shelved(b, "b.txt", "Вторая.")
    assert (machines.names("a"), other.names("a")) == (["a.txt"], ["b.txt"])


def test_a_catalogue_of_another_version_is_told(machines: Machines, postgres: Server) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Слово.")
    (schema,) = postgres.schemas(machines.database)
    for version, told in ((999, "bring rag up to date"), (1, "rag export")):
        postgres.sql(f"UPDATE {schema}.meta SET value = '{version}' WHERE key = 'schema'", "rag")
        with pytest.raises(LibraryMismatch, match=told):
            machines.names("a")
        with pytest.raises(LibraryMismatch, match=told), machines.writing("a"):
            pass


def test_who_may_only_read_can_ask(
    app: App, folder: Path, postgres: Server, tmp_path: Path
) -> None:
    app.ingest([folder])
    postgres.sql("CREATE ROLE asker LOGIN IN ROLE pg_read_all_data")
    address = app.settings.catalogue.replace("keeper@", "asker@")
    asker = App(Settings(workers=1, catalogue=address), tmp_path / "asker")
    assert found(asker) == "правила.md"
    assert all(check.ok for check in asker.doctor())
    with pytest.raises(StorageError, match="right"):
        asker.remove("binder.txt")


def test_whoever_holds_a_library_open_notices_what_others_publish(
    app: App, folder: Path, postgres: Server
) -> None:
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
        postgres.stop()
        with pytest.raises(StorageError, match="pg_isready"):
            found(service)
        postgres.start()  # every connection that was kept is lost
        assert found(service) != "правила.md"
        app.ingest([folder], fresh=True)
        assert found(service) == "правила.md"
    finally:
        service.loaded.libraries.close()
