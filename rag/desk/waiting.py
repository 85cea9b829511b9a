"""The line of dropped files before the lanes: whose turn it is, and who waits for the same bytes.

A plain structure: whoever uses it holds the lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.desk.drops import Drop

#: Bytes of a file that is small: read in a moment, whatever it is.
SMALL = 512 * 1024


class Waiting:
    """Files in the order in which they came. Of several with the same bytes one goes ahead."""

    def __init__(self) -> None:
        self._waiting: list[Drop] = []
        self._alike: dict[str, list[Drop]] = {}  # by hash: all on their way, the first goes ahead

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, drop: Drop) -> None:
        """Let a file that is kept wait for its turn, or for the one that goes ahead."""
        alike = self._alike.setdefault(drop.digest, [])
        alike.append(drop)
        if len(alike) == 1:
            self._waiting.append(drop)

    def turn(self, *, quick: bool) -> Drop | None:
        """The file whose turn it is: in the quick lane the first small one, else the first large.

        A lane that finds no large one takes a small one. None where there is none for it.
        """
        small = (drop for drop in self._waiting if drop.size <= SMALL)
        large = (drop for drop in self._waiting if drop.size > SMALL)
        return next(small, None) if quick else next(large, None) or next(small, None)

    def take(self, drop: Drop) -> None:
        """A file's turn has come; those with its bytes go on waiting for it."""
        self._waiting.remove(drop)

    def again(self, drop: Drop) -> None:
        """A file whose turn it was waits once more: another process is at its bytes."""
        if drop not in self._waiting:
            self._waiting.append(drop)

    def leave(self, drop: Drop) -> list[Drop]:
        """A file is not wanted any more; those that still want its bytes.

        Where it went ahead, the next one with its bytes waits for its own turn.
        """
        alike = self._alike.get(drop.digest, [])
        ahead = alike[:1] == [drop]
        alike[:] = [each for each in alike if each is not drop]
        if drop in self._waiting:
            self._waiting.remove(drop)
        if alike and ahead:
            self._waiting.append(alike[0])
        if not alike:
            self._alike.pop(drop.digest, None)
        return list(alike)

    def done(self, drop: Drop) -> list[Drop]:
        """A file is dealt with: it and all that have waited for it, which are dealt with too."""
        return self._alike.pop(drop.digest, [drop])
