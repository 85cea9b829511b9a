"""Questions about meetings, as a colleague would ask them, put to a library of each meeting alone.

    python benchmarks/questions.py FOLDER [--misses]

FOLDER holds meetings and beside each a NAME.gold.json with "questions": [{"q", "answer_contains",
"lines"}]; answer_contains is null where the meeting does not say. A question is answered right
where the answer holds all these words and cites one of the lines; the others where refused.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.app import App
from rag.config import Settings

if TYPE_CHECKING:
    from rag.types import Answer, Citation


class Outcome(NamedTuple):
    """One question, and what came of it."""

    meeting: str
    question: str
    answerable: bool
    right: bool
    by_register: bool
    said: str


def lines_of(citation: Citation) -> range:
    """The lines that a quote stands on."""
    first = citation.line or 0
    return range(first, first + citation.quote.count("\n") + 1)


def outcome(meeting: str, asked: dict[str, Any], answer: Answer) -> Outcome:
    """An answer held against what was expected."""
    wanted = asked["answer_contains"]
    lines = {line for citation in answer.citations for line in lines_of(citation)}
    lines |= {line for _, promise in answer.promises for line in (promise.line, *promise.support)}
    said = " ".join([answer.text, *(citation.quote for citation in answer.citations)])
    if wanted is None:
        right = answer.refusal is not None
    else:
        held = all(words.lower() in said.lower() for words in wanted)
        right = held and bool(lines & set(asked["lines"]))
    by_register = bool(answer.entries) or "retrieve" not in answer.timings
    return Outcome(meeting, asked["q"], wanted is not None, right, by_register, answer.text)


def ask(gold: Path, home: Path) -> list[Outcome]:
    """All questions of one meeting."""
    annotated = json.loads(gold.read_text(encoding="utf-8"))
    name = gold.name.removesuffix(".gold.json")
    files = [p for p in gold.parent.glob(f"{name}.*") if not p.name.endswith(".gold.json")]
    app = App(Settings(workers=1), home / name)
    app.ingest(files)
    return [outcome(name, asked, app.answer(asked["q"])) for asked in annotated["questions"]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was not right")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        golds = sorted(given.folder.glob("*.gold.json"))
        found = [each for gold in golds for each in ask(gold, Path(home))]
    for each in found if given.misses else ():
        if not each.right:
            said = " ".join(each.said.split())[:120]
            print(f"{each.meeting}: {each.question} -> {said}")
    for answerable, told in ((True, "answered right"), (False, "refused")):
        rows = [each for each in found if each.answerable == answerable]
        print(f"{told}: {sum(each.right for each in rows)} of {len(rows)}")
    rows = [each for each in found if each.by_register]
    print(f"by the register: {sum(each.right for each in rows)} of {len(rows)} right")


if __name__ == "__main__":
    main()
