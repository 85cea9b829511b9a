"""The command line. It reads arguments, calls `rag.app`, renders, and sets the exit code."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from rag import __version__, config, errors, render, schema
from rag.app import App
from rag.errors import RagError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.shell_completion import CompletionItem

    from rag.ingest import Progress
    from rag.retrieve import Mode
    from rag.types import Answer, Message, Scope

Command = TypeVar("Command", bound="Callable[..., Any]")

_EPILOG = """\b
Exit codes: 0 answered · 1 error · 2 usage · 3 not in the documents ·
4 library missing, or made by another embedder · 5 model missing ·
6 does not fit memory · 7 unsupported sentences (--strict) · 130 interrupted
"""
_HISTORY = 6  # messages of a chat that a model sees again
_COMPLETE = "_RAG_COMPLETE"


def _complete_document(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    try:
        names = [row.name for row in _app(ctx).documents()]
    except RagError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _complete_collection(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from rag.index import collections

    names = collections(config.library_home(config.load({}).settings))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


_SHARED = (
    click.option(
        "--home", metavar="DIR", help="Folder of the library (default: .rag here or above)."
    ),
    click.option(
        "-c",
        "--collection",
        metavar="NAME",
        shell_complete=_complete_collection,
        help="Collection inside the library.",
    ),
    click.option(
        "--embedder", metavar="NAME", help='"hashed" or a sentence-transformers model folder.'
    ),
)
_MODEL = (
    click.option(
        "-m", "--model", metavar="SPEC", help="transformers:FOLDER, openai:NAME or PROVIDER:NAME."
    ),
    click.option("--base-url", metavar="URL", help="Address of an OpenAI-compatible server."),
    click.option("--window", type=int, metavar="N", help="Tokens of the model's window to use."),
    click.option("--max-tokens", type=int, metavar="N", help="Longest answer of the model."),
    click.option("--temperature", type=float, metavar="T", help="0 for the same answer each time."),
    click.option("--offline", is_flag=True, default=None, help="Refuse models on other machines."),
)
_SCOPE = (
    click.option(
        "-d",
        "--document",
        "documents",
        multiple=True,
        metavar="NAME",
        shell_complete=_complete_document,
        help="Only this document, folder or pattern; may be repeated.",
    ),
    click.option("--since", metavar="DAY", help="Only documents dated from this day on (ISO)."),
    click.option("--until", metavar="DAY", help="Only documents dated up to this day (ISO)."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON; see docs/json.md.")


def _options(*groups: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    """Add groups of options to a command, in this order."""

    def add(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return add


def _settings(ctx: click.Context) -> config.Configured:
    """Settings from the flags of this command, over those before it, over the rest."""
    names = set(config.Settings.__dataclass_fields__)
    flags: dict[str, Any] = {}
    while ctx is not None:
        for name, value in ctx.params.items():
            if name in names and value is not None:
                flags.setdefault(name, value)
        ctx = cast("click.Context", ctx.parent)
    return config.load(flags)


def _app(ctx: click.Context) -> App:
    return App(_settings(ctx).settings)


def _command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its `App` first, and take the options that are settings away from it."""

    @wraps(function)
    def run(**options: Any) -> Any:
        ctx = click.get_current_context()
        names = config.Settings.__dataclass_fields__
        return function(_app(ctx), **{k: v for k, v in options.items() if k not in names})

    return run


@click.group(
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@_options(_SHARED)
@click.version_option(__version__, prog_name="rag")
def rag(**_: Any) -> None:
    """Ask your own documents and meetings; every sentence points at its source.

    \b
    Example: rag ingest corpora/ && rag ask "кто что обещал на встрече"
    """


@rag.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--sync", is_flag=True, help="Take out files that are gone from these folders.")
@click.option("--fresh", is_flag=True, help="Begin with an empty library.")
@click.option("--workers", type=int, metavar="N", help="Processes that read files.")
@_JSON
@_options(_SHARED)
@_command
def ingest(app: App, sources: tuple[Path, ...], sync: bool, fresh: bool, as_json: bool) -> None:
    """Bring files and folders into the library.

    An unchanged file is not read again; an unreadable one is a row of the report.

    \b
    Example: rag ingest ~/Documents/contracts --sync
    """
    with _progress() as on_progress:
        report = app.ingest(sources, sync=sync, fresh=fresh, on_progress=on_progress)
    if as_json:
        _print_json(schema.report(report))
    else:
        render.show_report(report, app.paths.folder)
    if report.skipped and not (report.added or report.changed or report.unchanged):
        raise click.exceptions.Exit(errors.EXIT_ERROR)


@rag.command()
@click.argument("question", nargs=-1, required=True)
@click.option("-k", "passages", type=click.IntRange(1, 100), help="Passages to look at.")
@click.option("--strict", is_flag=True, help="Exit 7 when a sentence of the model was struck.")
@_JSON
@_options(_SCOPE, _MODEL, _SHARED)
@_command
def ask(
    app: App,
    question: tuple[str, ...],
    strict: bool,
    as_json: bool,
    documents: tuple[str, ...],
    since: str | None,
    until: str | None,
) -> None:
    """Answer a question from the documents, each sentence with its place.

    "-" reads the question from standard input. Where there is no library yet but there are
    documents in this folder, one is made first.

    \b
    Example: rag ask "сколько дней отпуска переносится?"
    """
    asked = sys.stdin.read() if question == ("-",) else " ".join(question)
    _make_library(app)
    answer = app.answer(asked, scope=_scope(documents, since, until), on_text=_stream)
    if as_json:
        _print_json(schema.answer(answer))
    else:
        _end_stream(answer)
        render.show_answer(asked, answer)
    if answer.refusal:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)
    if strict and answer.struck:
        raise click.exceptions.Exit(errors.EXIT_UNSUPPORTED)


