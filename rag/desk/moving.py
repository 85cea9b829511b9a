"""A library that moves to another embedder, while the old indexes go on answering."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from rag.app import App
from rag.app.loaded import Loaded
from rag.errors import LibraryBusy, LibraryMissing, RagError, Stopped, StorageError
from rag.store.place import collections

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.config import Settings

log = logging.getLogger(__name__)

#: Between two tries where somebody else writes to the library.
_PATIENCE_SECONDS = 1.0

State = Literal["loading", "waiting", "embedding", "done", "stopped", "failed"]
_ENDS = ("done", "stopped", "failed")


class Move:
    """All collections of a library, one after another, in a thread of its own. Any thread may look.

    state: "waiting" while somebody else writes to the library.
    collection: The one that is at work.
    chunks, total: Embedded of it, and in all.
    error: Why it failed.
    """

    def __init__(
        self, home: Path, settings: Settings, on_end: Callable[[], object] = lambda: None
    ) -> None:
        """Begin, with the embedder that is set. `on_end` is called when all of it is whole."""
        self.embedder = settings.embedder
        self.state: State = "loading"
        self.collection = ""
        self.chunks = 0
        self.total = 0
        self.error: RagError | None = None
        self._home = home
        self._settings = settings
        self._on_end = on_end
        self._began = time.monotonic()
        self._seconds: float | None = None
        self._stopped = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="rag-move", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.state in _ENDS

    @property
    def seconds(self) -> float:
        """How long it took, or takes so far."""
        return time.monotonic() - self._began if self._seconds is None else self._seconds

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; gives whether it has come."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """Leave it. What was embedded is kept, and the next move with this embedder goes on."""
        self._stopped.set()

    def _run(self) -> None:
        state: State = "failed"
        try:
            loaded = Loaded()  # of its own: the embedder of the old indexes stays at work
            for name in collections(self._home):
                self._move(App(replace(self._settings, collection=name), self._home, loaded))
            self._on_end()
            state = "done"
        except Stopped:
            state = "stopped"
        except RagError as error:
            self.error = error
        except OSError as error:
            self.error = StorageError(str(error), "Check the disk, then begin again.")
        except BaseException as error:  # whatever a model's library raises is told, not raised
            log.exception("A library could not move to another embedder")
            self.error = RagError(
                f"The index could not be built ({type(error).__name__})",
                "The old one goes on answering; look at what the program prints.",
            )
        finally:
            self._seconds = self.seconds
            self.state = state
            self._ended.set()

    def _move(self, app: App) -> None:
        """One collection, once nobody else writes to it."""
        self.collection, self.chunks, self.total = app.settings.collection, 0, 0
        app.embedder  # noqa: B018 (loaded before the library is locked)
        while True:
            self._heed()
            try:
                app.reindex(on_progress=self._tell)
            except LibraryMissing:  # taken away in the meantime
                return
            except LibraryBusy:
                self.state = "waiting"
                self._stopped.wait(_PATIENCE_SECONDS)
            else:
                return

    def _tell(self, chunks: int, total: int) -> None:
        self._heed()
        self.state, self.chunks, self.total = "embedding", chunks, total

    def _heed(self) -> None:
        if self._stopped.is_set():
            raise Stopped
