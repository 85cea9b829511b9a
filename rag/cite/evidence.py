"""The passages as sentences that can be cited, and how much of a claim they carry.

A claim's words are compared as stems, each weighted by how rare it is among the sentences of the
passages (inverse document frequency: Spärck Jones, K. "A statistical interpretation of term
specificity", 1972). Numbers, dates and names are compared apart, as facts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from rag import sentences
from rag.cite.facts import Date, Facts, Name, Number, akin, common_prefix, facts
from rag.types import Citation, Document, Passage
from rag.words import STOP_WORDS, Language, fold, language_of, stem, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIMILAR = 0.7  # what a word of the same root counts, beside one of the same stem
_ROOT_LETTERS, _ROOT_SHARE = 5, 0.6
#: Modal words beside the stop words: what they say is left to the check of opposites.
_MODAL = frozenset(
    "можно может могут мог могла могли нужно надо необходимо следует должен должна должно должны "
    "обязан обязана обязаны вправе may might must can could shall should need needs".split()
)
_EMPTY = STOP_WORDS | _MODAL


@dataclass(frozen=True)
class Statement:
    """A text with its facts and the stems of its other meaningful words."""

    text: str

    @cached_property
    def facts(self) -> Facts:
        return facts(self.text)

    @cached_property
    def language(self) -> Language:
        return language_of(self.text)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Stems of the words that carry meaning, in order; numbers and dates are facts instead."""
        taken = self.facts.spots
        return tuple(
            dict.fromkeys(
                token.stem
                for token in tokens(self.text)
                if fold(self.text[token.start : token.end]) not in _EMPTY
                and not any(start <= token.start < end for start, end in taken)
            )
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        """All stems, stop words and numbers included."""
        return frozenset(token.stem for token in tokens(self.text))

    def form(self, wanted: str) -> str:
        """The first word with this stem, folded."""
        found = (fold(self.text[t.start : t.end]) for t in tokens(self.text) if t.stem == wanted)
        return next(found, wanted)

    @cached_property
    def amounts(self) -> tuple[Number, ...]:
        """The numbers, the years and days of dates among them."""
        dated = [
            Number(str(part), frozenset({Decimal(part)}), unit)
            for date in self.facts.dates
            for part, unit in ((date.year, "year"), (date.day, None))
            if part is not None
        ]
        return (*self.facts.numbers, *dated)

    def lacks_number(self, number: Number) -> bool:
        return not any(number.same(mine) for mine in self.amounts)

    def lacks_date(self, date: Date) -> bool:
        return not any(date.within(mine) for mine in self.facts.dates)

    def lacks_name(self, name: Name) -> bool:
        return not any(akin(name.stem, mine) for mine in self.stems)


@dataclass(frozen=True)
class Span(Statement):
    """One or more sentences of a document: `document.text[start:end] == text`."""

    document: str = ""
    start: int = 0
    end: int = 0
    passage: int = 0
    place: int = 0


@dataclass(frozen=True)
class Evidence:
    """All sentences of the passages, in order, and the weight of each stem among them."""

    spans: tuple[Span, ...]
    documents: Mapping[str, Document]
    frequency: Counter[str]

    @classmethod
    def of(cls, passages: Sequence[Passage], documents: Mapping[str, Document]) -> Evidence:
        """Split the passages; a sentence that lies in two of them is taken once."""
        spans: dict[tuple[str, int, int], Span] = {}
        for number, passage in enumerate(passages, 1):
            text = documents[passage.document].text
            found = sentences.split(text, passage.chunk.start, passage.chunk.end)
            for place, (start, end) in enumerate(found):
                span = Span(text[start:end], passage.document, start, end, number, place)
                spans.setdefault((passage.document, start, end), span)
        frequency = Counter(each for span in spans.values() for each in set(span.terms))
        return cls(tuple(spans.values()), documents, frequency)

    @cached_property
    def vocabularies(self) -> dict[str, frozenset[str]]:
        """The stems of each document's sentences."""
        return {
            name: frozenset(t for span in self.spans if span.document == name for t in span.terms)
            for name in {span.document for span in self.spans}
        }

    def weight(self, term: str) -> float:
        """Inverse document frequency of a stem; one that none holds weighs as one that one does."""
        return math.log(1 + (len(self.spans) + 1) / (max(self.frequency[term], 1) + 0.5))

    def coverage(self, terms: Sequence[str], span: Statement) -> float:
        """Share of the terms' weight that the span holds, from 0 to 1; 1 without terms."""
        total = sum(self.weight(term) for term in terms)
        held = sum(self.weight(term) * likeness(term, span) for term in terms)
        return held / total if total else 1.0

    @cached_property
    def pairs(self) -> tuple[tuple[Span, Span, Span], ...]:
        """Every two sentences that follow one another in one passage, and both as one span."""
        return tuple(
            (one, two, self._join(one, two))
            for one, two in zip(self.spans, self.spans[1:], strict=False)
            if (one.passage, one.place + 1) == (two.passage, two.place)
        )

    def candidates(self) -> list[Span]:
        """Every sentence, and every pair of them."""
        return [*self.spans, *(both for _, _, both in self.pairs)]

    def _join(self, one: Span, two: Span) -> Span:
        text = self.documents[one.document].text[one.start : two.end]
        return replace(one, text=text, end=two.end)

    def citation(self, span: Span) -> Citation:
        """The place of a span in its document, with page and line."""
        document = self.documents[span.document]
        quote = document.text[span.start : span.end]
        page, line = document.page_at(span.start), document.line_at(span.start)
        return Citation(span.document, page, line, span.start, span.end, quote)


def likeness(term: str, span: Statement) -> float:
    """1 where the span holds the stem, less where it holds one of the same root, otherwise 0."""
    if term in span.stems:
        return 1.0
    return _SIMILAR if any(same_root(term, other) for other in span.stems) else 0.0


def same_root(one: str, other: str) -> bool:
    """Whether two stems share most of their letters from the beginning («постав-ка», «-щик»)."""
    common = common_prefix(one, other)
    return common >= _ROOT_LETTERS and common >= _ROOT_SHARE * max(len(one), len(other))


def normal(text: str) -> str:
    """A text folded to its words, to find a quotation whatever its punctuation."""
    return " ".join(re.findall(r"\w+", fold(text)))


def quoted(claim: str, span: Span) -> bool:
    """Whether a claim stands in the span word for word, not as the tail of a negation."""
    needle, hay = f" {normal(claim)} ", f" {normal(span.text)} "
    place = hay.find(needle)
    if place < 0:
        return False
    before = hay[:place].split()
    return not before or stem(before[-1]) not in ("не", "not", "no", "без", "ни", "never")
