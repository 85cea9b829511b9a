"""Commands that measure: on questions of one's own, and one run against another."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import config, errors, render, schema, scorecard, terminal
from rag.errors import RagError, UsageError
from rag.options import ENCODER, JSON, MODE, MODEL, RERANKER, SHARED, command, options
from rag.options import settings as settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.app import App
    from rag.evaluate import Half, Item, Outcome, Trial
    from rag.evaluate.compare import Comparison
    from rag.evaluate.runs import Run
    from rag.retrieve import Mode

_RUN = "run"
_WRITTEN = ("rows", "save", "plot")
#: Settings that say where things lie and how fast they go, and those of answers alone.
_UNTOLD = frozenset(
    {"home", "collection", "base_url", "offline", "workers", "device", "models_folder", "hub"}
)
_ANSWERING = frozenset(
    {"model", "window", "max_tokens", "temperature", "top_p", "repetition_penalty", "seed", "stop"}
    | {"quantize", "passages"}
)
_BEGUN = """Fill in {target}: a question a line, with the document that answers it and, if you like,
the page and the answer. A line with nothing but a question is one that the documents do not answer.
Lines without a question are left out. Then: rag eval {folder}"""
_COMMON = click.option(
    "--common", is_flag=True, help="Compare the questions that both runs have, and no others."
)
_FILE = click.Path(path_type=Path, dir_okay=False)
_PLOT = click.option(
    "--plot", type=_FILE, metavar="FILE", help="Draw recall against k: .png or .svg."
)
#: What is asked, and how.
_ASKING = (
    MODE,
    click.option("--unscoped", is_flag=True, help="Put every question to all documents."),
    click.option("--answers", is_flag=True, help="Answer, too, as rag ask does, and measure that."),
    click.option(
        "--half", type=click.Choice(["even", "odd"]), help="Questions 0, 2, 4 … or the rest."
    ),
    click.option("--sample", type=click.IntRange(1), metavar="N", help="N questions by lot."),
    click.option("--limit", type=click.IntRange(1), metavar="N", help="The first N questions."),
    click.option("--library", "own", is_flag=True, help="Ask the library that rag ask would."),
    click.option("--fresh", is_flag=True, help="Read the documents anew."),
)
#: What is made of it.
_SHOWING = (
    click.option("--explain", is_flag=True, help="Say what each measure means."),
    click.option("--failed", is_flag=True, help="Show what went wrong, the worst first."),
    click.option("--rows", type=_FILE, metavar="FILE", help="A row a question: .csv or .jsonl."),
    click.option("--save", type=_FILE, metavar="FILE", help="Keep the run, to compare with it."),
    click.option("--against", type=_FILE, metavar="FILE", help="Compare with a run that was kept."),
    _COMMON,
    _PLOT,
    JSON,
)


class _Group(click.Group):
    """`rag eval FOLDER` means `rag eval run FOLDER`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Name the command where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


@click.group(name="eval", cls=_Group)
def eval_() -> None:
    """Measure on questions of your own; rag eval FOLDER is rag eval run FOLDER.

    \b
    FOLDER holds documents and questions.jsonl, one question a line:
      {"id": "1", "question": "…", "answerable": true, "answers": ["308"],
       "evidence": [{"document": "a.pdf", "page": 3, "quote": "verbatim", "lines": [12, 18]}]}
    or questions.csv, which is easier to write and which rag eval init FOLDER begins:
      question,document,page,answer

    \b
    Example: rag eval corpora
    """


