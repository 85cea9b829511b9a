"""The commands about keys of the service: a new one, which there are, one less."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from rag import render, schema, terminal
from rag.errors import UsageError
from rag.options import HOME, JSON, complete_collection
from rag.options import home as home_of

if TYPE_CHECKING:
    from pathlib import Path

    from rag.access.keyfile import Kept
    from rag.access.keys import Right

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


@click.group(cls=terminal.Group)
def keys() -> None:
    """Keys of the service: make, list and revoke them.

    rag serve demands one of every client that comes from another machine, and on this machine once
    one has been made. See docs/access.md.
    """


@keys.command()
@click.argument("name")
@click.option(
    "-c",
    "--collection",
    "collections",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_collection,
    help="A collection that the key opens; may be repeated.",
)
@click.option("--all", "every", is_flag=True, help="It opens all, those to come among them.")
@click.option(
    "--read/--write",
    "reads",
    default=True,
    help="It may read and ask (default); or change documents, too.",
)
@click.option(
    "--expires", metavar="WHEN", help="After 90d, 12w or 8h; or with the end of a day: 2027-01-31."
)
@HOME
@JSON
@click.pass_context
def add(
    ctx: click.Context,
    /,
    name: str,
    collections: tuple[str, ...],
    every: bool,
    reads: bool,
    expires: str | None,
    as_json: bool,
    **_: str | None,
) -> None:
    """Make a key, called NAME after who will use it, and print it.

    It is printed this once: what is kept is a hash, which opens nothing.

    \b
    Example: rag keys add anna --collection work
             rag keys add backup-script --all --write --expires 90d
    """
    from rag.access import keyfile

    home = home_of(ctx)
    _check_opened(home, collections, every=every)
    until = None if expires is None else _time(expires, time.time())
    right: Right = "read" if reads else "write"
    kept, text = keyfile.add(home, name, None if every else collections, right, until)
    if as_json:
        made = {"schema": schema.SCHEMA, **schema.access_key(kept), "key": text}
        render.print_json(made)
        return
    render.print_line(text)
    opens = "all collections" if every else ", ".join(sorted(set(collections)))
    click.echo(
        f"rag: that is the key; it is not shown again. {name} may {right} {opens}{_until(kept)}",
        err=True,
    )


@keys.command(name="list")
@HOME
@JSON
@click.pass_context
def list_(ctx: click.Context, /, as_json: bool, **_: str | None) -> None:
    """List the keys; their secrets are kept nowhere.

    \b
    Example: rag keys list
    """
    from rag.access import keyfile

    home = home_of(ctx)
    rows = [(kept, keyfile.last_use(home, kept.key)) for kept in keyfile.read(home).keys]
    if as_json:
        render.print_json(schema.access_keys(rows))
        return
    if not rows:
        click.echo("There are no keys; make one: rag keys add NAME --all", err=True)
        return
    columns = ("Id", "Name", "Collections", "Right", "Made", "Expires", "Last used")
    now = time.time()
    cells = [
        (
            kept.key.id,
            kept.key.name,
            "all" if kept.key.collections is None else ", ".join(sorted(kept.key.collections)),
            kept.key.right,
            _local(kept.created),
            "expired" if kept.expired(now) else _local(kept.expires),
            _local(used, "%Y-%m-%d %H:00"),
        )
        for kept, used in rows
    ]
    render.print_rows(columns, cells)


@keys.command()
@click.argument("key", nargs=-1, required=True)
@HOME
@JSON
@click.pass_context
def revoke(ctx: click.Context, /, key: tuple[str, ...], as_json: bool, **_: str | None) -> None:
    """Revoke keys, by id or by name; services that run take them no longer from now on.

    \b
    Example: rag keys revoke anna
    """
    from rag.access import keyfile

    home = home_of(ctx)
    revoked = [keyfile.revoke(home, each) for each in key]
    if as_json:
        found = [schema.access_key(kept) for kept in revoked]
        render.print_json({"schema": schema.SCHEMA, "revoked": found})
    else:
        for kept in revoked:
            render.print_line(f"revoked {kept.key.id} ({kept.key.name})")
    if not keyfile.read(home).keys:
        click.echo("rag: no key is left; services go on demanding one", err=True)


def _check_opened(home: Path, collections: tuple[str, ...], *, every: bool) -> None:
    """Raise UsageError where nobody has said what a key opens, or it is not there.

    A key for a collection to come would open whatever somebody calls so one day.
    """
    from rag.store import place

    if every == bool(collections):
        raise UsageError(
            "A key opens either collections that are named, or all",
            "Name them: --collection NAME, which may be repeated; or give --all.",
        )
    there = place.collections(home)
    for name in collections:
        if name not in there:
            raise UsageError(
                f"There is no collection {name} in {home}",
                f"Make it first: rag collections create {name}",
            )


def _time(given: str, now: float) -> datetime:
    """When a key ends: a span from now, or the end of a day where this machine is.

    Raises UsageError for anything else, and for what is over.
    """
    start = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
    if found := _SPAN.fullmatch(given):
        return start + timedelta(hours=int(found[1]) * _HOURS[found[2]])
    try:
        day = date.fromisoformat(given) + timedelta(days=1)
        ends = datetime(day.year, day.month, day.day).astimezone()
    except (ValueError, OverflowError):
        raise UsageError(
            f"{given!r} is no time for a key to end", "Write 90d, 12w, 8h or 2027-01-31."
        ) from None
    if ends <= start:
        raise UsageError(f"{given} is over", "Name a day to come.")
    return ends.astimezone(UTC)


def _until(kept: Kept) -> str:
    return f", until {_local(kept.expires)}" if kept.expires else ""


def _local(time: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time as the clock on the wall shows it; nothing for none."""
    return time.astimezone().strftime(form) if time else "never"


COMMANDS = (keys,)
