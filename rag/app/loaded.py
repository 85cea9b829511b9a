"""Models that are loaded: each once, for all collections and all threads that use them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.embed import Embedder, EncoderOptions
    from rag.models import Model


class Loaded:
    """An embedder and a language model, loaded when first asked for.

    Each lock is held while its model is loaded, which takes minutes: the other one may be used.
    """

    def __init__(self) -> None:
        self._embedders: dict[tuple[str, EncoderOptions], Embedder] = {}
        self._embedding = Lock()
        self._models: list[Model] = []
        self._model = Lock()
        #: What encrypted files were opened with, by where they lie; it is written nowhere.
        self.passwords: dict[Path, str] = {}

    def embedder(
        self,
        wanted: tuple[str, EncoderOptions],
        load: Callable[[str, EncoderOptions], Embedder],
    ) -> Embedder:
        """The embedder that is wanted; it takes the place of another one."""
        with self._embedding:
            if wanted not in self._embedders:
                self._embedders = {wanted: load(*wanted)}
            return self._embedders[wanted]

    def model(self, load: Callable[[], Model]) -> Model:
        """The language model; the first caller loads it."""
        with self._model:
            if not self._models:
                self._models.append(load())
            return self._models[0]
