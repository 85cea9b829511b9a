"""A passage cut into sentences, and what is to be said of each without knowing the question.

It is the dearer half of reading a passage, and the same for every question.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag import kinds, sentences
from rag.words import fold, tokens

if TYPE_CHECKING:
    from rag.kinds import Kind
    from rag.locate import Span

_FIGURE = re.compile(r"\d[\d.,]*")
_CAPITAL = re.compile(r"(?<=[\w,;:)] )[«\"“(]?([A-ZА-ЯЁ]\w+)")
_PRONOUN = re.compile(
    r"\W*(?:he|she|it|they|his|her|its|their|this|these|those|that|such|there|the (?:company|city"
    r"|team|university|game|group|work|area|country|book|latter|former)|он[аио]?|его|ее|их"
    r"|эт(?:о|от|а|и|ого|ому|им|их|ой|у)|так(?:ой|ая|ие)|там|здесь|тогда)\b",
    re.IGNORECASE,
)
_END_MARKS = frozenset('.!?…»"|')
#: Leaders of a table of contents, and what only references hold.
_LISTED = re.compile(r"\.(?: ?\.){4}|_{5}|arXiv|et al\.,|pp\. \d|doi:|Proceedings of|ISBN\b")
_CAPTION = re.compile(r"(?:таблица|рисунок|рис|схема|table|figure|fig)\b", re.IGNORECASE)
_SECTION = re.compile(r"^\W*\d[\d.]*\s")  # the number of a heading
_SAYING_WORDS = 3  # «Задача 1.» says nothing
_HEADING_WORDS = 7  # a line of fewer without an end mark only announces
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of a passage, at `start` to `end` of its text.

    `stems` are those of its words and figures in order, `begins` where each begins in the sentence.
    `present` are its folded words, `figures` and `capitals` its figures as written and its folded
    capitalised words but the first. `announces` says that it says nothing by itself, `points_back`
    that it begins with a word that points back.
    """

    start: int
    end: int
    text: str
    stems: tuple[str, ...]
    begins: tuple[int, ...]
    present: frozenset[str]
    figures: tuple[str, ...]
    capitals: tuple[str, ...]
    announces: bool
    points_back: bool
    _held: dict[Kind, tuple[tuple[Span, str], ...]] = field(default_factory=dict, repr=False)

    def held(self, kind: Kind) -> tuple[tuple[Span, str], ...]:
        """Where it holds something of a kind, as offsets into it, and what, folded."""
        found = self._held.get(kind)
        if found is None:
            spans = kinds.held(kind, self.text)
            found = tuple((span, fold(self.text[span[0] : span[1]])) for span in spans)
            self._held[kind] = found
        return found


@dataclass(frozen=True, slots=True)
class Cut:
    """The sentences of a passage, and the stems of what stands above it."""

    clauses: tuple[Clause, ...]
    above: tuple[str, ...]


def cut(text: str, context: str) -> Cut:
    """A passage cut into sentences; `context` is what it stands under."""
    words = tokens(text)
    places = [token.start for token in words]
    clauses = []
    for start, end in sentences.split(text):
        inside = words[bisect_left(places, start) : bisect_left(places, end)]
        said = text[start:end]
        clauses.append(
            Clause(
                start,
                end,
                said,
                tuple(token.stem for token in inside),
                tuple(token.start - start for token in inside),
                frozenset(_WORDS.findall(fold(said))),
                tuple(_FIGURE.findall(said)),
                tuple(map(fold, _CAPITAL.findall(said))),
                announces(said),
                _PRONOUN.match(said) is not None,
            )
        )
    return Cut(tuple(clauses), tuple(token.stem for token in tokens(context)))


def announces(sentence: str) -> bool:
    """Whether a line says nothing by itself: a heading, an opening, an entry of a list."""
    text = sentence.rstrip()
    if text.endswith(":") or _LISTED.search(text):
        return True
    count = len(_WORDS.findall(text))
    if count < _SAYING_WORDS:
        return True
    if text[-1:] in _END_MARKS or count >= _HEADING_WORDS:
        return False
    return bool(_CAPTION.match(text)) or not _FIGURE.search(_SECTION.sub("", text))