@rag.command()
@_JSON
@_options(_SCOPE, _MODEL, _SHARED)
@_command
def chat(
    app: App,
    as_json: bool,
    documents: tuple[str, ...],
    since: str | None,
    until: str | None,
) -> None:
    """Ask one question after another, a line each; an empty line or Ctrl-D ends it.

    \b
    Example: rag chat -d contract.pdf
    """
    from rag.types import Message

    _make_library(app)
    scope = _scope(documents, since, until)
    history: list[Message] = []
    while asked := _read_line():
        try:
            past = tuple(history[-_HISTORY:])
            answer = app.answer(asked, scope=scope, history=past, on_text=_stream)
        except RagError as error:
            _tell(error)
            continue
        history += [Message("user", asked), Message("assistant", answer.text)]
        if as_json:
            _print_json(schema.answer(answer), indent=None)
        else:
            _end_stream(answer)
            render.show_answer(asked, answer)


@rag.command()
@click.argument("question", nargs=-1, required=True)
@click.option("-k", "count", type=int, default=5, show_default=True, help="Passages to print.")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "words", "vectors"]),
    default="hybrid",
    show_default=True,
    help="What to search by.",
)
@_JSON
@_options(_SCOPE, _SHARED)
@_command
def search(
    app: App,
    question: tuple[str, ...],
    count: int,
    mode: Mode,
    as_json: bool,
    documents: tuple[str, ...],
    since: str | None,
    until: str | None,
) -> None:
    """Print the passages nearest to a question.

    \b
    Example: rag search "отпуск" -k 5
    """
    from rag.words import language_of

    asked = " ".join(question)
    _make_library(app)
    evidence = app.search(asked, k=count, scope=_scope(documents, since, until), mode=mode)
    if as_json:
        _print_json(schema.search(evidence.passages))
    else:
        render.show_passages(evidence.passages, language_of(asked))
    if not evidence.passages:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)


@rag.command(name="list")
@_JSON
@_options(_SHARED)
@_command
def list_(app: App, as_json: bool) -> None:
    """List the documents of the library.

    \b
    Example: rag list --json
    """
    rows = app.documents()
    if as_json:
        _print_json(schema.documents(rows))
    else:
        render.show_documents(rows)


@rag.command()
@click.argument("document", shell_complete=_complete_document)
@click.option("--page", type=int, metavar="N", help="Only this page, counted from 1.")
@_JSON
@_options(_SHARED)
@_command
def show(app: App, document: str, page: int | None, as_json: bool) -> None:
    """Print the text of a document as the library holds it.

    \b
    Example: rag show handbook.pdf --page 4
    """
    row, found = app.document(document)
    start, end = 0, len(found.text)
    if page is not None:
        wanted = [p for p in found.pages if p.number == page]
        if not wanted:
            raise errors.UsageError(
                f"{row.name} has {len(found.pages)} pages, none with the number {page}",
                f"See all of it: rag show {row.name}",
            )
        start, end = wanted[0].start, wanted[0].end
    if as_json:
        _print_json(schema.document(row, found, start, end))
    else:
        render.print_line(found.text[start:end].rstrip("\n"))


@rag.command()
@click.argument("document", shell_complete=_complete_document)
@_JSON
@_options(_SHARED)
@_command
def rm(app: App, document: str, as_json: bool) -> None:
    """Take a document out of the library. The file itself stays.

    \b
    Example: rag rm old-contract.pdf
    """
    name = app.remove(document)
    if as_json:
        _print_json({"schema": schema.SCHEMA, "removed": name})
    else:
        render.print_line(f"removed {name} from the library; the file stays where it is")


@rag.command()
@_JSON
@_options(_SHARED)
@_command
def doctor(app: App, as_json: bool) -> None:
    """Prove that the library is whole; exit 1 when it is not.

    \b
    Example: rag doctor
    """
    if as_json:
        checks = list(app.doctor())
        _print_json(schema.doctor(checks))
        good = all(check.ok for check in checks)
    else:
        good = render.show_checks(app.doctor())
    if not good:
        raise click.exceptions.Exit(errors.EXIT_ERROR)


