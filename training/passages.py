"""Fits the weights that order passages, rag/weights/passages.json.

    python training/passages.py SETS [--embedder FOLDER] [--libraries FOLDER]

SETS is a folder of question sets as `rag eval --help` describes them; the sets in `TAKEN` that are
not there are skipped. Only the questions at even places of a file (0, 2, 4, …) are looked at: the
others are for measuring. With --embedder, a folder of a sentence-transformers model, the weights
for vectors of models are fitted, on the English sets; without, those for the built-in embedder.
The libraries are made in the folder --libraries, and used again if they are there.

For each question the chunks that may be found are taken with their features, and the weights are
those that give the relevant ones the most of a softmax over them, none negative, with a ridge. A
chunk is relevant where its best sentence stands on the page, in the window of turns or in the
document that answers, and by half where only another part of it does. A logistic curve over the
same chunks then makes the sum a probability. Nothing is drawn by chance.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from rag import evaluate, passages
from rag.app import App
from rag.config import Settings
from rag.retrieve import Retriever
from rag.types import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rag.evaluate import Item

    Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).parents[1] / "rag" / "weights" / "passages.json"
#: Sets, whether they are asked with their scope and without it, and their share of the loss.
TAKEN = (
    ("mmlongbench-text", (True, False), 1.0),
    ("qmsum-val", (True,), 1.0),
    ("xquad-en", (True,), 10.0),
    ("xquad-ru", (True,), 10.0),
)
_ENGLISH = frozenset({"mmlongbench-text", "qmsum-val", "xquad-en"})
_PARTLY = 0.5
_RIDGE = 2e-3
#: Weights for models keep to those of the built-in embedder, fitted first on more sets: without
#: that they gain on paragraphs and lose on pages.
_RIDGE_OF_MODELS = 0.1
_FOUND = 10  # passages of a question, as many as `rag eval` looks at
_DIGITS = 3
_TURNS = 4  # lines before and after a best sentence that belong to its window


class Group(NamedTuple):
    """The chunks found for a question: features (n, f), relevance (n,), weight in the loss."""

    features: Floats
    relevant: Floats
    weight: float


def main() -> int:
    """Fit the weights and write them to their file."""
    args = _arguments()
    vectors: passages.Vectors = "model" if args.embedder else "hashed"
    with tempfile.TemporaryDirectory(prefix="rag-training-") as scratch:
        libraries = args.libraries or Path(scratch)
        groups = [
            group
            for name, scopes, weight in TAKEN
            if (args.sets / name).is_dir() and (name in _ENGLISH or not args.embedder)
            for group in _groups(args.sets / name, libraries / name, args.embedder, scopes, weight)
        ]
    if not groups:
        print(f"None of the sets is in {args.sets}", file=sys.stderr)
        return 1
    held: dict[str, Any] = {}
    if WEIGHTS.exists():
        held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if args.embedder:
        near_to = np.array([held["hashed"]["weights"][name] for name in passages.FEATURES])
        fitted = _fit(groups, near_to, _RIDGE_OF_MODELS)
    else:
        fitted = _fit(groups, np.zeros(len(passages.FEATURES)), _RIDGE)
    slope, offset = _calibrate(groups, fitted)
    held[vectors] = {
        "weights": {
            name: round(float(w), _DIGITS)
            for name, w in zip(passages.FEATURES, fitted, strict=True)
        },
        "slope": round(slope, _DIGITS),
        "offset": round(offset, _DIGITS),
    }
    WEIGHTS.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(held[vectors], indent=2))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", type=Path, metavar="SETS")
    parser.add_argument("--embedder", default="", help="folder of a sentence-transformers model")
    parser.add_argument("--libraries", type=Path, help="where the libraries are made and kept")
    return parser.parse_args()


def _groups(
    folder: Path, home: Path, embedder: str, scopes: Sequence[bool], weight: float
) -> Iterator[Group]:
    """The questions at even places of a set, with what is found for each."""
    items = evaluate.load(folder / evaluate.QUESTIONS)
    app = App(Settings(embedder=embedder or "hashed", ocr="never"), home)
    if not app.exists:
        app.ingest([evaluate.documents_folder(folder, items)])
    asked = [
        item if scoped else replace(item, scope=None)
        for scoped in scopes
        for item in items[::2]
        if item.answerable and _is_told(item)
    ]
    with app.library() as library:
        retriever = Retriever(library, app.embedder)
        for item in asked:
            features, relevant = _look_up(retriever, item)
            if relevant.any():
                yield Group(features, relevant, weight * len(scopes) / len(asked))
    print(f"{folder.name}: {len(asked)} questions", file=sys.stderr)


def _is_told(item: Item) -> bool:
    """Whether the set says where the answer stands, as near as its evidence mostly does."""
    return any(g.page is not None or g.lines or g.quote for g in item.evidence)


def _look_up(retriever: Retriever, item: Item) -> tuple[Floats, Floats]:
    """Features and relevance of the chunks found for a question."""
    if item.scope and not retriever.holds(item.scope):  # its file could not be read
        return np.zeros((0, len(passages.FEATURES))), np.zeros(0)
    scope = Scope((item.scope,)) if item.scope else Scope()
    pool = retriever.pool(item.question, k=_FOUND, scope=scope)
    best: dict[int, int] = {}
    for candidate in pool.candidates:
        best.setdefault(candidate.passage, candidate.start)
    relevant = []
    for i, row in enumerate(pool.rows):
        chunk = row.chunk
        whole = retriever.cite(chunk.document_id, chunk.start, chunk.end)
        first = chunk.start + best.get(i, 0)
        sentence = retriever.cite(chunk.document_id, first, first + 1)
        last = retriever.cite(chunk.document_id, max(chunk.end - 1, chunk.start), chunk.end)
        relevant.append(
            max(
                (
                    _relevance(gold, sentence.page, sentence.line, (whole.page, last.page))
                    for gold in item.evidence
                    if gold.document == whole.document
                ),
                default=0.0,
            )
        )
    return np.array(pool.features), np.array(relevant)


def _relevance(
    gold: evaluate.Gold,
    page: int | None,
    line: int | None,
    pages: tuple[int | None, int | None],
) -> float:
    """What a chunk of the right document is worth: its best sentence's page and line, its pages."""
    if gold.lines is not None:
        return float(
            line is not None and gold.lines[0] < line + _TURNS and line - _TURNS <= gold.lines[1]
        )
    if gold.page is None:
        return 1.0
    if page == gold.page:
        return 1.0
    first, last = pages
    inside = first is not None and last is not None and first <= gold.page <= last
    return _PARTLY if inside else 0.0


