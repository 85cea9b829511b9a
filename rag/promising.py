"""The command that lists promises: who owes what to whom by when, over all meetings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from rag import errors, render, schema
from rag.options import JSON, SCOPE, SHARED, command, options
from rag.register import EVERY, OPEN, grouped, is_overdue
from rag.words import language_of

if TYPE_CHECKING:
    from rag.app import App
    from rag.promised import Listed
    from rag.types import Scope, State

_HEADS = {
    "ru": {
        "overdue": "Просрочено",
        "mine": "Я должен",
        "to me": "Должны мне",
        "open": "Открыто",
        "no date": "Без срока",
        "no owner": "Без ответственного",
        "done": "Выполнено",
        "cancelled": "Отменено",
    },
    "en": {
        "overdue": "Overdue",
        "mine": "I owe",
        "to me": "Owed to me",
        "open": "Open",
        "no date": "Without a date",
        "no owner": "Without an owner",
        "done": "Done",
        "cancelled": "Cancelled",
    },
}


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"{value} is no day; write it as 2025-11-12") from None


@click.command()
@click.option(
    "--who", default="", metavar="NAME", help='Who promised: a name in any form, or "me".'
)
@click.option("--to", default="", metavar="NAME", help='To whom: a name in any form, or "me".')
@click.option(
    "--due",
    default="",
    metavar="WHEN",
    help="today, tomorrow, this-week, next-week, overdue, none, a day (ISO), or DAY..DAY.",
)
@click.option("--open", "open_", is_flag=True, help="What is still to be done (the default).")
@click.option("--done", is_flag=True, help="What a meeting says is done.")
@click.option("--cancelled", is_flag=True, help="What a meeting has dropped.")
@click.option("--all", "every", is_flag=True, help="All of it, and what was said tentatively.")
@click.option("--quotes", is_flag=True, help="Show the words of every promise.")
@click.option("--me", metavar="NAME", help="Who you are (setting: me).")
@click.option(
    "--today", callback=_day, metavar="DAY", help="The day that overdue and this-week count from."
)
@JSON
@options(SCOPE, SHARED)
@command
def promises(
    app: App,
    who: str,
    to: str,
    due: str,
    open_: bool,
    done: bool,
    cancelled: bool,
    every: bool,
    quotes: bool,
    today: date | None,
    as_json: bool,
    scope: Scope,
) -> None:
    """List the promises of all meetings: who owes what to whom by when, and where it was said.

    A promise that a later meeting repeats, moves, hands over, reports done or drops is one row,
    with what each meeting says below it.

    \b
    Example: rag promises --who Олег --due this-week
    """
    from rag.promised import Asked

    wanted = _states(open_=open_, done=done, cancelled=cancelled, every=every)
    found = app.promises(Asked(who, to, due, wanted), scope=scope, today=today)
    if as_json:
        render.print_json(schema.promises(found))
    elif found.entries:
        _show(found, quotes=quotes)
    else:
        _explain(found, scope)
    if not found.entries:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)


def _states(*, open_: bool, done: bool, cancelled: bool, every: bool) -> frozenset[State]:
    """The states that flags ask for; open ones without a flag."""
    if every:
        return EVERY
    closed: set[State] = set()
    if done:
        closed.add("done")
    if cancelled:
        closed.add("cancelled")
    return frozenset(closed | OPEN) if open_ or not closed else frozenset(closed)


def _show(found: Listed, *, quotes: bool) -> None:
    """Rows by group, each under its name where there are several, or where it is overdue."""
    language = language_of(" ".join(entry.promise.what for entry in found.entries))
    late = [entry for entry in found.entries if is_overdue(entry, found.today)]
    groups = grouped(found.entries, found.me, found.today)
    for group, rows in groups:
        if len(groups) > 1 or group == "overdue":
            render.print_line(f"{_HEADS[language][group]} ({len(rows)})")
        render.show_entries(
            rows, language, quotes=quotes, overdue=() if group == "overdue" else late
        )
        if len(groups) > 1 and group != groups[-1][0]:
            render.print_line("")


def _explain(found: Listed, scope: Scope) -> None:
    """Why there is nothing, and what to do about it, on standard error."""
    if not found.meetings and scope.everything:
        why, then = "There are no meetings in this library.", "Add some: rag ingest FOLDER"
    elif not found.meetings:
        why, then = "No meeting matches the filter.", "See what there is: rag list"
    elif not found.kept:
        why = f"Nothing was promised in {_meetings(found.meetings)}."
        then = "See what was said: rag summarize FILE"
    else:
        why = f"None of the {found.kept} promises of {_meetings(found.meetings)} is meant by this."
        then = "See all of them: rag promises --all"
    click.echo(f"{why}\n{then}", err=True)


def _meetings(count: int) -> str:
    return "1 meeting" if count == 1 else f"{count} meetings"


COMMANDS = (promises,)
