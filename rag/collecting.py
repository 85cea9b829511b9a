"""The commands about collections: which there are, a new one, another name, one less."""

from __future__ import annotations

from dataclasses import asdict

import click

from rag import render, schema, terminal
from rag.options import HOME, JSON, complete_collection
from rag.options import home as home_of


@click.group(cls=terminal.Group, invoke_without_command=True)
@HOME
@JSON
@click.pass_context
def collections(ctx: click.Context, /, as_json: bool, **_: str | None) -> None:
    """List the collections of the library, or make, rename and delete one.

    \b
    Example: rag collections
             rag collections rename default work
    """
    if ctx.invoked_subcommand is not None:
        return
    from rag.store import collections as held

    rows = held.collections(home_of(ctx))
    if as_json:
        found = {"schema": schema.SCHEMA, "collections": [asdict(row) for row in rows]}
        render.print_json(found)
        return
    cells = [(row.name, str(row.documents), str(row.chunks), row.trouble) for row in rows]
    render.print_rows(("Collection", "Documents", "Chunks", ""), cells)


@collections.command()
@click.argument("name")
@click.pass_context
def create(ctx: click.Context, /, name: str) -> None:
    """Make a collection that holds nothing yet.

    \b
    Example: rag collections create work
    """
    from rag.store import collections as held

    held.create(home_of(ctx), name)
    render.print_line(f"{name} is made; fill it: rag ingest FOLDER --collection {name}")


@collections.command()
@click.argument("name", shell_complete=complete_collection)
@click.argument("new")
@click.pass_context
def rename(ctx: click.Context, /, name: str, new: str) -> None:
    """Give a collection another name, with its history and what came through the page.

    \b
    Example: rag collections rename default work
    """
    from rag.store import collections as held

    held.rename(home_of(ctx), name, new)
    render.print_line(f"{name} is called {new} now")


@collections.command()
@click.argument("name", shell_complete=complete_collection)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rm(ctx: click.Context, /, name: str, yes: bool) -> None:
    """Delete a collection: its indexes, its history, and files that came through the page.

    Files that came with rag ingest stay where they are.

    \b
    Example: rag collections rm work
    """
    from rag.store import collections as held

    home = home_of(ctx)
    if not yes:
        size = sum(held.used(home, name).values())
        click.confirm(f"Delete {name} for good ({size / 1e6:.1f} MB)?", abort=True, err=True)
    held.delete(home, name)
    render.print_line(f"deleted {name}")


COMMANDS = (collections,)
