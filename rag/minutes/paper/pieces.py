"""A line as pieces between dashes, brackets and gaps: who, by when, in what state, and the task.

Each piece is known by what it is, not by its place: "AP – Dana – send figures – 12 March",
«смета — Олег, до пт», «12.11 | Титов О. В. | смета».
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.paper.dues import MOVED, due_in
from rag.minutes.paper.lines import trim
from rag.minutes.paper.owners import PLACEHOLDER, only_people, person_named
from rag.minutes.paper.words import matcher

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.view import Scene
    from rag.types import Status

_SEPARATOR = re.compile(
    r"\s+[—–-]+\s+|\s*[-–—=]?[>→]\s*|\s*:\s+|\s*[(\[)\],;|/]\s*|\t+| {2,}|[.!]\s+(?=[^\W\d_])"
    r"|\s+(?=(?:до|к|by|due)\s+[\d\w])"
)
_RANK = re.compile(
    r"^(?:p[0-4]|высокий|средний|низкий|срочно|high|medium|low|urgent|приоритет\w*|\d{1,2})\.?$",
    re.I,
)
_NAMED_FIRST = re.compile(r"^[A-ZА-ЯЁ][\w'’]+(?:\s+[A-ZА-ЯЁ][\w'’]+)?$")
_LOGIN = re.compile(r"\s*[*_]*(?P<who>@\w+)[*_]*[\s:,—–-]+")
_STRUCK = re.compile(r"~~(?P<text>.+?)~~")
#: words a piece of names can have, and a lead into a deadline
_NAMES_LONGEST = 7
_LEAD = 9
_TICKED = re.compile(r"[✅✔☑]")
_STRUCK_MARK = "~~"


class Pieces(NamedTuple):
    """What a line holds: owners, the span of the task, the deadline, and the state it is in."""

    owners: list[str]
    task: tuple[int, int] | None
    due: Found | None
    at: int | None


def pieces_of(scene: Scene, start: int, end: int, *, announced: bool = False) -> Pieces:
    """The parts of `text[start:end]` by what they are.

    Behind the words that announce a task ("AP – Dana – …") a capitalised first piece is its owner,
    of whom nothing else is known.
    """
    owners: list[str] = []
    at: int | None = None
    task: tuple[int, int] | None = None
    due: Found | None = None
    text = scene.text
    login = _LOGIN.match(text, start, end)
    if login and (named := only_people(scene, login["who"])):
        owners, start = named, login.end()
    spans = _spans(text, start, end)
    if announced and not owners:
        count = _leading_names(text, spans)
        owners, spans = [text[a:b] for a, b in spans[:count]], spans[count:]
        owners = [person_named(scene, name) or name for name in owners]
    for first, last in spans:
        piece = text[first:last]
        named = only_people(scene, piece) if len(piece.split()) <= _NAMES_LONGEST else []
        if named and (not owners or _beside(text, at, first)):
            owners += [name for name in named if name not in owners]
            at = last if at is None else max(at, last)
            continue
        found = due_in(scene, first, last)
        if found and is_due(text, first, last, found):
            due = due or found
            continue
        if _RANK.match(piece) or is_mark(piece) or MOVED.match(piece) or PLACEHOLDER.match(piece):
            continue
        if text[first - 1 : first] == "(" and task is not None:
            continue
        if task is None:
            task = (first, last)
        elif not owners and not due:
            task = (task[0], last)
        elif (
            len(piece) > 2 * (task[1] - task[0])
            or len(text[slice(*task)].split()) == 1 < len(piece.split()) - 1
        ):
            task = (first, last)
    if due is None and task is not None:
        due = due_in(scene, *task, bare=False) or due_in(scene, start, end, bare=False)
    return Pieces(owners, task, due, at)


def _leading_names(text: str, spans: list[tuple[int, int]]) -> int:
    """How many pieces in front are nothing but capitalised words, before one that begins small."""
    count = 0
    while count < len(spans) and _NAMED_FIRST.match(text[slice(*spans[count])]):
        count += 1
    follows = count < len(spans) and text[spans[count][0]].islower()
    return count if follows else 0


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [start]
    for match in _SEPARATOR.finditer(text, start, end):
        if not _inside_name(text, match):
            cuts += [match.start(), match.end()]
    cuts.append(end)
    spans = [trim(text, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    if _STRUCK_MARK in text[start:end]:
        struck = [m.span("text") for m in _STRUCK.finditer(text, start, end)]
        spans = [(max(a, c), min(b, d)) for a, b in spans for c, d in struck if a < d and c < b]
    return [span for span in spans if span[0] < span[1]]


def _inside_name(text: str, match: re.Match[str]) -> bool:
    """Whether a full stop belongs to an initial, an abbreviation or a date."""
    before = text[max(0, match.start() - 3) : match.start() + 1]
    return (
        match.group().startswith(".")
        and re.search(r"(?:^|[\s.])[^\W\d_]\.$|\d\.$", before) is not None
    )


def _beside(text: str, at: int | None, first: int) -> bool:
    """Whether a piece of names goes on with the names before it («Вика, Толик»)."""
    return at is not None and text[at:first].strip(" .)") in (",", "/", "&", "+", "и", "and")


def is_due(text: str, start: int, end: int, found: Found) -> bool:
    """Whether a piece is its deadline and hardly more."""
    tail = text[found.end : end].strip(" .г)")
    return found.start - start <= _LEAD and len(tail) <= 2


def is_mark(piece: str) -> bool:
    """Whether a piece only tells the state a task is in."""
    return any(
        matcher("marks", kind).fullmatch(piece.strip(" .!*_~"))
        for kind in ("done", "gone", "working")
    )


_BEFORE_MARK = (
    r"(?:^|[—–(\[;:.,|~!✅✔☑❌✗]\s*|-\s+|\s{2,})"
    r"(?:\s*(?:уже|статус|полностью|already|status)\s*[:—–-]?\s*)?"
)


def state_of(rest: str, checked: str | None, *, struck: bool = False) -> Status:
    """The state that the words beside a task give it; `checked` is the mark in its box."""
    if struck and _marked(rest, "done"):
        return "done"
    if struck or _marked(rest, "gone"):
        return "cancelled"
    if checked == "-" or checked == "☒":
        return "cancelled"
    if "❌" in rest and not checked:
        return "cancelled"
    if _TICKED.search(rest) and not _marked(rest, "working"):
        return "done"
    if checked or (_marked(rest, "done") and not _marked(rest, "working")):
        return "done"
    return "open"


def _marked(rest: str, kind: str) -> bool:
    return any(
        re.search(rf"{_BEFORE_MARK}$", rest[: match.start()])
        and not re.search(r"\b(?:не|not)\s+$", rest[: match.start()])
        for match in matcher("marks", kind).finditer(rest)
    )


def is_struck(text: str, start: int, end: int) -> bool:
    """Whether words are struck through."""
    return _STRUCK_MARK in text[max(0, start - 2) : end + 2]


def struck_in(text: str, start: int, end: int) -> tuple[int, int]:
    """The words of a stretch that are struck through."""
    match = _STRUCK.search(text, start, end)
    return match.span("text") if match else (start, end)
