"""The command that shows what was asked and answered before, and forgets it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from rag import render, schema
from rag.errors import UsageError
from rag.options import JSON, SHARED, command, options

if TYPE_CHECKING:
    from rag.app import App
    from rag.store.history import Conversation
    from rag.types import Exchange

_SHOWN = 20  # questions, where no number is given


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "-n",
    "count",
    type=click.IntRange(min=1),
    metavar="N",
    default=_SHOWN,
    show_default=True,
    help="The last N questions.",
)
@click.option("--conversation", type=int, metavar="ID", help="Only this conversation.")
@click.option("--clear", is_flag=True, help="Forget all of it, or that conversation.")
@JSON
@options(SHARED)
@command
def logs(
    app: App,
    words: tuple[str, ...],
    count: int,
    conversation: int | None,
    clear: bool,
    as_json: bool,
) -> None:
    """Show what was asked and answered, or only what has these WORDS in any inflection.

    It lies beside the library, readable by you alone; RAG_HISTORY=0 keeps nothing.

    \b
    Example: rag logs отпуск -n 5
    """
    if clear:
        if words:
            raise UsageError(
                "--clear forgets whole conversations, not what has these words",
                "Name one: rag logs --clear --conversation ID",
            )
        forgotten = app.history.clear(conversation)
        if as_json:
            render.print_json({"schema": schema.SCHEMA, "forgotten": forgotten})
        else:
            click.echo(f"forgotten: {forgotten} conversations")
        return
    found = app.history.find(most=count, conversation=conversation, words=" ".join(words))
    if as_json:
        render.print_json(schema.history(found))
        return
    for each in found:
        _show(each)
    if not found:
        narrowed = bool(words) or conversation is not None
        sought = "Nothing like this was asked here; see all of it: rag logs"
        click.echo(sought if narrowed else "Nothing was asked here that is kept", err=True)


def _show(conversation: Conversation) -> None:
    render.print_line(f"# {conversation.id}, {_local(conversation.begun)}")
    for each in conversation.exchanges:
        _show_exchange(each)
    render.print_line("")


def _show_exchange(exchange: Exchange) -> None:
    taken = f"  ({exchange.asked})" if exchange.asked != exchange.question else ""
    render.print_line(f"> {exchange.question}{taken}")
    render.print_line(" ".join(exchange.answer.split()))
    places = dict.fromkeys(
        f"{each.document}:{each.page if each.page is not None else each.line or ''}".rstrip(":")
        for each in exchange.citations
    )
    told = [*places, *([exchange.model] if exchange.model else [])]
    if told:
        render.print_line(f"  [{'; '.join(told)}]")


def _local(time: str) -> str:
    """A time in UTC as the clock on the wall shows it."""
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")


COMMANDS = (logs,)
