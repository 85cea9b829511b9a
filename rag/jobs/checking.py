"""An answer's sentences held against the document, line by line as they were written."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rag.chunk import chunk
from rag.cite.citing import cite
from rag.cite.clean import claims, inert
from rag.orders import without_orders
from rag.types import Passage, Sentence
from rag.words import content_stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.template import Check
    from rag.types import Chunk, Citation, Document

#: Chunks that one sentence is held against, those that share most of its words.
_NEAREST = 8
_BULLET = re.compile(r"\s*(?:[-*•–—]|\d{1,2}[.)]|#{1,6})\s+")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text, line by line, with its sentences; and those that were struck."""

    text: str
    sentences: tuple[Sentence, ...]
    struck: tuple[Sentence, ...]

    @property
    def share(self) -> float:
        """The share of all sentences that the document supports; "partly" counts half."""
        everything = [*self.sentences, *self.struck]
        if not everything:
            return 0.0
        worth = {"supported": 1.0, "partly": 0.5}
        return sum(worth.get(each.verdict, 0.0) for each in everything) / len(everything)


@dataclass(frozen=True)
class Source:
    """A document as what answers are held against; `name` stands in citations."""

    name: str
    document: Document

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line of the text begins."""
        return [0, *(match.end() for match in re.finditer("\n", self.document.text))]

    @cached_property
    def _chunks(self) -> list[tuple[Chunk, frozenset[str]]]:
        return [(each, frozenset(content_stems(each.text))) for each in chunk(self.document)]

    def checked(self, text: str, check: Check) -> Checked:
        """The text with what the document does not support struck, or marked, as the job says.

        With "mark" only what contradicts the document is struck; what it merely does not say
        stays, "unsupported". The lines of the text stay lines.
        """
        lines = inert(text).split("\n")
        if check in ("none", "values"):
            return Checked("\n".join(lines), (), ())
        checked = cite("\n\n".join(lines), self._near(text), self._documents)
        standing, struck = without_orders(*checked, self._documents)
        judged = (deque(standing), deque(struck))
        kept: list[str] = []
        stays: list[Sentence] = []
        goes: list[Sentence] = []
        for line in lines:
            said = [_judged(claim.text, judged) for claim in claims(line)]
            good = [each for each in said if _stays(each, check)]
            stays += good
            goes += [each for each in said if not _stays(each, check)]
            if good or not said:
                kept.append(_line(line, [each.text for each in good], len(said)))
        return Checked(_tidy(kept), tuple(stays), tuple(goes))

    def supports(self, phrase: str) -> Citation | None:
        """The place that supports a phrase; None where there is none."""
        standing, _ = cite(phrase, self._near(phrase), self._documents)
        cited = [each for sentence in standing for each in sentence.citations]
        return cited[0] if cited else None

    @property
    def _documents(self) -> dict[str, Document]:
        return {self.name: self.document}

    def _near(self, text: str) -> list[Passage]:
        """The chunks that share most words with some sentence of the text."""
        chosen: set[int] = set()
        for claim in claims(text):
            stems = set(content_stems(claim.text))
            worth = [len(stems & held) for _, held in self._chunks]
            order = sorted(range(len(worth)), key=lambda place: -worth[place])
            chosen.update(place for place in order[:_NEAREST] if worth[place])
        return [
            Passage(self._chunks[place][0], self.name, (), None, 0.0, rank, ())
            for rank, place in enumerate(sorted(chosen), 1)
        ]


def _judged(text: str, judged: Sequence[deque[Sentence]]) -> Sentence:
    """The next sentence with this text; unsupported where it was not judged."""
    queue = next((each for each in judged if each and each[0].text == text), None)
    return queue.popleft() if queue else Sentence(text, "unsupported", (), "it was not checked")


def _stays(sentence: Sentence, check: Check) -> bool:
    if check == "mark":
        return sentence.verdict != "contradicted"
    return sentence.verdict in ("supported", "partly")


def _line(line: str, stays: list[str], said: int) -> str:
    """A line as it was written, but without the sentences that went."""
    if len(stays) == said:
        return line
    bullet = _BULLET.match(line)
    return (bullet.group() if bullet else "") + " ".join(stays)


def _tidy(lines: list[str]) -> str:
    """Lines as a text, without blank ones at its ends and no two after one another."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
