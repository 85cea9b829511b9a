"""The streams of a command: where its questions come from and its output goes."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import errors
from rag.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.query import Query
    from rag.report import Progress
    from rag.summary import Progress as Step
    from rag.types import Answer


#: What names standard output where a file is asked for.
STANDARD_OUTPUT = "-"
_ASIDE = 40  # letters of a file's name that the one written aside has


def prepare() -> None:
    """UTF-8 whatever the locale, and the null device in place of a stream that is closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def silence() -> None:
    """Let what is still buffered for standard output go nowhere, since nobody can take it."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class Group(click.Group):
    """A group that leaves quietly when the reader of its output has left.

    By itself click makes an error of that: `rag list | head -1` would exit 1. Commands of other
    modules, by their names in `elsewhere`, are imported from its `COMMANDS` when they are called,
    so that a question does not wait for all the others.
    """

    def __init__(
        self, *args: Any, elsewhere: Mapping[str, Sequence[str]] | None = None, **extra: Any
    ) -> None:
        super().__init__(*args, **extra)
        places = (elsewhere or {}).items()
        self._module = {name: module for module, names in places for name in names}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*super().list_commands(ctx), *self._module})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; imported where it is not yet."""
        if cmd_name in self._module and cmd_name not in self.commands:
            for command in import_module(self._module[cmd_name]).COMMANDS:
                self.add_command(command)
        return super().get_command(ctx, cmd_name)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the arguments, and print the help that is asked for."""
        with _until_reader_leaves():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _until_reader_leaves():
            return super().invoke(ctx)


class Sectioned(click.Command):
    """A command with many options: its help shows them in sections.

    `sections` has their titles, each with the option that begins it.
    """

    def __init__(self, *args: Any, sections: Mapping[str, str], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._titles = {first: title for title, first in sections.items()}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        title, parts = "Options", dict[str, list[tuple[str, str]]]()
        for option in self.get_params(ctx):
            title = self._titles.get(option.name or "", title)
            if (row := option.get_help_record(ctx)) is not None:
                parts.setdefault(title, []).append(row)
        for title, rows in parts.items():
            with formatter.section(title):
                formatter.write_dl(rows)


@contextmanager
def _until_reader_leaves() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        silence()
        raise click.exceptions.Exit(errors.EXIT_ANSWERED) from error


@contextmanager
def _bar(before: str, after: str = "", **fields: Any) -> Iterator[Callable[..., None]]:
    """A bar with so many of so many done between two texts, and the time left; what updates it.

    The texts may name `fields`, as in "{task.fields[pages]} pages". Nothing is shown off a
    terminal.
    """
    if not sys.stderr.isatty():
        yield lambda **_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        *(TextColumn(before), BarColumn(), MofNCompleteColumn()),
        *(TextColumn(text) for text in [after] if text),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield partial(bar.update, bar.add_task("", total=None, **fields))


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar of files that are read: pages, pages a second."""
    began = time.monotonic()
    after = "files · {task.fields[pages]} pages · {task.fields[rate]:.0f} a second ·"
    with _bar("{task.fields[step]}", after, step="reading", pages=0, rate=0.0) as update:
        yield lambda progress: update(
            step="indexing" if progress.step == "index" else "reading",
            completed=progress.done,
            total=progress.total,
            pages=progress.pages,
            rate=progress.pages / max(time.monotonic() - began, 0.1),
        )


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar of things that are done one by one."""
    with _bar(what) as update:
        update(total=total)
        yield lambda: update(advance=1)


@contextmanager
def piece_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of pieces of a text with which something is done."""
    with _bar(what) as update:
        yield lambda done, total: update(completed=done, total=total)


@contextmanager
def rounds() -> Iterator[Callable[[Step], None]]:
    """A bar of the pieces a model has read, round by round; off a terminal a line now and then."""
    if not sys.stderr.isatty():
        yield _tell_tenths
        return
    named = {"map": "reading", "reduce": "shortening", "final": "writing"}
    before = "round {task.fields[turn]}, {task.description}"
    with _bar(before, "pieces ·", turn=1, visible=False) as update:
        yield lambda step: update(
            description=named[step.step],
            completed=step.done,
            total=step.total,
            turn=step.round,
            visible=True,
        )


