"""Which processes use a library now: each holds a lock, which falls with it however it ends.

<home>/+processes/<token>   locked as long as the process that is called so lives
<home>/+incoming/           what is being sent to them
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.store.place import storage_error

if TYPE_CHECKING:
    from pathlib import Path

#: The folders below the home of a library; the + keeps them apart from every collection.
_FOLDER, _INCOMING = "+processes", "+incoming"
_TOKEN = re.compile(r"[0-9a-f]{16}")


class Presence:
    """This process among those that use the library at `home`; others see when it is gone."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / _FOLDER
        self._held: FileLock | None = None
        self._token = ""
        self._lock = Lock()

    @property
    def token(self) -> str:
        """What this process is called, from now on until `close`. Raises StorageError."""
        with self._lock:
            if self._held is None:
                try:
                    self._announce()
                except OSError as error:
                    raise storage_error(error, self._folder) from error
            return self._token

    def lives(self, token: str) -> bool:
        """Whether the process of this name is still there."""
        if token == self._token and self._held is not None:
            return True
        if not _TOKEN.fullmatch(token):
            return False
        return is_there(self._folder / token)

    def incoming(self) -> Path:
        """Where this process may put a file that is being sent to it. Raises StorageError."""
        folder = self._home / _INCOMING
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise storage_error(error, self._home) from error
        return folder / f"{self.token}.{secrets.token_hex(8)}"

    def clear(self) -> None:
        """Delete what was being sent to processes that are gone."""
        with suppress(OSError):
            for path in (self._home / _INCOMING).iterdir():
                if not self.lives(path.name.partition(".")[0]):
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        """This process is gone for the others."""
        with self._lock:
            if self._held is not None:
                with suppress(OSError):
                    (self._folder / self._token).unlink(missing_ok=True)
                self._held.release()
                self._held, self._token = None, ""

    def _announce(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for left in self._folder.iterdir():
            if _TOKEN.fullmatch(left.name):
                is_there(left)
        while True:
            token = secrets.token_hex(8)
            held = FileLock(self._folder / token, thread_local=False)
            with suppress(Timeout):  # another process looks whether it lives: a name further
                held.acquire(timeout=0)
                self._held, self._token = held, token
                return


def is_there(path: Path) -> bool:
    """Whether a process holds the lock of a name; what one that is gone has left is removed."""
    if not path.exists():
        return False
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # of another user, maybe: what is theirs is not taken from them
        return True
    with suppress(OSError):
        path.unlink(missing_ok=True)
    lock.release()
    return False
