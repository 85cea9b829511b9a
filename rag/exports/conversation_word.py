"""A conversation as a document of Word, laid out as `rag.exports.conversation` says."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.shared import Pt

from rag.exports.conversation import COLUMNS, block, labels_of, quoted
from rag.exports.outline import plain
from rag.exports.word import aside, ruled, set_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from rag.exports.conversation import Block, Place, Told
    from rag.types import Round
    from rag.words import Language

#: Widths of the columns in centimetres; together those of A4 between the margins.
_WIDTHS = {"who": 2.6, "to_whom": 2.4, "what": 6.0, "when": 2.8, "where": 3.2}
_SMALL = Pt(9)


def document(rounds: Sequence[Round], language: Language, zone: tzinfo) -> bytes:
    """A conversation as a file of Word; the day of its first question is that of the document."""
    words = labels_of(language)
    made = Document()
    day = rounds[0].asked_at.astimezone(zone).date() if rounds else None
    set_up(made, language, words["title"], day)
    made.add_heading(words["title"], level=1)
    for value in rounds:
        _round(made, block(value, language, zone), words)
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def _round(made: Any, shown: Block, words: dict[str, str]) -> None:
    made.add_heading(shown.title, level=2)
    if shown.question:
        made.add_paragraph(shown.question)
    facts = made.add_paragraph()
    aside(facts, " · ".join(f"{label}: {plain(value)}" for label, value in shown.facts))
    if shown.said:
        made.add_paragraph(plain(shown.said))
    if shown.promises:
        made.add_heading(words["promises"], level=3)
        rows = [tuple(map(plain, row)) for row in shown.promises]
        ruled(made, [words[name] for name in COLUMNS], rows, list(_WIDTHS.values()))
        _places(made, shown.promised, words)
    for each in shown.sentences:
        _sentence(made, each)
    for name in ("sources", "nearest"):
        if places := getattr(shown, name):
            made.add_heading(words[name], level=3)
            _places(made, places, words)
    if shown.struck:
        made.add_heading(words["struck"], level=3)
    for each in shown.struck:
        paragraph = made.add_paragraph(style="List Bullet")
        paragraph.add_run(plain(each.text)).font.strike = True
        if each.doubt:
            aside(paragraph, f" — {plain(each.doubt)}")
    for note in shown.notes:
        aside(made.add_paragraph(), plain(note), italic=True)


def _sentence(made: Any, told: Told) -> None:
    paragraph = made.add_paragraph(plain(told.text))
    if told.marks:
        aside(paragraph, " " + "".join(f"[{number}]" for number in told.marks))
    if told.doubt:
        aside(paragraph, f" ({plain(told.doubt)})", italic=True)


def _places(made: Any, places: Sequence[Place], words: dict[str, str]) -> None:
    for each in places:
        paragraph = made.add_paragraph(style="List Bullet")
        head = plain(" ".join(filter(None, (each.label, each.where))))
        paragraph.add_run(f"{head}: " if each.quote else head).font.size = _SMALL
        if each.quote:
            aside(paragraph, quoted(each, words), italic=True)
