"""Tables of phrases: rows a person can read, compiled to what finds them in folded text.

In an entry a blank stands for any white space, `*` for any ending of a word or for a word, `…` for
up to three words in between. A row holds its kind, its language (ru, en, or any), its entries, an
example the row is there for, and a counter-example near it; ` // ` parts the turns of an example.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from rag.words import fold

if TYPE_CHECKING:
    from rag.words import Language

_BETWEEN = r"\s+(?:\S+\s+){0,3}?"
_SPECIAL = {" ": r"\s+", "*": r"\w*", "…": _BETWEEN}


class Row(NamedTuple):
    """One row of a table; `entries` are folded."""

    kind: str
    language: str
    entries: tuple[str, ...]
    example: str
    counter: str


@cache
def rows_in(table: str) -> tuple[Row, ...]:
    """The rows of `data/TABLE.tsv`, in order."""
    text = (
        resources.files("rag.minutes").joinpath("data").joinpath(f"{table}.tsv").read_text("utf-8")
    )
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    cells = (line.split("\t") for line in lines)
    return tuple(
        Row(kind, language, tuple(map(fold, entries.split("|"))), example, counter)
        for kind, language, entries, example, counter in cells
    )


@cache
def phrases(table: str, kind: str, language: Language) -> re.Pattern[str]:
    """What finds the entries of a kind, whole words only; KeyError where there is no such row."""
    rows = [row for row in rows_in(table) if row.kind == kind and row.language in (language, "any")]
    if not rows:
        raise KeyError(f"{table}: no {kind} for {language}")
    entries = sorted({entry for row in rows for entry in row.entries}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_pattern, entries))})(?!\w|-\w)")


def _pattern(entry: str) -> str:
    parts = re.split(r"( … | |\*|…)", entry)
    return "".join(_SPECIAL.get(part.strip() or " ", re.escape(part)) for part in parts if part)
