"""Records of meetings, and conversations, as files: pure functions from nouns to text or bytes.

    rows       promises of a meeting or of the register, as the table and the calendar take them
    outline    what is shown, in which order and words: the same in every form for people
    labels     those words, in two languages
    markdown   for notes, wikis and trackers
    word       a document of Word
    table      a row a promise, for spreadsheets and importers
    calendar   an event a deadline
    values     everything as JSON values
    conversation   what was asked and answered, as Markdown, Word (`conversation_word`) and JSON

Each is imported when it is first asked for.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, get_args

from rag.register import grouped
from rag.shown import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.promised import Listed
    from rag.record import Record

Form = Literal["md", "json", "csv", "ics", "docx"]
FORMS: tuple[Form, ...] = get_args(Form)
#: What a browser is told that a file is.
MIMES: dict[Form, str] = {
    "md": "text/markdown",
    "json": "application/json",
    "csv": "text/csv",
    "ics": "text/calendar",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_SUFFIXES: dict[str, Form] = {**{f".{form}": form for form in FORMS}, ".markdown": "md"}


def form_of(name: str) -> Form | None:
    """The form that the name of a file tells; None where it tells none."""
    return _SUFFIXES.get(PurePath(name).suffix.lower())


def export(records: Sequence[Record], form: Form, *, many: bool) -> bytes:
    """Records in a form, all in one file; as JSON an array where `many` were asked for.

    Text is UTF-8, of tables with the mark that spreadsheets know it by.
    """
    if form == "docx":
        from rag.exports import word

        return word.document(records)
    if form == "ics":
        from rag.exports import calendar

        return calendar.calendar(records)
    if form == "csv":
        from rag.exports import table

        return table.table(records).encode("utf-8-sig", errors="replace")
    if form == "json":
        from rag.exports import values

        rows = [values.record(each) for each in records]
        return _json(rows if many else rows[0])
    from rag.exports import markdown

    return markdown.page(records).encode(errors="replace")


def export_register(found: Listed, records: Mapping[str, Record], form: Form) -> bytes:
    """Rows of the register in a form; `records` are the meetings they stand in, by their names.

    JSON is what `rag promises --json` prints.
    """
    if form == "json":
        from rag import schema

        return _json(schema.promises(found))
    if form == "ics":
        from rag.exports import calendar

        return calendar.register_calendar(found.entries, records)
    if form == "csv":
        from rag.exports import table

        rows = table.register_table(found.entries, records)
        return rows.encode("utf-8-sig", errors="replace")
    groups = grouped(found.entries, found.me, found.today)
    if form == "docx":
        from rag.exports import word

        return word.register_document(groups, records)
    from rag.exports import markdown

    return markdown.register_page(groups, records).encode(errors="replace")


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return f"{escaped(text)}\n".encode(errors="replace")
