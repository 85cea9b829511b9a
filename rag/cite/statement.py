"""A sentence taken apart: its facts, its words that carry meaning, its clauses."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property, lru_cache

from rag.cite.amounts import Number, periods, units
from rag.cite.clauses import BOUND, Clause, Item, bound_of, clauses_of
from rag.cite.facts import Date, Facts, akin, facts, may_count
from rag.cite.grammar import name_stem
from rag.words import STOP_WORDS, Language, fold, language_of, stem, tokens

_QUOTES = " \t\"'«“„(—–-"
#: What stands before the first word of a sentence, a line or an item of a list.
_OPENS = frozenset(("", ".", "!", "?", "…", ":", ";", "\n", "*", "#", "|", ")"))
#: Modal and linking words beside the stop words: they say how, not what.
_MODAL = frozenset(
    "можно может могут мог могла могли нужно надо необходимо следует следовать должен должна "
    "должно должны обязан обязана обязаны вправе разрешается разрешено допускается допускаются "
    "допущен запрещается запрещено запрещен нельзя составляет составляют составил составила "
    "составило составили равен равна равно равны будет будут буду стал стала стало стали имеет "
    "имеют i'll i'm i've i'd you'll you're we'll we're we've they'll they're he's she's he'll "
    "she'll it'll yours сегодня завтра один одна одно одни одного одному одним одной одну one "
    "ones the каждый каждая каждое каждую каждого каждой каждые каждых каждым около примерно "
    "почти every approximately nearly almost roughly around still already уже пока еще тогда "
    "теперь сейчас now лишь вместо кроме ни никто ничего никогда нибудь этом том также однако "
    "затем поэтому may might must can could shall should need needs cannot can't mustn't mayn't "
    "isn't aren't wasn't weren't don't doesn't didn't won't wouldn't hasn't haven't allowed "
    "permitted forbidden prohibited unable never nobody nothing none neither let lets us "
    "instead rather than except unless without however therefore thus".split()
)
EMPTY = STOP_WORDS | _MODAL
_LETTERS = re.compile(r"[^\W_]+")


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
        taken = [*found.spots, *(match.span() for match in BOUND.finditer(self.text))]
        words = [
            Item(start, end, stemmed, form, None, sure.get(start, False))
            for start, end, stemmed, form in self._tokens
            if form not in EMPTY and not any(left <= start < right for left, right in taken)
        ]
        facts_ = [
            Item(*spot, "", "", fact, bound=bound_of(self.text, spot[0]))
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
        return (*self.facts.numbers, *dated, *periods(self.text))

    def lacks_number(self, number: Number) -> bool:
        """Whether no amount is this one; one without a unit needs that unit to stand near it."""
        same = [mine for mine in self.amounts if number.same(mine)]
        if number.unit in (None, "nth", "label") or any(mine.unit is not None for mine in same):
            return not same
        return not same or number.unit not in self.units

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that stand anywhere in the text, as in the name of a column."""
        return units(self.text)

    def lacks_date(self, date: Date) -> bool:
        return not any(date.within(mine) for mine in self.facts.dates)

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
        """The clauses, each with what it takes over from the one before."""
        words = [(start, form) for start, _, _, form in self._tokens]
        return tuple(clauses_of(self.text, self.items, words, self.facts.spots))


@lru_cache(maxsize=50_000)
def _stem_of(written: str, stemmed: str) -> str:
    """The stem of a word; of a Russian name that of its dictionary form, whatever its case."""
    return name_stem(written) or stemmed


@lru_cache(maxsize=4096)
def statement(text: str) -> Statement:
    """The statement of a text, kept for the next time it is asked for."""
    return Statement(text)


def quoted(claim: Statement, source: Statement) -> bool:
    """Whether a claim stands in a source word for word, not as the tail of a negation."""
    place = source.normal.find(claim.normal)
    if place < 0:
        return False
    before = source.normal[:place].split()
    return not before or stem(before[-1]) not in ("не", "not", "no", "без", "ни", "never")
