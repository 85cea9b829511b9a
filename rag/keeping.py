"""Commands that keep a library: bring files in, list, show, draw, remove, rename, derive anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag import errors, render, schema, terminal
from rag.options import (
    DRAWING,
    ENCODER,
    ENGINE,
    JSON,
    PLACE,
    READING,
    SHARED,
    command,
    complete_document,
    options,
)

if TYPE_CHECKING:
    from rag.app import App
    from rag.picture import Wanted


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--sync", is_flag=True, help="Take out files that are gone from these folders.")
@click.option("--fresh", is_flag=True, help="Begin with an empty library.")
@click.option("--reread", is_flag=True, help="Read unchanged files again.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@JSON
@options(READING, ENGINE, PLACE, ENCODER, SHARED)
@command
def ingest(
    app: App,
    sources: tuple[Path, ...],
    sync: bool,
    fresh: bool,
    reread: bool,
    dry_run: bool,
    as_json: bool,
    password: str,
) -> None:
    """Bring files and folders into the library.

    An unchanged file is not read again; an unreadable one is a row of the report.

    \b
    Example: rag ingest ~/Documents/contracts --sync
    """
    if dry_run:
        report = app.dry_run(sources, sync=sync, reread=reread or fresh, password=password)
    else:
        with terminal.progress_bar() as on_progress:
            report = app.ingest(
                sources,
                sync=sync,
                fresh=fresh,
                reread=reread,
                password=password,
                spread=True,
                on_progress=on_progress,
            )
    if as_json:
        render.print_json(schema.report(report))
    else:
        render.show_report(report, app.paths.folder)
    if report.skipped and not (report.added or report.changed or report.unchanged):
        raise click.exceptions.Exit(errors.EXIT_ERROR)


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@JSON
@options(READING, ENCODER, SHARED)
@command
def watch(app: App, sources: tuple[Path, ...], as_json: bool, password: str) -> None:
    """Keep the library in step with folders until Ctrl-C: what changes there is brought in.

    With --json every bout of changes is one line, as of rag ingest --json.

    \b
    Example: rag watch ~/Documents/contracts
    """
    for report in app.watch(sources, password=password, on_error=terminal.tell):
        if as_json:
            render.print_json(schema.report(report), indent=None)
        else:
            render.show_report(report, app.paths.folder)
        sys.stdout.flush()


@click.command(name="list")
@JSON
@options(SHARED)
@command
def list_(app: App, as_json: bool) -> None:
    """List the documents of the library.

    \b
    Example: rag list --json
    """
    rows = app.documents()
    if as_json:
        render.print_json(schema.documents(rows))
    else:
        render.show_documents(rows)


@click.command()
@click.argument("document", shell_complete=complete_document)
@click.option("--page", type=int, metavar="N", help="Only this page, counted from 1.")
@JSON
@options(DRAWING, SHARED)
@command
def show(
    app: App,
    document: str,
    page: int | None,
    as_json: bool,
    span: tuple[int, int] | None,
    quote: str,
    output: str | None,
    password: str,
) -> None:
    """Print the text of a document as the library holds it, or draw a page of it.

    \b
    Example: rag show handbook.pdf --page 4
             rag show handbook.pdf --highlight 5120:5190 -o page.png
    """
    from rag.picture import Wanted, page_of

    if output:
        _draw(app, document, Wanted(page, span, quote), password, output, as_json)
        return
    if span or quote:
        raise errors.UsageError("A mark needs a picture to stand on", "Draw it: -o page.png")
    row, found = app.document(document)
    start, end = 0, len(found.text)
    if page is not None:
        wanted = page_of(found, row.name, page)
        start, end = wanted.start, wanted.end
    if as_json:
        render.print_json(schema.document(row, found, start, end))
    else:
        render.print_line(found.text[start:end].rstrip("\n"))


@click.command()
@click.argument(
    "names", nargs=-1, required=True, metavar="DOCUMENT...", shell_complete=complete_document
)
@JSON
@options(SHARED)
@command
def rm(app: App, names: tuple[str, ...], as_json: bool) -> None:
    """Take documents out of the library. The files themselves stay.

    \b
    Example: rag rm old-contract.pdf
    """
    removed = app.remove(*names)
    if as_json:
        told = removed[0] if len(names) == 1 else removed
        render.print_json({"schema": schema.SCHEMA, "removed": told})
        return
    for name in removed:
        render.print_line(f"removed {name} from the library")
    if len(removed) == 1:
        told = "The file stays; while it does, rag ingest of its folder brings it back."
    else:
        told = "The files stay; while they do, rag ingest of their folders brings them back."
    render.print_line(told)


@click.command()
@click.argument("document", shell_complete=complete_document)
@click.argument("new")
@JSON
@options(SHARED)
@command
def mv(app: App, document: str, new: str, as_json: bool) -> None:
    """Give a document another name in the library. The file itself keeps its own.

    What is inside a mail or an archive is called after it and follows.

    \b
    Example: rag mv scan0042.pdf "Lease 2025.pdf"
    """
    old = app.rename(document, new)
    if as_json:
        render.print_json({"schema": schema.SCHEMA, "old": old, "new": new})
    else:
        render.print_line(f"{old} is called {new} now")


@click.command()
@JSON
@options(SHARED)
@command
def doctor(app: App, as_json: bool) -> None:
    """Prove that the library is whole; exit 1 when it is not.

    \b
    Example: rag doctor
    """
    if as_json:
        checks = list(app.doctor())
        render.print_json(schema.doctor(checks))
        good = all(check.ok for check in checks)
    else:
        good = render.show_checks(app.doctor())
    if not good:
        raise click.exceptions.Exit(errors.EXIT_ERROR)


@click.command()
@JSON
@options(ENCODER, SHARED)
@command
def reindex(app: App, as_json: bool) -> None:
    """Derive the indexes anew from the catalogue, with another embedder if one is named.

    No file is read again. The old indexes serve until the new are whole; interrupted, it goes on
    where it stopped.

    \b
    Example: rag reindex --embedder ~/models/multilingual-e5-small
    """
    with terminal.chunk_bar() as on_progress:
        documents, chunks = app.reindex(on_progress=on_progress)
    if as_json:
        render.print_json({"schema": schema.SCHEMA, "documents": documents, "chunks": chunks})
    else:
        render.print_line(f"indexed {documents} documents, {chunks} chunks")


def _draw(
    app: App, document: str, wanted: Wanted, password: str, output: str, as_json: bool
) -> None:
    """Draw a page into a file, and say so, or onto standard output."""
    terminal.check_output(output, as_json=as_json)
    picture = app.picture(document, wanted, password)
    if Path(output).exists() and picture.source.samefile(output):
        raise errors.UsageError(f"{output} is the document itself", "Name another file.")
    terminal.write_png(picture.png, output)
    if as_json:
        render.print_json(schema.picture(picture, output))
    elif output != terminal.STANDARD_OUTPUT:
        render.print_line(f"page {picture.page} of {picture.document} is in {output}")


#: In the order in which the help lists them.
COMMANDS = (ingest, watch, list_, show, rm, mv, doctor, reindex)