def _tell_tenths(step: Step) -> None:
    """A line whenever another tenth of a round is done."""
    tenth = step.done * 10 // step.total
    if step.done and tenth > (step.done - 1) * 10 // step.total:
        click.echo(f"round {step.round}: {step.done} of {step.total} pieces", err=True)


@contextmanager
def chunk_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar of chunks that are indexed: chunks a second."""
    began = time.monotonic()
    with _bar("indexing", "chunks · {task.fields[rate]:.0f} a second ·", rate=0.0) as update:
        yield lambda done, total: update(
            completed=done, total=total, rate=done / max(time.monotonic() - began, 0.1)
        )


def check_output(output: str, *, as_json: bool) -> None:
    """Raise UsageError where a picture cannot go: to a terminal, among JSON, into no PNG."""
    if output != STANDARD_OUTPUT:
        if not output.lower().endswith(".png"):
            raise errors.UsageError(f"{output} is no name for a PNG picture", "Try: -o page.png")
    elif as_json or sys.stdout.isatty():
        place = "among JSON" if as_json else "on a terminal"
        raise errors.UsageError(f"A picture has no place {place}", "Name a file: -o page.png")


def write_png(png: bytes, output: str) -> None:
    """Write a picture into a file or to standard output."""
    if output == STANDARD_OUTPUT:
        write_bytes(png)
    else:
        Path(output).write_bytes(png)


def write_bytes(data: bytes) -> None:
    """Write to standard output as it is, without the mark of UTF-8 on a terminal."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data.removeprefix(codecs.BOM_UTF8) if sys.stdout.isatty() else data)
    sys.stdout.buffer.flush()


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, where a link leads, too."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a device, a pipe
        target.write_bytes(data)
        return
    handle, aside = tempfile.mkstemp(prefix=f".{target.name[:_ASIDE]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if target.exists():
            shutil.copymode(target, aside)
        else:
            os.chmod(aside, 0o666 & ~_umask())
        os.replace(aside, target)
    except BaseException:
        os.unlink(aside)
        raise


def write_over(path: Path, data: bytes, sources: Sequence[Path]) -> None:
    """Write a file and tell it, over what was written before but never over a source.

    Raises UsageError for a source, and where there is no such folder.
    """
    if path.exists() and any(each.exists() and path.samefile(each) for each in sources):
        raise errors.UsageError(f"{path} is the meeting itself", "Name another file: -o PATH")
    over = path.is_file()
    write_file(path, data)
    click.echo(f"{'written over' if over else 'written'}: {shown(str(path))}", err=True)


def _umask() -> int:
    """What new files are not allowed; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def stream(text: str) -> None:
    """A model's words as they come, dim since nothing has checked them yet, for who waits."""
    if sys.stderr.isatty():
        click.secho(text, dim=True, nl=False, err=True)


def end_stream(answer: Answer) -> None:
    """Set the answer apart from the words that were streamed."""
    if "model" in answer.timings and sys.stderr.isatty():
        click.echo("\n", err=True)


_READINGS = {
    "ru": ("искал: {}", "дословно этого нигде нет, искал по словам: «{}»"),
    "en": ("searched for: {}", "nowhere word for word, searched for its words: “{}”"),
}


def tell_asked(asked: str | None) -> None:
    """Say which question took the place of a follow-up."""
    if asked is not None:
        from rag.words import language_of

        told = "понял так: {}" if language_of(asked) == "ru" else "taken as: {}"
        click.echo(told.format(asked), err=True)


def tell_query(query: Query | None) -> None:
    """Say what was searched for where that is not what was typed."""
    if query is None:
        return
    from rag.words import language_of

    read, missing = _READINGS[language_of(query.text)]
    if query.mended:
        click.echo(read.format(query.text), err=True)
    for phrase in query.missing:
        click.echo(missing.format(phrase), err=True)


def tell_notes(notes: Sequence[str]) -> None:
    """Say what was done to a model's text before it was checked."""
    for note in notes:
        click.echo(f"rag: {note}", err=True)


def read_line() -> str:
    """One question of a chat; empty at the end."""
    if sys.stdin.isatty():
        click.echo("> ", nl=False, err=True)
    return sys.stdin.readline().strip()


def tell(error: errors.RagError) -> None:
    """Say what went wrong, and what to do."""
    click.echo(f"rag: {shown(str(error))}", err=True)
