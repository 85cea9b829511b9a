"""The words of papers: field labels, headings of sections, marks of state, by meaning.

The tables are `data/fields.tsv`, `data/sections.tsv` and `data/marks.tsv`: a meaning, its wordings
(`*` stands for any ending), an example and a counter-example. House styles differ in wording and
layout; what a label means is the same everywhere, so layouts are not listed.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple


class Wording(NamedTuple):
    """One row of a table."""

    kind: str
    entries: tuple[str, ...]
    example: str
    counter: str


@cache
def wordings(table: str) -> tuple[Wording, ...]:
    """The rows of `data/TABLE.tsv`, in order."""
    text = (
        resources.files("rag.minutes").joinpath("data").joinpath(f"{table}.tsv").read_text("utf-8")
    )
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Wording(kind, tuple(words.split("|")), *rest) for kind, words, *rest in rows)


def pattern_of(entries: tuple[str, ...]) -> str:
    """An alternation of wordings as a regular expression, longest first, «ё» as «е» too."""
    return "|".join(map(_wording, sorted(entries, key=len, reverse=True)))


def _wording(entry: str) -> str:
    escaped = re.escape(entry).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    return re.sub("[её]", "[её]", escaped)


@cache
def matcher(table: str, kind: str) -> re.Pattern[str]:
    """Finds the wordings of one meaning as whole words, in any case."""
    entries = tuple(e for row in wordings(table) if row.kind == kind for e in row.entries)
    return re.compile(rf"(?<!\w)(?:{pattern_of(entries)})(?!\w)", re.IGNORECASE)
