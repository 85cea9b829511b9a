"""A library moved between stores says what it said, goes on as it went on, and is whole or not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
from moved_libraries import at, files_of, found_in, said
from test_migrations import OLDEST, unpacked

from rag.app import App
from rag.corrections import Correction
from rag.errors import (
    LibraryBusy,
    LibraryMismatch,
    UsageError,
)
from rag.index import Library
from rag.parquet import columns, tables
from rag.parquet.exporting import Moved
from rag.store.corrections import Corrections
from rag.store.opening import open_catalogue

WITHOUT_NUMBER = [field.name for field in fields(Correction) if field.name != "id"]


@pytest.fixture(scope="module")
def before(moved_from: Path) -> dict[str, Any]:
    """What that library says."""
    return said(at(moved_from))


def fitted_on(app: App) -> int:
    """How many chunks the words were counted in that vectors are made with."""
    with open_catalogue(app.paths) as catalogue:
        return int(catalogue.meta("fitted_on") or 0)


@pytest.fixture(scope="module")
def moved(moved_from: Path, exported: Path) -> tuple[App, Moved]:
    """The library that was made of it, and what was told of that."""
    new = at(moved_from, "moved")
    return new, new.import_(exported)


def test_a_moved_library_says_what_it_said(
    moved_from: Path, moved: tuple[App, Moved], before: dict[str, Any]
) -> None:
    new, told = moved
    assert said(new) == before
    assert (told.documents, told.files, told.meetings, told.corrections) == (3, 5, 1, 4)
    assert new.document("binder.txt")[0].name == "The binder.txt"  # by the name it had before
    made = [Corrections(app.paths.corrections).all() for app in (at(moved_from), new)]
    first, second = ([[getattr(c, n) for n in WITHOUT_NUMBER] for c in each] for each in made)
    assert first == second
    assert new.state.split()[0] != at(moved_from).state.split()[0]  # it has an identity of its own


def test_it_is_exported_as_it_was(
    moved_from: Path, exported: Path, moved: tuple[App, Moved]
) -> None:
    moved[0].export(moved_from.parent / "twice")
    assert files_of(moved_from.parent / "twice") == files_of(exported)


def test_files_are_not_read_again(moved_from: Path, exported: Path) -> None:
    new = at(moved_from, "going-on")
    new.import_(exported)
    fitted = fitted_on(new)
    folder = moved_from.parent / "papers"
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


def test_a_model_is_named_and_is_the_same(moved_from: Path, tmp_path: Path) -> None:
    from tiny_models import make_embedder

    model = str(make_embedder(tmp_path / "model"))
    old, new = at(tmp_path / "home", embedder=model), at(tmp_path / "new")
    old.ingest([moved_from.parent / "papers"])
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


def test_files_that_lie_elsewhere_now_are_told(moved_from: Path, exported: Path) -> None:
    new = at(moved_from, "elsewhere")
    papers = str(moved_from.parent / "papers")
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


def test_one_state_is_exported_while_others_write(moved_from: Path, tmp_path: Path) -> None:
    app = at(tmp_path / "home")
    app.ingest([moved_from.parent / "papers"])
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


def test_what_was_taken_out_is_not_moved(moved_from: Path, tmp_path: Path) -> None:
    app, new = at(tmp_path / "home"), at(tmp_path / "new")
    app.ingest([moved_from.parent / "papers"])
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
    moved_from: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(at(moved_from).paths) as library:
        (keys, vectors), *_ = library.vectors.blocks()
        kind = type(library.vectors)
    monkeypatch.setattr(kind, "blocks", lambda *_: iter([(keys[1:], vectors[1:])]))
    with pytest.raises(LibraryBusy, match="changed while it was exported"):
        at(moved_from).export(tmp_path / "out")
    more = [(keys, vectors), (keys[-1:] + 1, vectors[-1:])]
    monkeypatch.setattr(kind, "blocks", lambda *_: iter(more))
    with pytest.raises(LibraryBusy, match="changed while it was exported"):
        at(moved_from).export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_tables_are_parted_into_files_and_row_groups(
    moved_from: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PART_BYTES", 1)
    monkeypatch.setattr(tables, "GROUP_BYTES", 1)
    at(moved_from).export(tmp_path / "out")
    parts = sorted(path.name for path in (tmp_path / "out" / "chunks").iterdir())
    assert parts == [f"part-{number:05}.parquet" for number in range(len(parts))]
    assert len(parts) > 2
    new = at(tmp_path / "new")
    new.import_(tmp_path / "out")
    assert found_in(new) == found_in(at(moved_from))


def test_others_read_the_tables(exported: Path) -> None:
    chunks = ds.dataset(exported / "chunks").to_table()
    assert chunks.schema.equals(columns.schema("chunks", 512))
    frame = chunks.to_pandas()
    texts = ds.dataset(exported / "documents").to_table().to_pandas().set_index("id").text
    for row in frame.itertuples():
        assert texts[row.document_id][row.start : row.end] == row.text
    assert all(abs(float(vector @ vector) - 1) < 0.01 for vector in frame.vector)


# -- the commands


def test_the_commands_say_what_was_moved_and_what_was_not(
    rag: Any, moved_from: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = rag("export", out, "--home", moved_from)
    assert (done.code, done.err) == (0, "")
    assert "3 documents" in done.out
    assert "Not moved: questions and answers" in done.out
    told = rag("import", out, "--home", tmp_path / "new", "-c", "work", "--json").json
    assert (told["documents"], told["files"], told["corrections"]) == (3, 5, 4)
    assert "keys" in told["not_moved"]
    searched = [
        rag("search", "отпуск", "--json", "--home", place, "-c", name).json["passages"]
        for place, name in ((moved_from, "default"), (tmp_path / "new", "work"))
    ]
    assert searched[0] == searched[1] != []


def test_a_root_that_is_none_is_told(rag: Any, exported: Path, tmp_path: Path) -> None:
    done = rag("import", exported, "--home", tmp_path / "new", "--root", "docs=/srv")
    assert done.code == 2
    assert "OLD=NEW" in done.err
    assert not (tmp_path / "new").exists()


def test_nothing_of_parquet_is_imported_for_a_question(moved_from: Path) -> None:
    program = (
        "import sys\nfrom rag.cli import run\n"
        f"assert run(['ask', '--home', {str(moved_from)!r}, 'сколько дней отпуска?']) == 0\n"
        "assert 'pyarrow' not in sys.modules"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, cwd=moved_from
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
