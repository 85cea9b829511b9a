"""The same files by the processes of this machine and by Ray on it, in turns.

    python benchmarks/ray_ingest.py [FOLDER] [--runs N] [--workers N] [--address HOST:PORT]

Without FOLDER, sixty PDFs of twenty pages of English text are made. Both engines read as many files
at once, into a new library each time, with the built-in embedder. What Ray takes to start, and its
processes to be ready, is told apart: a first ingest of some small files waits for that. Exit code 1
where the two libraries differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import made
from measuring import figures, machine, table

from rag.app import App
from rag.cluster.joining import joined
from rag.config import Settings

if TYPE_CHECKING:
    from rag.report import Report

TARGET = 0.8
_SMALL = 40


def main() -> int:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--address", default="", help="a cluster; one of this machine without it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch, ExitStack() as stack:
        home = Path(scratch)
        folder = args.folder or _made(home / "files")
        engine = f"ray:{args.address}" if args.address else "ray"
        began = time.perf_counter()
        stack.enter_context(joined(args.address, args.workers))
        started = time.perf_counter() - began
        _ingest(_small(home / "small"), home / "first", engine, args.workers)
        ready = time.perf_counter() - began - started
        rows, ratios, same = [], [], True
        for number in range(args.runs):
            seconds, reports = [], []
            for name in ("local", engine):
                taken, report = _ingest(folder, home / f"{name}{number}", name, args.workers)
                seconds.append(taken)
                reports.append((sorted(report.added), report.chunks, report.characters))
            same = same and reports[0] == reports[1]
            ratios.append(seconds[0] / seconds[1])
            chunks = str(reports[0][1])
            rows.append(
                (str(number + 1), chunks, *(f"{s:.1f}" for s in seconds), f"{ratios[-1]:.2f}")
            )
    print(f"{machine()}; {args.workers} files at once; {folder if args.folder else 'made files'}\n")
    print(table(("run", "chunks", "local s", "ray s", "local / ray"), rows))
    print(f"\nRay was started in {started:.1f} s; its processes were ready {ready:.1f} s later.\n")
    got = median(ratios)
    what = "speed of ray, that of the local engine being 1"
    print(figures([(what, f"≥ {TARGET}", f"{got:.2f}", got >= TARGET)]))
    return 0 if same else 1


def _ingest(folder: Path, home: Path, engine: str, workers: int) -> tuple[float, Report]:
    app = App(Settings(embedder="hashed", ocr="never", engine=engine, workers=workers), home)
    began = time.perf_counter()
    report = app.ingest([folder], spread=True)
    return time.perf_counter() - began, report


def _made(folder: Path) -> Path:
    folder.mkdir()
    made.volumes(folder)
    return folder


def _small(folder: Path) -> Path:
    folder.mkdir()
    for number in range(_SMALL):
        (folder / f"{number}.txt").write_text(f"Note {number} of the day.", encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
