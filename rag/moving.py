"""The commands that move a library between stores, without reading or embedding it again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag import render, schema, terminal
from rag.options import ENCODER, JSON, PLACE, SHARED, command, options

if TYPE_CHECKING:
    from rag.app import App
    from rag.parquet.exporting import Moved


def _roots(_ctx: click.Context, _param: click.Parameter, told: tuple[str, ...]) -> dict[str, str]:
    """Folders and where they lie now, «OLD=NEW», as absolute paths."""
    found: dict[str, str] = {}
    for each in told:
        old, _, new = each.partition("=")
        if not old or not new or not Path(old).is_absolute():
            raise click.BadParameter(f"{each!r} is not OLD=NEW, such as /home/me/docs=/srv/docs")
        found[old] = str(Path(new).expanduser().absolute())
    return found


@click.command(name="export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Let an earlier export in that folder go.")
@JSON
@options(SHARED)
@command
def export_(app: App, folder: Path, overwrite: bool, as_json: bool) -> None:
    """Write the library into a folder of Parquet files, while it is in use.

    Texts, chunks with their vectors, files, minutes and corrections: what rag import makes the same
    library of in another store, and what pandas, DuckDB and Spark read; see docs/moving.md.
    Interrupted, it begins anew: the library may be another one by then.

    \b
    Example: rag export ~/moved
    """
    with terminal.piece_bar("exporting") as on_progress:
        moved = app.export(folder, overwrite=overwrite, on_progress=on_progress)
    _show(moved, folder, as_json, f"{folder} holds")


@click.command(name="import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True, help="Let go of the library that is there.")
@click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="OLD=NEW",
    callback=_roots,
    help="A folder that files were read from, and where it lies here; may be repeated.",
)
@JSON
@options(PLACE, ENCODER, SHARED)
@command
def import_(app: App, folder: Path, fresh: bool, roots: dict[str, str], as_json: bool) -> None:
    """Make a library of what rag export wrote. No file is read and nothing is embedded.

    Vectors of a model need it named with --embedder, and it has to be the same one. Interrupted,
    nothing has changed, and the same command goes on where it was.

    \b
    Example: rag import ~/moved -c work --store milvus:http://localhost:19530
    """
    with terminal.piece_bar("importing") as on_progress:
        moved = app.import_(folder, fresh=fresh, roots=roots, on_progress=on_progress)
    _show(moved, folder, as_json, f"{app.paths.folder} holds")


def _show(moved: Moved, folder: Path, as_json: bool, begin: str) -> None:
    """What was moved, and what was not."""
    from rag.parquet.exporting import NOT_MOVED

    if as_json:
        told = {"folder": str(folder), **asdict(moved), "not_moved": list(NOT_MOVED)}
        render.print_json({"schema": schema.SCHEMA, **told})
        return
    counts = f"{moved.documents} documents, {moved.chunks} chunks, {moved.meetings} meetings"
    size = f"{moved.size / 1e6:.1f} MB in {moved.seconds:.1f} s"
    render.print_line(f"{begin} {counts}, {moved.corrections} corrections; {size}")
    render.print_line(f"Not moved: {', '.join(NOT_MOVED)}; rag backup keeps them.")


COMMANDS = (export_, import_)
