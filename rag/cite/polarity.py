"""Whether two sentences say yes and no to the same thing: negations and opposites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.cite.facts import akin, common_prefix, is_number
from rag.words import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Collection

_NEGATORS = frozenset(
    "не ни нет без нельзя никогда никто ничего никакой никаких невозможно отсутствует отсутствуют "
    "no not never without cannot neither nor none nobody nothing".split()
)
_IDLE = STOP_WORDS | {"будет", "будут", "буду", "было", "стал", "стали"}
_ADDING = frozenset({"только", "only", "just", "лишь"})
_EXCEPTING = ("кроме", "исключени", "except", "unless")
_PREFIXES = ("не", "без", "бес", "un", "in", "im", "non", "dis", "ir")
_SHORTEST = 4

#: Pairs of stem beginnings; a word of one side where the source has the other is a contradiction.
_PAIRS = """
    более/менее больше/меньше ранее/позднее раньше/позже до/после увелич/уменьш увелич/сниз
    повы/пониз повы/сниз рост/снижен рост/паден вырос/упал вырос/сниз выросл/снизил
    увелич/сократ разреш/запре можно/нельзя обязан/вправе прибыл/убыт продал/купил
    продаж/закуп прода/покуп откры/закры включа/исключа максим/миним рабоч/календар
    начал/оконч начал/законч приня/откло одобр/откло верхн/нижн внутрен/внешн перв/послед
    положит/отрицат ускор/замедл добав/удал наня/увол дневн/ночн утр/вечер принят/уволен
    получ/отправ up/down up/fell up/declin morning/evening more/less before/after
    earlier/later increas/decreas rose/fell grew/shrank grew/fell rose/declin increas/declin
    increas/reduc allow/forbid allow/prohibit permit/prohibit may/must profit/loss
    bought/sold buy/sell open/clos includ/exclud maxim/minim busi/calendar begin/end
    start/end accept/reject approv/reject upper/lower first/last first/second перв/втор
    hire/fire gain/lost mandatori/option requir/option win/lose won/lost above/below
    over/under higher/lower high/low most/least all/none always/never
"""
_OPPOSITES = tuple(tuple(pair.split("/")) for pair in _PAIRS.split())
_START = 2  # letters by which pairs are looked up
_BY_START: dict[str, list[tuple[str, ...]]] = {}
for _pair in _OPPOSITES:
    for _head in _pair:
        _BY_START.setdefault(_head[:_START], []).append(_pair)
#: These are whole words, too short or too common to stand for what begins with them.
_WHOLE = frozenset(
    """
    до после рост up down can may must end all none over under most least high low win lose
    won lost more less before after first last buy sell above below rose fell grew gain
    """.split()
)


def contradiction(claim: str, source: str) -> str | None:
    """Why the source says the opposite of the claim, or None where nothing shows that it does."""
    mine, its = words(claim), words(source)
    negated, denied = _negated(claim), _negated(source)
    said, known = _plain(mine, negated), _plain(its, denied)
    if excepting(source) and any(word in _ADDING for word in mine):
        return None  # "only if" for "not unless"
    freed = [word for word in negated if _has(word, known) and not _has(word, denied)]
    bound = [word for word in denied if _has(word, said) and not _has(word, negated)]
    agreed = any(_has(word, denied) for word in negated)
    if (
        freed and not bound and not agreed
    ):  # both: "proposed no dividend" for "did not propose a dividend"
        return f"the source says “{_shown(freed[0], its)}” without the negation"
    if bound and not freed and not agreed:
        return f"the source negates “{_shown(bound[0], its)}”"
    for word in sorted(_content(mine)):
        if (other := _prefixed(word, known)) and not _has(word, known):
            return f"the source says “{_shown(other, its)}”"
    return None


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


def _content(found: list[str]) -> set[str]:
    return {stem(word) for word in found if word not in STOP_WORDS and not word.isdigit()}


def _plain(found: list[str], negated: set[str]) -> set[str]:
    return {stem(word) for word in found} - negated


def _has(word: str, others: Collection[str]) -> bool:
    return any(_alike(word, other) for other in others)


def _alike(one: str, other: str) -> bool:
    if akin(one, other):
        return True
    common = common_prefix(one, other)
    return common >= 5 and common >= 0.7 * max(len(one), len(other))


def _prefixed(word: str, known: set[str]) -> str | None:
    """A stem of the source that is this word with a denying prefix, or without it."""
    for other in known:
        longer, shorter = (word, other) if len(word) > len(other) else (other, word)
        if len(shorter) >= _SHORTEST and any(longer == prefix + shorter for prefix in _PREFIXES):
            return other
    return None


def excepting(source: str) -> bool:
    """Whether a source makes an exception, so that it may say both of two opposites."""
    return any(word.startswith(_EXCEPTING) for word in words(source))


def opposite(claim: str, source: str) -> str | None:
    """Why the claim has a word where the source has its opposite, or None where it has not.

    A negation before one of the two makes them agree: «не более» and «менее».
    """
    mine, its = words(claim), words(source)
    started = {pair for word in mine for pair in _BY_START.get(word[:_START], ())}
    if not started:
        return None
    negated, denied = _negated(claim), _negated(source)
    for pair in sorted(started, key=_OPPOSITES.index):
        for one, other in (pair, pair[::-1]):
            here, there = _begins(mine, one), _begins(its, other)
            if not here or not there or _begins(mine, other) or _begins(its, one):
                continue
            if (stem(here) in negated) == (stem(there) in denied):
                return f"the source says “{there}”"
    return None


def _begins(found: list[str], head: str) -> str | None:
    if head in _WHOLE:
        return head if head in found else None
    return next((word for word in found if word.startswith(head)), None)


def _shown(stemmed: str, found: list[str]) -> str:
    """A word of the source as it stands there, for a reason that is to be read."""
    return next((word for word in found if _alike(stem(word), stemmed)), stemmed)
