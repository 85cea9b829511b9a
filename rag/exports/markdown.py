"""Minutes as Markdown (CommonMark with the tables and task lists of GitHub).

What comes from the document is inert: no tag, link or picture of it works, and every character
that means something in Markdown is escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.cite.clean import inert
from rag.exports.outline import outline
from rag.exports.rows import register_outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.exports.outline import Item, Outline, Task
    from rag.record import Record
    from rag.register.view import Group
    from rag.types import Entry

#: An underscore within a word is none of these.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~$#]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
#: What would begin a list or a heading where a text begins.
_OPENING = re.compile(r"(?:\d{1,9}(?=[.)](?:\s|$))|(?=[-+=](?:\s|$|[-=])))")
_COLUMNS = ("number", "who", "to_whom", "what", "when", "state", "place")


def page(records: Sequence[Record]) -> str:
    """The minutes of meetings, one after another, each under a heading of its own."""
    return "\n---\n\n".join(_meeting(outline(record)) for record in records)


def register_page(
    groups: Sequence[tuple[Group, Sequence[Entry]]], records: Mapping[str, Record]
) -> str:
    """Groups of rows of the register; `records` are the meetings by their names."""
    return _meeting(register_outline(groups, records))


def escape(text: str) -> str:
    """Text of a document as Markdown that shows it and does nothing."""
    line = " ".join(inert(text).split())
    line = _SPECIAL.sub(lambda found: "\\" + found.group(), line)
    opening = _OPENING.match(line)
    return f"{opening.group()}\\{line[opening.end() :]}" if opening else line


def _meeting(out: Outline) -> str:
    return "\n".join(_lines(out)) + "\n"


def _lines(out: Outline) -> Iterator[str]:
    words = out.labels
    facts = {"file": escape(out.file), "date": out.date}
    facts["participants"] = escape(", ".join(out.participants))
    of_register = not out.file
    yield f"# {escape(out.title)}"
    if not of_register:
        yield ""
        yield from (f"- {words[name]}: {value}" for name, value in facts.items() if value)
    yield from _section(out, "summary", out.summary)
    yield from _section(out, "topics", out.topics)
    yield from _section(out, "decisions", out.decisions)
    if not of_register:
        yield from ("", f"## {words['promises']}")
    if not out.groups:
        yield from ("", words["none"])
    for title, tasks in out.groups:
        yield from ("", f"{'##' if of_register else '###'} {title}", "")
        yield from _table(out, tasks)
        yield ""
        for task in tasks:
            box = "x" if task.closed else " "
            yield f"- [{box}] {task.number}. {escape(task.quote)} ({escape(task.place)})"
    yield from _section(out, "questions", out.questions)
    yield from _section(out, "suggestions", out.suggestions)


def _section(out: Outline, name: str, items: Sequence[Item]) -> Iterator[str]:
    if not items:
        return
    yield from ("", f"## {out.labels[name]}", "")
    for item in items:
        quote = out.labels["quote"]
        text = escape(quote.format(item.text) if item.verbatim else item.text)
        if item.quote:
            text += f" — {escape(quote.format(item.quote))}"
        who = f"{escape(item.who)}: " if item.who else ""
        place = f" ({escape(item.place)})" if item.place else ""
        yield f"- {who}{text}{place}"


def _table(out: Outline, tasks: Sequence[Task]) -> Iterator[str]:
    yield "| " + " | ".join(out.labels[name] for name in _COLUMNS) + " |"
    yield "|" + " --- |" * len(_COLUMNS)
    for task in tasks:
        cells = (
            str(task.number),
            *map(escape, (task.who or "—", task.to_whom, task.what)),
            *map(escape, (task.when, task.state, task.place)),
        )
        yield "| " + " | ".join(cells) + " |"
