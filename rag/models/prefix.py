"""Keys and values of earlier prompts, kept so that a prompt that begins alike is not read again.

A conversation grows at its end: instructions, examples and earlier turns come again with every
question. What two prompts share from their first token on has the same keys and values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A chat alternates between two prompts, that of the question's rewriting and that of the answer.
#: Memory for no more than so many is held, the one that is being written included.
MOST = 2
#: A shorter common beginning is not worth giving up a kept prompt for: it is the template's.
LEAST = 16


class _Kept(NamedTuple):
    ids: list[int]  # the tokens whose keys and values it holds
    cache: Any


class Prefixes:
    """The caches of the last prompts. Not for several threads at once."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []  # newest last

    def take(self, ids: Sequence[int]) -> Any | None:
        """A cache of the longest known beginning of a prompt, and of no more; None if it is short.

        It is the caller's from then on. At least one token of the prompt is left to be read, since
        the first word of an answer comes out of that.
        """
        lengths = [_common(each.ids, ids[:-1]) for each in self._kept]
        longest = max(lengths, default=0)
        if longest < LEAST:
            del self._kept[: len(self._kept) - MOST + 1]
            return None
        kept = self._kept.pop(lengths.index(longest))
        kept.cache.crop(longest - len(kept.ids))
        return kept.cache

    def keep(self, ids: Sequence[int], cache: Any) -> None:
        """Keep the cache of a prompt with its answer, where it is of a kind that can be cut."""
        if not _can_be_cut(cache):
            return
        held = cache.get_seq_length()
        if LEAST <= held <= len(ids):
            self._kept.append(_Kept(list(ids[:held]), cache))

    def clear(self) -> None:
        """Let go of all of them."""
        self._kept.clear()


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """How many first ids two prompts share."""
    shorter = min(len(left), len(right))
    if left[:shorter] == right[:shorter]:
        return shorter
    return next(place for place in range(shorter) if left[place] != right[place])


def _can_be_cut(cache: Any) -> bool:
    """Whether a cache is exact after its end was cut off.

    That of a layer with a sliding window is not once the window has passed its beginning, nor is
    the running state of a linear layer. Static caches are as large as the window.
    """
    if not getattr(cache, "is_croppable", False) or any(cache.is_linear):
        return False
    return not any(
        getattr(layer, "is_sliding", False) and layer.get_seq_length() >= layer.sliding_window
        for layer in cache.layers
    )
