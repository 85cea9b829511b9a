"""Fits the trees that order sentences, rag/weights/sentences.json.

    python training/sentences.py SETS [--libraries FOLDER]

SETS is a folder of question sets as `rag eval --help` describes them; the sets in `TAKEN` that are
not there are skipped. Needs lightgbm. The trees are boosted to put the sentences that answer first
(LambdaMART: Burges, 2010); a logistic curve over questions that the trees did not see makes a
chance of their sum (Platt, 1999). Seeds are fixed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import lightgbm
import numpy as np
from examples import FOLDS, Example, examples
from sklearn.linear_model import LogisticRegression

from rag.rank.boosted import Trees
from rag.rank.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).parents[1] / "rag" / "weights" / "sentences.json"
TAKEN = ("xquad-ru", "xquad-en", "squad2-en", "mmlongbench-text", "qmsum-val")
_PARAMETERS = {
    "objective": "lambdarank",
    "n_estimators": 150,
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_child_samples": 60,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.4,
    "reg_lambda": 20.0,
    "lambdarank_truncation_level": 5,
    "random_state": 1,
    "n_jobs": 1,
    "verbose": -1,
}
_DIGITS = 4


def main() -> int:
    """Fit the trees and write them to their file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", type=Path, metavar="SETS")
    parser.add_argument("--libraries", type=Path, help="where the libraries are made and kept")
    args = parser.parse_args()
    nothing = Trees({"scale": 1.0, "offset": 0.0, "trees": []}, FEATURES)
    with (
        tempfile.TemporaryDirectory(prefix="rag-training-") as scratch,
        # the features do not depend on the trees, and those there are may know others
        patch("rag.rank.sentence_trees", lambda: nothing),
    ):
        found = list(examples(args.sets, TAKEN, args.libraries or Path(scratch)))
    usable = [example for example in found if example.relevant.any()]
    if not usable:
        print(f"None of the sets is in {args.sets}", file=sys.stderr)
        return 1
    unseen = out_of_fold(usable)
    for name in TAKEN:
        first = [
            example.relevant[np.argmax(raw)]
            for example, raw in zip(usable, unseen, strict=True)
            if example.set == name
        ]
        if first:
            print(f"{name}: {np.mean(first):.3f} first of {len(first)} found, folds left out")
    curve = LogisticRegression(C=1e6).fit(
        np.concatenate(unseen)[:, None], np.concatenate([e.relevant for e in usable])
    )
    model = fit(usable)
    model["scale"] = round(float(curve.coef_[0][0]), _DIGITS)
    model["offset"] = round(float(curve.intercept_[0]), _DIGITS)
    WEIGHTS.write_text(_readable(model), encoding="utf-8")
    print(f"{len(model['trees'])} trees in {WEIGHTS.name}")
    return 0


def out_of_fold(usable: Sequence[Example]) -> list[Floats]:
    """For every question what trees say that were fitted without its fold."""
    models = [Trees(fit([e for e in usable if e.fold != fold]), FEATURES) for fold in range(FOLDS)]
    return [models[example.fold].predict(example.features) for example in usable]


def fit(usable: Sequence[Example]) -> dict[str, Any]:
    """The trees, as `rag.rank.boosted.Trees` takes them, not calibrated."""
    ranker = lightgbm.LGBMRanker(**_PARAMETERS)
    ranker.fit(
        np.concatenate([example.features for example in usable]),
        np.concatenate([example.relevant for example in usable]),
        group=[len(example.relevant) for example in usable],
    )
    dumped = ranker.booster_.dump_model()
    return {
        "scale": 1.0,
        "offset": 0.0,
        "trees": [_tree(tree["tree_structure"]) for tree in dumped["tree_info"]],
    }


def _tree(root: dict[str, Any]) -> dict[str, Any]:
    """A tree of lightgbm in the form of `rag.rank.boosted.Trees`."""
    tree: dict[str, Any] = {"feature": [], "at_most": [], "then": [], "otherwise": [], "leaf": []}

    def add(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            tree["leaf"].append(round(node["leaf_value"], _DIGITS))
            return -len(tree["leaf"])
        place = len(tree["feature"])
        tree["feature"].append(FEATURES[node["split_feature"]])
        tree["at_most"].append(round(node["threshold"], _DIGITS))
        tree["then"].append(0)
        tree["otherwise"].append(0)
        tree["then"][place] = add(node["left_child"])
        tree["otherwise"][place] = add(node["right_child"])
        return place

    add(root)
    return tree


def _readable(model: dict[str, Any]) -> str:
    """JSON with one tree a line."""
    trees = ",\n    ".join(json.dumps(tree) for tree in model["trees"])
    head = f'"scale": {model["scale"]},\n  "offset": {model["offset"]}'
    return f'{{\n  {head},\n  "trees": [\n    {trees}\n  ]\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
