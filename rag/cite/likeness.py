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
#: Of verbs made from what is named: «застраховать» from «страховка»; of adjectives: «ночной».
_VERBAL = tuple("пере про под при раз рас за по от вы на из об до о у с".split())
_ADJECTIVAL = ("н", "ск", "ов", "ев", "овск", "ичн", "енн", "очн")
_BASE_LETTERS = 3
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
    if _derived(one, other) or _derived(other, one):
        return True
    common = common_prefix(one, other)
    return common >= _ROOT_LETTERS and common >= _ROOT_SHARE * max(len(one), len(other))


def _derived(word: str, base: str) -> bool:
    """Whether a Russian stem is another one with a prefix of verbs or a suffix of adjectives."""
    if word.isascii():
        return False
    if len(base) >= _BASE_LETTERS and word.startswith(base) and word[len(base) :] in _ADJECTIVAL:
        return True
    prefix = next((each for each in _VERBAL if word.startswith(each)), "")
    common = common_prefix(word[len(prefix) :], base) if prefix else 0
    return common >= max(_ROOT_LETTERS, _ROOT_SHARE * len(base))


def kin(stemmed: str, letters: int) -> set[str]:
    """How stems may begin that this one is derived from, or that are derived from it."""
    if stemmed.isascii():
        return set()
    bare = {stemmed[len(p) :][:letters] for p in _VERBAL if stemmed.startswith(p)}
    return bare | {f"{prefix}{stemmed}"[:letters] for prefix in _VERBAL}


def resembles(item: Item, other: str) -> float:
    """How much a word says what a stem says; all forms of a Russian word are one."""
    value = alike(item.stem, other)
    if value >= _SYNONYM or item.stem[:_ALTERS] != other[:_ALTERS]:
        return value
    return _FORM if other in paradigm(item.form) else value
