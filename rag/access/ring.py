"""The keys of a library as a running service sees them: always those that count now.

The file is looked at (not read) for every request, so that a key that is revoked opens nothing from
then on, in any process.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.access import keyfile
from rag.access.keys import Key, Written
from rag.errors import LibraryError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.access.keyfile import Kept

#: What is wrong with a key: it is none, nobody has it, its time is over.
Wrong = Literal["mistyped", "unknown", "expired"]
#: Seconds between notes of when a key was last used.
_NOTED = 3600.0
#: Compared where no key has the id, so that this takes as long as a wrong secret.
_NOTHING = bytes(32)


@dataclass(frozen=True, slots=True)
class _State:
    """The file as it was last read; `state` is what told it from others then."""

    state: object
    by_id: dict[str, Kept]


class Ring:
    """Finds keys. Not for several threads: a server asks it from its one loop."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        self._home = home
        self._clock = clock
        self._held: _State | None = None
        self._noted: dict[str, float] = {}
        self._made = False

    def made(self) -> bool:
        """Whether keys have ever been made; once they have, that stays so.

        So a service that demands keys since there are some demands them until it ends, also when
        the last one is revoked or the file is gone. Raises LibraryError as `keyfile.read`.
        """
        self._made = self._look().state is not None or self._made
        return self._made

    def find(self, text: str) -> Key | Wrong:
        """The key with this text, or what is wrong with it.

        Raises LibraryError where the file cannot be read: then no key is known, rather than all of
        those that were known before.
        """
        written = Written.of(text)
        if written is None:
            return "mistyped"
        kept = self._look().by_id.get(written.id)
        same = hmac.compare_digest(written.digest, kept.digest if kept else _NOTHING)
        if kept is None or not same:
            return "unknown"
        now = self._clock()
        if kept.expired(now):
            return "expired"
        self._note(kept.key, now)
        return kept.key

    def _look(self) -> _State:
        try:
            state = keyfile.state_of(self._home)
        except OSError as error:
            raise LibraryError(
                f"The keys of the library cannot be read ({error.strerror or error})"
            ) from error
        if self._held is None or self._held.state != state:
            self._held = None
            held = keyfile.read(self._home)
            self._held = _State(held.state, {kept.key.id: kept for kept in held.keys})
            self._noted = {id_: at for id_, at in self._noted.items() if id_ in self._held.by_id}
        return self._held

    def _note(self, key: Key, now: float) -> None:
        if now - self._noted.get(key.id, float("-inf")) >= _NOTED:
            self._noted[key.id] = now
            keyfile.note_use(self._home, key)
