"""What a meeting says of promises made before: done («смету отправил»), or dropped («отменили»).

A report of the past is taken where it is the speaker's own, a named person's, or a passive
(«договор подписан»); `rag.register` looks for the promise it is about. Guards, in order: question,
condition, negation, subjunctive, what was nearly done, habit, long ago, hearsay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import sentences_of
from rag.minutes.paper.lines import CHECKBOX, heading_of, rows_of
from rag.minutes.reports import english as reports_en
from rag.minutes.reports import russian as reports_ru
from rag.minutes.reports.told import Told
from rag.types import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.clauses import Sentence
    from rag.minutes.view import Scene
    from rag.types import Document, Promise

_BULLET = re.compile(r"[ \t]*(?:[-*•–—]|\d+(?:\.\d+)*[.)]?)[ \t]+")
#: a line of a list that ends in its state
_STATE = re.compile(
    r"[ \t]*[—–:(,;-]+[ \t]*(?:уже[ \t]+)?"
    r"(?:(?P<done>выполнено?|сделано|готово|исполнено|done|completed?)"
    r"|(?P<gone>отменено|снято|неактуально|cancell?ed|dropped))[ \t]*[).!]*[ \t]*$",
    re.IGNORECASE,
)


def reports_in(document: Document, scene: Scene, promises: Sequence[Promise]) -> tuple[Report, ...]:
    """The reports of a meeting in the order of the text, without what its own promises tell."""
    closed = [(p.start, p.end) for p in promises if p.status in ("done", "cancelled")]
    told = _from_turns(document, scene) if document.turns else _from_lines(scene)
    found: dict[tuple[int, int, str], Report] = {}
    for each, turn in told:
        if not any(a < each.end and each.start < b for a, b in closed):
            report = _report(document, each, turn)
            found.setdefault((report.start, *_words_at(each)), report)
    return tuple(sorted(found.values(), key=lambda r: (r.start, r.what)))


def _words_at(told: Told) -> tuple[int, str]:
    return told.what[0], told.kind


def _report(document: Document, told: Told, turn: int | None) -> Report:
    text = document.text
    known = document.line_at(told.start)
    return Report(
        kind=told.kind,
        who=told.who,
        what=text[told.what[0] : told.what[1]],
        quote=text[told.start : told.end],
        line=known if known is not None else text.count("\n", 0, told.start) + 1,
        start=told.start,
        end=told.end,
        time=document.turns[turn].time if turn is not None else None,
    )


def _from_turns(document: Document, scene: Scene) -> Iterator[tuple[Told, int]]:
    labelled = any(turn.speaker for turn in document.turns[:20])
    before: Sentence | None = None
    for index, turn in enumerate(document.turns):
        sentences = sentences_of(scene.text, turn.start, turn.end, scene.language)
        if turn.speaker is None and labelled:
            continue  # forwarded or quoted words are not the sender's
        speaker = scene.roster.canonical(turn.speaker) if turn.speaker else None
        for sentence in sentences:
            yield from ((told, index) for told in _read(scene, sentence, before, speaker))
            before = sentence


def _from_lines(scene: Scene) -> Iterator[tuple[Told, None]]:
    for row in rows_of(scene.text):
        line = scene.text[row.start : row.end]
        if not line.strip() or heading_of(scene.text, row) or line.lstrip().startswith("|"):
            continue
        if told := _listed(line, row.start):
            yield told, None
            continue
        bullet = _BULLET.match(line)
        start = row.start + (bullet.end() if bullet else 0)
        for sentence in sentences_of(scene.text, start, row.end, scene.language):
            yield from ((told, None) for told in _read(scene, sentence, None, None))


def _listed(line: str, start: int) -> Told | None:
    """A ticked item, or a line that ends in its state; `start` is where it begins in the text."""
    box = CHECKBOX.match(line)
    state = _STATE.search(line)
    ticked = box is not None and box["mark"].strip() != ""
    if not ticked and not state:
        return None
    bullet = _BULLET.match(line)
    first = box.start("body") if box else bullet.end() if bullet else 0
    last = state.start() if state else len(line.rstrip())
    return Told(
        "cancelled" if state and state["gone"] else "done",
        None,
        (start + first, start + last),
        start + first,
        start + len(line.rstrip()),
    )


def _read(
    scene: Scene, sentence: Sentence, before: Sentence | None, speaker: str | None
) -> Iterator[Told]:
    rules = reports_ru if scene.language == "ru" else reports_en
    if not sentence.question:
        yield from rules.told(scene, sentence, before, speaker)
