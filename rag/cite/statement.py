"""A sentence taken apart: its facts, its words that carry meaning, its clauses, what they deny.

A clause is what stands between commas, conjunctions and words that except something. One without a
predicate of its own («область — 1,1 миллиона», "but not the workshop") takes over the words of the
clause before it, for that is how it is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.cite import lexicon
from rag.cite.facts import Date, Facts, Name, Number, akin, common_prefix, facts, may_count, units
from rag.cite.grammar import denied_by, is_action, name_stem, paradigm, predicate
from rag.words import STOP_WORDS, Language, fold, language_of, stem, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALTERS = 2  # letters with which all forms of a verb begin
_QUOTES, _OPENS = (
    " \t\"'«“„(—–-",
    frozenset(("", ".", "!", "?", "…", ":", ";", "\n", "*", "#", "|", ")")),
)
_STOPS = (".", "!", "?", ";")
_SYNONYM, _FORM, _ROOT = 0.85, 0.95, 0.7  # what a word counts that only resembles another
_ROOT_LETTERS, _ROOT_SHARE = 5, 0.6
#: Modal and linking words beside the stop words: they say how, not what.
_MODAL = frozenset(
    "можно может могут мог могла могли нужно надо необходимо следует следовать должен должна должно "
    "должны обязан обязана обязаны вправе разрешается разрешено допускается допускаются допущен "
    "запрещается запрещено запрещен нельзя составляет составляют составил составила составило "
    "составили равен равна равно равны будет будут буду стал стала стало стали имеет имеют "
    "i'll i'm i've i'd you'll you're we'll we're we've they'll they're he's she's he'll she'll it'll "
    "yours сегодня завтра "
    "один одна одно одни одного одному одним одной одну one ones the "
    "каждый каждая каждое каждую каждого каждой каждые каждых каждым около примерно почти every "
    "approximately nearly almost roughly around still already уже пока еще тогда теперь сейчас now лишь вместо кроме ни никто ничего никогда нибудь этом том также однако затем поэтому "
    "may might must can could shall should need needs cannot can't "
    "mustn't mayn't isn't aren't wasn't weren't don't doesn't didn't won't wouldn't hasn't haven't "
    "allowed permitted forbidden prohibited unable never nobody nothing none neither "
    "let lets us instead rather than except unless without however therefore thus".split()
)
EMPTY = STOP_WORDS | _MODAL
_LETTERS = re.compile(r"[^\W_]+")
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
_JOINING = frozenset("и а но или and but or then also также затем потом".split())
_HEAD = 2  # items of what stands before a colon and belongs to all that follows
#: Bounds of an amount or a day: they deny nothing, although they say "not".
_BOUND = re.compile(
    r"(?P<least>не (?:менее(?: чем)?|меньше|ниже|короче|ранее|раньше|моложе|дешевле|уже)\b"
    r"|(?:no|not) (?:less|fewer|earlier|sooner|younger)(?: than)?|at least|minimum(?: of)?|минимум)"
    r"|(?P<most>не (?:должн\w+ |мо\w+ )?(?:более(?: чем)?|больше|свыше|превы\w+|позднее(?: чем)?)"
    r"|не \w{2,}(?:ее|же|ше)(?: чем)?\b|(?:no|not) \w+er than|самое (?:большее|позднее)"
    r"|(?:do(?:es)? |must |may |can )?(?:no|not|never|n't) (?:be )?(?:more|later|longer|greater)(?: than)?"
    r"|(?:does |do |must |may |should )?not (?:to )?exceed\w*|up to|at most|at the latest"
    r"|maximum(?: of)?|максимум)",
    re.I,
)


_REACH = 30  # characters before an amount that may bound it
_COMPARED = re.compile(
    r"\b(?:(?P<most>менее(?: чем)?|меньше(?: чем)?|моложе|короче|less than|fewer than|under|below"
    r"|younger than)|(?P<least>более(?: чем)?|больше(?: чем)?|свыше|старше|длиннее|more than|over"
    r"|above|older than|longer than))\s*$",
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


class Statement:
    """A text with its facts and the stems of its other meaningful words, made when asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lacking: dict[str, bool] = {}

    def named(self, names: frozenset[str]) -> Statement:
        """The same text, its capitalised words names where their stems are among `names`."""
        items = tuple(
            item._replace(name=True)
            if item.stem in names and not item.name and self.text[item.start].isupper()
            else item
            for item in self.items
        )
        if items == self.items:
            return self
        found = Statement(self.text)
        found.__dict__.update(facts=self.facts, items=items)
        return found

    @cached_property
    def facts(self) -> Facts:
        return facts(self.text)

    @cached_property
    def language(self) -> Language:
        return language_of(self.text)

    @cached_property
    def normal(self) -> str:
        """The text folded to its words, to find a quotation whatever its punctuation."""
        return f" {' '.join(_LETTERS.findall(fold(self.text)))} "

    @cached_property
    def _tokens(self) -> list[tuple[int, int, str, str]]:
        text = self.text
        return [
            (t.start, t.end, _stem_of(text[t.start : t.end], t.stem), fold(text[t.start : t.end]))
            for t in tokens(text)
        ]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Words that carry meaning, numbers and dates, in order."""
        found = self.facts
        sure = {name.start: name.sure for name in found.names}
        taken = [*found.spots, *(match.span() for match in _BOUND.finditer(self.text))]
        words = [
            Item(start, end, stemmed, form, None, sure.get(start, False))
            for start, end, stemmed, form in self._tokens
            if form not in EMPTY and not any(left <= start < right for left, right in taken)
        ]
        facts_ = [
            Item(*spot, "", "", fact, bound=_bound(self.text, spot[0]))
            for fact, spot in found.placed
        ]
        return tuple(sorted([*words, *facts_], key=lambda item: item.start))

    @cached_property
    def counts(self) -> bool:
        """Whether there may be a number or a date in the text; quickly told."""
        return may_count(self.text, self.forms)

    @cached_property
    def capital(self) -> frozenset[str]:
        """Stems of capitalised words that open no sentence."""
        text = self.text
        return frozenset(
            stemmed
            for start, _, stemmed, _ in self._tokens
            if text[start].isupper() and start and text[:start].rstrip(_QUOTES)[-1:] not in _OPENS
        )

    @cached_property
    def small(self) -> frozenset[str]:
        """Stems of the words that are not capitalised."""
        return frozenset(s for start, _, s, _ in self._tokens if not self.text[start].isupper())

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Stems of the words that carry meaning, in order; numbers and dates are facts instead."""
        return tuple(dict.fromkeys(item.stem for item in self.items if item.stem))

    @cached_property
    def stems(self) -> frozenset[str]:
        """All stems, stop words and numbers included."""
        return frozenset(stemmed for _, _, stemmed, _ in self._tokens)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """All words, folded, in order."""
        return tuple(form for _, _, _, form in self._tokens)

    def form(self, wanted: str) -> str:
        """The first word with this stem, folded."""
        return next((form for _, _, each, form in self._tokens if each == wanted), wanted)

    @cached_property
    def amounts(self) -> tuple[Number, ...]:
        """The numbers, the years and days of dates among them."""
        dated = [
            Number(str(part), frozenset({Decimal(part)}), unit)
            for date in self.facts.dates
            for part, unit in ((date.year, "year"), (date.day, "date"))
            if part is not None
        ]
        return (*self.facts.numbers, *dated)

    def lacks_number(self, number: Number) -> bool:
        """Whether no amount is this one; one without a unit needs that unit to stand near it."""
        same = [mine for mine in self.amounts if number.same(mine)]
        if number.unit in (None, "nth") or any(mine.unit is not None for mine in same):
            return not same
        return not same or number.unit not in self.units

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that stand anywhere in the text, as in the name of a column."""
        return units(self.text)

    def lacks_date(self, date: Date) -> bool:
        return not any(date.within(mine) for mine in self.facts.dates)

    def lacks_name(self, name: Name) -> bool:
        return not any(akin(name.stem, mine) for mine in self.stems)

    def lacks(self, item: Item) -> bool:
        """Whether a fact or a name is not in the text."""
        if isinstance(item.fact, Number):
            return self.lacks_number(item.fact)
        if item.fact is not None:
            return self.lacks_date(item.fact)
        known = self._lacking.get(item.stem)
        if known is None:
            known = not any(akin(item.stem, mine) for mine in self.stems)
            self._lacking[item.stem] = known
        return known

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, each with what it takes over; one without items joins the one before."""
        bounds = [match.span() for match in _BOUND.finditer(self.text)]
        spots = [*bounds, *self.facts.spots]
        pieces: list[_Piece] = []
        for start, end in self._bounded(_pieces(self.text, spots)):
            items = [item for item in self.items if start <= item.start < end]
            facts_only = not any(item.stem for item in items) and len(items) < _HEAD
            if pieces and facts_only and not _EXCEPTING.match(self.text[start:end]):
                last = pieces.pop()
                pieces.append(_Piece(last.start, end, [*last.items, *items]))
            else:
                pieces.append(_Piece(start, end, items))
        found: list[Clause] = []
        head: tuple[Item, ...] = ()
        for piece in pieces:
            clause = self._clause(piece, bounds, found[-1] if found else None)
            if head and clause.items and not clause.text.startswith(_STOPS):
                clause = replace(clause, taken=(*clause.taken, *head))
            found.append(clause)
            if clause.text.rstrip().endswith(":"):
                brief = len(clause.items) <= _HEAD and not predicate(clause.forms)
                head = clause.items if brief else ()
            elif clause.text.rstrip().endswith(_STOPS):
                head = ()
        return tuple(found)

    def _bounded(self, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The pieces, what excepts something ended before the next verb."""
        for start, end in pieces:
            place = start
            if _EXCEPTING.match(self.text[start:end]):
                inside = [(s, form) for s, _, _, form in self._tokens if start <= s < end][1:]
                place = next((s for s, form in inside if predicate((form, form))), start)
            if place > start:
                yield start, place
            yield place, end

    def _clause(
        self, piece: _Piece, bounds: list[tuple[int, int]], before: Clause | None
    ) -> Clause:
        text = self.text[piece.start : piece.end]
        placed = [
            (start, form)
            for start, _, _, form in self._tokens
            if piece.start <= start < piece.end
            and not any(left <= start < right for left, right in bounds)
        ]
        words = tuple(form for _, form in placed)
        count, denied = denied_by(words)
        items = tuple(piece.items)
        excepting = bool(_EXCEPTING.match(text))
        less = excepting or bool(_LESS.match(text))
        taken: tuple[Item, ...] = ()
        if before is not None:
            if less or not predicate(words):
                taken = _taken(items, before, less)
            elif _shares_subject(words):
                taken = _subject(before)
        starts = tuple(start for start, _ in placed)
        return Clause(text, items, taken, words, starts, count + excepting, denied, less)


def _bound(text: str, start: int) -> str:
    """Whether what begins here is said to be the most or the least."""
    before = text[max(start - _REACH, 0) : start]
    found = [match for match in _BOUND.finditer(before) if not before[match.end() :].strip()]
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
    return bool(first) and words[0] in _JOINING and predicate((first, first))


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
        if text[start:place].strip(" .\n—"):
            found.append((start, place))
            start = place
    if text[start:].strip(" .\n"):
        found.append((start, len(text)))
    return found


@lru_cache(maxsize=50_000)
def _stem_of(written: str, stemmed: str) -> str:
    """The stem of a word; of a Russian name that of its dictionary form, whatever its case."""
    return name_stem(written) or stemmed


@lru_cache(maxsize=4096)
def statement(text: str) -> Statement:
    """The statement of a text, kept for the next time it is asked for."""
    return Statement(text)


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


def quoted(claim: Statement, source: Statement) -> bool:
    """Whether a claim stands in a source word for word, not as the tail of a negation."""
    place = source.normal.find(claim.normal)
    if place < 0:
        return False
    before = source.normal[:place].split()
    return not before or stem(before[-1]) not in ("не", "not", "no", "без", "ни", "never")
