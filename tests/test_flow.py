"""What an ingest remembers, what it takes up again, and what it would do."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.app import App
from rag.config import Settings
from rag.embed import Embedder, EmbedderIdentity
from rag.plan import Planner
from rag.readers.scan import File
from rag.report import Report
from rag.store.catalogue import Catalogue
from rag.store.rows import FileRow
from rag.store.staged import StagedVectors
from rag.workers.pool import ReaderPool

Floats = NDArray[np.float32]
HELD = ("binder.txt", "meetings/планёрка.txt", "правила.md")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that went to a reader."""
    names: list[str] = []
    whole = ReaderPool.read_all

    def noted(pool: ReaderPool, paths: Any) -> Any:
        def each() -> Any:
            for path in paths:
                names.append(path.name)
                yield path

        return whole(pool, each())

    monkeypatch.setattr(ReaderPool, "read_all", noted)
    return names


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): (p.stat().st_mtime_ns, p.stat().st_size) for p in files}


def reasons(report: Report) -> dict[str, str]:
    return {row.path: row.reason for row in report.skipped}


def test_a_file_that_could_not_be_read_is_not_tried_again(
    app: App, folder: Path, read: list[str]
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    first = reasons(app.ingest([folder]))
    assert "broken.pdf" in read
    read.clear()
    before = tree(app.paths.folder)
    assert reasons(app.ingest([folder])) == first
    assert read == []
    assert tree(app.paths.folder) == before


def test_it_is_tried_again_when_it_has_changed(app: App, folder: Path, read: list[str]) -> None:
    (folder / "new.txt").write_bytes(b"")
    app.ingest([folder])
    (folder / "new.txt").write_text("Цех переехал.", encoding="utf-8")
    read.clear()
    assert app.ingest([folder]).added == ("new.txt",)
    assert read == ["new.txt"]


def test_it_is_tried_again_when_the_limits_have(app: App, folder: Path) -> None:
    small = App(replace(app.settings, read_characters=1000), app.paths.home)
    (folder / "long.txt").write_text("Слово за словом. " * 100, encoding="utf-8")
    assert reasons(small.ingest([folder])) == {
        "long.txt": "too much text: more than 1,000 characters"
    }
    assert app.ingest([folder]).added == ("long.txt",)


def test_unreadable_files_alone_make_no_library(app: App, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.pdf").write_bytes(b"%PDF")
    assert len(app.ingest([tmp_path / "papers"]).skipped) == 1
    assert not app.exists


def test_a_file_that_was_moved_is_not_read_again(app: App, folder: Path, read: list[str]) -> None:
    app.ingest([folder])
    read.clear()
    (folder / "sub").mkdir()
    (folder / "binder.txt").rename(folder / "sub" / "renamed.txt")
    report = app.ingest([folder], sync=True)
    assert (report.added, report.removed) == (("sub/renamed.txt",), ("binder.txt",))
    assert read == []
    assert app.search("cutter sharpened", k=1).passages[0].document == "sub/renamed.txt"


def test_reread_reads_unchanged_files_and_replaces_what_was_held(
    app: App, folder: Path, read: list[str]
) -> None:
    app.ingest([folder])
    read.clear()
    report = app.ingest([folder], reread=True)
    assert report.changed == HELD
    assert sorted(read) == ["binder.txt", "планёрка.txt", "правила.md"]
    assert len(app.documents()) == 3
    assert all(check.ok for check in app.doctor())
    found = app.search("cutter sharpened", k=10).passages
    assert [p.document for p in found].count("binder.txt") == 1


def test_a_dry_run_tells_everything_and_touches_nothing(
    app: App, folder: Path, read: list[str]
) -> None:
    report = app.dry_run([folder])
    assert (report.added, report.dry_run) == (HELD, True)
    assert not app.paths.home.exists()
    app.ingest([folder])
    read.clear()
    before = tree(app.paths.folder)
    (folder / "binder.txt").write_text("The binder was sold.", encoding="utf-8")
    (folder / "правила.md").unlink()
    shutil.copy(folder / "meetings" / "планёрка.txt", folder / "copy.txt")
    (folder / "x.xyz").write_bytes(b"?")
    report = app.dry_run([folder], sync=True)
    assert report.changed == ("binder.txt",)
    assert report.added == ("copy.txt",)
    assert report.unchanged == ("meetings/планёрка.txt",)
    assert report.removed == ("правила.md",)
    assert reasons(report) == {"x.xyz": "unknown suffix .xyz"}
    assert (read, tree(app.paths.folder)) == ([], before)
    done = app.ingest([folder], sync=True)
    for name in ("added", "changed", "unchanged", "removed", "skipped"):
        assert getattr(done, name) == getattr(report, name)


@pytest.fixture
def archive(folder: Path) -> Path:
    path = folder / "архив.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("отчёт/смета.txt", "Смета составила 300 тысяч рублей.")
        file.writestr("note.md", "# Kiln\n\nThe kiln cools for nine hours.")
        file.writestr("picture.xyz", b"?")
    return path


@pytest.mark.usefixtures("archive")
def test_members_of_an_archive_are_documents_of_their_own(
    app: App, folder: Path, read: list[str]
) -> None:
    report = app.ingest([folder])
    assert set(report.added) == {*HELD, "архив.zip/note.md", "архив.zip/отчёт/смета.txt"}
    assert reasons(report) == {"архив.zip/picture.xyz": "unknown suffix .xyz"}
    assert app.search("kiln cools", k=1).passages[0].document == "архив.zip/note.md"
    read.clear()
    again = app.ingest([folder])
    assert set(again.unchanged) == set(report.added)
    assert again.skipped == report.skipped
    assert read == []


def test_a_changed_archive_loses_the_members_it_no_longer_holds(
    app: App, folder: Path, archive: Path
) -> None:
    app.ingest([folder])
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("note.md", "# Kiln\n\nThe kiln was sold.")
        file.writestr("new.txt", "Новое.")
    report = app.ingest([folder])
    assert report.changed == ("архив.zip/note.md",)
    assert report.added == ("архив.zip/new.txt",)
    assert report.removed == ("архив.zip/отчёт/смета.txt",)
    assert not report.skipped
    archive.unlink()
    report = app.ingest([folder], sync=True)
    assert set(report.removed) == {"архив.zip/note.md", "архив.zip/new.txt"}


def test_a_copy_of_an_archive_is_not_read_again(
    app: App, folder: Path, archive: Path, read: list[str]
) -> None:
    app.ingest([folder])
    read.clear()
    shutil.copy(archive, folder / "копия.zip")
    report = app.ingest([folder])
    assert report.added == ("копия.zip/note.md", "копия.zip/отчёт/смета.txt")
    assert read == []


def test_two_members_of_one_name_are_both_held(app: App, tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.txt", "Первое слово.")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a.txt", "Второе слово.")
    assert app.ingest([path]).added == ("twice.zip/a (2).txt", "twice.zip/a.txt")


class Slow(Embedder):
    """An embedder that counts letters, and what it was asked for."""

    identity = EmbedderIdentity("test", "letters", "1", 4, source="letters")

    def __init__(self, most: int | None = None) -> None:
        self.texts: list[str] = []
        self._most = most

    def encode_documents(self, texts: Any) -> Floats:
        if self._most is not None and len(self.texts) + len(texts) > self._most:
            raise KeyboardInterrupt
        self.texts += texts
        counts = np.array([[1.0, *map(t.count, "аои")] for t in texts], np.float32)
        unit: Floats = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        return unit

    def encode_query(self, text: str) -> Floats:
        vector: Floats = self.encode_documents([text])[0]
        return vector


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Documents of many chunks."""
    papers = tmp_path / "many"
    papers.mkdir()
    for number in range(6):
        sections = (f"# Раздел {n}\n\nЗапись {n} тома {number}.\n" for n in range(60))
        (papers / f"{number}.md").write_text("\n".join(sections), encoding="utf-8")
    return papers


def test_vectors_a_model_made_are_kept_when_an_ingest_is_interrupted(
    app: App, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Slow(most=300), Slow()
    monkeypatch.setattr(App, "embedder", first)
    with pytest.raises(KeyboardInterrupt):
        app.ingest([many])
    assert len(first.texts) == 256
    assert not app.exists
    monkeypatch.setattr(App, "embedder", second)
    app.ingest([many])
    assert not set(first.texts) & set(second.texts)
    assert len(first.texts) + len(second.texts) == 360
    assert not app.paths.staged.exists()
    with app.library() as library:
        held = list(library.vectors.blocks())
        keys = np.concatenate([keys for keys, _ in held]).tolist()
        texts = [row.chunk.text for row in library.catalogue.chunks(keys)]
        contexts = [row.chunk.context for row in library.catalogue.chunks(keys)]
        rows = np.concatenate([vectors for _, vectors in held])
    expected = Slow().encode_documents([f"{c}\n{t}" for c, t in zip(contexts, texts, strict=True)])
    np.testing.assert_allclose(rows, expected, atol=1e-3)  # they are kept as half floats


def test_vectors_of_another_embedder_or_cut_short_count_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "vectors.staged"
    identity = Slow.identity
    staged = StagedVectors(path, identity)
    vectors = np.arange(8, dtype=np.float32).reshape(2, 4)
    staged.put(["один", "два"], vectors)
    staged.put(["три"], vectors[:1])
    np.testing.assert_array_equal(StagedVectors(path, identity).take(["два", "три"]), vectors[::-1])
    assert "один" not in StagedVectors(path, replace(identity, revision="2"))
    data = path.read_bytes()
    path.write_bytes(data[:-3])
    cut = StagedVectors(path, identity)
    assert ("два" in cut, "три" in cut) == (True, False)
    cut.put(["четыре"], vectors[1:])
    np.testing.assert_array_equal(StagedVectors(path, identity).take(["четыре"]), vectors[1:])
    path.write_bytes(data[:-3] + b"\x00\x01\x02")
    assert "три" not in StagedVectors(path, identity)


def test_large_collections_are_embedded_in_other_processes_alike(
    tmp_path: Path, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = []
    for number, lend in enumerate((True, False)):
        app = App(Settings(workers=2), tmp_path / str(number))
        if lend:
            monkeypatch.setattr("rag.store.embedding._EMBED_BATCH", 100)
        else:
            monkeypatch.undo()
        app.ingest([many])
        with app.library() as library:
            blocks = library.vectors.blocks()
            vectors.append(np.concatenate([block for _, block in blocks]))
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert len(vectors[0]) == 360


def row(name: str, **more: Any) -> FileRow:
    return FileRow(name, "/papers", name, 1, 1, "d", "d", **more)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "new.txt"),
        ([row("new.txt")], "papers/new.txt"),
        ([row("new.txt"), replace(row("papers/new.txt"), path="b")], "papers-2/new.txt"),
    ],
)
def test_a_name_that_a_file_holds_goes_to_no_other(
    rows: list[FileRow], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag import plan

    monkeypatch.setattr(plan, "is_gone", lambda _: False)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "new.txt").write_text("x", encoding="utf-8")
    planner = Planner(rows, lambda _: None, lambda _: False)
    assert planner.decide(File(tmp_path / "papers", "new.txt")).name == expected


@pytest.mark.parametrize(
    ("attempt", "action"), [(None, "read"), ("", "copy"), ("this way", "copy"), ("other", "read")]
)
def test_what_was_staged_counts_unless_another_way_may_find_more(
    attempt: str | None, action: str, tmp_path: Path
) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF")
    planner = Planner([], lambda _: attempt, lambda row: row.attempt not in ("", "this way"))
    decision = planner.decide(File(tmp_path, "scan.pdf"))
    assert decision.action == action
    assert [row.attempt for row in decision.rows] == ([attempt] if action == "copy" else [])


def test_documents_staged_by_a_killed_ingest_are_not_read_again(
    app: App, folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Catalogue, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            app.ingest([folder])
    read.clear()
    assert app.ingest([folder]).added == HELD
    assert read == []
    assert all(check.ok for check in app.doctor())
    assert app.search("cutter sharpened", k=1).passages[0].document == "binder.txt"


def test_the_way_of_reading_is_recorded_where_something_is_missing(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    app.ingest([folder])
    read.clear()
    monkeypatch.setattr("rag.readers.ocr.available", lambda languages: f"Install {languages}")
    app.ingest([folder])
    assert read == ["broken.pdf"]  # tesseract came or went, and might have helped
    read.clear()
    app.ingest([folder], password="тайна")
    assert read == ["broken.pdf"]
