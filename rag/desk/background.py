"""Work in a thread of its own: begun by one visitor, seen by all, and ended whoever has left."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING

from rag.errors import RagError, Stopped, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class Background:
    """One piece of work. Any thread may look, and nothing is raised out of it.

    state: How far it is; at the end "done", "stopped" or "failed".
    error: Why it failed.
    """

    #: What is said where something breaks that should not, and what to do then.
    broke = ("It could not be done", "Look at what the program prints.")

    def __init__(self, state: str) -> None:
        self.state = state
        self.error: RagError | None = None
        self._stopped = Event()
        self._ended = Event()

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, for so many seconds at most; whether it has come."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """Let it end soon; what is done stays done."""
        self._stopped.set()

    def heed(self) -> None:
        """Raise Stopped where it is to end."""
        if self._stopped.is_set():
            raise Stopped

    def begin(self, work: Callable[[], object], name: str) -> None:
        """Do the work in a thread of this name. Called once."""
        Thread(target=self._run, args=(work,), name=name, daemon=True).start()

    def _run(self, work: Callable[[], object]) -> None:
        state = "failed"
        try:
            work()
            state = "done"
        except Stopped:
            state = "stopped"
        except RagError as error:
            self.error = error
        except OSError as error:
            self.error = StorageError(str(error), "Check the disk, then begin again.")
        except BaseException as error:  # a library in Rust panics with what is no Exception
            what, mend = self.broke
            log.exception("%s", what)
            self.error = RagError(f"{what} ({type(error).__name__})", mend)
        finally:
            self._end(state)

    def _end(self, state: str) -> None:
        self.state = state
        self._ended.set()
