"""What words mean to one another: synonyms, opposites and words that deny; see lexicon.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag.words import fold, stem

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE = Path(__file__).with_name("lexicon.toml")
_START = 2  # letters by which beginnings of words are looked up


class Pair(NamedTuple):
    """Two sets of words with opposite meanings; a beginning of a word ends with a hyphen."""

    one: tuple[str, ...]
    other: tuple[str, ...]


@cache
def _groups() -> tuple[dict[str, frozenset[int]], frozenset[str]]:
    """The numbers of the groups each stem is in, and the stems that name actions."""
    table = _table()["synonyms"]
    found: dict[str, set[int]] = {}
    actions = set()
    for number, line in enumerate([*table["actions"], *table["things"]]):
        for word in line.split():
            stemmed = stem(fold(word.removesuffix("*")))
            found.setdefault(stemmed, set()).add(number)
            if number < len(table["actions"]) and not word.endswith("*"):
                actions.add(stemmed)
    return {each: frozenset(numbers) for each, numbers in found.items()}, frozenset(actions)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = tomllib.loads(_FILE.read_text("utf-8"))
    return table


def groups(stemmed: str) -> frozenset[int]:
    """The groups of synonyms a stem is in: two stems with one in common may say the same."""
    return _groups()[0].get(stemmed, frozenset())


def names_action(stemmed: str) -> bool:
    """Whether a stem is known to name an action: verbs have more words for the same than nouns."""
    return stemmed in _groups()[1]


@cache
def _members() -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for each, numbers in _groups()[0].items():
        for number in numbers:
            found.setdefault(number, []).append(each)
    return {number: tuple(each) for number, each in found.items()}


def synonyms(stemmed: str) -> set[str]:
    """The stems that may stand for this one, itself left out."""
    return {each for number in groups(stemmed) for each in _members()[number]} - {stemmed}


@cache
def pairs() -> tuple[Pair, ...]:
    """All pairs of opposites, in the order of the table."""
    sides = (line.split("/") for line in _table()["opposites"]["pairs"])
    return tuple(Pair(*(tuple(fold(side).split()) for side in both)) for both in sides)


@cache
def _by_start() -> dict[str, tuple[int, ...]]:
    found: dict[str, dict[int, None]] = {}
    for number, pair in enumerate(pairs()):
        for head in (*pair.one, *pair.other):
            found.setdefault(head[:_START], {})[number] = None
    return {start: tuple(numbers) for start, numbers in found.items()}


def pairs_of(words: Iterable[str]) -> list[Pair]:
    """The pairs of opposites that folded words may be in, in the order of the table."""
    starts = _by_start()
    return [
        pairs()[number]
        for number in sorted({n for word in words for n in starts.get(word[:_START], ())})
    ]


def begins(heads: Iterable[str], words: Iterable[str]) -> str | None:
    """The first of the folded words that is one of the heads, or begins with one."""
    whole = [head for head in heads if not head.endswith("-")]
    starts = tuple(head[:-1] for head in heads if head.endswith("-"))
    return next((word for word in words if word in whole or word.startswith(starts)), None)


@cache
def _negative() -> tuple[frozenset[str], tuple[str, ...]]:
    words = [fold(word) for line in _table()["negative"]["words"] for word in line.split()]
    whole = frozenset(word for word in words if not word.endswith("-"))
    return whole, tuple(word[:-1] for word in words if word.endswith("-"))


def denies(word: str) -> bool:
    """Whether a folded word says "not" by its meaning, as «запрещено» does."""
    whole, starts = _negative()
    return word in whole or word.startswith(starts)
