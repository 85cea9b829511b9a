"""Several machines that fill one library at the same time, some of which are killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres_server import Server
from shared_library import EMBEDDER, Machines
from store_of_rows import of_text, row_of_text, shelved

from rag.app import App
from rag.config import Settings
from rag.errors import LibraryBusy, LibraryMissing, StorageError
from rag.index import Writer
from rag.store.opening import open_catalogue
from rag.store.postgres import session
from rag.store.where import EMBEDDED, Where, write_note


def test_writers_stage_side_by_side_and_each_publishes_its_own(machines: Machines) -> None:
    one, two = of_text("Отчёт первый. " * 9, chunks=3), of_text("Отчёт второй. " * 9, chunks=2)
    with machines.writing("a") as a, machines.writing("b") as b:
        a.stage(one)
        b.stage(two)
        assert b.publish([row_of_text("два.txt", two)], []).generation == 1
        assert machines.names("a") == ["два.txt"]  # nothing of what is still being staged
        delta = a.publish([row_of_text("один.txt", one)], [])
        assert (delta.generation, len(delta.added), delta.removed) == (2, 3, ())
        shelved(b, "три.txt", "Третий отчёт короток.")
    assert machines.names("b") == ["два.txt", "один.txt", "три.txt"]
    assert machines.whole("a") == machines.whole("b") == 6


def test_one_document_that_two_machines_read_is_held_once(machines: Machines) -> None:
    same = of_text("Один и тот же договор.")
    with machines.writing("a") as a, machines.writing("b") as b:
        a.stage(same)
        b.stage(same)
        a.publish([row_of_text("договор.txt", same, "/a")], [])
        b.publish([row_of_text("договор.txt", same, "/b")], [])
    assert machines.names("a") == ["договор (2).txt", "договор.txt"]
    with open_catalogue(machines.paths("a")) as catalogue:
        assert catalogue.counts() == (1, 1)
    assert machines.whole("a") == machines.whole("b") == 1


def test_files_of_other_places_that_come_by_one_name_at_once_are_all_kept(
    machines: Machines,
) -> None:
    papers = [of_text(f"Письмо номер {number}.") for number in range(3)]
    with ExitStack() as stack:
        writers = [stack.enter_context(machines.writing(name)) for name in "abc"]
        for place, (writer, paper) in enumerate(zip(writers, papers, strict=True)):
            writer.stage(paper)
            writer.publish([row_of_text("письмо.txt", paper, f"/{place}")], [])
    assert machines.names("a") == ["письмо (2).txt", "письмо (3).txt", "письмо.txt"]


def test_a_file_whose_twin_was_removed_meanwhile_is_left_to_the_next_ingest(
    machines: Machines, caplog: pytest.LogCaptureFixture
) -> None:
    paper = of_text("Двойник договора.")
    with machines.writing("a") as a, machines.writing("b") as b:
        a.stage(paper)
        a.publish([row_of_text("a.txt", paper, "/a")], [])
        row = row_of_text("b.txt", paper, "/b")  # planned as a copy of what is there
        a.publish([], ["a.txt"])
        b.publish([row], [])
        assert "run it again" in caplog.text
        assert b.catalogue.files() == []


def test_what_a_killed_writer_staged_is_taken_over_and_never_held_twice(
    machines: Machines,
) -> None:
    texts = ["Первая часть отчёта за год.", "Вторая часть отчёта за год."]
    papers = [of_text(text, chunks=3) for text in texts]
    machines.killed_after("a", *texts)
    with machines.writing("b") as b:
        shelved(b, "другое.txt", "Другая машина пишет своё.")
        assert b.catalogue.attempt_of(papers[0].document.id) == ""  # it need not be read again
        b.publish([row_of_text("1.txt", papers[0])], [])
    assert machines.whole("b") == 4
    with machines.writing("a") as a:  # nobody has touched what nobody else needed
        assert a.catalogue.attempt_of(papers[1].document.id) == ""
        a.publish([row_of_text("2.txt", papers[1])], [])
    assert machines.names("a") == ["1.txt", "2.txt", "другое.txt"]
    assert machines.whole("a") == machines.whole("b") == 7


def test_what_a_writer_staged_is_its_own_while_it_lives(machines: Machines) -> None:
    paper = of_text("Пока машина жива, это её.")
    with machines.writing("a") as a, machines.writing("b") as b:
        a.stage(paper)
        assert b.catalogue.attempt_of(paper.document.id) is None
        shelved(b, "b.txt", "Что-то другое.")
        a.publish([row_of_text("a.txt", paper)], [])
    assert machines.names("a") == ["a.txt", "b.txt"]


def test_what_nobody_comes_back_for_is_removed_after_days(
    machines: Machines, postgres: Server
) -> None:
    machines.killed_after("a", "Этого никто больше не ждёт.")
    (schema,) = postgres.schemas(machines.database)
    count = f"SELECT count(*) FROM {schema}.documents WHERE NOT live"
    with machines.writing("b") as b:
        shelved(b, "1.txt", "Раз.")
        assert postgres.sql(count, "rag") == [(1,)]
        postgres.sql(f"UPDATE {schema}.documents SET staged = now() - interval '8 days'", "rag")
        shelved(b, "2.txt", "Два.")
    assert postgres.sql(count, "rag") == [(0,)]


def test_two_that_make_a_library_at_once_make_one(machines: Machines, postgres: Server) -> None:
    def fill(name: str) -> None:
        with machines.writing(name) as writer:
            shelved(writer, f"{name}.txt", f"Это машина {name}.")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, "abcd"))
    assert machines.names("a") == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert len(postgres.schemas(machines.database)) == 1
    assert machines.whole("d") == 4


def test_keys_of_a_document_are_in_a_row_however_many_write(machines: Machines) -> None:
    def fill(name: str) -> None:
        with machines.writing(name) as writer:
            papers = [of_text(f"{name} {n} " * 20, chunks=7) for n in range(15)]
            for paper in papers:
                writer.stage(paper)
            writer.publish([row_of_text(f"{name}{n}", p) for n, p in enumerate(papers)], [])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(fill, "abc"))
    assert machines.whole("a") == machines.whole("c") == 3 * 15 * 7


def test_who_waits_too_long_for_another_publication_is_told_and_loses_nothing(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PUBLISH_SECONDS", 0.05)
    paper = of_text("Тот, кто ждёт.")
    with machines.writing("a") as a, machines.writing("b") as b:
        b.stage(paper)
        with a.catalogue.alone() as alone:
            assert alone
            with b.catalogue.alone() as other:
                assert not other
            with pytest.raises(LibraryBusy, match="Run it again"):
                b.publish([row_of_text("b.txt", paper)], [])
        b.publish([row_of_text("b.txt", paper)], [])
    assert machines.names("b") == ["b.txt"]


def test_a_server_that_is_started_again_in_the_middle_costs_nothing(
    machines: Machines, postgres: Server
) -> None:
    papers = [of_text(f"Отчёт {number}.") for number in range(3)]
    with machines.writing("a") as a:
        a.stage(papers[0])
        postgres.stop()
        postgres.start()
        a.stage(papers[1])
        postgres.stop("fast")
        with ThreadPoolExecutor(1) as pool:  # it is away when this one is staged
            staged = pool.submit(a.stage, papers[2])
            postgres.start()
            staged.result()
        assert a.catalogue.attempt_of(papers[0].document.id) == ""
        postgres.stop()
        postgres.start()
        a.publish([row_of_text(f"{n}.txt", paper) for n, paper in enumerate(papers)], [])
    assert machines.names("a") == ["0.txt", "1.txt", "2.txt"]
    assert machines.whole("a") == 3


def test_a_writer_waits_for_a_server_that_is_started_again_just_then(
    machines: Machines, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Старое.")
    postgres.stop()
    pauses: list[float] = []

    def slept(seconds: float) -> None:
        pauses.append(seconds)
        postgres.start()

    with monkeypatch.context() as patch:
        patch.setattr("rag.store.postgres.session.time.sleep", slept)
        with machines.writing("a") as a:
            shelved(a, "2.txt", "Новое.")
    assert len(pauses) == 1
    assert machines.names("a") == ["1.txt", "2.txt"]


def test_a_name_and_password_that_are_refused_are_not_tried_again(
    database: str, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Старое.")
    refused = database.replace("keeper@", "nobody@")
    write_note(machines.paths("a"), Where(EMBEDDED, refused))
    monkeypatch.setattr("rag.store.postgres.session.time.sleep", pytest.fail)
    with (
        pytest.raises(StorageError, match="lets nobody in"),
        Writer.open(machines.paths("a"), EMBEDDER),
    ):
        pass


def test_a_server_that_stays_away_is_told_and_the_ingest_goes_on_when_it_is_back(
    database: str, folder: Path, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_TRIES", 1)
    app = App(Settings(workers=1, catalogue=database), tmp_path / "one")
    app.ingest([folder])
    (folder / "новое.md").write_text("# Новое\n\nКофе варит Ира.\n", encoding="utf-8")
    stage = Writer.stage

    def interrupted(self: Writer, *arguments: object) -> None:
        stage(self, *arguments)  # type: ignore[arg-type]
        postgres.stop()

    monkeypatch.setattr(Writer, "stage", interrupted)
    with pytest.raises(StorageError, match="Then run it again"):
        app.ingest([folder])
    with pytest.raises(StorageError, match="pg_isready"):
        app.documents()
    postgres.start()
    monkeypatch.undo()
    report = app.ingest([folder])
    assert list(report.added) == ["новое.md"]
    assert report.read == ()  # it was staged
    assert all(check.ok for check in app.doctor())


def test_a_library_that_is_made_anew_under_a_writer_is_told_to_it(
    machines: Machines, folder: Path
) -> None:
    settings = Settings(workers=1, catalogue=machines.database)
    app = App(settings, machines.folder / "b")
    with machines.writing("a") as a:
        shelved(a, "1.txt", "Старое.")
        app.ingest([folder], fresh=True)
        with pytest.raises(LibraryBusy, match="made anew"):
            a.stage(of_text("Этого в новой нет."))
    assert len(machines.names("a")) == 3


def test_a_library_that_is_deleted_under_a_writer_is_told_to_it(
    machines: Machines, folder: Path
) -> None:
    from rag.store import collections

    App(Settings(workers=1, catalogue=machines.database), machines.folder / "b").ingest([folder])
    with machines.writing("a") as a:
        collections.delete(machines.folder / "b", "default")
        with pytest.raises(LibraryBusy, match="deleted"):
            a.stage(of_text("Некуда."))
    with pytest.raises(LibraryMissing, match="rag ingest"):
        machines.names("a")
