"""Where meetings change their subject, against lines that people named: Pk and WindowDiff.

    python benchmarks/topics.py FOLDER

FOLDER is a set as `rag eval --help` describes it, whose evidence names lines: a run of lines that
answers a question is a subject. Only meetings count of which such runs cover most. Pk: Beeferman,
Berger, Lafferty, "Statistical models for text segmentation", 1999; WindowDiff: Pevzner, Hearst,
2002; both are errors, 0 is best. Beside rag stand no border at all, as many borders as there are at
even distances, and as many at random.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from measuring import machine, table

from rag.minutes import extract
from rag.readers import read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.types import Document

    #: A document, its lines and the number of borders to the lines (from 0) that begin a part.
    Contender = Callable[[Document, int, int], set[int]]

_LONG, _APART, _COVERED = 12, 6, 0.6
_DRAWS = 20


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().folder
    meetings = list(_meetings(folder))
    contenders: dict[str, Contender] = {
        "none": lambda _, __, ___: set(),
        "even": lambda _, lines, count: {lines * (i + 1) // (count + 1) for i in range(count)},
        "rag": lambda document, _, __: {t.line - 1 for t in extract(document).topics[1:]},
    }
    print(f"{folder.resolve().name}; {len(meetings)} meetings; {machine()}\n")
    rows = [(name, *_row(meetings, contender)) for name, contender in contenders.items()]
    draws = [_row(meetings, _drawn(random.Random(seed))) for seed in range(_DRAWS)]
    rows.append(("random", *(f"{mean(float(d[i]) for d in draws):.3f}" for i in range(3))))
    print(table(("contender", "Pk", "WindowDiff", "borders"), rows, words=1))
    return 0


def _meetings(folder: Path) -> Iterator[tuple[Document, int, set[int]]]:
    """Documents that the runs of lines cover, the number of their lines, and the borders."""
    runs: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        found = [tuple(each["lines"]) for each in value["evidence"] if "lines" in each]
        if (
            value.get("kind") != "summary"
            and len(found) == 1
            and found[0][1] - found[0][0] >= _LONG
        ):
            runs[value["scope"]].add(found[0])
    for name, spans in sorted(runs.items()):
        document = read_document(folder / "documents" / name)
        lines = sum(1 for line in document.text.split("\n") if line.strip())
        kept = _apart(spans)
        if sum(b - a + 1 for a, b in kept) >= _COVERED * lines and len(kept) > 2:
            yield document, lines, _borders(kept, lines)


def _apart(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The widest runs, without those that reach far into the one before."""
    wide = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    kept: list[tuple[int, int]] = []
    for span in sorted(wide):
        if not kept or span[0] > kept[-1][1] - _APART + 1:
            kept.append(span)
    return kept


def _borders(kept: Sequence[tuple[int, int]], lines: int) -> set[int]:
    borders: list[int] = []
    for border in sorted({place for a, b in kept for place in (a - 1, b)}):
        if 2 < border < lines - 2 and (not borders or border - borders[-1] >= _APART):
            borders.append(border)
    return set(borders)


def _drawn(source: random.Random) -> Contender:
    return lambda _, lines, count: set(source.sample(range(1, lines), count))


def _row(
    meetings: Sequence[tuple[Document, int, set[int]]], contender: Contender
) -> tuple[str, str, str]:
    errors, windows, counts = [], [], []
    for document, lines, borders in meetings:
        found = contender(document, lines, len(borders))
        size = max(2, round(lines / (len(borders) + 1) / 2))
        gold, own = _counts(borders, lines), _counts(found, lines)
        pairs = [(gold[i + size] - gold[i], own[i + size] - own[i]) for i in range(lines - size)]
        errors.append(mean((a == 0) != (b == 0) for a, b in pairs))
        windows.append(mean(a != b for a, b in pairs))
        counts.append(len(found))
    return f"{mean(errors):.3f}", f"{mean(windows):.3f}", f"{mean(counts):.1f}"


def _counts(borders: set[int], lines: int) -> list[int]:
    """How many borders lie at or before each line."""
    counts: list[int] = []
    for line in range(lines):
        counts.append((counts[-1] if counts else 0) + (line in borders))
    return counts


if __name__ == "__main__":
    sys.exit(main())
