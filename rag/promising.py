"""The command that lists promises: who owes what to whom by when, over all meetings."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag import errors, render, terminal
from rag.exports import FORMS, export_register
from rag.options import JSON, SCOPE, SHARED, command, form_for, options
from rag.register import group_text, grouped, is_overdue, states_of
from rag.words import language_of

if TYPE_CHECKING:
    from rag.app import App
    from rag.exports import Form
    from rag.promised import Listed
    from rag.types import Scope


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
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="md, json, csv, ics (deadlines for a calendar) or docx (default: by the name of -o).",
)
@click.option("-o", "--output", metavar="PATH", help="Write into this file.")
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
    form: Form | None,
    output: str | None,
    today: date | None,
    as_json: bool,
    scope: Scope,
) -> None:
    """List the promises of all meetings: who owes what to whom by when, and where it was said.

    A promise that a later meeting repeats, moves, hands over, reports done or drops is one row,
    with what each meeting says below it.

    \b
    Example: rag promises --who Олег --due this-week -o oleg.csv
    """
    if as_json and form not in (None, "json"):
        raise errors.UsageError(f"--json and --format {form} are two forms", "Give one of them")
    from rag.promised import Asked

    wanted_form = _form("json" if as_json else form, output)
    flags = {"open": open_, "done": done, "cancelled": cancelled, "all": every}
    wanted = states_of(name for name, is_on in flags.items() if is_on)
    found = app.promises(Asked(who, to, due, wanted), scope=scope, today=today)
    if wanted_form is not None:
        _write(app, found, wanted_form, output)
    if found.entries and wanted_form is None:
        _show(found, quotes=quotes)
    if not found.entries and wanted_form != "json":
        _explain(found, scope)
    if not found.entries:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)


def _form(form: Form | None, output: str | None) -> Form | None:
    """The form to write; None is for a person to read."""
    if output is None or output == terminal.STANDARD_OUTPUT:
        if form == "docx" and sys.stdout.isatty():
            raise errors.UsageError(
                "A docx has no place on a terminal", "Name a file: -o promises.docx"
            )
        return form
    return form_for(Path(output), form, FORMS)


def _write(app: App, found: Listed, form: Form, output: str | None) -> None:
    """Write the rows, or the form without any, which takes the place of an earlier export."""
    to_file = output is not None and output != terminal.STANDARD_OUTPUT
    records = app.meetings(found.entries) if to_file or form != "json" else {}
    data = export_register(found, records, form)
    if output is not None and to_file:
        terminal.write_over(Path(output), data, [record.file for record in records.values()])
    else:
        terminal.write_bytes(data)


def _show(found: Listed, *, quotes: bool) -> None:
    """Rows by group, each under its name where there are several, or where it is overdue."""
    language = language_of(" ".join(entry.promise.what for entry in found.entries))
    late = [entry for entry in found.entries if is_overdue(entry, found.today)]
    groups = grouped(found.entries, found.me, found.today)
    for group, rows in groups:
        if len(groups) > 1 or group == "overdue":
            render.print_line(f"{group_text(group, language)} ({len(rows)})")
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
