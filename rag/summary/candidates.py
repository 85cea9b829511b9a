"""The sentences of a document that could stand in a summary, and where each has its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag import rank, sentences
from rag.summary.marked import Marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Document

    Span = tuple[int, int]

#: A sentence of a summary is neither shorter nor longer, in words.
_WORDS = (5, 60)
_LOWER = 3  # words in small letters that a statement has; names and numbers alone state nothing
_ENDS = frozenset(".!…")  # a question or a bare line says nothing in a summary
_ENDED = 0.3  # share of a document's sentences with an end, below which it does without
_LABEL = re.compile(r"^[ \t]*([^\W\d_a-zа-яё][^:\n]{0,60}):[ \t]+(?=\S)", re.MULTILINE)
_REPEATED = 3  # a label that opens so many lines names a speaker
_LABELLED = 0.5  # share of the lines, from which on a text is a conversation

#: Headings of parts that say what all of it says, and of parts that say nothing of it.
_ESSENCE = re.compile(
    r"\b(?:abstract|summary|overview|introduction|conclusions?|findings|highlights"
    r"|аннотация|резюме|введение|заключени\w*|вывод\w*|итог\w*|главное)\b",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"[\W\d]*(?:references|bibliography|appendix|acknowledge?ments?|contents|index"
    r"|(?:список\s+)?литератур\w*|приложени\w*|содержани\w*|оглавлени\w*|благодарност\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, `document.text[start:end]`.

    `place` counts those before it. `opens` says that it is the first below a heading,
    `essence` that its part sums up the whole, `appendix` that it stands behind the matter itself.
    """

    start: int
    end: int
    place: int
    opens: bool = False
    essence: bool = False
    appendix: bool = False


def candidates(document: Document, always: Sequence[Span] = ()) -> tuple[list[Candidate], bool]:
    """The whole statements of fitting length, in order, and whether they were spoken.

    Headings, spans set aside, and speakers' names before their words belong to none. A sentence
    that touches one of the `always` spans is there however short it is.
    """
    spoken = speeches(document)
    spans = _spans(document, spoken or [(0, len(document.text))])
    fitting = [span for span in spans if tells(document.text[slice(*span)])]
    ended = [span for span in fitting if _is_ended(document.text[slice(*span)])]
    kept = set(ended if len(ended) >= _ENDED * len(fitting) else fitting)
    kept |= {span for span in spans if touches(always, *span)}
    headings = sorted((m for m in document.marks if m.kind == "heading"), key=lambda m: m.start)
    found: list[Candidate] = []
    last_heading = -1
    for start, end in spans:
        if (start, end) not in kept:
            continue
        at = bisect_right(headings, start, key=lambda mark: mark.start) - 1
        title = document.text[headings[at].start : headings[at].end] if at >= 0 else ""
        found.append(
            Candidate(
                *(start, end, len(found)),
                opens=at > last_heading,
                essence=bool(_ESSENCE.search(title)),
                appendix=bool(_APPENDIX.match(title)),
            )
        )
        last_heading = at
    return found, bool(spoken)


def touches(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether any of the spans overlaps with one."""
    return any(left < end and start < right for left, right in spans)


def tells(text: str) -> bool:
    """Whether this states something in a fitting number of words and asks nothing."""
    found = text.split()
    if not _WORDS[0] <= len(found) <= _WORDS[1] or text.endswith("?") or rank.announces(text):
        return False
    small = sum(word.lstrip("«„“\"'(")[:1].islower() for word in found)
    return small >= _LOWER or text.isupper()


def _is_ended(text: str) -> bool:
    return text.rstrip("»”\"') ")[-1:] in _ENDS


def _spans(document: Document, within: Sequence[Span]) -> list[Span]:
    """All sentences of some spans; none holds a heading or touches what was set aside."""
    headings = Marked(document, "heading")
    asides = Marked(document, "aside")
    return [
        (start, end)
        for left, right in within
        for first, last in headings.between(left, right)
        for start, end in sentences.split(document.text, first, last)
        if not asides.touch(start, end)
    ]


def speeches(document: Document) -> list[Span]:
    """The spans of what speakers say, without their names; none where nobody speaks.

    Beside the turns that a reader found, labels that keep coming back at the beginning of lines
    are taken for speakers' here: at worst, a form's field loses its name.
    """
    if document.turns:
        return [(turn.start, turn.end) for turn in document.turns]
    labels = list(_LABEL.finditer(document.text))
    often = [n for n in Counter(label[1] for label in labels).values() if n >= _REPEATED]
    lines = sum(1 for line in document.text.split("\n") if line.strip())
    if len(often) < 2 or sum(often) < _LABELLED * lines:
        return []
    ends = [*(label.start() for label in labels[1:]), len(document.text)]
    return [(label.end(), end) for label, end in zip(labels, ends, strict=True)]
