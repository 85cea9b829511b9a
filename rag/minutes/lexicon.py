"""The word tables of the rules: families of verbs and phrases, read once from `data/`.

A row is a family, its entries, an example the family is about, and a counter-example near it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from rag.words import fold

if TYPE_CHECKING:
    from rag.words import Language


class Family(NamedTuple):
    """One row of a table: entries are folded; phrases hold spaces."""

    name: str
    entries: frozenset[str]
    example: str
    counter: str


@cache
def families(language: Language) -> dict[str, Family]:
    """All families of a language by name."""
    table = resources.files("rag.minutes").joinpath("data").joinpath(f"lexicon_{language}.tsv")
    found = {}
    for row in table.read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            name, entries, example, counter = row.split("\t")
            folded = frozenset(fold(entry) for entry in entries.split("|"))
            found[name] = Family(name, folded, example, counter)
    return found


@cache
def family(language: Language, name: str) -> frozenset[str]:
    """The entries of one family; KeyError where there is no such row."""
    return families(language)[name].entries
