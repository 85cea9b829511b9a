"""Records of meetings as files: pure functions from nouns to text or bytes.

    outline    what is shown, in which order and words: the same in every form for people
    labels     those words, in two languages
    markdown   for notes, wikis and trackers
    word       a document of Word
    table      a row a promise, for spreadsheets and importers
    calendar   an event a deadline
    values     everything as JSON values

Each is imported when it is first asked for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, get_args

from rag.shown import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.record import Record

Form = Literal["md", "json", "csv", "ics", "docx"]
FORMS: tuple[Form, ...] = get_args(Form)


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
        text = json.dumps(rows if many else rows[0], ensure_ascii=False, indent=2)
        return f"{escaped(text)}\n".encode(errors="replace")
    from rag.exports import markdown

    return markdown.page(records).encode(errors="replace")
