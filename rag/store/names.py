"""Names that collections may have."""

from __future__ import annotations

import re

from rag.errors import UsageError
from rag.store.place import BESIDE

_NAME = re.compile(r"[\w-][\w.-]{0,63}")  # of a collection; no ~ and no +, which ends begin with
#: Bytes of such a name: file systems take 255, and those of parts are longer.
_NAME_BYTES = 200


def checked_name(name: str) -> str:
    """The name. Raises UsageError where no collection may have it."""
    if not _NAME.fullmatch(name) or len(name.encode()) > _NAME_BYTES:
        raise UsageError(f"{name!r} is no name for a collection", "Use letters, digits, - and _.")
    return name


def new_name(name: str) -> str:
    """The name of a collection that is to be made. Raises UsageError as `checked_name`.

    A part of another collection may come to lie under a name that ends as such parts do.
    """
    ends = (".lock", *BESIDE)
    if checked_name(name).casefold().endswith(ends):
        raise UsageError(
            f"{name!r} ends as files of a collection do", "Use letters, digits, - and _."
        )
    return name
