"""The passages as sentences that can be cited, and how much of a claim they carry.

A claim's words are compared as stems, each weighted by how rare it is among the sentences of the
passages (inverse document frequency: Spärck Jones, K. "A statistical interpretation of term
specificity", 1972), and looked up in an index from stems to sentences. Numbers, dates and names are
compared apart, as facts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from rag.cite.amounts import Number
from rag.cite.facts import akin
from rag.cite.grammar import is_action, paradigm
from rag.cite.likeness import CLOSE, alike, kin
from rag.cite.spans import Span, answered, spans_of
from rag.cite.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.cite.clauses import Item
    from rag.types import Citation, Document, Passage
    from rag.words import Language

_HIGHEST = 3.0  # weight of a word that no sentence holds, or only one of many
_FACT = 3.0  # weight of a number or date
_ACTION = 0.6  # what a verb weighs beside a noun: verbs have more words for the same
_CONTEXT = 0.8  # what a word counts that only the heading or title holds
_BEFORE = 0.4  # what a word counts that only the sentence before holds
_Around = tuple[frozenset[str], frozenset[str], frozenset[str]]
_TURNS = 4  # sentences that a conversation goes on about a thing without naming it
_DIAL = 12  # hours
_LAST_HOUR = 25  # from here on a number is no time of day
_SHARES = 1_000_000  # nor this a share, in hundredths
_KEY = 4  # letters by which stems that may be akin are looked up


class Evidence:
    """All sentences of the passages, in order, and the weight of each stem among them."""

    def __init__(self, passages: Sequence[Passage], documents: Mapping[str, Document]) -> None:
        """Split the passages; a sentence that lies in two of them is taken once."""
        self.documents = documents
        found: dict[tuple[str, int, int], Span] = {}
        for number, passage in enumerate(passages, 1):
            for span in spans_of(passage, documents[passage.document], number):
                found.setdefault((span.document, span.start, span.end), span)
        self.spans = tuple(answered(list(found.values()), documents))
        self._postings: dict[str, list[int]] = defaultdict(list)
        for place, span in enumerate(self.spans):
            for stemmed in span.said.stems:
                self._postings[stemmed].append(place)
        self._starts: dict[str, list[str]] = defaultdict(list)
        for stemmed in self._postings:
            self._starts[stemmed[:_KEY]].append(stemmed)
        self._stating: dict[Language, tuple[int, ...]] = {}
        self._weights: dict[tuple[str, str, bool], float] = {}
        self._like: dict[str, dict[int, float]] = {}
        self._places = {id(span): place for place, span in enumerate(self.spans)}

    @cached_property
    def _numbers(self) -> dict[object, list[tuple[int, Number]]]:
        """Where numbers stand, by their values."""
        found: dict[object, list[tuple[int, Number]]] = defaultdict(list)
        for place, span in enumerate(self.spans):
            for number in span.said.amounts if span.said.counts else ():
                for key in _keys(number):
                    found[key].append((place, number))
        return found

    @cached_property
    def proper(self) -> frozenset[str]:
        """Stems that are surely names somewhere in the passages, and written small nowhere."""
        capital: set[str] = set()
        small: set[str] = set()
        for span in self.spans:
            capital |= span.said.capital
            if self.documents[span.document].kind == "meeting":
                capital |= span.speaker
            small |= span.said.small
        return frozenset(capital - small)

    def knows(self, stemmed: str, document: str) -> bool:
        """Whether a sentence of a document has a stem."""
        places = self._postings.get(stemmed, ())
        return any(self.spans[place].document == document for place in places)

    def weight(self, item: Item) -> float:
        """Inverse document frequency of a word, less for a verb; one weight for every fact."""
        if item.fact is not None:
            return _FACT
        key = item.stem, item.form, item.name
        known = self._weights.get(key)
        if known is None:
            known = self._weights[key] = self._weigh(item)
        return known

    def _weigh(self, item: Item) -> float:
        count = max(len(self._postings.get(item.stem, ())), 1)
        rare = min(math.log(1 + (len(self.spans) + 1) / (count + 0.5)), _HIGHEST)
        return rare * _ACTION if not item.name and is_action(item.form) else rare

    def places(self, item: Item) -> dict[int, float]:
        """The sentences that hold an item, by place, and how well they do."""
        if item.fact is not None:
            return self._fact_places(item)
        known = self._like.get(item.stem)
        if known is None:
            known = {}
            like = {each: alike(item.stem, each) for each in self._related(item.stem)}
            if max(like.values(), default=0.0) < CLOSE:
                like |= dict.fromkeys(self._forms(item), 1.0)
            for each, value in like.items():
                for place in self._postings[each]:
                    known[place] = max(known.get(place, 0.0), value)
            self._like[item.stem] = known
        return known

    def _related(self, stemmed: str) -> set[str]:
        from rag.cite.lexicon import synonyms

        starts = {stemmed[:_KEY], stemmed[: _KEY - 1], *kin(stemmed, _KEY)}
        near = {each for start in starts for each in self._starts.get(start, ())}
        found = {each for each in near if alike(stemmed, each)}
        return found | (synonyms(stemmed) & self._postings.keys())

    def _forms(self, item: Item) -> frozenset[str]:
        """The stems of a word's other forms, where the sentences have none that is alike."""
        return paradigm(item.form) & self._postings.keys()

    def _fact_places(self, item: Item) -> dict[int, float]:
        if isinstance(item.fact, Number):
            return {
                place: 1.0
                for key in _keys(item.fact)
                for place, number in self._numbers.get(key, ())
                if item.fact.same(number)
            }
        return {
            place: 1.0
            for place, span in enumerate(self.spans)
            if span.said.counts and not span.said.lacks(item)
        }

    def spoken_by(self, who: frozenset[str], asks: bool) -> list[int]:
        """The places of the sentences of a speaker, or of who `asks`, by the stems of a name."""
        speakers = {
            speaker
            for _, speaker, _ in self._contexts
            if any(akin(one, other) for one in who for other in speaker)
        }
        return [
            place
            for place, span in enumerate(self.spans)
            if (span.asker if asks and span.answered else span.speaker) in speakers
        ]

    def rows(self, document: str) -> frozenset[str]:
        """The stems of the first cells of the rows of tables in a document."""
        return frozenset().union(*(s.row for s in self.spans if s.document == document))

    def stating(self, language: Language) -> tuple[int, ...]:
        """The places of the sentences in a language that are no questions."""
        known = self._stating.get(language)
        if known is None:
            known = tuple(
                place
                for place, span in enumerate(self.spans)
                if span.said.language == language and not span.asks
            )
            self._stating[language] = known
        return known

    def held(self, item: Item, span: Span) -> float:
        """How well a sentence itself holds an item, from 0 to 1."""
        return self.places(item).get(self._places[id(span)], 0.0)

    def scores(self, items: Sequence[Item]) -> list[float]:
        """The share of the items' weight that each sentence holds, with what stands around it."""
        held = [0.0] * len(self.spans)
        total = 0.0
        for item in items:
            weight = self.weight(item)
            total += weight
            places = self.places(item)
            for place, value in places.items():
                held[place] += weight * value
                after = place + 1
                if after < len(held) and after not in places and self._follows(after):
                    held[after] += weight * _BEFORE * value
            for place in self._around(item.stem) if item.stem else ():
                if place not in places:
                    held[place] += weight * _CONTEXT
        return [value / total for value in held] if total else held

    def _around(self, stemmed: str) -> Iterator[int]:
        """The sentences whose headings or speaker have a stem."""
        for (context, speaker, hearer), places in self._contexts.items():
            if stemmed in context:
                yield from places
            elif stemmed in speaker or stemmed in hearer:
                yield from (place for place in places if stemmed in self.spans[place].around)

    @cached_property
    def _contexts(self) -> dict[_Around, list[int]]:
        found: dict[_Around, list[int]] = defaultdict(list)
        for place, span in enumerate(self.spans):
            found[span.context, span.speaker, span.hearer].append(place)
        return found

    def _follows(self, place: int) -> bool:
        """Whether a sentence follows the one before it in one passage."""
        one, two = self.spans[place - 1], self.spans[place]
        return (one.passage, one.place + 1) == (two.passage, two.place)

    def topical(self, item: Item, span: Span) -> bool:
        """Whether a few sentences before in a conversation have a word: it is spoken of."""
        if not self.spoken(span):
            return False
        place = self._places[id(span)]
        said = self.places(item)
        return any(
            each in said and self.spans[each].passage == span.passage and not self._denies(each)
            for each in range(max(place - _TURNS, 0), place)
        )

    def _denies(self, place: int) -> bool:
        return any(clause.negations for clause in self.spans[place].said.clauses)

    def spoken(self, span: Span) -> bool:
        """Whether a sentence is of a conversation."""
        return bool(span.speaker) and self.documents[span.document].kind == "meeting"

    def before(self, span: Span) -> Span | None:
        """The sentence before this one in its passage."""
        place = self._order.get((span.document, span.start))
        return self.spans[place - 1] if place and self._follows(place) else None

    @cached_property
    def _order(self) -> dict[tuple[str, int], int]:
        return {(span.document, span.start): place for place, span in enumerate(self.spans)}

    @cached_property
    def pairs(self) -> tuple[tuple[Span, Span], ...]:
        """Every two sentences that follow one another in one passage."""
        return tuple(
            (self.spans[place - 1], self.spans[place])
            for place in range(1, len(self.spans))
            if self._follows(place)
        )

    @cached_property
    def normal(self) -> str:
        """All sentences folded to their words, one after another."""
        return "".join(statement(span.text).normal for span in self.spans).replace("  ", " ")

    def citation(self, span: Span) -> Citation:
        """The place of a span in its document, with page and line."""
        return self.documents[span.document].citation(span.document, span.start, span.end)


def _keys(number: Number) -> list[object]:
    """What a number is looked up by; shares and hundredths meet in one."""
    keys: list[object] = list(number.values)
    if number.unit in ("%", "part"):
        scale = 100 if number.unit == "%" else 1
        keys += [("share", round(value / scale, 2)) for value in number.values if value < _SHARES]
    if number.measured:
        keys.append(number.measured)
    if number.unit in ("clock", None):
        keys += [("dial", value % _DIAL) for value in number.values if value < _LAST_HOUR]
    return keys
