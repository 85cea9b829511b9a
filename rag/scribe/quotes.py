"""Where words that a model copied stand in the lines it names; nowhere is no quote."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int]

#: Characters that models write for one another, and a reader takes for the same.
_ALIKE = ("её", "\"«»“”„'’`‘", "-–—‑")
_EDGES = " \t\n.,;:!?…\"'«»“”„-–—"


def find(text: str, quote: str, spans: Iterable[Span]) -> Span | None:
    """The first place in any of the spans that reads as the quote, whole words alone.

    White space of any kind and length is one, capitals count as small letters, and so do «е» and
    «ё», quotation marks, dashes. The place is exact: what is kept is `text[start:end]`.
    """
    quote = quote.strip(_EDGES)
    if not any(char.isalnum() for char in quote):
        return None
    pattern = _pattern(quote)
    for start, end in spans:
        if match := pattern.search(text, start, end):
            return match.span()
    return None


@lru_cache(maxsize=1024)
def _pattern(quote: str) -> re.Pattern[str]:
    words = r"\s+".join("".join(map(_any_of, word)) for word in quote.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _any_of(char: str) -> str:
    group = next((alike for alike in _ALIKE if char.lower() in alike), None)
    return f"[{re.escape(group)}]" if group else re.escape(char)
