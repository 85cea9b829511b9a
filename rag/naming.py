"""Which document a name means: a whole name, the end of a path, a folder or a pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet


def is_name(name: str, given: str) -> bool:
    """Whether a document is meant: by its whole name, or by the last parts of its path."""
    return name == given or name.endswith("/" + given)


def is_meant(name: str, pattern: str) -> bool:
    """Whether a document is meant by a name, the end of its path, a folder, or a pattern."""
    return (
        is_name(name, pattern)
        or name.startswith(pattern.rstrip("/") + "/")
        or fnmatchcase(name, pattern)
    )


def in_scope(name: str, given: Sequence[str], names: AbstractSet[str]) -> bool:
    """Whether a document is meant by any of some names; a whole name means no other document."""
    return any(
        name == each or name.startswith(f"{each}/") if each in names else is_meant(name, each)
        for each in given
    )
