"""Minutes of meetings: how many promises are found, and how long a long meeting takes.

    python benchmarks/meetings.py [FOLDER ...] [--rounds 5] [--words 10000] [--only promises|speed]

FOLDER holds meetings, each with a file NAME.gold.json in which a person has marked the promises,
and files NAME.jsonl of short exchanges, marked as well; without one they are those of
tests/data/transcripts: "tuned" the rules were made with, "held" nobody who makes them has read.
How the marks are counted: promises.py.

Speed is that of the whole command `rag minutes FILE --format json`, cold, on a transcript of so
many words: sentences of corpora/ in a shuffled order, said by the people of one of its meetings.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measuring import CORPORA, ROOT, environment, machine, run, table
from promises import Tally, complete

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Document

SECONDS, WORDS = 2.0, 10_000
_SEED = 7
_TALK = 0.6  # share of turns that are those of the meeting itself
_MEETING = CORPORA / "meetings" / "2025-11-12-planerka.txt"
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[А-ЯЁ])")
_MARKED = ".gold.json"


def main() -> int:
    """Measure and print; 1 where the command failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5, help="cold runs (default: 5)")
    parser.add_argument("--words", type=int, default=WORDS, help="of the long meeting")
    parser.add_argument("--only", choices=["promises", "speed"])
    asked = parser.parse_args()
    print(f"rag minutes; {machine()}\n")
    if asked.only != "speed":
        found = asked.folders or sorted((ROOT / "tests" / "data" / "transcripts").glob("*/"))
        show_promises([each for folder in found for each in _sets(folder)])
    return 0 if asked.only == "promises" else show_speed(max(asked.rounds, 1), asked.words)


# -- promises


def _sets(folder: Path) -> list[Path]:
    """The folder where it holds meetings, and its files of exchanges."""
    meetings = [folder] if any(folder.glob(f"*{_MARKED}")) else []
    return [*meetings, *sorted(folder.glob("*.jsonl"))]


def show_promises(sets: Sequence[Path]) -> None:
    """A table of figures, a row a set."""
    rows = []
    for each in sets:
        tally = tally_of(each) if each.is_dir() else tally_of_exchanges(each)
        cells = (f"{v:.3f}" if isinstance(v, float) else str(v) for v in tally.figures().values())
        name = each.name if each.is_dir() else f"exchanges {each.stem}"
        rows.append((name, str(tally.counts["marked"]), *cells))
    if rows:
        print(table(("meetings", "promises", *Tally().figures()), rows) + "\n")


def tally_of(folder: Path) -> Tally:
    """The promises of all meetings of a folder, counted."""
    from rag.exports.values import promise_rows
    from rag.minutes import extract
    from rag.readers import read_document

    tally = Tally()
    for file, marks in marked(folder):
        document = read_document(file)
        minutes = extract(document, date=marks["meeting_date"])
        said = "".join(turn.text for turn in document.turns) or document.text
        words = len(re.findall(r"[^\W\d_]+", said))
        tally.add(promise_rows(minutes), complete(marks["promises"]), words)
    return tally


def tally_of_exchanges(file: Path) -> Tally:
    """The promises of short exchanges, a JSON object a line, counted."""
    from rag.exports.values import promise_rows
    from rag.minutes import extract

    tally = Tally()
    for line in file.read_text("utf-8").splitlines():
        exchange = json.loads(line)
        document = exchange_of(exchange["talk"], exchange["date"])
        speakers = [turn.speaker or "" for turn in document.turns]
        marks = [{**mark, **_aliases(mark, speakers)} for mark in exchange["promises"]]
        words = len(re.findall(r"[^\W\d_]+", document.text))
        tally.add(promise_rows(extract(document)), complete(marks), words)
    return tally


