"""What the embedder and the reranker take beside the model, by the headers of their weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.fit import checkpoint
from rag.fit.config import read_config
from rag.fit.weights import DTYPES

if TYPE_CHECKING:
    from pathlib import Path

#: Tokens that are read at once while a question is answered: the question, or with each passage of
#: the search as a reranker reads them.
QUESTION, PASSAGES = 512, 32 * 512
#: Streams of the residual's width, and tensors of the feed-forward part's, alive in a layer.
_STREAMS, _INSIDE = 6, 2


def encoder_bytes(folder: Path, dtype: str, tokens: int) -> int:
    """Bytes of an encoder in a folder, run in `dtype`, and of what it needs for so many tokens."""
    size = DTYPES[dtype]
    found = checkpoint.stored(folder)
    if found is None:
        weights = checkpoint.pickled_bytes(folder) * size // DTYPES["float32"]
    else:
        weights = sum(tensor.count for tensor in found) * size
    if not (folder / "config.json").is_file():
        return weights
    config = read_config(folder / "config.json")
    width = _STREAMS * config.size("hidden", 0) + _INSIDE * config.size("ffn", 0)
    return weights + tokens * width * size
