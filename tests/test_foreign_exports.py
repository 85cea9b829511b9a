"""A folder from elsewhere is taken for hostile: what it is not makes no library, and is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moved_libraries import at, replaced, rewritten

from rag.errors import LibraryMismatch, RagError, UsageError
from rag.parquet import manifest, reading, rows
from rag.parquet.manifest import LOCK, NAME
from rag.workers import wire

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(exported, tmp_path / "folder"))


def answered(folder: Path) -> list[tuple[bytes, bytes]]:
    """What the child process would answer of a folder, in this one."""
    found: list[tuple[bytes, bytes]] = []
    told, _ = manifest.read(folder)
    reading.answer(folder, told, lambda kind, payload: found.append((kind, payload)))
    return found


def test_a_whole_export_is_read(exported: Path) -> None:
    kinds = b"".join(dict.fromkeys(kind for kind, _ in answered(exported)))
    assert kinds == b"IMDVFNC"


def told(change: Callable[[Row], object]) -> Callable[[Path], None]:
    """Change the manifest."""

    def damage(folder: Path) -> None:
        value = json.loads((folder / NAME).read_text(encoding="utf-8"))
        change(value)
        (folder / NAME).write_text(json.dumps(value), encoding="utf-8")

    return damage


CHUNKS = "chunks/part-00000.parquet"


def _cut(folder: Path) -> None:
    data = (folder / CHUNKS).read_bytes()
    (folder / CHUNKS).write_bytes(data[: len(data) // 2])


def _flipped(folder: Path) -> None:
    data = bytearray((folder / CHUNKS).read_bytes())
    data[len(data) // 3] ^= 1
    (folder / CHUNKS).write_bytes(data)


def _linked(folder: Path) -> None:
    (folder / CHUNKS).rename(folder / "chunks" / "elsewhere")
    (folder / CHUNKS).symlink_to(folder / "chunks" / "elsewhere")


def _garbage(folder: Path) -> None:
    replaced(folder, "chunks", pa.table({"id": ["x"]}))
    (folder / CHUNKS).write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")
    value = json.loads((folder / NAME).read_text(encoding="utf-8"))
    import hashlib

    data = (folder / CHUNKS).read_bytes()
    value["parts"][CHUNKS] |= {"size": len(data), "digest": hashlib.sha256(data).hexdigest()}
    (folder / NAME).write_text(json.dumps(value), encoding="utf-8")


FOLDERS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no manifest": (lambda f: (f / NAME).unlink(), "there is no manifest"),
    "being written": (lambda f: (f / LOCK).touch(), "interrupted"),
    "not JSON": (lambda f: (f / NAME).write_text("{"), "makes no sense"),
    "not UTF-8": (lambda f: (f / NAME).write_bytes(b"\xff"), "makes no sense"),
    "deep": (lambda f: (f / NAME).write_text("[" * 100_000), "makes no sense"),
    "a list": (lambda f: (f / NAME).write_text("[]"), "makes no sense"),
    "another kind": (told(lambda m: m.update(kind="x")), "of something else"),
    "a strange field": (told(lambda m: m.update(more=1)), "makes no sense"),
    "a wrong type": (told(lambda m: m.update(fitted_on="3")), "makes no sense"),
    "an escape": (told(lambda m: m.update(version="\x1b[2J")), "makes no sense"),
    "a long prompt": (
        told(lambda m: m["embedder"].update(prefixes=["x" * 5000, ""])),
        "makes no sense",
    ),
    "a path": (
        told(lambda m: m["parts"].update({"../../etc/passwd": m["parts"][CHUNKS]})),
        "makes no sense",
    ),
    "uploads everywhere": (told(lambda m: m.update(uploads="/")), "makes no sense"),
    "uploads nowhere": (told(lambda m: m.update(uploads="")), "makes no sense"),
    "a part left out": (
        told(lambda m: m["parts"].update({CHUNKS.replace("0.p", "2.p"): m["parts"][CHUNKS]})),
        "makes no sense",
    ),
    "no file": (lambda f: (f / CHUNKS).unlink(), "is missing"),
    "a link": (_linked, "is missing"),
    "cut short": (_cut, "not what was written"),
    "a bit": (_flipped, "not what was written"),
    "no Parquet": (_garbage, "chunks/part-00000"),
    "fewer chunks": (told(lambda m: m["parts"].pop(CHUNKS)), "fewer chunks"),
    "no documents": (
        told(lambda m: m["parts"].pop("documents/part-00000.parquet")),
        "more chunks",
    ),
    "no frequencies": (
        told(lambda m: m["parts"].pop("frequencies/part-00000.parquet")),
        "frequencies",
    ),
    "other counts": (told(lambda m: m["parts"][CHUNKS].update(rows=9)), "rows, not 9"),
    "a large vector": (told(lambda m: m["embedder"].update(dimension=9999)), "of another kind"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_no_whole_export_is_told(folder: Path, name: str) -> None:
    damage, why = FOLDERS[name]
    damage(folder)
    with pytest.raises(UsageError, match=why) as caught:
        answered(folder)
    assert caught.value.hint
    assert "\x1b" not in caught.value.message


def a_row(table: str, **values: Any) -> Callable[[Path], None]:
    """Change fields of the first row of a table; a function is given the value."""

    def change(rows: list[Row]) -> None:
        for name, value in values.items():
            rows[0][name] = value(rows[0][name]) if callable(value) else value

    return lambda folder: rewritten(folder, table, change)


def twice(table: str, **values: Any) -> Callable[[Path], None]:
    """Repeat the first row of a table with other values."""
    return lambda folder: rewritten(folder, table, lambda rows: rows.append({**rows[0], **values}))


def layout(**values: Any) -> Callable[[str], str]:
    """Change the places of a document."""
    return lambda text: json.dumps({**json.loads(text), **values})


def minutes(change: Callable[[Row], object]) -> Callable[[Path], None]:
    """Change the minutes of the meeting."""

    def each(rows: list[Row]) -> None:
        (row,) = [row for row in rows if row["minutes"]]
        value = json.loads(row["minutes"])
        change(value)
        row["minutes"] = json.dumps(value)

    return lambda folder: rewritten(folder, "documents", each)


def _more_columns(folder: Path) -> None:
    held = pq.read_table(folder / CHUNKS)
    replaced(folder, "chunks", held.append_column("more", held["text"]))


def _numbers(folder: Path) -> None:
    held = pq.read_table(folder / CHUNKS)
    place = held.schema.get_field_index("start")
    field = pa.field("start", pa.string(), nullable=False)
    replaced(folder, "chunks", held.set_column(place, field, held["start"].cast(pa.string())))


def _not_text(folder: Path) -> None:
    held = pq.read_table(folder / "files" / "part-00000.parquet")
    wrong = pa.array([b"\xff\xfe"] * len(held), pa.binary()).view(pa.string())
    replaced(folder, "files", held.set_column(0, held.schema.field(0), wrong))


ROWS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a number that is none": (
        a_row("chunks", vector=lambda v: [float("nan"), *v[1:]]),
        "unit length",
    ),
    "an endless number": (a_row("chunks", vector=lambda v: [float("inf"), *v[1:]]), "unit length"),
    "a long vector": (a_row("chunks", vector=lambda v: [2 * x for x in v]), "unit length"),
    "an id of another place": (a_row("chunks", id="0" * 32), "id of a chunk"),
    "a chunk of another document": (a_row("chunks", document_id="0" * 64), "id of a chunk"),
    "a span outside": (a_row("chunks", end=1 << 40), "id of a chunk"),
    "other words": (a_row("chunks", text="other words"), "not its span"),
    "a long heading": (a_row("chunks", context="x" * 70_000), "too long"),
    "a chunk too many": (twice("chunks"), "more chunks"),
    "more columns": (_more_columns, "of another kind"),
    "text for numbers": (_numbers, "of another kind"),
    "bytes for text": (_not_text, "files"),
    "a document twice": (twice("documents", chunks=0), "twice"),
    "more chunks than characters": (a_row("documents", chunks=1 << 40), "more chunks than"),
    "fewer than none": (a_row("documents", chunks=-1), "more chunks than"),
    "an id that is no hash": (a_row("documents", id="../x"), "no sound id"),
    "a kind that is none": (a_row("documents", kind="virus"), "'virus' is no"),
    "a day that is none": (a_row("documents", date="2025-13-01"), "documents"),
    "versions that are none": (a_row("documents", readers="x"), "no versions"),
    "places that are none": (a_row("documents", layout="{"), "documents"),
    "deep places": (a_row("documents", layout="[" * 100_000), "documents"),
    "a page outside": (
        a_row("documents", layout=layout(pages=[[1, None, 0, 1 << 40, "text", False]])),
        "outside",
    ),
    "a page backwards": (
        a_row("documents", layout=layout(pages=[[1, None, 5, 2, "text", False]])),
        "outside",
    ),
    "a page of a word": (
        a_row("documents", layout=layout(pages=[["one", None, 0, 1, "text", False]])),
        "'one' is no",
    ),
    "a box without end": (
        a_row("documents", layout=layout(boxes=[[0, 1, 0, 0, 1e999, 1]])),
        "'inf' is no right",
    ),
    "a quote that is none": (
        minutes(lambda m: m["promises"][0].update(quote="I owe you")),
        "a quote is not",
    ),
    "a deadline that is none": (
        minutes(lambda m: m["promises"][0].update(when={"raw": "x", "start": None, "end": "soon"})),
        "documents",
    ),
    "a state that is none": (
        minutes(lambda m: m["promises"][0].update(status="forgotten")),
        "'forgotten' is no",
    ),
    "more in the minutes": (minutes(lambda m: m["promises"][0].update(more=1)), "documents"),
    "a file above": (a_row("files", path="../../etc/shadow"), "no sound place"),
    "a file at the root": (a_row("files", path="/etc/shadow"), "no sound place"),
    "a name above": (a_row("files", name="../../x"), "leads to another place"),
    "a member above": (a_row("files", member="a/../../x"), "leads to another place"),
    "a name at the root": (a_row("files", name="/etc/shadow"), "leads to another place"),
    "a root that is none": (a_row("files", root="etc"), "no sound place"),
    "a file of nothing": (a_row("files", document_id="0" * 64), "not there"),
    "a file twice": (twice("files", path="other"), "twice"),
    "a place twice": (twice("files", name="other"), "twice"),
    "a document in no file": (
        lambda f: rewritten(f, "files", lambda rows: [r.update(document_id=None) for r in rows]),
        "in no file",
    ),
    "a correction of no kind": (a_row("corrections", kind="all"), "'all' is no"),
    "endless frequencies": (a_row("frequencies", idf=float("inf")), "frequencies"),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_are_none_are_told(folder: Path, name: str) -> None:
    damage, why = ROWS[name]
    damage(folder)
    with pytest.raises(UsageError, match=why):
        answered(folder)


def test_a_vector_without_a_word_is_sound() -> None:
    rows.check_vectors(np.zeros((2, 8), np.float32))


def test_what_a_newer_program_made_is_told(folder: Path, tmp_path: Path) -> None:
    app = at(tmp_path / "home")
    a_row("documents", readers="999999")(folder)
    with pytest.raises(LibraryMismatch, match="version 999999 of the readers"):
        app.import_(folder)
    told(lambda m: m.update(form=2))(folder)
    with pytest.raises(LibraryMismatch, match="newer version"):
        app.import_(folder)
    assert not app.exists


def test_vectors_of_another_built_in_embedder_are_told(folder: Path, tmp_path: Path) -> None:
    told(lambda m: m["embedder"].update(revision="999"))(folder)
    with pytest.raises(LibraryMismatch, match="revision 999") as caught:
        at(tmp_path / "home").import_(folder)
    assert "Bring rag up to date" in caught.value.hint  # no name of a model would help


def test_what_was_cut_short_is_told_before_anything_is_taken_in(folder: Path) -> None:
    _cut(folder)
    with pytest.raises(UsageError, match="not what was written"):
        manifest.read(folder)


def test_a_damaged_folder_changes_nothing(exported: Path, folder: Path, tmp_path: Path) -> None:
    app = at(tmp_path / "home")
    a_row("corrections", kind="all")(folder)  # what is read last
    with pytest.raises(UsageError, match="'all' is no"):
        app.import_(folder)
    assert not app.exists
    assert not app.paths.corrections.exists()
    app.import_(exported)
    assert app.exists


def test_a_reader_that_dies_is_told(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.parquet import importing

    monkeypatch.setattr(importing, "_CHILD", "import os; os.abort()")
    with pytest.raises(RagError, match="crashed"):
        at(tmp_path / "home").import_(exported)
    assert not at(tmp_path / "home").exists


def test_errors_of_the_reader_reach_the_user(folder: Path, rag: Any) -> None:
    a_row("documents", title="x" * 70_000)(folder)
    done = rag("import", folder, "--home", folder.parent / "new")
    assert done.code == 2
    assert "too long" in done.err
    assert "Traceback" not in done.err


def test_frames_are_those_of_the_other_children() -> None:
    assert wire.frame(reading.END)[wire.LENGTH_BYTES :] == reading.END
