"""What an answer with a model costs beside the model, and what the model loses to this program.

    python benchmarks/answer.py [--only around|writing|cards] [--chunks N] [--rounds N] [--fresh]

`around`: a model that costs nothing writes answers of 300 tokens over a library; all that remains
is the work around it, step by step. `writing`: the first token and the tokens a second of a model
in this process, beside a bare `generate` on the same checkpoint. `cards`: how near models of 7 and
13 billion weights come to what the memory of a graphics card allows; "no GPU" where there is none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import decoding
import numpy as np
import shuffled
from measuring import CORPORA, figures, machine, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import App

SECTIONS = ("around", "writing", "cards")
#: To reach: milliseconds of everything around a model, and share of a bare model's speed.
MOST_AROUND, LEAST_SHARE = 50.0, 0.95
_TOKENS = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that the model answered: seconds in all, worked by the processor, by step."""

    seconds: float
    worked: float
    steps: dict[str, float]
    struck: int
    sentences: int


def main() -> int:
    """Measure, print, and 1 where a section came to no result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", choices=SECTIONS, help="one section")
    parser.add_argument("--chunks", type=int, default=1000, help="made chunks beside corpora/")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds")
    parser.add_argument("--fresh", action="store_true", help="no sentence was ever seen before")
    args = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    print(f"{machine()}\n")
    sections = (args.only,) if args.only else SECTIONS
    good = True
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = Path(scratch)
        if "around" in sections:
            shuffled.write(folder / "text", args.chunks)
            sources = [CORPORA, folder / "text"]
            asked = around(folder, sources, _questions(), args.rounds, fresh=args.fresh)
            good &= show_around(asked, f"corpora/ and {args.chunks} chunks")
        if "writing" in sections:
            rounds = decoding.beside(decoding.checkpoint(folder / "model"), args.rounds)
            good &= decoding.show_beside(rounds, LEAST_SHARE)
        if "cards" in sections:
            decoding.show_cards()
    return 0 if good else 1


def _questions() -> list[str]:
    lines = (CORPORA / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def around(
    folder: Path,
    sources: Sequence[Path],
    questions: Sequence[str],
    rounds: int,
    *,
    fresh: bool = False,
) -> list[Asked]:
    """Ask every question in rounds, of a library of the sources; the first round warms up.

    Sentences of documents and answers are taken apart once in a process; `fresh` forgets them
    before each question.
    """
    from rag.app import App
    from rag.config import Settings

    app = App(Settings(home=str(folder / "home")), folder / "home")
    app.ingest(sources)
    app.__dict__["model"] = decoding.double(_TOKENS)
    asked = [_ask(app, question, fresh) for _ in range(rounds + 1) for question in questions]
    return [each for each in asked[len(questions) :] if each is not None]


def _ask(app: App, question: str, fresh: bool = False) -> Asked | None:
    """One question; None where no model was asked: a refusal, a register, a summary."""
    if fresh:
        from rag.cite import alignment, statement

        statement.statement.cache_clear()
        alignment.paired.cache_clear()
    began, worked = time.perf_counter(), time.process_time()
    answer = app.answer(question)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    if answer.receipt is None:
        return None
    steps = {"opening": seconds - sum(answer.timings.values()), **answer.timings}
    return Asked(seconds, worked, steps, len(answer.struck), len(answer.sentences))


def show_around(asked: Sequence[Asked], library: str) -> bool:
    """Print p50 and p95 by step; whether there was anything to print."""
    if not asked:
        print("No question was answered by the model", file=sys.stderr)
        return False
    names = dict.fromkeys(name for each in asked for name in each.steps)
    rows = []
    for name in names:
        spent = [1000 * each.steps.get(name, 0.0) for each in asked]
        rows.append((name, *(f"{np.percentile(spent, q):.1f}" for q in (50, 95))))
    middle = float(np.percentile([1000 * each.seconds for each in asked], 50))
    for name, spent in (
        ("all of it", [1000 * each.seconds for each in asked]),
        ("all of it, processor", [1000 * each.worked for each in asked]),
    ):
        rows.append((name, *(f"{np.percentile(spent, q):.1f}" for q in (50, 95))))
    struck = sum(each.struck for each in asked) / len(asked)
    stood = sum(each.sentences for each in asked) / len(asked)
    print(
        f"Around an answer of {_TOKENS} tokens: {len(asked)} answers, library of {library};"
        f" {stood:.1f} sentences stood, {struck:.1f} were struck\n"
    )
    print(table(("step", "p50 ms", "p95 ms"), rows))
    print()
    met = middle < MOST_AROUND
    print(figures([("around the model, p50", f"< {MOST_AROUND:.0f} ms", f"{middle:.1f} ms", met)]))
    print()
    return True


if __name__ == "__main__":
    sys.exit(main())
