"""How often the answer to a question is in the prompt, by the size of the model's window.

    python benchmarks/packing.py FOLDER [--half odd] [--sample 300] [--windows 512,1024,2048]

FOLDER holds documents/ and questions.jsonl, as for `rag eval`; by default it is corpora/, which is
small. A prompt has the answer where a passage in it has its words. A quarter of each window is kept
for the answer, and tokens are estimated, on the long side, as for a model whose tokenizer
is out of reach. "beginning" is the same packing where a passage that is cut keeps its beginning
and not its best sentence; "counts" is how often the counter was asked for a prompt.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import CORPORA, table

from rag import evaluate
from rag.app import App
from rag.config import Settings
from rag.errors import DoesNotFit
from rag.models import ByteCounter
from rag.prompt import build_prompt
from rag.retrieve import Retriever
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluate.items import Item
    from rag.types import Evidence, Found, Message, Passage

_LOOKED_AT = 8  # passages, as rag ask looks at


@dataclass
class Counted(ByteCounter):
    """The estimate, and how often it was made."""

    times: list[int] = field(default_factory=list)

    def count(self, messages: Sequence[Message]) -> int:
        """As the estimate does."""
        self.times[-1] += 1
        return super().count(messages)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=CORPORA)
    parser.add_argument("--half", choices=["even", "odd"])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--windows", default="512,1024,2048,4096")
    given = parser.parse_args()
    items = evaluate.load(evaluate.find(given.folder))
    items = [each for each in items if each.answers]
    items = evaluate.chosen(items, half=given.half, sample=given.sample)
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        app = App(Settings(), Path(scratch))
        app.ingest([evaluate.documents_folder(given.folder, items)])
        with app.library() as library:
            retriever = Retriever(library, app.embedder)
            found = [retriever.retrieve(each.question, k=_LOOKED_AT) for each in items]
    rows = []
    for window in map(int, given.windows.split(",")):
        counter = Counted()
        best, beginning = (
            _share(items, found, window, counter, cut_at_best=cut) for cut in (True, False)
        )
        mean = sum(counter.times) / len(counter.times)
        rows.append([str(window), f"{best:.3f}", f"{beginning:.3f}", f"{mean:.1f}"])
    print(f"{given.folder.name}: {len(items)} questions")
    print(table(["window", "answer in the prompt", "beginning", "counts"], rows))


def _share(
    items: Sequence[Item],
    found: Sequence[Evidence],
    window: int,
    counter: Counted,
    *,
    cut_at_best: bool,
) -> float:
    """The share of questions whose prompt has an answer; a window too small has none."""
    held = 0
    for item, evidence in zip(items, found, strict=True):
        counter.times.append(0)
        sentences = evidence.sentences if cut_at_best else ()
        held += _holds(item, _packed(item, evidence, window, counter, sentences))
    return held / len(items)


def _packed(
    item: Item, evidence: Evidence, window: int, counter: Counted, found: Sequence[Found]
) -> Sequence[Passage]:
    try:
        return build_prompt(
            item.question,
            evidence.passages,
            counter=counter,
            window=window,
            reserve=window // 4,
            language=language_of(item.question),
            found=found,
        ).passages
    except DoesNotFit:
        return ()


def _holds(item: Item, passages: Sequence[Passage]) -> bool:
    text = _plain(" ".join(passage.chunk.text for passage in passages))
    return any(_plain(answer) in text for answer in item.answers)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


if __name__ == "__main__":
    main()