def _fit(groups: Sequence[Group], near_to: Floats, ridge: float) -> Floats:
    """The weights under which the relevant chunks get most of the softmax, none negative.

    The ridge pulls them to those they are to be near to.
    """

    def loss(weights: Floats) -> tuple[float, Floats]:
        away = weights - near_to
        total, slope = ridge * float(away @ away) / 2, ridge * away
        for features, relevant, share in groups:
            sums = features @ weights
            chances = np.exp(sums - sums.max())
            chances /= chances.sum()
            right = chances * relevant
            total -= share * float(np.log(right.sum() + 1e-12))
            slope = slope - share * (features.T @ (right / (right.sum() + 1e-12) - chances))
        return total, slope

    count = len(passages.FEATURES)
    found = minimize(
        loss, np.ones(count), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * count
    )
    return np.asarray(found.x)


def _calibrate(groups: Sequence[Group], weights: Floats) -> tuple[float, float]:
    """Slope and offset of the logistic curve from the sum of the features to relevance."""
    sums = np.concatenate([group.features @ weights for group in groups])
    relevant = np.concatenate([group.relevant for group in groups])
    shares = np.concatenate([np.full(len(g.relevant), g.weight) for g in groups])

    def loss(curve: Floats) -> float:
        z = curve[0] * sums + curve[1]
        return float((shares * (np.logaddexp(0.0, z) - relevant * z)).sum())

    found = minimize(loss, np.array([0.5, -5.0]), method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


if __name__ == "__main__":
    sys.exit(main())
