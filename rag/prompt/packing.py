"""Which passages go into a prompt, whole or cut to the sentences around the best one.

Every choice is made by counting the very messages that would be sent. Lengths in characters only
say where to look first, so that few counts are needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING

from rag import sentences
from rag.prompt.counting import Meter, most
from rag.prompt.wording import Frame, label
from rag.types import LeftOut, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.sentences import Span
    from rag.types import Found

#: A sentence that is too long itself is cut to no fewer words than these.
_FEWEST_WORDS = 5
#: A passage that by its length would take so many times the room left is not even counted: no text
#: of one script has tokens so much longer than another's.
_HOPELESS = 4
LEFT_OUT = "does not fit the window"
CUT = "cut to the sentences around the best one"


@dataclass(slots=True)
class Packing:
    """Passages being packed into a prompt: `picked` by their place among those offered."""

    frame: Frame
    passages: Sequence[Passage]
    best: dict[int, int]
    meter: Meter
    room: int
    picked: dict[int, Passage]
    sizes: dict[int, int]

    @classmethod
    def of(
        cls,
        frame: Frame,
        passages: Sequence[Passage],
        found: Sequence[Found],
        meter: Meter,
        room: int,
    ) -> Packing:
        """The best of the passages, best first, as they fit into the room.

        `found` are their sentences, best first; see `rag.types.Evidence`. Whole passages go in by
        rank, and one that is too long is passed over for shorter ones behind it. The best, and
        after that the first passed over, may go in cut to a run of sentences around its best one.
        """
        best: dict[int, int] = {}
        for each in found:
            best.setdefault(each.passage, each.citation.start)
        packing = cls(frame, passages, best, meter, room, {}, {})
        for place in range(len(passages)):
            if not packing._add(place) and place == 0:
                packing._add_cut(place)
        skipped = [place for place in range(len(passages)) if place not in packing.picked]
        if skipped and skipped[0] > 0:
            packing._add_cut(skipped[0])
        return packing

    @property
    def chosen(self) -> tuple[Passage, ...]:
        """The passages that go in, in order of rank."""
        return tuple(passage for _, passage in sorted(self.picked.items()))

    def missed(self) -> tuple[LeftOut, ...]:
        """Those that do not go in, or not whole."""
        rows = []
        for place, passage in enumerate(self.passages):
            name = label(passage, self.frame.language)
            size = self.sizes[place]
            kept = self.picked.get(place)
            if kept is None:
                rows.append(LeftOut(name, size, LEFT_OUT))
            elif kept is not passage:
                share = 1 - len(kept.chunk.text) / len(passage.chunk.text)
                rows.append(LeftOut(name, round(size * share), CUT))
        return tuple(rows)

    def _spent(self, *more: tuple[int, Passage]) -> int:
        """Tokens of the prompt as it is packed now, and with more."""
        held = sorted({**self.picked, **dict(more)}.items())
        return self.meter(self.frame.messages([passage for _, passage in held]))

    def _add(self, place: int) -> bool:
        """Put a passage in whole, where it fits."""
        before = self._spent()
        guess = self._guess(len(self.passages[place].chunk.text))
        if guess > _HOPELESS * (self.room - before) and self.picked:
            self.sizes[place] = guess
            return False
        spent = self._spent((place, self.passages[place]))
        self.sizes[place] = spent - before
        if spent > self.room:
            return False
        self.picked[place] = self.passages[place]
        return True

    def _guess(self, length: int) -> int:
        """About the tokens of so many characters, going by the prompt as it is packed now."""
        held = self.frame.messages(self.chosen)
        return round(length * self.meter(held) / sum(len(message.content) for message in held))

    def _add_cut(self, place: int) -> None:
        """Put in what fits of a passage around its best sentence."""
        passage = self.passages[place]
        spans = sentences.split(passage.chunk.text)
        if not spans:
            return
        first = last = _holding(spans, self.best.get(place, 0) - passage.chunk.start)
        right, left = range(last + 1, len(spans)), range(first - 1, -1, -1)
        # evidence usually goes on after the sentence that names it, so right goes first
        both = [each for pair in zip_longest(right, left) for each in pair if each is not None]
        if not self._fits(place, spans[first]):
            if (part := self._cut_words(place, spans[first])) is not None:
                self.picked[place] = part
            return
        for side in (both, right, left):  # one long sentence stops one side, not the other
            further = [each for each in side if each > last or each < first]
            first, last = self._grow(place, spans, (first, last), further)
        self.picked[place] = _part(passage, spans[first][0], spans[last][1])

    def _fits(self, place: int, span: Span) -> bool:
        return self._spent((place, _part(self.passages[place], *span))) <= self.room

    def _grow(
        self, place: int, spans: Sequence[Span], run: tuple[int, int], further: Iterable[int]
    ) -> tuple[int, int]:
        """The run of sentences with as many of the further ones, taken in order, as fit."""
        runs = list(accumulate(further, lambda r, i: (min(r[0], i), max(r[1], i)), initial=run))

        def span(step: int) -> Span:
            return spans[runs[step][0]][0], spans[runs[step][1]][1]

        return runs[self._longest(place, [span(step) for step in range(len(runs))])]

    def _longest(self, place: int, spans: Sequence[Span]) -> int:
        """The last of these growing spans that fits; the first is known to."""

        def cost(step: int) -> int:
            return self._spent((place, _part(self.passages[place], *spans[step])))

        if len(spans) == 1 or (dear := cost(len(spans) - 1)) <= self.room:
            return len(spans) - 1
        return most([b - a for a, b in spans], cost, self.room, (cost(0), dear))

    def _cut_words(self, place: int, span: Span) -> Passage | None:
        """As many first words of one overlong sentence as fit; None below `_FEWEST_WORDS`."""
        start, end = span
        passage = self.passages[place]
        words = re.finditer(r"\S+", passage.chunk.text[start:end])
        spans = [(start, start + word.end()) for word in words][_FEWEST_WORDS - 1 :]
        if not spans or not self._fits(place, spans[0]):
            return None
        return _part(passage, *spans[self._longest(place, spans)])


def _holding(spans: Sequence[Span], offset: int) -> int:
    """Index of the sentence that holds the character at an offset, or the nearest before it."""
    return max((i for i, (start, _) in enumerate(spans) if start <= offset), default=0)


def _part(passage: Passage, start: int, end: int) -> Passage:
    """The passage narrowed to `text[start:end]` of its chunk."""
    chunk = passage.chunk
    narrowed = replace(
        chunk, start=chunk.start + start, end=chunk.start + end, text=chunk.text[start:end]
    )
    return replace(passage, chunk=narrowed)