@eval_.command(name=_RUN)
@click.argument("source", metavar="FOLDER", type=click.Path(path_type=Path))
@options(_ASKING, _SHOWING, MODEL, RERANKER, ENCODER, SHARED)
@command
def run(
    app: App,
    source: Path,
    own: bool,
    fresh: bool,
    answers: bool,
    mode: Mode,
    unscoped: bool,
    half: Half | None,
    sample: int | None,
    limit: int | None,
    **shown: Any,
) -> None:
    """Put the questions of FOLDER, or of one file, to its documents and print the figures.

    The library that this makes is kept for the next time, in your cache folder or in --home.

    \b
    Example: rag eval run corpora --failed
             rag eval corpora --mode words --save words.json
             rag eval corpora --against words.json --plot recall.png
    """
    from rag.evaluate import chosen
    from rag.evaluate.runs import Run, load

    _check(shown)
    base = load(shown["against"]) if shown["against"] else None
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        home = None if own else _home()
        trial = _open(stack, app, source, home=home, fresh=fresh, answer=answers)
        items = chosen(trial.items, half=half, sample=sample, limit=limit)
        _check_fit(shown, base, trial, items)
        click.echo(f"{len(items)} questions to the library in {trial.place}", err=True)
        asked = trial.run(items, mode=mode, unscoped=unscoped, passages=app.settings.passages)
        cut = _collect(asked, outcomes, len(items))
    part = f"{len(outcomes)} of {len(trial.items)}" if len(outcomes) < len(trial.items) else ""
    how = {
        **_settings(app.settings, answers=answers),
        "set": trial.name,
        "mode": mode,
        "embedder": trial.embedder,
        "scope": "off" if unscoped else "",
        "half": half or "",
        "asked": part,
    }
    if outcomes:
        done = Run(tuple(outcomes), {name: value for name, value in how.items() if value})
        _show(done, base, shown, whole=cut is None)
    if cut is not None:
        raise cut


@eval_.command()
@click.argument("files", metavar="RUN RUN...", nargs=-1, required=True, type=_FILE)
@_COMMON
@_PLOT
@JSON
def compare(files: tuple[Path, ...], common: bool, plot: Path | None, as_json: bool) -> None:
    """Say how runs that --save kept differ from the first of them.

    Intervals are of the paired bootstrap, 95 %: where zero lies outside of one, chance alone would
    hardly make the difference.

    \b
    Example: rag eval compare words.json hybrid.json
    """
    from rag.evaluate.runs import load

    if len(files) < 2:
        raise UsageError(
            "One run cannot be compared", "Name two: rag eval compare words.json hybrid.json"
        )
    _check({"plot": plot})
    runs = [load(file) for file in files]
    stems = [file.stem for file in files]
    names = stems if len(set(stems)) == len(set(files)) else [str(file) for file in files]
    compared = [
        _compared((runs[0], names[0]), (other, name), common=common)
        for other, name in zip(runs[1:], names[1:], strict=True)
    ]
    if plot:
        _plot(runs, names, plot)
    if as_json:
        render.print_json(schema.comparisons(compared))
    else:
        for comparison in compared:
            scorecard.show_comparison(comparison)


@eval_.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def init(folder: Path) -> None:
    """Write a questions.csv to fill in, with some of the documents of FOLDER named in it.

    \b
    Example: rag eval init ~/Documents/contracts
    """
    from rag.evaluate.items import NAMES, SHEET
    from rag.evaluate.sheet import template
    from rag.readers import supported
    from rag.readers.scan import scan

    for held in (folder / name for name in NAMES):
        if held.exists():
            raise UsageError(f"There is a {held} already", f"Measure with it: rag eval {folder}")
    found = scan([folder.resolve()]).files.values()
    names = [file.path for file in found if supported(file.full)]
    if not names:
        raise UsageError(f"There are no documents in {folder}", "Name the folder that holds them.")
    target = folder / SHEET
    target.write_text(template(names), encoding="utf-8-sig", newline="")
    render.print_line(_BEGUN.format(target=target, folder=folder))


def _open(
    stack: ExitStack, app: App, source: Path, *, home: Path | None, fresh: bool, answer: bool
) -> Trial:
    """The questions with their library, until the stack is closed; what is odd in them is told."""
    with terminal.progress_bar() as on_progress:
        opening = app.trial(source, home=home, fresh=fresh, answers=answer, on_progress=on_progress)
        trial = stack.enter_context(opening)
    for note in trial.notes:
        click.echo(f"rag: {note}", err=True)
    return trial


