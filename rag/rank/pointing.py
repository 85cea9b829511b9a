"""Which words of a sentence are the answer, where the question says of what kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import kinds
from rag.words import tokens

if TYPE_CHECKING:
    from rag.kinds import Span
    from rag.rank.question import Question

_ONCE = 2  # spans as near as this many words to the question's words are both possible


def pointed(question: Question, sentence: str) -> Span | None:
    """The span that holds what is asked for, as offsets into the sentence; None where unclear.

    It is of the kind asked for, not in the question, and nearest to the words of the question;
    where two are about as near, nothing is pointed at.
    """
    kind = next((kind for kind in kinds.POINTED if kind in question.kinds), None)
    if kind is None:
        return None
    spans = [s for s in kinds.held(kind, sentence) if kinds.is_new(s, sentence, question.folded)]
    if kind == "number":
        days = list(kinds.held("date", sentence))
        spans = [s for s in spans if not any(a <= s[0] < b for a, b in days)] or spans
    elif kind == "person":
        spans = [s for s in spans if s[0] > 0 or " " in sentence[s[0] : s[1]]] or spans
    if not spans:
        return None
    found = tokens(sentence)
    met = [i for i, token in enumerate(found) if question.hits(token.stem)]

    def gap(span: Span) -> int:
        inside = [i for i, t in enumerate(found) if span[0] <= t.start < span[1]] or [0]
        return min((abs(i - j) for i in inside for j in met), default=0)

    ranked = sorted((gap(span), span) for span in spans)
    if len(ranked) > 1 and ranked[1][0] - ranked[0][0] < _ONCE and kind in ("person", "place"):
        return None
    return ranked[0][1]
