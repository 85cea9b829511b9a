"""The commands that do jobs on documents with a model, and list them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import config, errors, jobsheet, render, schema, terminal
from rag.options import JSON, MODEL, SHARED, command, complete_document, options
from rag.options import settings as settings_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from rag.app import App
    from rag.jobs.fields import Field
    from rag.jobs.result import Request, Result
    from rag.jobs.template import Template

_MOST_SAMPLES = 50
_FORMATS = ("table", "csv", "json", "sql")
_STDIN = "-"


def _complete_job(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of jobs that begin like this."""
    from click.shell_completion import CompletionItem

    from rag.jobs.shelf import names

    known = names(config.jobs_folders(settings_of(ctx).settings))
    return [CompletionItem(name) for name in sorted(known) if name.startswith(incomplete)]


@click.command()
@click.argument("name", shell_complete=_complete_job)
@click.argument(
    "sources", metavar="DOC...", nargs=-1, required=True, shell_complete=complete_document
)
@click.option(
    "--set", "said", multiple=True, metavar="OPTION=VALUE", help="An option of the job; repeatable."
)
@click.option(
    "--fields", metavar="LIST", help="Fields of a row: 'name:text, sum:number, day:date'."
)
@click.option(
    "--schema",
    "schema_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The fields as a JSON Schema of one row.",
)
@click.option("--to", "form", type=click.Choice(_FORMATS), help="What rows are printed as.")
@click.option("--table", default="records", metavar="NAME", help="The table of --to sql.")
@click.option(
    "--examples",
    "examples_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Further examples, a TOML file of [[examples]].",
)
@click.option("--steps", is_flag=True, help="Let the model reason first; that is not shown.")
@click.option(
    "--samples",
    type=click.IntRange(1, _MOST_SAMPLES),
    default=1,
    metavar="N",
    help="Drafts, of which the majority counts, or the one best supported.",
)
@click.option("--strict", is_flag=True, help="Exit 7 when something was struck or made null.")
@click.option("-o", "--output", metavar="FILE", help="Write the result into this file.")
@JSON
@options(MODEL, SHARED)
@command
def job(
    app: App,
    name: str,
    sources: tuple[str, ...],
    strict: bool,
    form: str | None,
    table: str,
    output: str | None,
    as_json: bool,
    **wishes: Any,
) -> None:
    """Do a job with a model: summarise, extract, classify, reply … ("rag jobs" lists them).

    DOC is a document of the library, a file outside of it, or "-" for standard input. What the
    model writes is held against the document: sentences that it does not support are struck or
    marked, values that do not stand in it become null.

    \b
    Example: rag job extract notes.txt --fields "name:text, card:text" --to sql -m openai:qwen3
    """
    from rag.jobs.shelf import load

    template = load(name, config.jobs_folders(app.settings))
    request = _request(template, **wishes)
    form = _form(template, form, output)
    results = [_done(app, template, request, each) for each in sources]
    if as_json:
        value = schema.job(name, app.settings.model, results)
        text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        jobsheet.write(output, text, csv=False)
    else:
        jobsheet.show(template, results, form, table, output)
    for result in results:
        for note in result.notes:
            click.echo(f"{result.document}: {note}", err=True)
    if all(result.empty for result in results):
        raise click.exceptions.Exit(errors.EXIT_NOT_IN_DOCUMENTS)
    if strict and any(result.unsupported for result in results):
        raise click.exceptions.Exit(errors.EXIT_UNSUPPORTED)


@click.group(cls=terminal.Group, invoke_without_command=True)
@JSON
@click.pass_context
def jobs(ctx: click.Context, /, as_json: bool) -> None:
    """The jobs there are: those that come with the program and your own.

    Your own are TOML files in a folder "jobs" beside rag.toml, in the setting jobs_folder, or in
    the user's configuration folder; see docs/jobs.md.

    \b
    Example: rag jobs
    """
    from rag.jobs.shelf import listing

    if ctx.invoked_subcommand is not None:
        return
    rows = listing(config.jobs_folders(settings_of(ctx).settings))
    if as_json:
        render.print_json(schema.jobs(rows))
        return
    table = [
        (row.name, row.template.description.get("en", "") if row.template else row.fault)
        for row in rows
    ]
    render.print_rows(("Job", "Does"), table)
    render.print_line("More of one: rag jobs show NAME. A job of your own: rag jobs new NAME")