@rag.command()
@_JSON
@_options(_SHARED)
@_command
def reindex(app: App, as_json: bool) -> None:
    """Derive the indexes anew from the catalogue, with another embedder if one is named.

    \b
    Example: rag reindex --embedder ~/models/multilingual-e5-small
    """
    documents, chunks = app.reindex()
    if as_json:
        _print_json({"schema": schema.SCHEMA, "documents": documents, "chunks": chunks})
    else:
        render.print_line(f"indexed {documents} documents, {chunks} chunks")


@rag.group(name="config")
def config_() -> None:
    """Settings and where they come from."""


@config_.command(name="show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@_JSON
@_options(_MODEL, _SHARED)
@click.pass_context
def config_show(ctx: click.Context, /, origin: bool, as_json: bool, **_: Any) -> None:
    """Print every setting: flag over RAG_… variable over rag.toml over default.

    \b
    Example: RAG_PASSAGES=4 rag config show --origin
    """
    found = _settings(ctx)
    value = schema.settings(found)
    if as_json:
        _print_json(value)
        return
    for name, setting in value["settings"].items():
        line = f"{name} = {json.dumps(setting, ensure_ascii=False)}"
        render.print_line(f"{line:44} # {found.origins[name]}" if origin else line)


@rag.command(name="eval")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "words", "vectors"]),
    default="hybrid",
    show_default=True,
    help="What to search by.",
)
@_JSON
@_options(_SHARED)
@_command
def eval_(app: App, folder: Path, mode: Mode, as_json: bool) -> None:
    """Measure on a folder with questions.jsonl and the documents they are asked of.

    \b
    A line of questions.jsonl:
      {"id": "1", "lang": "en", "question": "…", "answerable": true, "answers": ["308"],
       "evidence": [{"document": "a.pdf", "page": 3, "quote": "verbatim", "lines": [12, 18]}]}

    \b
    Example: rag eval corpora
    """
    from rag.evaluate import measures

    found = measures(app.evaluate(folder, mode=mode))
    if as_json:
        _print_json(schema.measures(found))
    else:
        render.show_measures(found)


@rag.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that teaches a shell to complete rag's commands and documents.

    \b
    Example: rag completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    make = get_completion_class(shell)
    assert make is not None
    render.print_line(make(rag, {}, "rag", _COMPLETE).source())


def _make_library(app: App) -> None:
    """Make a library of this folder where there is none yet, and say so."""
    if app.exists or app.settings.home or not app.can_begin(Path.cwd()):
        return
    click.echo(f"There is no library yet: reading the documents in {Path.cwd()}", err=True)
    with _progress() as on_progress:
        report = app.ingest([Path.cwd()], on_progress=on_progress)
    click.echo(
        f"{len(report.added)} documents are in {app.paths.folder}, {len(report.skipped)} skipped"
        " (rag ingest . shows the reasons)",
        err=True,
    )


def _scope(documents: tuple[str, ...], since: str | None, until: str | None) -> Scope:
    from datetime import date

    from rag.types import Scope

    for day in (since, until):
        try:
            date.fromisoformat(day or "2000-01-01")
        except ValueError:
            raise errors.UsageError(f"{day} is no day", "Write it as 2025-11-12.") from None
    return Scope(documents, since, until)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]} pages"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", pages=0)

        def show(progress: Progress) -> None:
            step = "indexing" if progress.step == "index" else "reading"
            bar.update(
                task,
                description=step,
                completed=progress.done,
                total=progress.total,
                pages=progress.pages,
            )

        yield show


def _stream(text: str) -> None:
    """A model's words as they come, dim since nothing has checked them yet, for who waits."""
    if sys.stderr.isatty():
        from rag.cite import inert

        click.secho(inert(text), dim=True, nl=False, err=True)


def _end_stream(answer: Answer) -> None:
    if "model" in answer.timings and sys.stderr.isatty():
        click.echo("\n", err=True)


def _read_line() -> str:
    """One question of a chat; empty at the end."""
    if sys.stdin.isatty():
        click.echo("> ", nl=False, err=True)
    return sys.stdin.readline().strip()


def _print_json(value: dict[str, Any], indent: int | None = 2) -> None:
    render.print_line(json.dumps(value, ensure_ascii=False, indent=indent))


def _tell(error: RagError) -> None:
    click.echo(f"rag: {error}", err=True)


def main() -> None:
    """Run the command line and leave with its exit code."""
    logging.basicConfig(level=logging.WARNING, format="rag: %(message)s", stream=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; errors are told on stderr."""
    try:
        result = rag.main(arguments, prog_name="rag", standalone_mode=False, complete_var=_COMPLETE)
    except RagError as error:
        _tell(error)
        return error.exit_code
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("rag: interrupted; nothing is lost, run it again to go on", err=True)
        return errors.EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_ANSWERED
    except OSError as error:
        _tell(errors.StorageError(str(error), "Check the disk and the path, then run it again."))
        return errors.EXIT_ERROR
    return result if isinstance(result, int) else errors.EXIT_ANSWERED


if __name__ == "__main__":
    main()
