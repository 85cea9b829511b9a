"""Whether two sentences say yes and no to the same thing: negations and opposites.

A quick look at words alone, for questions and the sentences that may answer them; claims are
compared clause by clause in `rag.cite.compare`.
"""

from __future__ import annotations

import re
from itertools import chain

from rag.cite import lexicon
from rag.cite.numerals import is_number
from rag.words import STOP_WORDS, stem, words

_NEGATORS = frozenset(
    "не ни нет без нельзя никогда никто ничего никакой никаких невозможно отсутствует отсутствуют "
    "no not never without cannot neither nor none nobody nothing".split()
)
_IDLE = STOP_WORDS | {"будет", "будут", "буду", "было", "стал", "стали"}
_ADDING = frozenset({"только", "only", "just", "лишь"})


def unmatched_negation(claim: str, source: str) -> bool:
    """Whether the claim denies something and the source denies nothing at all."""
    has = any(_is_negator(word) for word in words(claim))
    theirs = words(source)
    denies = any(
        _is_negator(word) or (word.startswith(("не", "без", "бес", "un")) and len(word) > 5)
        for word in theirs
    )
    opposite = any(word.startswith(("запре", "prohib", "forbid", "отсутств")) for word in theirs)
    return has and not denies and not opposite


def _is_negator(word: str) -> bool:
    return word in _NEGATORS or word.endswith("n't")


def _negated(text: str) -> set[str]:
    """Stems of what is denied: the next word and the next that means much, within the clause.

    Where none follows it is what stands before: «котельной на новом месте нет».
    """
    negated: set[str] = set()
    for clause in re.split(r"[,;:.!?—]\s", text):
        found = words(clause)
        for place, word in enumerate(found):
            following = found[place + 1 :]
            if not _is_negator(word) or (following[:1] and following[0] in _ADDING):
                continue
            content = [each for each in following[:4] if each not in _IDLE]
            before = [each for each in found[:place] if each not in STOP_WORDS]
            negated |= {stem(each) for each in [*following[:1], *(content[:1] or before)]}
    numbers = {stem(word) for word in words(text) if is_number(word)}
    return {each for each in negated - numbers if each not in STOP_WORDS or len(each) > 4}


def opposite(claim: str, source: str) -> str | None:
    """Why the claim has a word where the source has its opposite, or None where it has not.

    A negation before one of the two makes them agree: «не более» and «менее».
    """
    mine, its = words(claim), words(source)
    found = lexicon.pairs_of(mine)
    if not found:
        return None
    negated, denied = _negated(claim), _negated(source)
    sides = (((pair.one, pair.other), (pair.other, pair.one)) for pair in found)
    for one, other in chain.from_iterable(sides):
        here, there = lexicon.begins(one, mine), lexicon.begins(other, its)
        if not here or not there or lexicon.begins(other, mine) or lexicon.begins(one, its):
            continue
        if (stem(here) in negated) == (stem(there) in denied):
            return f"the source says “{there}”"
    return None
