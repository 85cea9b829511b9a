"""How many planted falsehoods are struck from answers, and how many true sentences are lost.

    python benchmarks/grounding.py [--half all|even|odd] [--missed] [--embedder NAME] [--nli NAME]

The set is tests/data/grounding.jsonl: answers over corpora/ as a good model words them, each with
one sentence that is false in a way that is named (a number, a date, a name, a negation, a unit,
roles that are swapped, something that is not said). Each answer is checked against the passages
that its question finds. "even" are the answers at places 0, 2, 4 … of the file, which rules and
thresholds may be tuned on; "odd" the others.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import CORPORA, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SET = CORPORA.parent / "tests" / "data" / "grounding.jsonl"
KINDS = ("number", "date", "name", "negation", "unit", "swapped", "unsaid")
LANGUAGES = ("ru", "en")
_PASSAGES = 8  # as many as `rag ask` looks at


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence of an answer, what it is, and what was made of it."""

    answer: str
    lang: str
    kind: str | None  # of falsehood; None where it is true
    text: str
    struck: bool
    reason: str
    across: bool = False  # in another language than its document


def load(path: Path = SET) -> list[dict[str, Any]]:
    """The answers of the set, in its order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def judge(rows: Iterable[dict[str, Any]], home: Path, **settings: str) -> Iterator[list[Judged]]:
    """The sentences of each answer, checked as rag ask does, over a library of corpora/."""
    from rag.app import App
    from rag.config import Settings
    from rag.grounding import ground
    from rag.retrieve import Retriever

    app = App(Settings(workers=1, **settings), home)
    app.ingest([CORPORA])
    with app.library() as library:
        retriever = Retriever(library, app.embedder)
        for row in rows:
            found = retriever.retrieve(row["question"], k=_PASSAGES).passages
            text = " ".join(sentence["text"] for sentence in row["sentences"])
            _, struck = ground(text, found, retriever, entailment=app.entailment)
            yield [_judged(row, sentence, struck) for sentence in row["sentences"]]


def _judged(row: dict[str, Any], sentence: dict[str, Any], struck: Sequence[Any]) -> Judged:
    """A sentence counts as struck where any part of it is, should it have been split."""
    why = [each.reason for each in struck if each.text in sentence["text"]]
    return Judged(
        row["id"],
        row["lang"],
        sentence.get("kind"),
        sentence["text"],
        bool(why),
        "; ".join(why),
        row.get("cross", False),
    )


def rates(judged: Iterable[Judged]) -> tuple[int, int, int, int]:
    """Falsehoods struck, falsehoods, true sentences lost, true sentences."""
    false = [each.struck for each in judged if each.kind is not None]
    true = [each.struck for each in judged if each.kind is None]
    return sum(false), len(false), sum(true), len(true)


def report(judged: Sequence[Judged]) -> str:
    """A table by kind and language, in percent, with counts."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        groups[each.kind or "true"].append(each)
    groups["all falsehoods"] = [each for each in judged if each.kind is not None]
    groups["true sentences lost"] = true = groups.pop("true", [])
    groups["of these across languages"] = [each for each in true if each.across]
    names = [*KINDS, "all falsehoods", "true sentences lost", "of these across languages"]
    lines = [
        (
            name,
            *(_share([e for e in groups[name] if e.lang == lang]) for lang in LANGUAGES),
            _share(groups[name]),
        )
        for name in names
    ]
    return table(("struck", *LANGUAGES, "both"), lines, words=1)


def _share(judged: Sequence[Judged]) -> str:
    struck = sum(each.struck for each in judged)
    return f"{struck}/{len(judged)} ({struck / len(judged):.1%})" if judged else "–"


def main() -> int:
    """Check the answers and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--half", choices=("all", "even", "odd"), help="one of them (default: each)"
    )
    parser.add_argument("--missed", action="store_true", help="list what went wrong, too")
    parser.add_argument("--embedder", default="hashed", help="as rag --embedder (default: hashed)")
    parser.add_argument("--nli", default="", help="as rag ask --nli (default: none)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as home:
        judged = list(judge(load(), Path(home), embedder=args.embedder, nli=args.nli))
    halves = {"all": judged, "even": judged[::2], "odd": judged[1::2]}
    for half in (args.half,) if args.half else halves:
        part = [each for answer in halves[half] for each in answer]
        print(f"{half}\n\n{report(part)}\n")
        if args.missed:
            for each in part:
                if each.struck == (each.kind is None):
                    print(f"{each.answer} {each.kind or 'true'}: {each.text}  ({each.reason})")
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
