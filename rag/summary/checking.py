"""Each sentence of a model's summary set against the sentences of the documents nearest to it.

A whole document is too much to weigh every claim against: the sentences that share its rarest words
are looked up, and `rag.cite` judges it by these and their neighbours.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import numpy as np

from rag.cite.citing import cite
from rag.cite.clean import claims
from rag.orders import without_orders
from rag.summary.pieces import passage
from rag.summary.vectors import Vectors
from rag.summary.verbatim import SAMPLE
from rag.words import content_stems, language_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from rag.cite.clean import Claim
    from rag.summary.pieces import Unit
    from rag.types import Citation, Document, Passage, Sentence

#: Sentences looked at for one claim, and for one in another language, which has few words in common
#: with them.
_NEAREST, _NEAREST_ACROSS = 8, 48


class Checker:
    """The sentences of some documents, to check claims against."""

    def __init__(self, documents: Mapping[str, Document], units: Sequence[Unit]) -> None:
        self._documents = documents
        self._units = units
        self._languages = {language_of(each.text[:SAMPLE]) for each in documents.values()}
        texts = (documents[unit.name].text[unit.start : unit.end] for unit in units)
        self._vectors = Vectors([content_stems(text) for text in texts])
        #: By document: the index of its first unit, and where its units begin and end.
        self._places: dict[str, tuple[int, list[int], list[int]]] = {}
        for row, unit in enumerate(units):
            _, starts, ends = self._places.setdefault(unit.name, (row, [], []))
            starts.append(unit.start)
            ends.append(unit.end)

    def check(
        self, text: str, sources: Sequence[Sequence[Citation]] = (), within: Sequence[Passage] = ()
    ) -> tuple[list[Sentence], list[Sentence]]:
        """The sentences of a text that stand, and those struck; see `rag.cite.citing.cite`.

        Args:
            text: As the model wrote it.
            sources: What the notes rest on that it was given: a mark [1] means the first.
            within: What alone may be cited; nothing stands for all.
        """
        allowed = np.full(len(self._units), not within)
        for each in within:
            allowed[self._touched(each.document, each.chunk.start, each.chunk.end)] = True
        standing: list[Sentence] = []
        struck: list[Sentence] = []
        for claim in _finished(claims(text)):
            named = [
                c for mark in claim.marks if 0 < mark <= len(sources) for c in sources[mark - 1]
            ]
            found = self._near(claim, named, allowed)
            good, bad = without_orders(*cite(claim.text, found, self._documents), self._documents)
            standing += good
            struck += bad
        return _once(standing), _once(struck)

    def _near(
        self, claim: Claim, named: Sequence[Citation], allowed: NDArray[np.bool_]
    ) -> list[Passage]:
        """The sentences nearest to a claim with those around them, as passages."""
        score = self._vectors.about(content_stems(claim.text))
        score[~allowed] = -1.0
        known = language_of(claim.text) in self._languages
        best = np.argsort(-score, kind="stable")[: _NEAREST if known else _NEAREST_ACROSS]
        spans = [self._touched(each.document, each.start, each.end) for each in named]
        hinted = [row for span in spans for row in range(span.start, span.stop)]
        rows = {
            place
            for row in [*best.tolist(), *hinted[:_NEAREST]]
            if allowed[row]
            for place in range(max(row - 1, 0), min(row + 2, len(score)))
            if allowed[place] and self._units[place].name == self._units[row].name
        }
        return self._passages(sorted(rows))

    def _touched(self, name: str, start: int, end: int) -> slice:
        """The units of a document that touch a span."""
        first, starts, ends = self._places[name]
        return slice(first + bisect_right(ends, start), first + bisect_left(starts, end))

    def _passages(self, rows: Sequence[int]) -> list[Passage]:
        runs: list[list[int]] = []
        for row in rows:
            if runs and row == runs[-1][-1] + 1 and self._units[row].joins:
                runs[-1].append(row)
            else:
                runs.append([row])
        found = []
        for rank, run in enumerate(runs, 1):
            first, last = self._units[run[0]], self._units[run[-1]]
            document = self._documents[first.name]
            found.append(passage(document, first.name, first.start, last.end, rank))
        return found


def _finished(found: list[Claim]) -> list[Claim]:
    """The claims but for a last one that was cut off, where all others came to an end."""
    if len(found) > 1 and not _ends(found[-1]) and all(map(_ends, found[:-1])):
        return found[:-1]
    return found


def _ends(claim: Claim) -> bool:
    return claim.text.rstrip("»”\"') ")[-1:] in (".", "!", "?", "…")


def _once(found: Sequence[Sentence]) -> list[Sentence]:
    """Each sentence once, however often the model repeats it."""
    return list({sentence.text: sentence for sentence in found}.values())
