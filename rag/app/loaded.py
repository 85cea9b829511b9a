"""What is loaded once for all collections and all threads: models, and libraries held open."""

from __future__ import annotations

import gc
import sys
from contextlib import nullcontext
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from rag.breaker import Breaker

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rag.app.libraries import Libraries
    from rag.cite.entailment import Entailment
    from rag.embed import Embedder, Reranker
    from rag.models import Model

T = TypeVar("T")


class Slot(Generic[T]):
    """Room for one model: another one takes its place.

    Its lock is held while a model is loaded, which takes minutes. `around` is entered for it.
    """

    def __init__(self, around: Callable[[], AbstractContextManager[object]] = nullcontext) -> None:
        self._around = around
        self._lock = Lock()
        self._held: tuple[Hashable, T] | None = None
        self._breaker: tuple[Hashable, Breaker] | None = None

    def get(self, wanted: Hashable, load: Callable[[], T]) -> T:
        """The model that `wanted` tells; the first caller loads it.

        The one that was here is let go of first, so that memory need not hold both. Who still
        answers with it keeps it to the end. Raises what `load` does; where that is ModelAway, it is
        told to others for a while without another try.
        """
        with self._lock:
            if self._held is None or self._held[0] != wanted:
                if self._breaker is None or self._breaker[0] != wanted:
                    self._breaker = (wanted, Breaker())
                with self._breaker[1].asked(), self._around():
                    self._let_go()
                    self._held = (wanted, load())
                self._breaker = None
            return self._held[1]

    def holds(self, wanted: Hashable) -> bool:
        """Whether that model is loaded."""
        held = self._held
        return held is not None and held[0] == wanted

    def clear(self) -> None:
        """Let go of the model; one that is being loaded at the moment stays."""
        if self._lock.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._lock.release()

    def _let_go(self) -> None:
        if self._held is None:
            return
        self._held = None
        gc.collect()  # layers and their hooks point at each other
        if "torch" in sys.modules:
            from rag.embed.local import free_memory

            free_memory()


class Loaded:
    """A slot for each kind of model, so that one may be used while another is loaded.

    `shared` makes of a language model the one that all are given. `turn` is entered while one is
    loaded: nothing is written then, so memory need not hold the one before any more. `libraries`
    holds libraries open; without it each is opened for one question and closed again.
    """

    def __init__(
        self,
        shared: Callable[[Model], Model] = lambda model: model,
        turn: Callable[[], AbstractContextManager[object]] = nullcontext,
        libraries: Libraries | None = None,
    ) -> None:
        self.shared = shared
        self.libraries = libraries
        self.embedder: Slot[Embedder] = Slot()
        self.reranker: Slot[Reranker] = Slot()
        self.entailment: Slot[Entailment] = Slot()
        self.model: Slot[Model] = Slot(turn)
        #: What encrypted files were opened with, by where they lie; it is written nowhere.
        self.passwords: dict[Path, str] = {}
