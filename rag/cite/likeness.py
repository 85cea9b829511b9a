"""How much one word says what another one says: the same stem, a synonym, the same root."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rag.cite import lexicon
from rag.cite.facts import akin, common_prefix
from rag.cite.grammar import paradigm

if TYPE_CHECKING:
    from rag.cite.clauses import Item

_ALTERS = 2  # letters with which all forms of a word begin
_SYNONYM, _FORM, _ROOT = 0.85, 0.95, 0.7  # what a word counts that only resembles another
_ROOT_LETTERS, _ROOT_SHARE = 5, 0.6
#: From here on two words are taken for one.
CLOSE = _SYNONYM


@lru_cache(maxsize=200_000)
def alike(one: str, other: str) -> float:
    """How much one stem says what the other says: 1 for the same, 0 for nothing in common."""
    if one == other:
        return 1.0
    if akin(one, other):
        return _FORM
    if lexicon.groups(one) & lexicon.groups(other):
        return _SYNONYM
    return _ROOT if same_root(one, other) else 0.0


def same_root(one: str, other: str) -> bool:
    """Whether two stems share most of their letters from the beginning («постав-ка», «-щик»)."""
    common = common_prefix(one, other)
    return common >= _ROOT_LETTERS and common >= _ROOT_SHARE * max(len(one), len(other))


def resembles(item: Item, other: str) -> float:
    """How much a word says what a stem says; all forms of a Russian word are one."""
    value = alike(item.stem, other)
    if value >= _SYNONYM or item.stem[:_ALTERS] != other[:_ALTERS]:
        return value
    return _FORM if other in paradigm(item.form) else value
