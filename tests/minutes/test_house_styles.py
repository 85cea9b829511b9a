"""Papers of invented houses, each in a layout of its own, and what they say who is to do.

The table `tests/data/house_styles/expected.tsv`, read over by hand, holds file, line, owner, act,
first and last day, state; "-" stands for nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.minutes import extract, is_meeting
from rag.readers import read_document

PLACE = Path(__file__).parent.parent / "data" / "house_styles"
STYLES = sorted(path for path in PLACE.iterdir() if path.suffix != ".tsv")


def _expected(name: str) -> list[tuple[str, ...]]:
    rows = (PLACE / "expected.tsv").read_text("utf-8").splitlines()
    return [tuple(row.split("\t")[1:]) for row in rows if row.split("\t")[0] == name]


def test_every_row_of_the_table_is_of_a_file() -> None:
    rows = (PLACE / "expected.tsv").read_text("utf-8").splitlines()[1:]
    assert {row.split("\t")[0] for row in rows} <= {path.name for path in STYLES}


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_a_house_style_is_read_by_what_it_means(path: Path) -> None:
    document = read_document(path)
    assert is_meeting(document)
    found = extract(document).promises
    assert all(document.text[p.start : p.end] == p.quote for p in found)
    assert [
        (
            str(p.line),
            p.who or "-",
            " ".join(p.what.split()),
            (p.when and p.when.start) or "-",
            (p.when and p.when.end) or "-",
            p.status,
        )
        for p in found
    ] == _expected(path.name)
