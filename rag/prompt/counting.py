"""What counts the tokens of a prompt, asked as rarely as may be: some of them ask a server."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.types import Message

#: Guesses by length before halving, which ends for certain.
_GUESSES = 4


class TokenCounter(Protocol):
    """Counts the tokens of what would be sent to one model.

    `name` says by whose tokenizer; `exact` is False for an estimate.
    """

    @property
    def name(self) -> str: ...

    @property
    def exact(self) -> bool: ...

    def count(self, messages: Sequence[Message]) -> int:
        """Number of ids sent for the messages, chat template and generation prompt included."""
        ...

    def count_text(self, text: str) -> int:
        """Number of ids of the text alone, nothing added."""
        ...


class Meter:
    """A counter that is never asked the same thing twice."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._known: dict[tuple[Message, ...], int] = {}

    def __call__(self, messages: tuple[Message, ...]) -> int:
        """Number of ids sent for the messages."""
        if messages not in self._known:
            self._known[messages] = self._counter.count(messages)
        return self._known[messages]


def most(sizes: Sequence[int], cost: Callable[[int], int], room: int, ends: tuple[int, int]) -> int:
    """The largest index whose cost is at most `room`, found in few calls of `cost`.

    Args:
        sizes: A length for every index, growing; cost grows with it, nearly in proportion.
        cost: Tokens at an index.
        room: Tokens there are.
        ends: The costs at the first index, which fits, and at the last, which does not.

    Interpolation search (Peterson, W. W. "Addressing for random-access storage", 1957), which
    halves once it has guessed wrong too often.
    """
    low, high = 0, len(sizes) - 1
    cheap, dear = ends
    guesses = 0
    while high - low > 1:
        middle = (low + high) // 2
        if guesses < _GUESSES and dear > cheap:
            share = (room - cheap) / (dear - cheap)
            wanted = sizes[low] + share * (sizes[high] - sizes[low])
            middle = min(max(bisect_right(sizes, wanted) - 1, low + 1), high - 1)
        guesses += 1
        spent = cost(middle)
        if spent <= room:
            low, cheap = middle, spent
        else:
            high, dear = middle, spent
    return low
