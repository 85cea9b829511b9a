"""Cross-encoders: how well a passage answers a question, read together.

Slower than vectors by far, since nothing can be made beforehand, and better: the model sees which
word of the passage meets which word of the question (Nogueira, Cho, "Passage re-ranking with BERT",
2019). So only the best passages of the search are put to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.embed import local
from rag.embed.options import EncoderOptions
from rag.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Tokens of question and passage together that are read; the rest of a longer passage is not.
_WINDOW = 1024


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder, by its folder or id.

    Models with one output (a score) and with two (irrelevant, relevant), and decoders that say yes
    or no, such as Qwen3-Reranker.

    Raises:
        ModelError: The folder holds no such model, or one whose outputs are no relevance.
        DoesNotFit: It needs more memory than there is.
    """

    def __init__(self, name: str, options: EncoderOptions | None = None) -> None:
        options = options or EncoderOptions()
        folder = local.find(name, options.models_folder, "--reranker")
        if local.is_classifier(folder) is False:
            raise ModelError(
                f"{name} gives vectors of texts and no scores for pairs of them",
                "Name it with --embedder, and a cross-encoder with --reranker; see rag models.",
            )
        self._model = load(folder, name, "--reranker", options)
        self.name = folder.name if Path(name).expanduser().is_dir() else name
        self._batches = local.Batches(str(self._model.device), self.name)
        outputs = int(self._model.num_labels)
        if outputs > 2:
            raise ModelError(
                f"{name} sorts into {outputs} classes: it is no reranker",
                "Give --reranker a cross-encoder with one score; see rag models.",
            )

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers, from 0 to 1; batches hold passages of like length.

        Raises ModelError where the model gives something that is not a number.
        """
        if not passages:
            return []
        pairs = [(question, passage) for passage in passages]
        logits = np.asarray(self._batches.run(lambda size: self._logits(pairs, size)), np.float64)
        if logits.ndim == 2:  # irrelevant and relevant: a softmax of two is a sigmoid of the odds
            logits = logits[:, -1] - logits[:, 0] if logits.shape[1] == 2 else logits[:, 0]
        if logits.shape != (len(passages),) or not np.isfinite(logits).all():
            raise ModelError(
                f"The reranker {self.name} gave scores that are not numbers",
                "Try RAG_DTYPE=float32; if that does not help, its weights are damaged:"
                " leave --reranker out.",
            )
        scores: list[float] = (0.5 * (1.0 + np.tanh(0.5 * logits))).tolist()
        return scores

    def _logits(self, pairs: list[tuple[str, str]], size: int) -> Any:
        from torch.nn import Identity

        return self._model.predict(
            pairs, batch_size=size, activation_fn=Identity(), show_progress_bar=False
        )


def load(folder: Path, name: str, option: str, options: EncoderOptions) -> Any:
    """The loaded cross-encoder; nothing is fetched from a network. `option` is how it is named."""
    told = local.arguments(options)
    with local.loading("cross-encoder", name, option):
        from sentence_transformers import CrossEncoder

        model: Any = CrossEncoder(str(folder), **told)
        model.max_seq_length = min(model.max_seq_length or _WINDOW, _WINDOW)
        return model
