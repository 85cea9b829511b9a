"""The secret of a library: random bytes that no document of it can know."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from rag.whole import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "secret"
_BYTES = 32
#: Serves where the folder cannot be written, such as on a read-only disk.
_OF_THIS_PROCESS = secrets.token_bytes(_BYTES)


def secret_of(folder: Path) -> bytes:
    """The secret of the library in a folder, made when first wanted and readable by its owner."""
    path = folder / _NAME
    try:
        found = path.read_bytes()
        if len(found) == _BYTES:
            return found
    except OSError:
        pass
    fresh = secrets.token_bytes(_BYTES)
    try:
        write_whole(path, fresh)
    except OSError:
        return _OF_THIS_PROCESS
    return fresh
