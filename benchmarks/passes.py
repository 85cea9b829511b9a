"""One pass of rag over a folder, as `ingest.py` measures it: memory, and a second pass.

    python passes.py FOLDER HOME

Brings FOLDER into the library in HOME with the built-in embedder and prints the report as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import made
from measuring import Finished, environment, figures, machine, run_tree, run_watched

MEGABYTES = 600
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Pass:
    """What one ingest told: seconds inside of it, files brought in, skipped rows with reasons."""

    seconds: float
    added: list[str]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    pages: int = 0
    chunks: int = 0


def ingest(folder: Path, home: Path) -> Pass:
    """Ingest in this process."""
    from rag.app import App
    from rag.config import Settings

    app = App(Settings(embedder="hashed", ocr="never"), home)
    began = time.perf_counter()
    report = app.ingest([folder])
    seconds = time.perf_counter() - began
    skipped = [(row.path, row.reason) for row in report.skipped]
    return Pass(seconds, list(report.added), skipped, report.pages, report.chunks)


def measured(folder: Path, home: Path, *, shares: bool = False) -> tuple[Finished, Pass | None]:
    """Ingest in a process of its own, and what it told; None where it told nothing."""
    command = [sys.executable, str(Path(__file__).resolve()), str(folder), str(home)]
    watch = run_watched if shares else run_tree
    finished = watch(command, cwd=home, env=environment())
    if finished.code:
        return finished, None
    return finished, Pass(**json.loads(finished.out.splitlines()[-1]))


def memory() -> int:
    """Print the peak of an ingest of ten thousand pages; 1 where it did not end well."""
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder, home = make("pages", Path(scratch)), _new(Path(scratch) / "home")
        finished, told = measured(folder, home, shares=True)
    if told is None or told.skipped or told.pages != made.PAGES:
        print(f"FAILED: {finished.err or told}")
        return 1
    print(f"Memory for {told.pages:,} pages, {told.chunks:,} chunks, default embedder, {machine()}")
    print()
    values = {
        "peak of all processes at one moment": finished.together,
        "sum of the peaks of all processes": finished.megabytes,
    }
    target = f"under {MEGABYTES} MB"
    print(figures((n, target, f"{mb:.0f} MB", 0 < mb < MEGABYTES) for n, mb in values.items()))
    print()
    print(f"The ingest took {told.seconds:.1f} s, {told.pages / told.seconds:.0f} pages a second.")
    return 0


def second() -> int:
    """Print how long a second pass over ten thousand files takes; 1 where it did not end well."""
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder, home = make("notes", Path(scratch)), _new(Path(scratch) / "home")
        (home / "rag.toml").touch()  # found first, so that no settings of the user count
        first, told = measured(folder, home)
        if told is None or told.skipped or len(told.added) != made.NOTES:
            print(f"FAILED: {first.err or told}")
            return 1
        command = [sys.executable, "-m", "rag", "ingest", str(folder), "--home", str(home)]
        typed = run_tree(command, cwd=home, env=environment())
        again, repeated = measured(folder, home)
    if typed.code or repeated is None or repeated.added or repeated.skipped:
        print(f"FAILED: {typed.err or again.err or repeated}")
        return 1
    print(f"Second pass over {made.NOTES:,} unchanged files, {machine()}")
    print()
    values = {
        "the command, start to end": typed.seconds,
        "App.ingest alone": repeated.seconds,
    }
    target = f"under {SECONDS:g} s"
    print(figures((n, target, f"{took:.2f} s", took < SECONDS) for n, took in values.items()))
    print()
    print(f"The first pass took {told.seconds:.1f} s. Peak of a second: {typed.megabytes:.0f} MB.")
    return 0


def make(kind: str, scratch: Path) -> Path:
    """A new folder with files of a kind, made in a process of its own."""
    folder = _new(scratch / kind)
    command = [sys.executable, str(Path(made.__file__).resolve()), kind, str(folder)]
    finished = run_tree(command, cwd=scratch, env=environment())
    if finished.code:
        raise SystemExit(f"no {kind} could be made:\n{finished.err}")
    return folder


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def main() -> int:
    """Ingest once and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("home", type=Path)
    args = parser.parse_args()
    print(json.dumps(asdict(ingest(args.folder, args.home))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