def _settings(settings: config.Settings, *, answers: bool) -> dict[str, str]:
    """The settings of a run that are not the usual ones, but for those that change no figure."""
    usual = asdict(config.Settings())
    untold = _UNTOLD if answers else _UNTOLD | _ANSWERING
    return {
        name: str(value)
        for name, value in asdict(settings).items()
        if value != usual[name] and name not in untold
    }


def _home() -> Path:
    """Where the libraries of sets are kept: as the flag says, else in the cache folder."""
    found = settings_of(click.get_current_context())
    if found.origins["home"] == "flag":
        return config.library_home(found.settings)
    return config.cache_folder()


def _collect(
    asked: Iterator[Outcome], outcomes: list[Outcome], total: int
) -> click.exceptions.Exit | RagError | None:
    """Add the outcomes as they come; what cut them short, or None."""
    try:
        with terminal.counting("asking", total) as advance:
            for outcome in asked:
                outcomes.append(outcome)
                advance()
    except KeyboardInterrupt:
        click.echo(f"rag: interrupted after {len(outcomes)} of {total} questions", err=True)
        return click.exceptions.Exit(errors.EXIT_INTERRUPTED)
    except RagError as error:
        return error
    return None


def _show(run: Run, base: Run | None, shown: dict[str, Any], *, whole: bool) -> None:
    """Keep what is to be kept of a run, and print its figures."""
    from rag.evaluate import groups, measures, rows
    from rag.evaluate.failures import failed
    from rag.evaluate.runs import save

    if shown["save"]:
        save(run, shown["save"])
    if shown["rows"]:
        rows.write(run.outcomes, shown["rows"])
    if shown["plot"]:
        drawn = {shown["against"].stem: base} if base else {}
        _plot([*drawn.values(), run], [*drawn, run.name], shown["plot"])
    found, by = measures(run.outcomes), groups(run.outcomes)
    wrong = failed(run.outcomes) if shown["failed"] else None
    compared = None
    if base and whole:
        names = (shown["against"].stem, "now")
        compared = _compared((base, names[0]), (run, names[1]), common=shown["common"])
    if shown["as_json"]:
        render.print_json(schema.evaluation(run, found, by, wrong, compared))
        return
    scorecard.show_run(run, found, by, explain=shown["explain"])
    if wrong is not None:
        scorecard.show_failed(wrong, len(run.outcomes))
    if compared:
        render.print_line("")
        scorecard.show_comparison(compared)


def _compared(first: tuple[Run, str], second: tuple[Run, str], *, common: bool) -> Comparison:
    from rag.evaluate.compare import compare

    return compare(first, second, common=common)


def _plot(runs: Sequence[Run], names: Sequence[str], path: Path) -> None:
    from rag.evaluate.plot import draw

    draw(runs, names, path)


def _check(shown: dict[str, Any]) -> None:
    """Raise UsageError, before anything is measured, where a file cannot be written."""
    from rag.evaluate import plot, rows

    if shown.get("plot"):
        plot.check(shown["plot"])
    if shown.get("rows"):
        rows.check(shown["rows"])
    for name in _WRITTEN:
        path = shown.get(name)
        if path and not path.absolute().parent.is_dir():
            raise UsageError(
                f"There is no folder {path.parent}", f"Make it, or name another: --{name} FILE"
            )


def _check_fit(
    shown: dict[str, Any], base: Run | None, trial: Trial, items: Sequence[Item]
) -> None:
    """Raise UsageError, before anything is asked, for what the questions cannot be used for.

    They are not those of the run to compare with, or name nothing that could be drawn, or a file
    would lie among their documents and be read as one.
    """
    from rag.readers import supported

    if base:
        from rag.evaluate.compare import check_same

        check_same([each.item for each in base.outcomes], items, common=shown["common"])
    if shown["plot"] and not any(item.evidence for item in items):
        raise UsageError("No question of the set names a place to be drawn", "Leave out --plot.")
    for name in _WRITTEN:
        path = shown[name]
        if not path or trial.documents is None or not supported(path):
            continue
        if path.resolve().is_relative_to(trial.documents):
            raise UsageError(
                f"{path} would lie among the documents and be read as one the next time",
                f"Name a place outside of {trial.documents}: --{name} FILE",
            )


COMMANDS = (eval_,)
