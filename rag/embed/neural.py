"""sentence-transformers models: text to vectors by meaning."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.embed import local
from rag.embed.base import Embedder, checked, unit
from rag.embed.families import prompts_of
from rag.embed.identity import EmbedderIdentity
from rag.embed.options import EncoderOptions
from rag.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

#: Provider of these embedders, in their identity.
PROVIDER = "sentence-transformers"
_WORD = re.compile(r"[^\W\d_]+")
#: One sentence in either language; a model knows at least one of them.
_SAMPLES = (
    "The supplier delivers the equipment to the warehouse of the customer before the end of month.",
    "Поставщик передаёт оборудование на склад заказчика до конца текущего календарного месяца.",
)
#: Share of the letters a token of the better known sample, below which a language is not known.
#: For an English model, questions of xquad-ru have 0.21 (99 of 100 below 0.29), no English one has
#: less than 0.43.
_KNOWN = 0.35
_MARGIN = 4  # tokens that a part may have more by itself, where a word was cut
_LEAST_ROOM = 16  # tokens; a text is cut into no smaller parts


class SentenceTransformerEmbedder(Embedder):
    """A sentence-transformers model from a folder, or by the id of one that is on this machine.

    Queries and documents are encoded apart, each with its prompt. A document that is longer than
    the model's window is embedded by parts, and its vector is their mean: no part of it is lost.

    Raises:
        ModelError: The folder holds no such model, or there is no such device or backend.
        DoesNotFit: It needs more memory than there is.
    """

    def __init__(self, name: str, options: EncoderOptions | None = None) -> None:
        options = options or EncoderOptions()
        folder = local.find(name, options.models_folder)
        if local.is_classifier(folder):
            raise ModelError(
                f"{name} gives scores for pairs of texts and no vectors",
                "Name it with --reranker, and an embedder with --embedder; see rag models.",
            )
        self._model = _load(folder, name, options)
        own = prompts_of(self._model.prompts or {}, folder, name)
        self.identity = EmbedderIdentity(
            provider=PROVIDER,
            model=folder.name if Path(name).expanduser().is_dir() else name,
            revision=local.revision(folder),
            dimension=_dimension(self._model, name, options.dimension),
            prefixes=(
                own.query if options.query_prompt is None else options.query_prompt,
                own.document if options.document_prompt is None else options.document_prompt,
            ),
            source=name if local.is_cached(folder) else str(folder),
        )
        self._batches = local.Batches(str(self._model.device), self.identity.model)
        self._tokenizer = _tokenizer(self._model)
        self._overhead = self._count(self.identity.prefixes[1], special=True)
        self._known = max(map(self._letters_a_token, _SAMPLES))

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents, in batches of like length."""
        if not texts:
            return np.zeros((0, self.identity.dimension), np.float32)
        parts = [self._parts(text) for text in texts]
        flat = [part for each in parts for part in each]
        vectors = self._encode(self._model.encode_document, flat, self.identity.prefixes[1])
        if len(flat) == len(texts):
            return vectors
        sizes = np.array([len(each) for each in parts])
        weights = np.array([len(part) for part in flat], np.float32)
        starts = np.cumsum(sizes) - sizes
        return unit(np.add.reduceat(vectors * weights[:, None], starts))

    def encode_query(self, text: str) -> Floats:
        """Vector of a question."""
        vector: Floats = self._encode(self._model.encode_query, [text], self.identity.prefixes[0])[
            0
        ]
        return vector

    def knows(self, text: str) -> bool:
        """Whether the model was made for the language of a text.

        A tokenizer has whole words and long pieces for the languages that its model was trained on,
        and takes words of others apart to single letters or calls them unknown.
        """
        return self._letters_a_token(text) >= _KNOWN * self._known

    def tokens(self, texts: Sequence[str]) -> int:
        """Tokens of texts, without those that the model adds and those of its prompts."""
        return sum(map(self._count, texts))

    def _encode(self, encode: Any, texts: list[str], prompt: str) -> Floats:
        def work(size: int) -> Any:
            return encode(texts, prompt=prompt, batch_size=size, show_progress_bar=False)

        return unit(checked(self._batches.run(work), self.identity, len(texts)))

    def _parts(self, text: str) -> list[str]:
        """The text, or spans of it of like length that each fit the window beside the prompt."""
        window = self._model.max_seq_length or 0
        room = max(window - self._overhead - _MARGIN, _LEAST_ROOM)
        if self._tokenizer is None or len(text.encode(errors="replace")) <= room:
            return [text]  # a token has at least a byte
        told = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        spans = told["offset_mapping"]
        if len(spans) <= room:
            return [text]
        size = -(-len(spans) // -(-len(spans) // room))
        bounds = [0, *(start for start, _ in spans[size::size]), len(text)]
        return [text[start:end] for start, end in pairwise(bounds)]

    def _count(self, text: str, *, special: bool = False) -> int:
        """Tokens of a text, with those that the model adds at its ends if `special`."""
        if self._tokenizer is None:
            return 0
        ids = self._tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]
        return len(ids)

    def _letters_a_token(self, text: str) -> float:
        """Letters of a text for each of its tokens; unknown ones stand for none."""
        letters = " ".join(_WORD.findall(text.lower()))
        if self._tokenizer is None or not letters:
            return math.inf
        ids = self._tokenizer(letters, add_special_tokens=False, verbose=False)["input_ids"]
        known = sum(each != self._tokenizer.unk_token_id for each in ids)
        count = sum(map(str.isalpha, letters))
        return float(count * known / max(len(ids), 1) ** 2)


def _load(folder: Path, name: str, options: EncoderOptions) -> Any:
    """The loaded model; nothing is fetched from a network."""
    told = local.arguments(options)
    with local.loading("sentence-transformers model", name, "--embedder"):
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(folder), **told)


def _tokenizer(model: Any) -> Any:
    """The tokenizer of a model that tells where its tokens stand; None for one of another kind."""
    found = getattr(model[0], "tokenizer", None)
    return found if getattr(found, "is_fast", False) else None


def _dimension(model: Any, name: str, wanted: int) -> int:
    """Floats of a vector, cut to the first `wanted` of them unless that is 0."""
    own = int(model.get_embedding_dimension())
    if wanted > own:
        raise ModelError(
            f"The vectors of {name} have {own} dimensions and cannot be cut to {wanted}",
            f"Use --dimension {own} or less, or leave it out.",
        )
    model.truncate_dim = wanted or model.truncate_dim
    return wanted or own
