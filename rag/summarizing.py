"""The command that summarises: documents of the library, or files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rag import errors, render, schema, terminal
from rag.options import JSON, MODEL, SHARED, command, complete_document, options
from rag.summary import LENGTHS

if TYPE_CHECKING:
    from rag.app import App
    from rag.words import Language


@click.command()
@click.argument("documents_", metavar="DOC...", nargs=-1, shell_complete=complete_document)
@click.option("--about", default="", metavar="TOPIC", help="Keep to this topic.")
@click.option(
    "--length",
    type=click.Choice(list(LENGTHS)),
    default="medium",
    show_default=True,
    help=", ".join(f"{name}: {most}" for name, most in LENGTHS.items()) + " sentences at most.",
)
@click.option(
    "--sentences", type=click.IntRange(1, 100), metavar="N", help="At most so many instead."
)
@click.option(
    "--language",
    type=click.Choice(["ru", "en"]),
    help="Language a model writes in (default: that of the documents).",
)
@click.option("--fresh", is_flag=True, help="Ask the model anew what it has replied to before.")
@click.option("--strict", is_flag=True, help="Exit 7 when a sentence of the model was struck.")
@JSON
@options(MODEL, SHARED)
@command
def summarize(
    app: App,
    documents_: tuple[str, ...],
    about: str,
    length: str,
    sentences: int | None,
    language: Language | None,
    fresh: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Summarise documents of any length, each sentence with its place.

    DOC is a document as rag list names it, the last part of its path, a folder, a pattern such as
    "*.pdf", or a file that is not in the library. Without a model the sentences are the documents'
    own. A model reads a long text piece by piece; what it has replied is kept, so that a run that
    was interrupted goes on where it stopped.

    \b
    Example: rag summarize contract.pdf --about "penalties" --length short
    """
    if not documents_:
        raise errors.UsageError(
            "Name the documents to summarise", 'See what there is: rag list. All of it: "*"'
        )
    from rag.mapreduce import Watch
    from rag.summary import Brief

    brief = Brief(sentences or LENGTHS[length], about.strip(), language)
    with terminal.rounds() as on_progress:
        summary = app.summarise(documents_, brief, fresh=fresh, watch=Watch(on_progress))
    if summary.kept:
        click.echo(
            f"{summary.kept} of {len(summary.calls)} replies were kept from before"
            " (--fresh asks anew)",
            err=True,
        )
    if as_json:
        render.print_json(schema.summary(summary))
    else:
        terminal.tell_notes(summary.notes)
        render.show_summary(summary)
    if not summary.sentences:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)
    if strict and summary.struck:
        raise click.exceptions.Exit(errors.EXIT_UNSUPPORTED)


COMMANDS = (summarize,)
