"""The clauses of a sentence: what stands together in each, and what it denies.

A clause is what stands between commas, conjunctions and words that except something. One without a
predicate of its own («область — 1,1 миллиона», "but not the workshop") takes over the words of the
clause before it, for that is how it is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from rag.cite.grammar import denied_by, has_infinitive, infinitive, is_action, predicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.cite.amounts import Number
    from rag.cite.facts import Date
    from rag.cite.numerals import Spot

_STOPS = (".", "!", "?", ";")
_BREAK = re.compile(
    r"[;,:]\s|(?<=\d)\n|(?<=[.!?])(?<!\b[A-ZА-ЯЁ]\.)\s|\s(?=\()|(?<=\))\s"
    r"|\s(?=(?:а|но|и|and|but|while|whereas|хотя|тогда как|зато|однако|although|though|because"
    r"|so that|when|если|if|когда|потому|чтобы|кроме|вместо|за исключением|except|unless"
    r"|rather than|instead of|apart from|not (?:to|on|in|at|by|with|for|the|an?))\b)",
    re.I,
)
_EXCEPTING = re.compile(
    r"\W*(?:кроме|вместо|за исключением|except|unless|rather than|instead of|apart from)\b", re.I
)
_LESS = re.compile(r"\W*(?:а не|но не|и не|but not|and not|not|не)\b", re.I)
_DANGLING = re.compile(r"\W*(?:and|but|а|но|и)? ?(?:not|не)\W*", re.I)
_JOINING = frozenset("и а но или and but or then also также затем потом".split())
_HEAD = 2  # items of what stands before a colon and belongs to all that follows
#: Bounds of an amount or a day: they deny nothing, although they say "not".
BOUND = re.compile(
    r"(?P<least>не поздн(?:ее|ей)(?: чем)?(?: за\b(?! \w+ (?:до|перед))|(?= за\b))"
    r"|no later than(?=[\w ]{1,20} (?:before|prior))"
    r"|не (?:менее(?: чем)?|меньше|ниже|короче|ранее|раньше|моложе|дешевле|уже)\b"
    r"|(?:no|not) (?:less|fewer|earlier|sooner|younger)(?: than)?|at least|minimum(?: of)?|минимум)"
    r"|(?P<most>не (?:должн\w+ |мо\w+ )?(?:более(?: чем)?|больше|свыше|превы\w+|позднее(?: чем)?)"
    r"|не \w{2,}(?:ее|же|ше)(?: чем)?\b|(?:no|not) \w+er than|самое (?:большее|позднее)"
    r"|(?:do(?:es)? |must |may |can )?(?:no|not|never|n't) (?:be )?(?:more|later|longer|greater)"
    r"(?: than)?"
    r"|(?:does |do |must |may |should )?not (?:to )?exceed\w*|up to|at most|at the latest"
    r"|maximum(?: of)?|максимум)",
    re.I,
)
_AHEAD = 3  # and of it that tell which bound it is
_REACH = 30  # characters before an amount that may bound it
_COMPARED = re.compile(
    r"\b(?:(?P<most>до|менее(?: чем)?|меньше(?: чем)?|моложе|короче|less than|fewer than"
    r"|under|below|younger than)|(?P<least>более(?: чем)?|больше(?: чем)?|свыше|старше|длиннее"
    r"|more than|over|above|older than|longer than))\s*$",
    re.I,
)


class Item(NamedTuple):
    """A word that carries meaning, a number or a date, and where it stands.

    `stem` is "" for facts, `name` whether a word is surely a proper name, `bound` whether a fact is
    "most" or "least" of what is meant.
    """

    start: int
    end: int
    stem: str
    form: str
    fact: Number | Date | None = None
    name: bool = False
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: its items, those it takes over from another, what it denies.

    `negations` counts the words in it that say "not"; `denied` are the stems that stand in their
    scope. `forms` are its folded words and `starts` their places.
    """

    text: str
    items: tuple[Item, ...]
    taken: tuple[Item, ...]
    forms: tuple[str, ...]
    starts: tuple[int, ...]
    negations: int
    denied: frozenset[str]
    excepting: bool

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(item.stem for item in self.items if item.stem)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    items: list[Item] = field(default_factory=list)


def clauses_of(
    text: str, items: Sequence[Item], words: Sequence[tuple[int, str]], spots: Sequence[Spot]
) -> list[Clause]:
    """The clauses of a text; one without items joins the one before.

    Args:
        text: One or more sentences.
        items: What it says, in order.
        words: Its folded words with their places.
        spots: Where numbers and dates stand, inside which nothing is parted.
    """
    bounds = [match.span() for match in BOUND.finditer(text)]
    pieces: list[_Piece] = []
    for start, end in _bounded(text, _pieces(text, [*bounds, *spots]), words):
        inside = [item for item in items if start <= item.start < end]
        facts_only = not any(item.stem for item in inside) and len(inside) < _HEAD
        contrast = _EXCEPTING.match(text[start:end]) or _LESS.match(text[start:end])
        if pieces and facts_only and not (inside and contrast):
            last = pieces.pop()
            pieces.append(_Piece(last.start, end, [*last.items, *inside]))
        else:
            pieces.append(_Piece(start, end, inside))
    plain = [
        (start, form)
        for start, form in words
        if not any(left <= start < right for left, right in bounds)
    ]
    found: list[Clause] = []
    head: tuple[Item, ...] = ()
    for piece in pieces:
        clause = _clause(text, piece, plain, found[-1] if found else None)
        if head and clause.items and not clause.text.startswith(_STOPS):
            clause = replace(clause, taken=(*clause.taken, *head))
        found.append(clause)
        if clause.text.rstrip().endswith(":"):
            brief = len(clause.items) <= _HEAD and not predicate(clause.forms)
            head = clause.items if brief else ()
        elif clause.text.rstrip().endswith(_STOPS):
            head = ()
    return _spread(found)