def exchange_of(talk: str, day: str) -> Document:
    """A talk of lines «Имя: слова» as a document; nothing is read off its shape."""
    from rag.types import Document, Turn

    turns, at = [], 0
    for number, line in enumerate(talk.split("\n"), 1):
        name, _, said = line.partition(": ")
        end = at + len(line)
        turns.append(Turn(name, said, number, None, end - len(said), end))
        at = end + 1
    return Document("0", "talk", talk, turns=tuple(turns), kind="meeting", date=day)


def _aliases(mark: dict[str, object], speakers: Sequence[str]) -> dict[str, object]:
    """Labels that hold a marked name, or are held by it: «Вера» and «Вера Белых» are one."""
    found = {}
    for key in ("who", "to_whom"):
        said = set(str(mark.get(key) or "").split())
        like = [s for s in speakers if said and (said <= set(s.split()) or said >= set(s.split()))]
        found[f"{key}_aliases"] = like
    return {**found, "force": "firm", "support": [], "dont_care": False}


def marked(folder: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    """Each meeting of a folder with its marks."""
    for file in sorted(folder.glob(f"*{_MARKED}")):
        marks = json.loads(file.read_text("utf-8"))
        named = sorted(folder.glob(f"{marks['id']}.*"))
        yield next(each for each in named if each != file), marks


# -- speed


def show_speed(rounds: int, words: int) -> int:
    """A table of seconds: the whole command, and the steps of it in one warm process."""
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = Path(scratch)
        (folder / "rag.toml").touch()  # found first, so that no settings of the user count
        file = folder / "meeting.txt"
        file.write_text(long_meeting(words), encoding="utf-8")
        command = [sys.executable, "-m", "rag", "minutes", str(file), "--format", "json"]
        runs = [run(command, cwd=folder, env=environment()) for _ in range(rounds + 1)][1:]
        if any(each.code for each in runs):
            print(runs[0].err, file=sys.stderr)
            return 1
        steps = list(timed_steps(file))
    seconds = [each.seconds for each in runs]
    middle = median(seconds)
    whole = ("the command, cold", f"{middle:.2f}", f"{min(seconds):.2f}–{max(seconds):.2f}")
    rows = [(*whole, "yes" if middle < SECONDS else "NO")]
    rows += [(name, f"{spent:.2f}", "", "") for name, spent in steps]
    print(table((f"{words:,} words", "median s", "range s", f"under {SECONDS} s"), rows))
    return 0


def long_meeting(words: int) -> str:
    """A meeting of so many words, the same each time."""
    from rag.readers import read_document

    head, _, talk = _MEETING.read_text("utf-8").partition("\n\n")
    turns = talk.splitlines()
    people = sorted({turn.partition(":")[0] for turn in turns})
    texts = [read_document(file).text for file in sorted((CORPORA / "documents").iterdir())]
    sentences = [
        one.strip()
        for text in texts
        for one in _SENTENCE.split(text)
        if "\n" not in one.strip() and re.match("[А-ЯЁ]", one)
    ]
    draw = random.Random(_SEED)
    said: list[str] = []
    count = 0
    while count < words:
        own = draw.random() < _TALK
        said.append(
            draw.choice(turns) if own else f"{draw.choice(people)}: {draw.choice(sentences)}"
        )
        count += len(said[-1].split())
    return f"{head}\n\n" + "\n".join(said) + "\n"


def timed_steps(file: Path) -> Iterator[tuple[str, float]]:
    """What the steps take, each with what it loads first; reading is done in a child process."""
    began = time.perf_counter()
    from rag.readers import read_document

    document = read_document(file)
    yield "reading", time.perf_counter() - began
    began = time.perf_counter()
    from rag.minutes import extract

    minutes = extract(document)
    yield "the rules, first time", time.perf_counter() - began
    began = time.perf_counter()
    extract(document)
    yield "the rules, again", time.perf_counter() - began
    began = time.perf_counter()
    from rag.record import brief_of
    from rag.summary import source_of
    from rag.summary.verbatim import without_model

    without_model({file.name: source_of(document, minutes)}, brief_of(document))
    yield "the summary", time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
