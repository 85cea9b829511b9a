"""Questions of sets with what the search finds for each: what every fit starts from.

Only questions at even places of a file (0, 2, 4, …) are looked at: the others are for measuring.
A question that another set asks at an odd place is left out too. Libraries are made in a folder
and used again if they are there.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag import evaluate
from rag.app import App
from rag.config import Settings
from rag.retrieve import Retriever
from rag.types import Scope
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.evaluate import Item
    from rag.retrieve import Pool

    Floats = NDArray[np.float64]

FOLDS = 5
_DEPTH = 10  # passages of a question, as many as `rag eval` looks at
_BLOCKS = 10  # neighbouring questions, which are often about one text, stay in one fold
_SHORT = 12  # letters below which a sentence inside a quote proves nothing


class Example(NamedTuple):
    """A question of a set, what was found for it, and the fold it belongs to.

    `relevant` says of every candidate of the pool, in order, whether it answers.
    """

    set: str
    item: Item
    pool: Pool
    relevant: Floats
    fold: int

    @property
    def features(self) -> Floats:
        """Features of the candidates, shape (candidates, features)."""
        return np.array([c.features for c in self.pool.candidates])


def examples(sets: Path, names: Sequence[str], libraries: Path) -> Iterator[Example]:
    """The questions at even places of those of the sets that are there."""
    present = [name for name in names if (sets / name).is_dir()]
    loaded = {name: evaluate.load(sets / name / "questions.jsonl") for name in present}
    kept_back = {item.question for items in loaded.values() for item in items[1::2]}
    for name, items in loaded.items():
        even = items[::2]
        app = App(Settings(embedder="hashed", ocr="never"), libraries / name)
        if not app.exists:
            app.ingest([evaluate.documents_folder(sets / name, items)])
        with app.library() as library:
            retriever = Retriever(library, app.embedder)
            for place, item in enumerate(even):
                if item.question in kept_back or (item.scope and not retriever.holds(item.scope)):
                    continue
                scope = Scope((item.scope,)) if item.scope else Scope()
                pool = retriever.pool(item.question, k=_DEPTH, scope=scope)
                fold = place * _BLOCKS // len(even) % FOLDS
                yield Example(name, item, pool, _relevant(retriever, item, pool), fold)
        print(f"{name}: {len(even)} questions", file=sys.stderr)


def _relevant(retriever: Retriever, item: Item, pool: Pool) -> Floats:
    """Which candidates answer: by the quote, by the lines, or by page and words of the answer."""
    answers = [_plain(answer) for answer in item.answers]
    out = []
    for candidate in pool.candidates:
        chunk = pool.rows[candidate.passage].chunk
        cited = retriever.cite(
            chunk.document_id, chunk.start + candidate.start, chunk.start + candidate.end
        )
        said = _plain(cited.quote)
        right = False
        for gold in item.evidence:
            if gold.document != cited.document:
                continue
            if gold.quote:
                quote = _plain(gold.quote)
                inside = said in quote and len(said) >= _SHORT and any(a in said for a in answers)
                right |= quote in said or inside
            elif gold.lines:
                right |= cited.line is not None and gold.lines[0] <= cited.line <= gold.lines[1]
            elif gold.page is not None:
                right |= cited.page == gold.page and any(a and a in said for a in answers)
        out.append(float(right))
    return np.array(out)


def _plain(text: str) -> str:
    return " ".join(words(text))
