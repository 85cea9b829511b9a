"""A folder of odd PDFs: is every file accounted for, and how much of it is read?

    python odd.py FOLDER

Prints as JSON which of the PDFs pypdf and pdfium can read a word from. Each file is tried by each
in a process of its own with bounds on time and memory, so that none can spoil the count.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import resource
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from measuring import environment, figures, machine, run_tree, table
from passes import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SECONDS = 180
SHARE = 0.95
_TRY_SECONDS = 20
_TRY_MEMORY = 2 * 1024**3  # bytes of address space
_WORD = re.compile(r"[^\W\d_]{2,}")
_CRASHED = re.compile(r"\bcrash", re.IGNORECASE)
_HUNG = re.compile(r"within [\d.,]+ s|ran out of time|took too long", re.IGNORECASE)
_COMPLAINT = 2000  # characters of what a process that failed wrote
_MISSED = 40  # rows of files that another reader could read


def odd(folder: Path) -> int:
    """Print what becomes of the files of a folder; 1 where not all are accounted for."""
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as home:
        finished, told = measured(folder, Path(home))
    others = _others(folder)
    reasons = dict(told.skipped) if told else {}
    read = _files(told.added if told else (), files)
    rows = read | _files(reasons, files)
    readable = [name for name in files if others.get(name)]
    share = sum(name in read for name in readable) / max(len(readable), 1)
    crashed = [name for name in reasons if _CRASHED.search(reasons[name])]
    hung = [name for name in reasons if _HUNG.search(reasons[name])]
    print(f"Odd files: {len(files)} in {folder}, {machine()}")
    print()
    took = finished.seconds
    print(
        figures(
            [
                ("seconds", f"under {SECONDS}", f"{took:.0f}", took < SECONDS),
                ("rows", str(len(files)), str(len(rows)), len(rows) == len(files)),
                ("exit code of the ingest", "0", str(finished.code), finished.code == 0),
                ("rows that crashed", "0", str(len(crashed)), not crashed),
                ("rows out of time", "0", str(len(hung)), not hung),
                ("read, of what others can", f"{SHARE:.0%}", f"{share:.1%}", share >= SHARE),
            ]
        )
    )
    print()
    print(f"others: {_tell(others)}; rag: {len(read)}, {told.pages if told else 0} pages.")
    print("They read a file where they find two letters in a row in it.")
    if told is None:
        print(f"FAILED: {finished.err[-_COMPLAINT:]}")
    _print_missed([name for name in readable if name not in read], reasons, others)
    return 0 if told and len(rows) == len(files) else 1


def _files(names: Iterable[str], files: Sequence[str]) -> set[str]:
    """The files that names of documents mean: a member of an archive is named below its file."""
    known = set(files)
    above = ((name, *map(str, PurePosixPath(name).parents)) for name in names)
    return {file for path in above for file in path if file in known}


def _tell(others: dict[str, list[str]]) -> str:
    counts = {name: sum(name in found for found in others.values()) for name in READERS}
    either = sum(bool(found) for found in others.values())
    return ", ".join(f"{name} {count}" for name, count in counts.items()) + f", either {either}"


def _print_missed(
    missed: Sequence[str], reasons: dict[str, str], others: dict[str, list[str]]
) -> None:
    """What rag did not read and another did, and why."""
    if not missed:
        return
    rows = [(name, ", ".join(others[name]), reasons.get(name, "no row")) for name in missed]
    print()
    print(table(("not read", "read by", "reason"), rows[:_MISSED], words=3))
    if len(rows) > _MISSED:
        print(f"… and {len(rows) - _MISSED} more")


def _others(folder: Path) -> dict[str, list[str]]:
    """Name of every PDF to the readers that find a word in it; asked of a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), str(folder)]
    finished = run_tree(command, cwd=Path(tempfile.gettempdir()), env=environment())
    if finished.code:
        raise SystemExit(f"the other readers failed:\n{finished.err}")
    found: dict[str, list[str]] = json.loads(finished.out.splitlines()[-1])
    return found


def _pypdf(file: Path) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(file).pages:
        yield page.extract_text()


def _pdfium(file: Path) -> Iterator[str]:
    from pypdfium2 import PdfDocument

    for page in PdfDocument(file):
        yield page.get_textpage().get_text_range()


class _Reader(NamedTuple):
    """What gives the texts of a file's pages, and the module that it needs."""

    texts: Callable[[Path], Iterator[str]]
    module: str


READERS = {"pypdf": _Reader(_pypdf, "pypdf"), "pdfium": _Reader(_pdfium, "pypdfium2")}


def _start(texts: Callable[[Path], Iterator[str]], file: Path) -> int:
    """A child that exits with 0 where it finds a word; the system ends it when its time is up."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        resource.setrlimit(resource.RLIMIT_AS, (_TRY_MEMORY, _TRY_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(_TRY_SECONDS)
        os._exit(0 if any(_WORD.search(text) for text in texts(file)) else 1)
    except BaseException:
        os._exit(1)


def main() -> int:
    """Try every PDF of the folder with both readers, two processes at a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    for reader in READERS.values():
        import_module(reader.module)  # once, and not again by every child
    logging.disable()
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*.pdf")):
        started = {name: _start(reader.texts, file) for name, reader in READERS.items()}
        ended = {name: os.waitpid(pid, 0)[1] for name, pid in started.items()}
        found[str(file.relative_to(folder))] = [name for name in ended if ended[name] == 0]
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
