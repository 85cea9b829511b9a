"""A library moved between stores says what it said, goes on as it went on, and is whole or not."""

from __future__ import annotations

import errno
import logging
import os
import re
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
from moved_libraries import at, found_in, papers, said
from test_migrations import OLDEST, unpacked

from rag.app import App
from rag.corrections import Correction
from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryMismatch,
    LibraryMissing,
    StorageError,
    UsageError,
)
from rag.index import Library
from rag.parquet import columns, tables
from rag.parquet.exporting import Moved
from rag.parquet.manifest import LOCK, NAME
from rag.store.corrections import Corrections
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths, locked
from rag.store.staged import GivenVectors

WITHOUT_NUMBER = [field.name for field in fields(Correction) if field.name != "id"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a library of papers, that has been renamed in and corrected."""
    folder = tmp_path_factory.mktemp("moving")
    app = at(folder / "home")
    app.ingest([papers(folder / "papers")])
    app.rename("binder.txt", "The binder.txt")
    meeting = "meetings/планёрка.txt"
    app.correct(meeting, app.corrected(meeting).minutes.promises[0], {"when": "2025-11-20"})
    app.add_promise(meeting, {"who": "Олег Титов", "what": "заказать пропуск"})
    return folder / "home"


@pytest.fixture(scope="module")
def exported(home: Path) -> Path:
    """What was exported of it."""
    at(home).export(home.parent / "exported")
    return home.parent / "exported"


@pytest.fixture(scope="module")
def before(home: Path) -> dict[str, Any]:
    """What that library says."""
    return said(at(home))


def fitted_on(app: App) -> int:
    """How many chunks the words were counted in that vectors are made with."""
    with open_catalogue(app.paths) as catalogue:
        return int(catalogue.meta("fitted_on") or 0)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.parquet")}


@pytest.fixture(scope="module")
def moved(home: Path, exported: Path) -> tuple[App, Moved]:
    """The library that was made of it, and what was told of that."""
    new = at(home, "moved")
    return new, new.import_(exported)


def test_a_moved_library_says_what_it_said(
    home: Path, moved: tuple[App, Moved], before: dict[str, Any]
) -> None:
    new, told = moved
    assert said(new) == before
    assert (told.documents, told.files, told.meetings, told.corrections) == (3, 5, 1, 4)
    assert new.document("binder.txt")[0].name == "The binder.txt"  # by the name it had before
    made = [Corrections(app.paths.corrections).all() for app in (at(home), new)]
    first, second = ([[getattr(c, n) for n in WITHOUT_NUMBER] for c in each] for each in made)
    assert first == second
    assert new.state.split()[0] != at(home).state.split()[0]  # it has an identity of its own


def test_it_is_exported_as_it_was(home: Path, exported: Path, moved: tuple[App, Moved]) -> None:
    moved[0].export(home.parent / "twice")
    assert files_of(home.parent / "twice") == files_of(exported)


def test_files_are_not_read_again(home: Path, exported: Path) -> None:
    new = at(home, "going-on")
    new.import_(exported)
    fitted = fitted_on(new)
    folder = home.parent / "papers"
    report = new.ingest([folder])
    assert (report.added, report.changed, len(report.unchanged)) == ((), (), 4)
    added = folder / "new.txt"
    added.write_text("Пропуск заказывают на проходной.", encoding="utf-8")
    try:
        assert new.ingest([folder]).added == ("new.txt",)
        assert fitted_on(new) == fitted
        assert new.search("где заказывают пропуск", k=3).passages[0].document == "new.txt"
        for number in range(8):  # the collection doubles: its words are counted anew
            text = f"Заметка {number} о поставке номер {number}."
            (folder / f"more {number}.txt").write_text(text, encoding="utf-8")
        new.ingest([folder])
        assert fitted_on(new) > fitted
    finally:
        for file in (added, *folder.glob("more *.txt")):
            file.unlink()


def test_a_model_is_named_and_is_the_same(home: Path, tmp_path: Path) -> None:
    from tiny_models import make_embedder

    model = str(make_embedder(tmp_path / "model"))
    old, new = at(tmp_path / "home", embedder=model), at(tmp_path / "new")
    old.ingest([home.parent / "papers"])
    old.export(tmp_path / "out")
    with pytest.raises(UsageError, match="made by the embedder model") as told:
        new.import_(tmp_path / "out")
    assert "--embedder" in told.value.hint
    with pytest.raises(LibraryMismatch, match="not by hashed"):
        at(tmp_path / "new", embedder="hashed").import_(tmp_path / "out")
    assert not new.exists
    moved_model = Path(model).rename(tmp_path / "elsewhere")
    at(tmp_path / "new", embedder=str(moved_model)).import_(tmp_path / "out")
    assert new.made_by() == str(moved_model)
    moved = said(new)
    moved_model.rename(model)
    assert moved == said(old)  # vectors, and what is found by them


def test_libraries_that_older_versions_made_move(tmp_path: Path) -> None:
    old = unpacked(OLDEST, tmp_path / "home")
    old.export(tmp_path / "out")
    new = at(tmp_path / "new")
    new.import_(tmp_path / "out", roots={str(old.paths.uploads.resolve()): "/nowhere"})
    first, second = old.documents(), new.documents()
    assert first == second
    assert [old.document(r.name)[1] for r in first] == [new.document(r.name)[1] for r in second]
    assert all(check.ok for check in new.doctor())


def test_files_that_lie_elsewhere_now_are_told(home: Path, exported: Path) -> None:
    new = at(home, "elsewhere")
    papers = str(home.parent / "papers")
    new.import_(exported, roots={papers[:-1]: "/srv/other", papers: "/srv/papers"})
    assert {row.root for row in new.files()} == {"/srv/papers"}


def test_files_that_were_sent_in_are_looked_for_where_the_new_library_keeps_them(
    tmp_path: Path,
) -> None:
    old, new = at(tmp_path / "home", "old"), at(tmp_path / "home", "new")
    old.paths.uploads.mkdir(parents=True)
    sent = old.paths.uploads / ("0" * 64 + ".txt")
    sent.write_text("Sent in.", encoding="utf-8")
    old.ingest([sent])
    old.export(tmp_path / "out")
    new.import_(tmp_path / "out")
    assert [row.root for row in new.files()] == [str(new.paths.uploads.resolve())]


def test_one_state_is_exported_while_others_write(home: Path, tmp_path: Path) -> None:
    app = at(tmp_path / "home")
    app.ingest([home.parent / "papers"])
    before = found_in(app)
    removed: list[str] = []

    def write(_done: int, _total: int) -> None:
        if not removed:
            removed.append("правила.md")
            app.remove("правила.md")

    app.export(tmp_path / "out", on_progress=write)
    assert "правила.md" not in {row.name for row in app.documents()}
    new = at(tmp_path / "new")
    new.import_(tmp_path / "out")
    assert found_in(new) == before


def test_what_was_taken_out_is_not_moved(home: Path, tmp_path: Path) -> None:
    app, new = at(tmp_path / "home"), at(tmp_path / "new")
    app.ingest([home.parent / "papers"])
    app.remove("правила.md")
    app.export(tmp_path / "out")
    new.import_(tmp_path / "out")
    assert new.documents() == app.documents()
    asked = "milling cutter", "звонок подрядчику"
    first, second = (
        [
            [(p.chunk.id, p.score) for p in each.search(q, k=5, mode="vectors").passages]
            for q in asked
        ]
        for each in (app, new)
    )
    assert first == second
    new.export(tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(tmp_path / "out")


def test_vectors_of_another_state_are_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(at(home).paths) as library:
        (keys, vectors), *_ = library.vectors.blocks()
        kind = type(library.vectors)
    monkeypatch.setattr(kind, "blocks", lambda *_: iter([(keys[1:], vectors[1:])]))
    with pytest.raises(LibraryBusy, match="changed while it was exported"):
        at(home).export(tmp_path / "out")
    more = [(keys, vectors), (keys[-1:] + 1, vectors[-1:])]
    monkeypatch.setattr(kind, "blocks", lambda *_: iter(more))
    with pytest.raises(LibraryBusy, match="changed while it was exported"):
        at(home).export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_tables_are_parted_into_files_and_row_groups(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PART_BYTES", 1)
    monkeypatch.setattr(tables, "GROUP_BYTES", 1)
    at(home).export(tmp_path / "out")
    parts = sorted(path.name for path in (tmp_path / "out" / "chunks").iterdir())
    assert parts == [f"part-{number:05}.parquet" for number in range(len(parts))]
    assert len(parts) > 2
    new = at(tmp_path / "new")
    new.import_(tmp_path / "out")
    assert found_in(new) == found_in(at(home))


def test_others_read_the_tables(exported: Path) -> None:
    chunks = ds.dataset(exported / "chunks").to_table()
    assert chunks.schema.equals(columns.schema("chunks", 512))
    frame = chunks.to_pandas()
    texts = ds.dataset(exported / "documents").to_table().to_pandas().set_index("id").text
    for row in frame.itertuples():
        assert texts[row.document_id][row.start : row.end] == row.text
    assert all(abs(float(vector @ vector) - 1) < 0.01 for vector in frame.vector)


# -- the folder of an export


def test_only_an_export_is_overwritten_and_only_when_asked(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    app = at(home)
    app.export(out)  # an empty folder will do
    with pytest.raises(UsageError, match="There is an export") as told:
        app.export(out)
    assert "--overwrite" in told.value.hint
    (out / "chunks" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"chunks/notes\.txt"):
        app.export(out, overwrite=True)
    (out / "chunks" / "notes.txt").unlink()
    old = files_of(out)
    app.export(out, overwrite=True)
    assert files_of(out) == old
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.txt"):
        app.export(out, overwrite=True)
    assert files_of(out) == old
    with pytest.raises(UsageError, match="no folder"):
        app.export(out / "mine.txt")


def test_nothing_stays_of_an_export_that_fails(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    write = tables.Hashed.write

    def full(file: tables.Hashed, data: Any) -> int:
        if file.size > 4000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(tables.Hashed, "write", full)
    for name in ("new", "there"):
        with pytest.raises(StorageError, match="No space left"):
            at(home).export(tmp_path / name)
    monkeypatch.undo()

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        at(home).export(tmp_path / "new", on_progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert list((tmp_path / "there").iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.app import App
from rag.config import Settings
home, folder, what, collection = sys.argv[1:]
app = App(Settings(workers=1, collection=collection), Path(home))
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
getattr(app, what)(Path(folder), on_progress=die)
"""


def killed(home: Path, folder: Path, what: str, collection: str, more: str = "") -> None:
    """Kill a process that moves a library at the first sign of life."""
    arguments = [str(home), str(folder), what, collection]
    program = KILLED.replace("on_progress", f"{more}on_progress")
    done = subprocess.run([sys.executable, "-c", program, *arguments], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_killed_export_is_no_export_and_is_begun_anew(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "out"
    killed(home, out, "export", "default")
    with pytest.raises(UsageError, match="interrupted"):
        at(tmp_path / "new").import_(out)
    with caplog.at_level(logging.WARNING):
        at(home).export(out)
    assert "was interrupted; it is begun anew" in caplog.text
    assert (out / NAME).exists()
    assert not (out / LOCK).exists()
    at(tmp_path / "new").import_(out)


def test_two_exports_into_one_folder_are_one_too_many(home: Path, tmp_path: Path) -> None:
    heard: list[str] = []

    def again(*_: int) -> None:
        with pytest.raises(LibraryBusy) as told:
            at(home).export(tmp_path / "out", overwrite=True)
        heard.append(told.value.message)

    at(home).export(tmp_path / "out", on_progress=again)
    assert "Another export" in heard[0]


def test_where_there_is_no_library_nothing_is_exported(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing):
        at(tmp_path / "home").export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


# -- the place of an import


def test_a_library_that_is_there_stays_unless_told(home: Path, exported: Path) -> None:
    app = at(home, "there")
    note = home.parent / "note.txt"
    note.write_text("An older library.", encoding="utf-8")
    app.ingest([note])
    with pytest.raises(UsageError, match="There is a library") as told:
        app.import_(exported)
    assert "--fresh" in told.value.hint
    assert [row.name for row in app.documents()] == ["note.txt"]
    app.import_(exported, fresh=True)
    assert found_in(app) == found_in(at(home))
    app.import_(exported, fresh=True)  # corrections come once
    assert len(Corrections(app.paths.corrections).all()) == 4


def test_a_library_that_cannot_be_read_is_not_taken_for_none(home: Path, exported: Path) -> None:
    app = at(home, "damaged")
    app.paths.folder.mkdir()
    app.paths.catalogue.write_bytes(b"no database, but somebody's " * 40)
    with pytest.raises(LibraryCorrupt):
        app.import_(exported)
    assert app.paths.catalogue.read_bytes().startswith(b"no database")
    app.import_(exported, fresh=True)
    assert found_in(app) == found_in(at(home))


def test_a_killed_import_leaves_what_was_there(home: Path, exported: Path, tmp_path: Path) -> None:
    app = at(tmp_path / "home")
    killed(app.paths.home, exported, "import_", "default")
    assert not app.exists
    app.ingest([home.parent / "papers" / "правила.md"])
    before = app.documents()
    killed(app.paths.home, exported, "import_", "default", "fresh=True, ")
    assert app.documents() == before
    app.import_(exported, fresh=True)
    assert found_in(app) == found_in(at(home))
    assert not list(app.paths.home.glob("*~*"))


def test_an_import_waits_for_no_writer(exported: Path, tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path / "home", "default")
    with locked(paths), pytest.raises(LibraryBusy):
        at(tmp_path / "home").import_(exported)


def test_a_disk_that_is_full_changes_nothing(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(tmp_path / "home")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(GivenVectors, "put", full)
        with pytest.raises(StorageError, match=r"No space left|disk is full"):
            app.import_(exported)
    assert not app.exists
    assert not list(app.paths.home.glob("*~*"))
    app.import_(exported)
    assert app.exists


# -- the commands


def test_the_commands_say_what_was_moved_and_what_was_not(
    rag: Any, home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = rag("export", out, "--home", home)
    assert (done.code, done.err) == (0, "")
    assert "3 documents" in done.out
    assert "Not moved: questions and answers" in done.out
    told = rag("import", out, "--home", tmp_path / "new", "-c", "work", "--json").json
    assert (told["documents"], told["files"], told["corrections"]) == (3, 5, 4)
    assert "keys" in told["not_moved"]
    searched = [
        rag("search", "отпуск", "--json", "--home", place, "-c", name).json["passages"]
        for place, name in ((home, "default"), (tmp_path / "new", "work"))
    ]
    assert searched[0] == searched[1] != []


def test_a_root_that_is_none_is_told(rag: Any, exported: Path, tmp_path: Path) -> None:
    done = rag("import", exported, "--home", tmp_path / "new", "--root", "docs=/srv")
    assert done.code == 2
    assert "OLD=NEW" in done.err
    assert not (tmp_path / "new").exists()


def test_nothing_of_parquet_is_imported_for_a_question(home: Path) -> None:
    program = (
        "import sys\nfrom rag.cli import run\n"
        f"assert run(['ask', '--home', {str(home)!r}, 'сколько дней отпуска?']) == 0\n"
        "assert 'pyarrow' not in sys.modules"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, cwd=home
    )
    assert done.returncode == 0, done.stderr


def test_the_example_of_the_page_works(
    exported: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "moving.md"
    (program,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "moved").symlink_to(exported)
    exec(compile(program, str(page), "exec"), {})
    assert "Kestrel" in capsys.readouterr().out
