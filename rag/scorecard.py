"""The figures of an evaluation for a person: a table, what went wrong, how two runs differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.render import print_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluate.asking import Outcome
    from rag.evaluate.compare import Comparison, Difference
    from rag.evaluate.measures import Figures
    from rag.evaluate.runs import Run

_COLUMNS = 8  # groups of questions that have a column, at most
_WIDTH = 8  # of a figure
_SHOWN = 10  # questions that went wrong
_SNIPPET = 160  # characters of a text
_FIRST = ("n",)  # above the others


def show_run(
    run: Run, figures: Figures, groups: dict[str, dict[str, Figures]], *, explain: bool
) -> None:
    """The measures that the set asks for, of all questions and by language and kind."""
    from rag.evaluate.measures import EXPLAINED

    print_line(f"{run.how.get('set', '')}: {run.name}{_restricted(run)}\n")
    columns = {"all": figures} | {name: held for by in groups.values() for name, held in by.items()}
    left = len(columns) - _COLUMNS
    columns = dict(list(columns.items())[:_COLUMNS])
    width = max(len(name) for name in EXPLAINED)
    if len(columns) > 1:
        print_line(" " * width + "".join(f"  {_short(name):>{_WIDTH}}" for name in columns))
    names = [*_FIRST, *(name for name in figures if name not in _FIRST)]
    for name in names:
        if figures[name] is None or _repeats(name, list(columns.values())):
            continue
        cells = "".join(f"  {_figure(name, held[name]):>{_WIDTH}}" for held in columns.values())
        print_line(f"{name:{width}}{cells}" + (f"  {EXPLAINED[name]}" if explain else ""))
    if left > 0:
        print_line(f"… and {left} more groups; all of them with --json")


def show_failed(failed: Sequence[Outcome], total: int) -> None:
    """The questions that went wrong, with what was sought, found and said."""
    from rag.evaluate.failures import reasons
    from rag.evaluate.rows import expected, place

    print_line(f"\n{len(failed)} of {total} questions have something wrong")
    for outcome in failed[:_SHOWN]:
        item = outcome.item
        print_line(f"\n{item.id}  {_snippet(item.question)}")
        print_line(f"  wrong   {'; '.join(reasons(outcome))}")
        for gold in item.evidence[:2]:
            quote = f": «{_snippet(gold.quote)}»" if gold.quote else ""
            print_line(f"  sought  {expected(gold)}{quote}")
        if outcome.top:
            print_line(f"  found   {place(outcome.top)}: «{_snippet(outcome.top.quote)}»")
        if outcome.answer and not (outcome.top and outcome.answer == outcome.top.quote):
            print_line(f"  answer  {_snippet(outcome.answer)}")
    if len(failed) > _SHOWN:
        print_line(f"\n… and {len(failed) - _SHOWN} more; all of them with --rows FILE.csv")


def show_comparison(comparison: Comparison) -> None:
    """What each measure is in two runs, and whether chance alone would make the difference."""
    first, second = (_short(name, 12) for name in comparison.names)
    runs = zip(comparison.names, comparison.runs, strict=True)
    for name, run in runs:
        print_line(f"{name}: {run.name}{_restricted(run)}")
    print_line(f"{comparison.questions} questions\n")
    print_line(f"{'':17}  {first:>12}  {second:>12}  {'change':>8}  {'95 % interval':^18}")
    columns: list[Figures] = [
        {each.measure: getattr(each, run) for each in comparison.differences}
        for run in ("first", "second")
    ]
    for each in comparison.differences:
        if not _repeats(each.measure, columns):
            print_line(_difference(each).rstrip())


def _difference(each: Difference) -> str:
    change = f"{each.change:+.1f}" if each.measure.endswith("_ms") else f"{each.change:+.3f}"
    interval = ""
    if each.low is not None and each.high is not None:
        interval = f"{each.low:+.3f} … {each.high:+.3f}"
    first, second = (_figure(each.measure, value) for value in (each.first, each.second))
    return (
        f"{each.measure:17}  {first:>12}  {second:>12}  {change:>8}  {interval:^18}  {each.verdict}"
    )


def _repeats(name: str, columns: Sequence[Figures]) -> bool:
    """Whether a measure says nothing new: with one document a question, recall is hit."""
    family, _, k = name.partition("@")
    return family == "recall" and all(held[name] == held[f"hit@{k}"] for held in columns)


def _restricted(run: Run) -> str:
    """What part of the set was asked, and whether of all documents."""
    half = f", {run.how['half']} half" if "half" in run.how else ""
    part = f", {run.how['asked']} questions" if "asked" in run.how else ""
    return half + part + (", of all documents" if "scope" in run.how else "")


def _figure(name: str, value: float | int | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    return f"{value:.1f}" if name.endswith("_ms") else f"{value:.3f}"


def _short(name: str, width: int = _WIDTH) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _snippet(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else line[:_SNIPPET].rsplit(" ", 1)[0] + " …"
