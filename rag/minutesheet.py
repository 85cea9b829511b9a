"""Minutes of meetings for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import render
from rag.exports.outline import outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.exports.outline import Item, Outline, Task
    from rag.record import Record

_TABLE_WIDTH = 100  # columns below which promises come as blocks, since a table would fold to bits
_FACTS = ("when", "state", "place")


def show(records: Sequence[Record]) -> None:
    """The minutes of meetings, one after another."""
    for number, record in enumerate(records):
        if number:
            render.print_line("")
        _meeting(outline(record))


def _meeting(out: Outline) -> None:
    words = out.labels
    render.print_line(f"# {out.title}")
    facts = {"file": out.file, "date": out.date, "participants": ", ".join(out.participants)}
    for name, value in facts.items():
        if value:
            render.print_line(f"{words[name]}: {value}")
    for name in ("summary", "topics", "decisions"):
        _section(out, name, getattr(out, name))
    render.print_line(f"\n## {words['promises']}")
    if not out.groups:
        render.print_line(words["none"])
    for title, tasks in out.groups:
        render.print_line(f"\n### {title}\n")
        if render.console().width < _TABLE_WIDTH:
            for task in tasks:
                render.print_line(_block(task))
        else:
            _table(out, tasks)
    _section(out, "questions", out.questions)
    _section(out, "suggestions", out.suggestions)


def _section(out: Outline, name: str, items: Sequence[Item]) -> None:
    if not items:
        return
    render.print_line(f"\n## {out.labels[name]}")
    quote = out.labels["quote"]
    for item in items:
        text = quote.format(item.text) if item.verbatim else item.text
        who = f"{item.who}: " if item.who else ""
        place = f" ({item.place})" if item.place else ""
        render.print_line(f"- {who}{text}{place}")
        if item.quote:
            render.print_line(f"  {quote.format(item.quote)}")


def _table(out: Outline, tasks: Sequence[Task]) -> None:
    """Promises, and below them their quotes; columns that all leave empty are left out."""
    words = out.labels
    filled = [name for name in _FACTS if any(getattr(task, name) for task in tasks)]
    columns = (words["number"], f"{words['who']} → {words['to_whom'].lower()}", words["what"])
    rows = [
        (str(task.number), task.parties, task.what, *(getattr(task, name) for name in filled))
        for task in tasks
    ]
    render.print_rows((*columns, *(words[name] for name in filled)), rows)
    for task in tasks:
        render.print_line(f"{task.number}. {task.quote}")


def _block(task: Task) -> str:
    """A promise on lines of its own: who → to whom: what; by when, state, place; the quote."""
    facts = " · ".join(filter(None, (getattr(task, name) for name in _FACTS)))
    return f"{task.number}. {task.parties}: {task.what}\n   {facts}\n   {task.quote}"
