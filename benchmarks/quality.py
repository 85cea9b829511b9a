"""How well questions find their evidence: the measures of `rag eval` for every way of searching.

    python benchmarks/quality.py [FOLDER ...] [--halves] [--modes hybrid,words,vectors]

Each folder is a set as `rag eval --help` describes it; the default is corpora/. A set's library
is made once, in a temporary folder, and asked in every mode. With --halves the same figures follow
for every second question of the file: "even" the 1st, 3rd, 5th … (places 0, 2, 4 …), which the
weights of the ranking were fitted on where a set took part in that, and "odd" the others.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import CORPORA, machine, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.evaluate import Outcome

MODES = ("hybrid", "words", "vectors")
COLUMNS = (
    "ndcg@10",
    "hit@1",
    "hit@5",
    "page_hit@1",
    "page_hit@5",
    "span_hit@5",
    "sentence@1",
    "sentence@3",
    "refusal_auroc",
    "refusal_accuracy",
    "p50_ms",
    "p95_ms",
    "n",
)


def main() -> int:
    """Measure every set in every mode and print one table."""
    args = _arguments()
    os.environ["HF_HUB_OFFLINE"] = "1"
    from rag.errors import RagError

    rows: list[tuple[str, ...]] = []
    try:
        for folder in args.folders:
            for mode, outcomes in _evaluate(folder, args.modes, args.embedder):
                name = folder.resolve().name
                rows += _rows(name, mode, outcomes, halves=args.halves)
    except RagError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"Embedder: {args.embedder}; {machine()}")
    print()
    print(table(("set", "mode", "half", *COLUMNS), rows, words=3))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[CORPORA], metavar="FOLDER")
    parser.add_argument("--halves", action="store_true", help="even and odd questions apart, too")
    parser.add_argument("--modes", default=",".join(MODES), help=f"some of {','.join(MODES)}")
    parser.add_argument("--embedder", default="hashed", help="as rag --embedder (default: hashed)")
    args = parser.parse_args()
    args.modes = args.modes.split(",")
    for mode in args.modes:
        if mode not in MODES:
            parser.error(f"there is no mode {mode!r}")
    return args


def _evaluate(
    folder: Path, modes: Sequence[str], embedder: str
) -> Iterator[tuple[str, list[Outcome]]]:
    """The outcomes of a set by mode, all from one library, which is made anew."""
    from rag.app import App
    from rag.config import Settings

    with (
        tempfile.TemporaryDirectory(prefix="rag-bench-") as home,
        App(Settings(embedder=embedder), Path(home)).trial(folder, home=Path(home)) as trial,
    ):
        for note in trial.notes:
            print(f"{folder.name}: {note}", file=sys.stderr)
        for mode in modes:
            print(f"{folder.name}: {len(trial.items)} questions, {mode}", file=sys.stderr)
            yield mode, list(trial.run(trial.items, mode=mode))


def _rows(
    name: str, mode: str, outcomes: Sequence[Outcome], *, halves: bool
) -> Iterator[tuple[str, ...]]:
    from rag.evaluate import measures

    parts = {"all": outcomes}
    if halves:
        parts |= {"even": outcomes[::2], "odd": outcomes[1::2]}
    for half, part in parts.items():
        found = measures(part)
        yield (name, mode, half, *(_cell(column, found[column]) for column in COLUMNS))


def _cell(column: str, value: float | int | None) -> str:
    if value is None:
        return "–"
    if column == "n":
        return str(value)
    return f"{value:.1f}" if column.endswith("_ms") else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
