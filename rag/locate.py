"""Where words stand in a text that may write them in another way than they are given.

White space, hyphens, accents and control characters are left out of every comparison, and ligatures
count as their letters: lines and words broken at their end read differently in the text that was
extracted from a page than among the characters of the page itself.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

_NOT_COMPARED = ("C", "M", "Z", "Pd")  # Unicode categories: control, accent, separator, dash
_LAST_COMPARED = "\uffff"  # pdfium gives the two halves of what lies beyond
#: Letters on either side that tell apart two places that read the same.
_AROUND = 100
#: How many of them must agree where nothing but a single word is found, in many places.
_LEAST_AROUND = 4
_LINE, _WORD = re.compile(r"[^\n]+"), re.compile(r"\S+")


class _Letters(NamedTuple):
    """The letters of a text that are compared, and where the character of each stands in it."""

    text: str
    places: list[int]

    def span(self, start: int, end: int) -> Span:
        """The place in the text of the letters from `start` to `end`."""
        return self.places[start], self.places[end - 1] + 1


def find_quote(text: str, quote: str) -> list[Span]:
    """Spans of `text` that read as `quote`, each beginning and ending where a word does."""
    held, wanted = _letters(text), _letters(quote).text
    if not wanted:
        return []
    matches = re.finditer(re.escape(wanted), held.text)
    spans = [held.span(*match.span()) for match in matches]
    return [span for span in spans if not any(_inside_word(text, place) for place in span)]


def find_span(characters: str, text: str, wanted: Span) -> list[Span]:
    """Spans of a page's `characters` that are the span `wanted` of the page's extracted `text`.

    It is one where both have the same order, else one for each line, and one for each word of a
    line that the page has in another order. Of several places that read the same it is the one with
    the same letters around it, then the one as far down the page.
    """
    held, said = _letters(characters), _letters(text)
    if whole := _nearest(held, said, wanted):
        return [whole]
    found: list[Span | None] = []
    for line in _pieces(_LINE, text, wanted):
        if place := _nearest(held, said, line):
            found.append(place)
        else:
            words = _pieces(_WORD, text, line)
            found += [_nearest(held, said, word, _LEAST_AROUND) for word in words]
    return [place for place in found if place]


def _letters(text: str) -> _Letters:
    letters, places = [], []
    for place, character in enumerate(text):
        if character > _LAST_COMPARED:
            continue
        for letter in unicodedata.normalize("NFKD", character):
            if not unicodedata.category(letter).startswith(_NOT_COMPARED):
                letters.append(letter)
                places.append(place)
    return _Letters("".join(letters), places)


def _inside_word(text: str, place: int) -> bool:
    """Whether a letter or digit stands on both sides of a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _pieces(pattern: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    return (match.span() for match in pattern.finditer(text, *span))


def _nearest(held: _Letters, said: _Letters, wanted: Span, least: int = 0) -> Span | None:
    """The place in `held` that the span `wanted` of `said` means; None where there is none.

    Of many, at least so many letters around it must agree.
    """
    start, end = (bisect_left(said.places, place) for place in wanted)
    letters = said.text[start:end]
    if not letters:
        return None
    before, after = said.text[max(start - _AROUND, 0) : start], said.text[end : end + _AROUND]
    ranked = []
    at = held.text.find(letters)
    while at >= 0:
        stop = at + len(letters)
        alike = _common(before[::-1], held.text[max(at - _AROUND, 0) : at][::-1])
        alike += _common(after, held.text[stop : stop + _AROUND])
        apart = abs(at / len(held.text) - start / len(said.text))
        ranked.append((alike, -apart, at))
        at = held.text.find(letters, at + 1)
    if not ranked or (len(ranked) > 1 and max(ranked)[0] < least):
        return None
    at = max(ranked)[2]
    return held.span(at, at + len(letters))


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
