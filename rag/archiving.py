"""The commands that keep a library safe: a backup, and one put back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import __version__, render, schema
from rag.options import HOME, JSON, complete_collection
from rag.options import home as home_of

if TYPE_CHECKING:
    from rag.store.archive import Backup

_COLLECTIONS = click.option(
    "-c",
    "--collection",
    "names",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_collection,
    help="A collection; may be repeated (default: all).",
)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@_COLLECTIONS
@click.option("--no-keys", is_flag=True, help="Leave the keys of the service out.")
@click.option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    help="In a folder: afterwards delete all backups there but the newest N.",
)
@JSON
@HOME
@click.pass_context
def backup(
    ctx: click.Context,
    /,
    target: Path,
    names: tuple[str, ...],
    no_keys: bool,
    keep: int | None,
    as_json: bool,
    **_: str | None,
) -> None:
    """Back the library up into a file, or a folder, while it is in use.

    Documents, questions and answers, corrections, files that were sent in, and hashes of the keys.
    Files that were read from folders stay there and are not in it.

    \b
    Example: rag backup /var/backups/rag --keep 14
    """
    from rag.errors import UsageError
    from rag.store.backup import back_up, keep_newest

    if keep is not None and not target.is_dir():
        raise UsageError("--keep counts the backups of a folder", f"Make it: mkdir -p {target}")
    file, made = back_up(home_of(ctx), target, names, version=__version__, keys=not no_keys)
    gone = keep_newest(target, keep) if keep is not None else []
    if as_json:
        told = {"file": str(file), "bytes": file.stat().st_size, **_told(made)}
        render.print_json({"schema": schema.SCHEMA, **told, "deleted": [str(p) for p in gone]})
        return
    render.print_line(f"{file} holds {_words(made)}, {file.stat().st_size / 1e6:.1f} MB")
    for path in gone:
        render.print_line(f"deleted {path}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@_COLLECTIONS
@click.option("--replace", is_flag=True, help="Let go of what is there under the same names.")
@click.option("--keys", is_flag=True, help="Also the keys of the service, revoked ones since too.")
@click.option("--check", is_flag=True, help="Only see whether the backup is whole.")
@JSON
@HOME
@click.pass_context
def restore(
    ctx: click.Context,
    /,
    file: Path,
    names: tuple[str, ...],
    replace: bool,
    keys: bool,
    check: bool,
    as_json: bool,
    **_: str | None,
) -> None:
    """Put a backup back. Nothing that is there is touched, unless --replace says so.

    \b
    Example: rag restore rag-backup-20261126T030000Z.tar.gz --home /srv/rag
    """
    from rag.store import archive
    from rag.store.restore import restore as put_back

    if check:
        whole = archive.verified(file)
        if as_json:
            render.print_json({"schema": schema.SCHEMA, "file": str(file), **_told(whole)})
        else:
            render.print_line(f"{file} is whole and holds {_words(whole)}")
        return
    home = home_of(ctx)
    done = put_back(file, home, names, replace=replace, keys=keys)
    if as_json:
        told = {"home": str(home), "restored": list(done.collections), "with_keys": done.keys}
        render.print_json({"schema": schema.SCHEMA, **told, **_told(done.backup)})
        return
    render.print_line(f"{', '.join(done.collections)} of {done.backup.made} in {home}")
    if done.backup.keys and not done.keys:
        render.print_line("The keys stay in the backup; --keys brings them back.")
    if keys and not done.keys:
        render.print_line("There are no keys in it.")


def _told(backup: Backup) -> dict[str, Any]:
    return asdict(backup)


def _words(backup: Backup) -> str:
    documents = sum(each.documents for each in backup.collections)
    keys = ", keys" if backup.keys else ""
    parts = (documents, "document"), (len(backup.collections), "collection")
    return " in ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in parts) + keys


COMMANDS = (backup, restore)