def _spread(clauses: list[Clause]) -> list[Clause]:
    """The clauses, what denies one infinitive denying those in a row with it.

    «Запрещается нырять, бегать и приносить стекло», «нырять и бегать нельзя».
    """
    rows = [_denies_action(clause) or infinitive(clause.forms) for clause in clauses]
    found = list(clauses)
    for place, clause in enumerate(clauses):
        if not _denies_action(clause):
            continue
        for step in (-1, 1):
            beside = place + step
            while 0 <= beside < len(found) and rows[beside] and not found[beside].negations:
                denied = found[beside].denied | found[beside].stems
                found[beside] = replace(found[beside], negations=clause.negations, denied=denied)
                beside += step
    return found


def _denies_action(clause: Clause) -> bool:
    """Whether a clause says that something must not be done."""
    return clause.negations % 2 == 1 and has_infinitive(clause.forms) and not clause.excepting


def _bounded(text: str, pieces: Sequence[Spot], words: Sequence[tuple[int, str]]) -> Iterator[Spot]:
    """The pieces, what excepts something ended before the next verb."""
    for start, end in pieces:
        place = start
        if _EXCEPTING.match(text[start:end]):
            inside = [each for each in words if start <= each[0] < end][1:]
            place = next((each for each, form in inside if predicate((form, form))), start)
        if place > start:
            yield start, place
        yield place, end


def _clause(
    text: str, piece: _Piece, words: Sequence[tuple[int, str]], before: Clause | None
) -> Clause:
    inside = text[piece.start : piece.end]
    placed = [each for each in words if piece.start <= each[0] < piece.end]
    forms = tuple(form for _, form in placed)
    count, denied = denied_by(forms)
    items = tuple(piece.items)
    excepting = bool(_EXCEPTING.match(inside))
    less = excepting or bool(_LESS.match(inside))
    taken: tuple[Item, ...] = ()
    if before is not None:
        if less or not predicate(forms):
            taken = _taken(items, before, less)
        elif _shares_subject(forms):
            taken = _subject(before)
    starts = tuple(start for start, _ in placed)
    return Clause(inside, items, taken, forms, starts, count + excepting, denied, less)


def bound_of(text: str, start: int) -> str:
    """Whether what begins here is said to be the most or the least."""
    first = max(start - _REACH, 0)
    before = text[first:start]
    found = [
        match
        for match in BOUND.finditer(text[: start + _AHEAD], first)
        if match.end() <= start and not text[match.end() : start].strip()
    ]
    if found:
        return found[-1].lastgroup or ""
    match = _COMPARED.search(before)
    return (match.lastgroup or "") if match else ""


def _taken(items: tuple[Item, ...], before: Clause, less: bool) -> tuple[Item, ...]:
    """What a clause without a predicate takes over: what it has nothing of its own in place of.

    Its own things stand in the place of as many of the other's: of the first, or after "but not"
    of the last.
    """
    kinds = {type(item.fact) for item in items if item.fact is not None}
    names = any(item.name for item in items)
    left = [
        item
        for item in (*before.items, *before.taken)
        if not (item.fact is not None and type(item.fact) in kinds) and not (item.name and names)
    ]
    things = [item for item in left if item.fact is None and not is_action(item.form)]
    own = sum(item.fact is None and not item.name and not is_action(item.form) for item in items)
    gone = things[-own:] if less and own else things[:own]
    return tuple(item for item in left if item not in gone)


def _shares_subject(words: tuple[str, ...]) -> bool:
    """Whether a clause goes on with a verb after a conjunction, as «и возобновляется»."""
    first = next((word for word in words if word not in _JOINING), "")
    return bool(first) and words[0] in _JOINING and predicate((first, ""))


def _subject(clause: Clause) -> tuple[Item, ...]:
    """What stands before the first verb of a clause."""
    found = []
    for item in (*clause.taken, *clause.items):
        if item.fact is None and is_action(item.form):
            break
        found.append(item)
    return tuple(found)


def _pieces(text: str, bounds: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where clauses begin and end; nothing is parted inside a bound such as «не более»."""
    found = []
    start = 0
    for match in _BREAK.finditer(text):
        place = match.end()
        if any(left < place <= right for left, right in bounds):
            continue
        if text[start:place].strip(" .\n—") and not _DANGLING.fullmatch(text[start:place]):
            found.append((start, place))
            start = place
    if text[start:].strip(" .\n"):
        found.append((start, len(text)))
    return found
