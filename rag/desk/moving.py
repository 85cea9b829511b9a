"""A library that moves to another embedder, while the old indexes go on answering."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from rag.app import App
from rag.app.loaded import Loaded
from rag.desk.background import Background
from rag.desk.patience import FOREVER, when_free
from rag.errors import LibraryMissing
from rag.store.place import collections

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.config import Settings
    from rag.errors import LibraryBusy

State = Literal["loading", "waiting", "embedding", "done", "stopped", "failed"]


class Move(Background):
    """All collections of a library, one after another, in a thread of its own. Any thread may look.

    state: "waiting" while somebody else writes to the library.
    collection: The one that is at work.
    chunks, total: Embedded of it, and in all.
    """

    state: State
    broke = (
        "The index could not be built",
        "The old one goes on answering; look at what the program prints.",
    )

    def __init__(
        self, home: Path, settings: Settings, on_end: Callable[[], object] = lambda: None
    ) -> None:
        """Begin, with the embedder that is set. `on_end` is called when all of it is whole."""
        super().__init__("loading")
        self.embedder = settings.embedder
        self.collection = ""
        self.chunks = 0
        self.total = 0
        self._home = home
        self._settings = settings
        self._on_end = on_end
        self._began = time.monotonic()
        self._seconds: float | None = None
        self.begin(self._move_all, "rag-move")

    @property
    def seconds(self) -> float:
        """How long it took, or takes so far."""
        return time.monotonic() - self._began if self._seconds is None else self._seconds

    def _move_all(self) -> None:
        loaded = Loaded()  # of its own: the embedder of the old indexes stays at work
        for name in collections(self._home):
            self._move(App(replace(self._settings, collection=name), self._home, loaded))
        self._on_end()

    def _end(self, state: str) -> None:
        self._seconds = self.seconds
        super()._end(state)

    def _move(self, app: App) -> None:
        """One collection, once nobody else writes to it."""
        self.collection, self.chunks, self.total = app.settings.collection, 0, 0
        app.embedder  # noqa: B018 (loaded before the library is locked)
        self.heed()
        again = partial(app.reindex, on_progress=self._tell)
        with suppress(LibraryMissing):  # taken away in the meantime
            when_free(again, seconds=FOREVER, on_wait=self._hold, stop=self._stopped)

    def _hold(self, _: LibraryBusy) -> None:
        self.state = "waiting"

    def _tell(self, chunks: int, total: int) -> None:
        self.heed()
        self.state, self.chunks, self.total = "embedding", chunks, total
