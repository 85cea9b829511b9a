"""How much of a prompt a model server has read before: what prefix caching can save.

    python benchmarks/beginnings.py [FOLDER ...] [--questions 200] [--window 4096]

FOLDER is a question set; without one it is `corpora/`. Each question of it is put into a prompt,
one after the other in an order drawn by lot, and its beginning is looked for among those before it
in blocks of some sixteen tokens, as vLLM keeps them. The cache forgets nothing. Beside it stands
the same with another code on the fences for each question.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import CORPORA, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.types import Prompt

_BLOCK = 48  # characters, some sixteen tokens
_SEED = 43
_RESERVE = 512
_SECRET = b"the secret of this benchmark"
#: How the code on the fences is made, by the state of the library that prompts are told.
_WAYS = {"as rag": "this library", "a code a question": ""}


def main() -> int:
    """Print the shares of each set."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[CORPORA], metavar="FOLDER")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--window", type=int, default=4096)
    args = parser.parse_args()
    rows = []
    for folder in args.folders:
        with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
            made = list(_prompts(folder.resolve(), Path(scratch), args.questions, args.window))
        for place, name in enumerate(_WAYS):
            texts = [_written(each[place]) for each in made]
            length = sum(map(len, texts)) / len(texts)
            rows.append(
                (folder.name, name, str(len(texts)), f"{length:.0f}", f"{known(texts):.1%}")
            )
    print(table(("set", "fences", "prompts", "characters", "known"), rows, words=2))
    return 0


def known(texts: Iterable[str]) -> float:
    """The share of all characters that stand in whole blocks of a beginning seen before."""
    seen: set[int] = set()
    hit = length = 0
    for text in texts:
        blocks = [hash(text[:end]) for end in range(_BLOCK, len(text) + 1, _BLOCK)]
        fresh = next((n for n, block in enumerate(blocks) if block not in seen), len(blocks))
        hit += fresh * _BLOCK
        length += len(text)
        seen.update(blocks)
    return hit / length


def _prompts(folder: Path, scratch: Path, most: int, window: int) -> Iterator[tuple[Prompt, ...]]:
    """The prompts of each question, by way."""
    from rag.app import App
    from rag.config import Settings
    from rag.models import ByteCounter
    from rag.prompt import build_prompt
    from rag.words import language_of

    app = App(Settings(), scratch / "home")
    app.ingest([each for each in sorted(folder.iterdir()) if each.is_dir()])
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [str(json.loads(line)["question"]) for line in lines]
    random.Random(_SEED).shuffle(questions)
    with app._opened() as (_, retriever):
        for question in questions[:most]:
            found = retriever.retrieve(question)
            yield tuple(
                build_prompt(
                    question,
                    found.passages,
                    counter=ByteCounter(),
                    window=window,
                    reserve=_RESERVE,
                    language=language_of(question),
                    found=found.sentences,
                    secret=_SECRET,
                    state=state,
                )
                for state in _WAYS.values()
            )


def _written(prompt: Prompt) -> str:
    return "".join(f"<|{each.role}|>\n{each.content}\n" for each in prompt.messages)


if __name__ == "__main__":
    sys.exit(main())
