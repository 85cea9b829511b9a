"""Models of natural language inference: whether one text follows from another.

A cross-encoder reads a premise and a hypothesis together and sorts the pair into three classes:
the hypothesis follows, it contradicts, or neither (Bowman et al., "A large annotated corpus for
learning natural language inference", 2015). Which output is which, its configuration says.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.embed import local
from rag.embed.options import EncoderOptions
from rag.embed.rerank import load
from rag.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPTION = "--nli"
#: How the name of each class begins, in the order that probabilities are given in.
_CLASSES = ("entail", "neutral", "contradict")


class CrossEncoderEntailment:
    """A sentence-transformers cross-encoder with three classes, by its folder or id.

    Raises:
        ModelError: The folder holds no such model, or its classes are not named as those three.
        DoesNotFit: It needs more memory than there is.
    """

    def __init__(self, name: str, options: EncoderOptions | None = None) -> None:
        options = options or EncoderOptions()
        folder = local.find(name, options.models_folder, _OPTION)
        if local.is_classifier(folder) is False:
            raise ModelError(
                f"{name} gives vectors of texts and no classes for pairs of them",
                f"Name it with --embedder, and a model of entailment with {_OPTION}.",
            )
        self._model = load(folder, name, _OPTION, options)
        self.name = folder.name if Path(name).expanduser().is_dir() else name
        self._batches = local.Batches(str(self._model.device), self.name)
        self._order = _order(self._model.model.config.id2label, name)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
        """The probabilities of entailment, neutral and contradiction, in the order of the pairs.

        A pair is a premise and a hypothesis. Raises ModelError where the model gives something
        that is not a number.
        """
        if not pairs:
            return []
        logits = np.asarray(self._batches.run(lambda size: self._logits(pairs, size)), np.float64)
        if logits.shape != (len(pairs), len(_CLASSES)) or not np.isfinite(logits).all():
            raise ModelError(
                f"The model {self.name} gave probabilities that are not numbers",
                "Try RAG_DTYPE=float32; if that does not help, its weights are damaged:"
                f" leave {_OPTION} out.",
            )
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))[:, self._order]
        shares = odds / odds.sum(axis=1, keepdims=True)
        return [(float(yes), float(neither), float(no)) for yes, neither, no in shares]

    def _logits(self, pairs: Sequence[tuple[str, str]], size: int) -> Any:
        from torch.nn import Identity

        return self._model.predict(
            list(pairs), batch_size=size, activation_fn=Identity(), show_progress_bar=False
        )


def _order(labels: Mapping[int, str], name: str) -> list[int]:
    """The places of the three classes among a model's outputs. Raises ModelError for others."""
    named = {place: label.lower() for place, label in labels.items()}
    found = [[i for i, label in named.items() if label.startswith(each)] for each in _CLASSES]
    if len(named) == len(_CLASSES) and all(len(places) == 1 for places in found):
        return [places[0] for places in found]
    listed = ", ".join(labels[place] for place in sorted(labels))
    raise ModelError(
        f"{name} sorts into {listed}, not into entailment, neutral and contradiction",
        f"Give {_OPTION} a cross-encoder of natural language inference whose config.json names"
        " its three classes (id2label).",
    )
