"""A meeting as what a model's words are held against: its people, lines and clauses."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.minutes.clauses import Sentence, sentences_of, tokens_of
from rag.minutes.people.names import Roster
from rag.minutes.view import Scene, View
from rag.scribe.lines import stretches
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.minutes.people.names import Mention
    from rag.scribe.lines import Stretch
    from rag.scribe.quotes import Span
    from rag.types import Document, Minutes

_SAMPLE = 20_000  # characters that tell the language
_BACK = 3  # turns back in which the one addressed has spoken


class Meeting:
    """One meeting; `minutes` are those of the rules, whose people and day hold here too."""

    def __init__(self, document: Document, minutes: Minutes) -> None:
        self.document = document
        self.text = document.text
        self.language = language_of(document.text[:_SAMPLE])
        self.roster = Roster(minutes.participants)
        day = date.fromisoformat(minutes.date) if minutes.date else None
        self.scene = Scene(self.text, self.roster, day, self.language, on_paper=not document.turns)
        self.turns = stretches(document)
        self._sentences = lru_cache(maxsize=None)(self._sentences_of)

    def turn_at(self, offset: int) -> Stretch:
        """The turn that holds a character of a row."""
        place = bisect_right(self.turns, offset, key=lambda turn: turn.start) - 1
        return self.turns[max(place, 0)]

    def speaker(self, turn: Stretch) -> str | None:
        """Who speaks, by the name that the minutes give."""
        return self.roster.canonical(turn.speaker)

    def addressee(self, turn: Stretch) -> str | None:
        """Who spoke last before a turn, other than its speaker; None where nobody is near."""
        own = self.speaker(turn)
        for earlier in reversed(self.turns[max(turn.index - _BACK, 0) : turn.index]):
            other = self.speaker(earlier)
            if other and other != own:
                return other
        return None

    def mentions(self, span: Span) -> list[Mention]:
        """People of the roster that are named in a span."""
        found = self.roster.mentions(tokens_of(self.text, *span))
        return [mention for mention in found if mention.known]

    def sentences(self, turn: Stretch) -> tuple[Sentence, ...]:
        """The sentences of a turn."""
        return self._sentences(turn.index)

    def _sentences_of(self, index: int) -> tuple[Sentence, ...]:
        turn = self.turns[index]
        return tuple(sentences_of(self.text, turn.start, turn.end, self.language))

    def sentence_at(self, offset: int) -> tuple[Stretch, int] | None:
        """The turn and the place in it of the sentence that holds a character."""
        turn = self.turn_at(offset)
        for place, sentence in enumerate(self.sentences(turn)):
            if sentence.start <= offset < sentence.end:
                return turn, place
        return None

    def sentence_span(self, span: Span) -> Span:
        """The sentence that a span begins in; the span itself where it lies in none."""
        if (found := self.sentence_at(span[0])) is None:
            return span
        sentence = self.sentences(found[0])[found[1]]
        return sentence.start, max(sentence.end, span[1])

    def views(self, span: Span) -> Iterable[View]:
        """The clauses of one sentence that a span touches."""
        if (found := self.sentence_at(span[0])) is None:
            return
        turn, at = found
        sentences = self.sentences(turn)
        for number, clause in enumerate(sentences[at].clauses):
            if clause.start < span[1] and span[0] < clause.end:
                yield View(self.scene, turn.index, sentences, at, number)

    def name_start(self, span: Span, mention: Mention) -> int:
        """Where a name found in a span begins."""
        return tokens_of(self.text, *span)[mention.first].start
