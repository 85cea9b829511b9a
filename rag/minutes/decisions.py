"""What a meeting settled without an actor: «решили: …», items under «РЕШИЛИ:», "agreed: …"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.sentences import split
from rag.types import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.view import Scene
    from rag.types import Document, Promise

_MARK = re.compile(
    r"(?:(?:тогда\s+|итого:?\s+|итак,?\s+|значит,?\s+)?(?:решили|постановили|решение|договорились|утвердили)\s*[:,—-]\s*"
    r"|(?:so\s+)?(?:we(?:'ve|\s+have)?\s+)?(?:agreed|decided|resolved|decision)\s*[:,]\s*(?:that\s+)?)(?P<what>[^\n.!?]+)"
    r"|(?P<settled>[^\n.!?]*\b(?:утвердили|утверждён|утвержден|решено|решили|decided)\b[^\n.!?]*)",
    re.IGNORECASE,
)


_BLOCK = re.compile(
    r"^[#\d.\s]*(?:решили|постановили|решения|принятые решения|decisions?|resolved)\s*:?[ \t]*\n"
    r"(?P<items>(?:[ \t]*\S[^\n]*(?:\n|\Z))+)",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM = re.compile(r"^[ \t]*(?:[-*•–—]|\d+(?:\.\d+)*[.)]?)[ \t]+(?P<text>\S[^\n]*)", re.MULTILINE)


def decisions_in(
    document: Document, scene: Scene, promises: Sequence[Promise]
) -> tuple[Decision, ...]:
    """Decisions of a meeting in the order of the text; what somebody promised there is none.

    Items of a list under «РЕШИЛИ:» or "Decisions", and sentences that say it was decided, at most
    one decision a sentence.
    """
    blocks = list(_BLOCK.finditer(scene.text))
    spans = [item.span("text") for block in blocks for item in _items(scene.text, block)]
    inside = [block.span() for block in blocks]
    for first, last in [(t.start, t.end) for t in document.turns] or [(0, len(scene.text))]:
        for start, end in split(scene.text, first, last):
            if scene.text[start:end].endswith("?") or _touches(inside, start, end):
                continue
            match = _MARK.search(scene.text, start, end)
            if match is not None:
                spans.append(match.span("what" if match["what"] else "settled"))
    taken = [(promise.start, promise.end) for promise in promises]
    return tuple(
        _decision(document, scene.text, start, end)
        for start, end in sorted(spans)
        if not _touches(taken, start, end)
    )


def _items(text: str, block: re.Match[str]) -> Iterator[re.Match[str]]:
    return _ITEM.finditer(text, *block.span("items"))


def _touches(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(left < end and start < right for left, right in spans)


def _decision(document: Document, text: str, start: int, end: int) -> Decision:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    line = document.line_at(start) or text.count("\n", 0, start) + 1
    return Decision(text[start:end], line, start, end)
