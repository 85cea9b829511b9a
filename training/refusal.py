"""Fits the measure of refusal, rag/weights/refusal.json; run it after training/sentences.py.

    python training/refusal.py SETS [--libraries FOLDER]

A logistic regression with a ridge tells questions that have an answer from those that have none.
Each set has an offset of its own in the fit, since sets differ in how many of their questions have
none and how near these come to the text; the offset that is kept is the one with the best accuracy
at one half, averaged over the sets. The trees' part of the features comes from trees that were
fitted without the question's fold. Nothing is drawn by chance but the trees, whose seed is fixed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import sentences
from examples import FOLDS, Example, examples
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from rag.evaluate import auroc
from rag.rank import judge
from rag.rank.boosted import Trees
from rag.rank.confidence import FEATURES, describe
from rag.rank.features import FEATURES as SENTENCE_FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).parents[1] / "rag" / "weights" / "refusal.json"
#: Sets that ask what their documents do not hold, and their share of the loss.
TAKEN = {"refusal-ru": 2.0, "squad2-en": 1.0, "mmlongbench-text": 0.5}
_RIDGE = 0.3  # the inverse strength, as scikit-learn counts it
_DIGITS = 4


def main() -> int:
    """Fit the weights and write them to their file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", type=Path, metavar="SETS")
    parser.add_argument("--libraries", type=Path, help="where the libraries are made and kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rag-training-") as scratch:
        libraries = args.libraries or Path(scratch)
        ranked = list(examples(args.sets, sentences.TAKEN, libraries))
        asked = list(examples(args.sets, tuple(TAKEN), libraries))
    names = [name for name in TAKEN if any(e.set == name for e in asked)]
    if not names:
        print(f"None of the sets is in {args.sets}", file=sys.stderr)
        return 1
    rows = _rows([e for e in ranked if e.relevant.any()], asked)
    asked = [example for example, row in zip(asked, rows, strict=True) if row]
    values = np.array([row for row in rows if row])
    which = np.array([[example.set == name for name in names] for example in asked], float)
    answerable = np.array([example.item.answerable for example in asked])
    shares = np.array([TAKEN[example.set] for example in asked])
    scaler = StandardScaler().fit(values)
    model = LogisticRegression(C=_RIDGE, max_iter=5000).fit(
        np.hstack([scaler.transform(values), which]), answerable, sample_weight=shares
    )
    weights = model.coef_[0][: len(FEATURES)] / scaler.scale_
    offset = _offset(values @ weights, which, answerable)
    for i, name in enumerate(names):
        of = which[:, i] > 0
        sums, good = values[of] @ weights + offset, answerable[of]
        area = auroc(sums[good].tolist(), sums[~good].tolist())
        accuracy = np.mean((sums >= 0) == good)
        print(f"{name}: AUROC {area:.3f}, accuracy {accuracy:.3f} on the half that was fitted")
    held = {
        "offset": round(float(offset), _DIGITS),
        "weights": {n: round(float(w), _DIGITS) for n, w in zip(FEATURES, weights, strict=True)},
    }
    WEIGHTS.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
    return 0


def _rows(ranked: Sequence[Example], asked: Sequence[Example]) -> list[list[float]]:
    """Features of every question, empty where nothing was found."""
    models = [
        Trees(sentences.fit([e for e in ranked if e.fold != fold]), SENTENCE_FEATURES)
        for fold in range(FOLDS)
    ]
    rows = []
    for example in asked:
        candidates = example.pool.candidates
        if not candidates:
            rows.append([])
            continue
        raw = judge(models[example.fold], example.features)
        ordered = [
            replace(candidates[i], raw=float(raw[i])) for i in np.argsort(-raw, kind="stable")
        ]
        rows.append(describe(example.pool.asked, example.pool.texts, ordered))
    return rows


def _offset(sums: Floats, which: Floats, answerable: NDArray[np.bool_]) -> float:
    """The offset at which most is told right at one half, each set counting the same."""
    best = max(
        np.unique(-sums),
        key=lambda o: float(
            np.mean([np.mean((sums[of] + o >= 0) == answerable[of]) for of in which.T > 0])
        ),
    )
    return float(best)


if __name__ == "__main__":
    sys.exit(main())
