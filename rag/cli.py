"""The command line. It reads arguments, calls `rag.app`, renders, and sets the exit code."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import __version__, errors, render, schema, terminal
from rag.errors import RagError, UsageError
from rag.options import (
    ENTAILMENT,
    HISTORY,
    JOINING,
    JSON,
    MODE,
    MODEL,
    RERANKER,
    SCOPE,
    SHARED,
    SHARED_LONG,
    command,
    options,
)
from rag.options import settings as settings_of

if TYPE_CHECKING:
    from rag.app import App
    from rag.retrieve import Mode
    from rag.types import Answer, Scope

_EPILOG = """\b
Exit codes: 0 answered · 1 error · 2 usage · 3 not in the documents ·
4 library missing, or made by another embedder · 5 model missing ·
6 does not fit memory · 7 unsupported sentences (--strict), or a quote that
no longer stands (prove) · 130 interrupted
"""
_COMPLETE = "_RAG_COMPLETE"
#: Where the other commands are.
ELSEWHERE = {
    "rag.archiving": ("backup", "restore"),
    "rag.checking": ("verify", "prove"),
    "rag.collecting": ("collections",),
    "rag.connecting": ("mcp",),
    "rag.fitting": ("fit",),
    "rag.keeping": ("ingest", "watch", "list", "show", "rm", "mv", "doctor", "reindex"),
    "rag.keyring": ("keys",),
    "rag.logs": ("logs",),
    "rag.measuring": ("eval",),
    "rag.minuting": ("minutes",),
    "rag.moving": ("export", "import"),
    "rag.presenting": ("ui",),
    "rag.promising": ("promises",),
    "rag.serving": ("serve",),
    "rag.shelf": ("models",),
    "rag.summarizing": ("summarize",),
    "rag.working": ("job", "jobs"),
}


@click.group(
    cls=terminal.Group,
    elsewhere=ELSEWHERE,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@options(SHARED)
@click.version_option(__version__, prog_name="rag")
def rag(**_: Any) -> None:
    """Ask your own documents and meetings; every sentence points at its source.

    \b
    Example: rag ingest corpora/ && rag ask "кто что обещал на встрече"
    """


@rag.command()
@click.argument("question", nargs=-1, required=True)
@click.option("-k", "passages", type=int, metavar="N", help="Passages to look at, 1 to 100.")
@click.option("--strict", is_flag=True, help="Exit 7 when a sentence of the model was struck.")
@click.option("--keep", is_flag=True, help="Show struck sentences in their place, marked.")
@click.option("-c", "--continue", "resume", is_flag=True, help="Go on with the last conversation.")
@HISTORY
@click.option(
    "--explain-budget", is_flag=True, help="Show what each part of the model's prompt took."
)
@JSON
@options(SCOPE, RERANKER, MODEL, ENTAILMENT, JOINING, SHARED_LONG)
@command
def ask(
    app: App,
    question: tuple[str, ...],
    strict: bool,
    keep: bool,
    resume: bool,
    explain_budget: bool,
    as_json: bool,
    scope: Scope,
) -> None:
    """Answer a question from the documents, each sentence with its place.

    "-" reads the question from standard input. Where there is no library yet but there are
    documents in this folder, one is made first.

    \b
    Example: rag ask "сколько дней отпуска переносится?"
    """
    if resume:
        _check_continued(app, question)
    asked = sys.stdin.read() if question == ("-",) else " ".join(question)
    _make_library(app)
    answer = app.talk(resume=resume).ask(asked, scope=scope, on_text=terminal.stream)
    if as_json:
        render.print_json(schema.answer(answer))
    else:
        _show(asked, answer, keep=keep)
        if explain_budget:
            from rag import budget

            budget.show(answer, app.settings.model, asked)
    if answer.refusal:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)
    if strict and answer.struck:
        raise click.exceptions.Exit(errors.EXIT_UNSUPPORTED)


@rag.command()
@click.option("--continue", "resume", is_flag=True, help="Go on with the last conversation.")
@HISTORY
@JSON
@options(SCOPE, RERANKER, MODEL, ENTAILMENT, JOINING, SHARED)
@command
def chat(
    app: App,
    resume: bool,
    as_json: bool,
    scope: Scope,
) -> None:
    """Ask one question after another, a line each; an empty line or Ctrl-D ends it.

    A question may lean on those before it: "and in 2024?", "who signed it?".

    \b
    Example: rag chat -d contract.pdf
    """
    _make_library(app)
    talk = app.talk(resume=resume)
    while asked := terminal.read_line():
        try:
            answer = talk.ask(asked, scope=scope, on_text=terminal.stream)
        except RagError as error:
            terminal.tell(error)
            continue
        if as_json:
            render.print_json(schema.answer(answer), indent=None)
        else:
            _show(asked, answer)


def _show(asked: str, answer: Answer, *, keep: bool = False) -> None:
    """An answer for a person, and on standard error what was asked and searched for instead."""
    terminal.end_stream(answer)
    terminal.tell_asked(answer.asked)
    terminal.tell_query(answer.query)
    terminal.tell_notes(answer.notes)
    render.show_answer(asked, answer, keep=keep)


@rag.command()
@click.argument("question", nargs=-1, required=True)
@click.option(
    "-k", "count", type=int, metavar="N", default=5, show_default=True, help="Passages to print."
)
@MODE
@JSON
@options(SCOPE, RERANKER, JOINING, SHARED)
@command
def search(
    app: App,
    question: tuple[str, ...],
    count: int,
    mode: Mode,
    as_json: bool,
    scope: Scope,
) -> None:
    """Print the passages nearest to a question.

    \b
    Example: rag search "отпуск" -k 5
    """
    from rag.words import language_of

    asked = " ".join(question)
    _make_library(app)
    evidence = app.search(asked, k=count, scope=scope, mode=mode)
    if as_json:
        render.print_json(schema.search(evidence))
    else:
        terminal.tell_query(evidence.query)
        render.show_passages(evidence.passages, language_of(asked))
    if not evidence.passages:
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)


@rag.group(name="config")
def config_() -> None:
    """Settings and where they come from."""


@config_.command(name="show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@JSON
@options(MODEL, SHARED)
@click.pass_context
def config_show(ctx: click.Context, /, origin: bool, as_json: bool, **_: Any) -> None:
    """Print every setting: flag over RAG_… variable over rag.toml over default.

    \b
    Example: RAG_PASSAGES=4 rag config show --origin
    """
    found = settings_of(ctx)
    value = schema.settings(found)
    if as_json:
        render.print_json(value)
        return
    for name, setting in value["settings"].items():
        line = f"{name} = {json.dumps(setting, ensure_ascii=False)}"
        render.print_line(f"{line:44} # {found.origins[name]}" if origin else line)


@config_.command(name="set")
@click.argument("name")
@click.argument("value")
def config_set(name: str, value: str) -> None:
    """Write a setting into rag.toml; its comments stay.

    That is the rag.toml that counts here, else a new one beside the library.

    \b
    Example: rag config set temperature 0.3
    """
    _save(name, value)


@config_.command(name="unset")
@click.argument("name")
def config_unset(name: str) -> None:
    """Take a setting out of rag.toml, so that its default counts again.

    \b
    Example: rag config unset temperature
    """
    _save(name, None)


def _save(name: str, value: str | None) -> None:
    from rag import config

    saved = config.save({name: value})
    render.print_line(f"Saved in {saved.file}")
    for each, variable in saved.overridden.items():
        click.echo(f"rag: {variable} is set and counts before the file's {each}", err=True)


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


def _check_continued(app: App, question: tuple[str, ...]) -> None:
    """Raise UsageError where -c was meant to name a collection: its name begins the question."""
    from rag.store.place import collections

    if len(question) > 1 and question[0] in collections(app.paths.home):
        raise UsageError(
            f"-c goes on with the last conversation here, and {question[0]} is a collection",
            f'Ask it so: rag -c {question[0]} ask "…", or rag ask --collection {question[0]} "…"',
        )


def _make_library(app: App) -> None:
    """Make a library of this folder where there is none here or above, and say so."""
    if app.exists or not app.can_begin(Path.cwd()):
        return
    click.echo(f"There is no library yet: reading the documents in {Path.cwd()}", err=True)
    with terminal.progress_bar() as on_progress:
        report = app.ingest([Path.cwd()], on_progress=on_progress)
    click.echo(
        f"{len(report.added)} documents are in {app.paths.folder}, {len(report.skipped)} skipped"
        " (rag ingest . shows the reasons)",
        err=True,
    )


def start(arguments: list[str]) -> int:
    """Run one command as a process of its own; see `run`."""
    terminal.prepare()
    logging.basicConfig(level=logging.WARNING, format="rag: %(message)s", stream=sys.stderr)
    return run(arguments)


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; errors are told on stderr."""
    try:
        result = rag.main(arguments, prog_name="rag", standalone_mode=False, complete_var=_COMPLETE)
        sys.stdout.flush()
    except RagError as error:
        terminal.tell(error)
        return error.exit_code
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("rag: interrupted; nothing is lost, run it again to go on", err=True)
        return errors.EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # found out when the last of the output was flushed
        terminal.silence()
        return errors.EXIT_ANSWERED
    except OSError as error:
        terminal.tell(
            errors.StorageError(str(error), "Check the disk and the path, then run it again.")
        )
        return errors.EXIT_ERROR
    return result if isinstance(result, int) else errors.EXIT_ANSWERED
