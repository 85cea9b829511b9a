"""Files that are made to hurt end as rows, and what stands beside them is read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import hostile
import pytest

from rag.app import App
from rag.config import Settings

SENTENCE = "The kiln cools for nine hours."


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(
        Settings(workers=1, read_seconds=20, read_memory_mb=512, ocr="never"), tmp_path / "home"
    )


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("bomb.pdf", hostile.pdf_with_a_bomb, "want of memory|more memory"),
        ("declared.pdf", lambda: hostile.pdf_with_declared_pages(100_000), "too many pages"),
        ("nested.zip", lambda: hostile.nested_zip(50), "nested in files more than 3 deep"),
        ("bomb.zip", hostile.zip_with_a_bomb, "unpack|memory|room|text"),
        ("entities.docx", hostile.docx_with_entities, "entit"),
    ],
)
def test_it_is_one_row_with_a_reason(
    app: App, tmp_path: Path, name: str, make: Callable[[], bytes], reason: str
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / name).write_bytes(make())
    (papers / "other.txt").write_text(SENTENCE, encoding="utf-8")
    report = app.ingest([papers])
    assert "other.txt" in report.added
    (row,) = report.skipped
    assert row.path.startswith(name)
    assert re.search(reason, row.reason), row.reason
    assert app.search("kiln cools", k=1).passages


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("loop.pdf", hostile.pdf_with_an_xref_loop),
        ("tree.pdf", hostile.pdf_with_a_page_loop),
        ("length.pdf", lambda: hostile.pdf_with_a_declared_length(2**31)),
        ("macros.docx", hostile.docx_with_macros),
    ],
)
def test_what_can_be_read_of_it_is_read(
    app: App, tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    (tmp_path / name).write_bytes(make())
    assert app.ingest([tmp_path / name]).added == (name,)
    assert SENTENCE in app.document(name)[1].text


def test_archives_in_archives_share_what_they_may_unpack_to(app: App, tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", SENTENCE + " " * 600_000)
    with zipfile.ZipFile(outer, "w") as file:
        for number in range(4):
            file.write(inner, f"{number}.zip")
    small = App(replace(app.settings, read_unpacked_mb=1), app.paths.home)
    report = small.ingest([outer])
    assert report.added == ("outer.zip/0.zip/a.txt",)
    reasons = {row.path: row.reason for row in report.skipped}
    assert set(reasons) == {"outer.zip/1.zip", "outer.zip"}
    assert set(reasons.values()) == {"its members unpack to more than 1,048,576 bytes"}


def test_members_that_would_leave_their_archive_are_rows(app: App, tmp_path: Path) -> None:
    (tmp_path / "climbs.zip").write_bytes(hostile.zip_that_climbs())
    report = app.ingest([tmp_path / "climbs.zip"])
    assert report.added == ("climbs.zip/good.txt",)
    assert len(report.skipped) == 3
    assert {row.reason for row in report.skipped} == {"its name leads out of the archive"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["climbs.zip", "home"]


def test_the_bomb_is_larger_than_a_reader_may_be() -> None:
    assert hostile.BOMB > 2 * 512 * 1024**2
    assert len(hostile.deflate_bomb()) < 5 * 1024**2
