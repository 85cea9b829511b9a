"""What a meeting settled without an actor: «решили: …», «оставляем …», "agreed: …"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.sentences import split
from rag.types import Decision

if TYPE_CHECKING:
    from rag.minutes.view import Scene
    from rag.types import Document

_MARK = re.compile(
    r"(?:(?:тогда\s+|итого:?\s+|итак,?\s+|значит,?\s+)?(?:решили|постановили|решение|договорились|утвердили)\s*[:,—-]\s*"
    r"|(?:so\s+)?(?:we(?:'ve|\s+have)?\s+)?(?:agreed|decided|resolved|decision)\s*[:,]\s*(?:that\s+)?)(?P<what>[^\n.!?]+)"
    r"|(?P<settled>[^\n.!?]*\b(?:утвердили|утверждён|утвержден|решено|решили|decided)\b[^\n.!?]*)",
    re.IGNORECASE,
)


def decisions_in(document: Document, scene: Scene) -> tuple[Decision, ...]:
    """Decisions of a meeting, at most one a sentence."""
    found = []
    spans = [(t.start, t.end) for t in document.turns] or [(0, len(scene.text))]
    for first, last in spans:
        for start, end in split(scene.text, first, last):
            match = _MARK.search(scene.text, start, end)
            if match is None or scene.text[start:end].endswith("?"):
                continue
            begin, stop = match.span("what") if match["what"] else match.span("settled")
            piece = scene.text[begin:stop]
            begin += len(piece) - len(piece.lstrip())
            stop -= len(piece) - len(piece.rstrip())
            line = document.line_at(begin) or scene.text.count("\n", 0, begin) + 1
            found.append(Decision(scene.text[begin:stop], line, begin, stop))
    return tuple(found)