@jobs.command()
@click.argument("name", shell_complete=_complete_job)
@JSON
@click.pass_context
def show(ctx: click.Context, /, name: str, as_json: bool) -> None:
    """Print what a job is asked to do, its options, and the model it needs.

    \b
    Example: rag jobs show extract
    """
    from rag.jobs.shelf import Shelved, load

    made = load(name, config.jobs_folders(settings_of(ctx).settings))
    if as_json:
        row = schema.job_row(Shelved(name, Path(made.source), made))
        render.print_json({"schema": schema.SCHEMA, **row, "instruction": made.instruction})
        return
    for language in ("ru", "en"):
        render.print_line(made.description.get(language, name))
        render.print_line(f"  {made.instruction[language]}")
    render.print_line(f"Needs {made.needs['en']}.")
    render.print_line(f"File: {made.source}")
    for option in made.options:
        default = " / ".join(dict.fromkeys(_plain(value) for value in option.default.values()))
        about = option.about.get("en", "")
        render.print_line(f"  --set {option.name}=…  {about} ({option.kind}; {default})")


@jobs.command()
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help='Where (default: the setting jobs_folder, or "jobs" beside rag.toml, or the user\'s own).',
)
@click.pass_context
def new(ctx: click.Context, /, name: str, folder: Path | None) -> None:
    """Begin a job of your own: a file that says what each key does.

    \b
    Example: rag jobs new news
    """
    from rag.jobs.shelf import begin

    path = begin(name, folder or config.jobs_folders(settings_of(ctx).settings)[0])
    render.print_line(f"{path} is written. Change it, then: rag job {name} DOC")


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _request(
    template: Template,
    *,
    said: tuple[str, ...],
    fields: str | None,
    schema_file: Path | None,
    examples_file: Path | None,
    steps: bool,
    samples: int,
) -> Request:
    """The wishes of the command line. Raises UsageError for what cannot be."""
    from rag.jobs import fields as fields_of
    from rag.jobs.reading import read_examples
    from rag.jobs.result import Request

    if fields and schema_file:
        raise errors.UsageError("--fields and --schema say the same", "Give one of them")
    chosen: tuple[Field, ...] = ()
    if fields is not None:
        chosen = fields_of.parse(fields)
    elif schema_file is not None:
        chosen = fields_of.from_schema(_json_file(schema_file))
    asked = replace(template, fields=chosen or template.fields)
    examples = read_examples(examples_file, asked) if examples_file else ()
    wanted: dict[str, str] = {}
    for each in said:
        key, equals, value = each.partition("=")
        if not equals:
            raise errors.UsageError(
                f"{each!r} is not OPTION=VALUE", f"See: rag jobs show {template.name}"
            )
        wanted[key.strip()] = value
    found = settings_of(click.get_current_context())
    usual = found.origins["temperature"] == "default"
    temperature = None if usual else found.settings.temperature
    return Request(wanted, chosen, examples, steps, samples, temperature)


def _json_file(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise errors.UsageError(f"{path} cannot be read ({error})", "Give a JSON Schema") from error


def _form(template: Template, form: str | None, output: str | None) -> str:
    """What rows are printed as: as said, else by the file's suffix. Raises UsageError."""
    suffix = Path(output).suffix.lower().lstrip(".") if output else ""
    chosen = form or (suffix if suffix in _FORMATS else "csv" if output else "table")
    if template.rows or form is None:
        return chosen if template.rows else "table"
    if form == "json" and template.output == "json":
        return form
    raise errors.UsageError(f"The job {template.name} makes no rows for --to {form}", "Try: --json")


def _done(app: App, template: Template, request: Request, name: str) -> Result:
    """One document's job."""
    given = sys.stdin.buffer.read() if name == _STDIN else None
    source = app.source("stdin" if name == _STDIN else name, given)
    with terminal.piece_bar("working") as on_piece:
        return app.job(template, source, request, on_piece)


COMMANDS = (job, jobs)
