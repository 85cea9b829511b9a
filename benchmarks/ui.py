"""The page: from dropping a book to the first answer, memory of ten visitors, runs of the script.

    python benchmarks/ui.py [--only dropping|visitors|runs] [--runs 5] [--pdf FILE --ask QUESTION]

Real Chromium against the page's server, both on this machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

sys.path.append(sys.path.pop(0))  # `ui` is the page, not this file

from browsing import chromium, serving_page
from made import FACT, FACT_QUESTION, book
from measuring import figures, machine, memory_of, table, tree
from playwright.sync_api import expect
from visitor import Visitor

if TYPE_CHECKING:
    from browsing import PageServer
    from playwright.sync_api import Browser

SECTIONS = ("dropping", "visitors", "runs")
#: Figures to reach: seconds, MB, and milliseconds of a run with thirty turns.
MOST_SECONDS, MOST_MEGABYTES = 8.0, 1000.0
VISITORS, TURNS = 10, 30
_QUESTIONS = (FACT_QUESTION, "Кто проверяет станцию?", "Что проверяют каждые одиннадцать недель?")
_BACK = 10  # times somebody comes back to the conversation
_LAST = -1  # the last answer of those on the page, which holds the latest few
_PATIENCE = 120_000  # milliseconds until an answer must be there


class Stages(NamedTuple):
    """Seconds since a file was dropped until each of these could be seen."""

    listed: float
    sent: float
    answered: float


def main() -> int:
    """Measure, print, and 1 where a figure was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", choices=SECTIONS, help="one section")
    parser.add_argument("--runs", type=int, default=5, help="measured drops of the book")
    parser.add_argument("--pdf", type=Path, help="a PDF of your own instead of the book")
    parser.add_argument("--ask", default="", help="a question that it answers")
    args = parser.parse_args()
    if bool(args.pdf) != bool(args.ask):
        parser.error("--pdf and --ask go together")
    print(f"{machine()}\n")
    sections = (args.only,) if args.only else SECTIONS
    reached: list[tuple[str, str, str, bool]] = []
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch, chromium() as browser:
        folder = Path(scratch)
        book(folder)
        path, question = args.pdf or folder / "book.pdf", args.ask or FACT_QUESTION
        if "dropping" in sections:
            reached.append(_dropping(browser, folder, path, question, args.runs))
        if "visitors" in sections:
            reached.append(_visitors(browser, folder))
        if "runs" in sections:
            _runs(browser, folder)
    if reached:
        print(figures(reached))
    return 0 if all(row[-1] for row in reached) else 1


def _dropping(
    browser: Browser, folder: Path, path: Path, question: str, runs: int
) -> tuple[str, str, str, bool]:
    """Seconds from dropping a file to the answer, each run with a server and a library anew."""
    times = [drop_and_ask(browser, folder / f"run-{n}", path, question) for n in range(runs + 1)]
    times = times[1:]  # the first one fills the system's cache
    print(f"{path.name}: seconds since it was dropped\n")
    rows = [
        (name, *(f"{value:.2f}" for value in (median(column), min(column), max(column))))
        for name, column in zip(Stages._fields, zip(*times, strict=True), strict=True)
    ]
    print(f"{table(('until', 'median s', 'least', 'most'), rows)}\n")
    whole = median(stages.answered for stages in times)
    name = f"dropping {path.name} to the first answer"
    return name, f"< {MOST_SECONDS:.0f} s", f"{whole:.2f} s", whole < MOST_SECONDS


def drop_and_ask(browser: Browser, folder: Path, path: Path, question: str) -> Stages:
    """Drop a file, type a question meanwhile, send it when the page takes it, await the answer."""
    with serving_page(folder, RAG_WORKERS="0") as server:
        visitor = Visitor(browser, server.url, patience=_PATIENCE)
        began = time.perf_counter()
        visitor.drop([path])
        visitor.page.get_by_text(path.name).first.wait_for()
        listed = time.perf_counter()
        visitor.ask(question)
        sent = time.perf_counter()
        visitor.chip().wait_for()
        answered = time.perf_counter()
        if question == FACT_QUESTION and FACT not in visitor.answer().inner_text():
            raise RuntimeError(f"not the answer: {visitor.answer().inner_text()}")
        visitor.leave()
    return Stages(listed - began, sent - began, answered - began)


def _visitors(browser: Browser, folder: Path) -> tuple[str, str, str, bool]:
    """MB of the server's processes with visitors who each asked and opened a citation."""
    rows = []
    with serving_page(folder / "visitors") as server, ExitStack() as there:
        rows.append(("nobody has come", _held(server)))
        for number in range(1, VISITORS + 1):
            visitor = Visitor(browser, server.url, patience=_PATIENCE)
            there.callback(visitor.leave)
            if number == 1:
                visitor.drop([folder / "book.pdf"])
            for turn, question in enumerate(_QUESTIONS):
                visitor.ask(question)
                expect(visitor.answer(turn)).to_contain_text(FACT.split()[1])
            visitor.chip().click()
            visitor.picture()
            if number in {1, VISITORS // 2, VISITORS}:
                rows.append((f"visitors: {number}", _held(server)))
    print("memory of the server, pages shared with others divided (PSS)\n")
    print(f"{table(('when', 'MB'), [(name, f'{held:.0f}') for name, held in rows])}\n")
    most = rows[-1][1]
    name = f"{VISITORS} visitors, each with a conversation and an open citation"
    return name, f"< {MOST_MEGABYTES:.0f} MB", f"{most:.0f} MB", most < MOST_MEGABYTES


def _held(server: PageServer) -> float:
    """MB of all processes of a server."""
    return sum(memory_of(pid, "smaps_rollup", "Pss") for pid in tree(server.process.pid))


def _runs(browser: Browser, folder: Path) -> None:
    """Coming back to the conversation from another tab, with one turn and with many."""
    rows = []
    with serving_page(folder / "runs") as server:
        visitor = Visitor(browser, server.url, patience=_PATIENCE)
        visitor.drop([folder / "book.pdf"])
        for turn in range(TURNS):
            visitor.ask(_QUESTIONS[turn % len(_QUESTIONS)])
            visitor.settled()
            visitor.button("stop").wait_for(state="hidden")
            visitor.chip(_LAST).wait_for()
            if turn + 1 in {1, TURNS}:
                seen, worked = zip(*(_back(visitor, server) for _ in range(_BACK)), strict=True)
                rows.append((str(turn + 1), f"{median(seen):.0f}", f"{median(worked):.0f}"))
        visitor.leave()
    print("back to the conversation from another tab\n")
    print(f"{table(('turns', 'seen after ms', 'processor of the server ms'), rows)}\n")


def _back(visitor: Visitor, server: PageServer) -> tuple[float, float]:
    """Milliseconds until the last turn is seen again, and those that the server worked for it."""
    visitor.tab("library").get_by_text("book").or_(visitor.panel("library")).first.wait_for()
    visitor.answer(_LAST).wait_for(state="hidden")
    worked, began = _worked(server), time.perf_counter()
    visitor.tab("chat")
    visitor.chip(_LAST).wait_for()
    seen = time.perf_counter() - began
    return 1000 * seen, 1000 * (_worked(server) - worked)


def _worked(server: PageServer) -> float:
    """Seconds that a server's processor worked so far, in its first process."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
