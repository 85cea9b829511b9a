"""A file that somebody dropped, and how far it has come."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rag.holdings.causes import LOCKED

if TYPE_CHECKING:
    from rag.desk.uploads import Cause
    from rag.store.received import Kept

State = Literal[
    "waiting", "reading", "indexing", "added", "changed", "unchanged", "refused", "failed"
]
#: States in which a file is in the library.
THERE: tuple[State, ...] = ("added", "changed", "unchanged")
_DONE = (*THERE, "refused", "failed")


@dataclass(eq=False, slots=True)
class Drop:
    """One file on its way into the library. Anyone may look; only its intake writes.

    waiting: for its turn. reading: by a child process. indexing: the library takes it in. added,
    changed, unchanged: it is there, unchanged where it was before. refused: it is not taken, and
    its bytes are not kept unless a password would open them. failed: the library could not take it
    in, and may yet. `size` is in bytes; `pages` are done, of `total_pages` where that is known.

    `documents` are the names that it has in the library, `ids` those of these documents, `unread`
    counts files inside it that could not be read. `cause` tells why it is not taken, `reason` says
    it in English with what to do, `hint` what to do alone, and `kind` is what its bytes are where
    its name says something else. `held` while another process writes to the library. `notes` is
    what the reader has to say, as in `rag list`. `job` is that of a service which it belongs to.
    `again` tells that another process, or this one before, may have taken it in already.
    """

    name: str
    size: int
    kept: Kept | None = None
    state: State = "waiting"
    pages: int = 0
    total_pages: int | None = None
    documents: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    unread: int = 0
    cause: Cause = ""
    kind: str = ""
    reason: str = ""
    hint: str = ""
    held: bool = False
    notes: tuple[str, ...] = ()
    job: str = ""
    again: bool = False
    resumed: bool = False
    cancelled: bool = False
    id: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    began: float | None = None
    ended: float | None = None

    @property
    def done(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.state in _DONE

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes of a file that is kept."""
        assert self.kept is not None
        return self.kept.digest

    @property
    def locked(self) -> bool:
        """Whether a password would open it, or more of it."""
        return self.done and self.cause in LOCKED

    def end(self, state: State, cause: Cause = "", reason: str = "", hint: str = "") -> None:
        """Nothing more comes of it."""
        self.state, self.cause, self.reason, self.hint = state, cause, reason, hint
        if self.ended is None:
            self.ended = time.monotonic()

    def begin_again(self) -> None:
        """It is to be read once more."""
        self.state, self.cause, self.unread = "waiting", "", 0
        self.reason = self.hint = ""
        self.pages, self.total_pages, self.began, self.ended = 0, None, None, None

    @property
    def seconds(self) -> float:
        """How long it has been worked on, or was."""
        if self.began is None:
            return 0.0
        return (time.monotonic() if self.ended is None else self.ended) - self.began

    @property
    def pages_per_second(self) -> float | None:
        """Pages read in a second; None where no page is done or it took no time."""
        return self.pages / self.seconds if self.pages and self.seconds > 0 else None

    @property
    def share(self) -> float | None:
        """How much of it is read, from 0 to 1; None where its pages are not known beforehand."""
        return min(self.pages / self.total_pages, 1.0) if self.total_pages else None
