"""What stands around a quote: its place, its headings, the lines or the turns beside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.chunk import heading_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Document, Turn

#: What one step shows on either side of a quote: lines with words in them, and characters, since a
#: paragraph may be one long line.
_LINES, _CHARACTERS = 2, 400
#: Turns of a meeting on either side of a quote, for the first step and for each further one.
_TURNS, _MORE_TURNS = 2, 6
#: An end of a line of print behind which the sentence goes on, but for a parted word.
_GOES_ON = re.compile(r"(?<=[^\s-])\n(?=[a-zа-яё])")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote begins, as a person would say it; what the document does not tell is None.

    `page` counts from 1, `label` is what is printed on that page where it is not its number.
    `time` is the stamp of the turn as the file writes it.
    """

    page: int | None = None
    label: str | None = None
    line: int | None = None
    speaker: str | None = None
    time: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote and the text on both sides of it; `cut_before` and `cut_after` say there is more."""

    before: str
    quote: str
    after: str
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn of a meeting; the part of its words that is quoted, if any, is `words.quote`."""

    speaker: str | None
    time: str | None
    line: int
    words: Excerpt

    @property
    def quoted(self) -> bool:
        """Whether some of the quote stands in this turn."""
        return bool(self.words.quote)


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The turns around a quote, and how many stand before and after these."""

    turns: tuple[Spoken, ...]
    earlier: int
    later: int


def place_of(document: Document, start: int) -> Place:
    """The place of the character at an offset of a document."""
    number = document.page_at(start)
    page = next((each for each in document.pages if each.number == number), None)
    label = page.label if page and page.label != str(number) else None
    turn = _turn_at(document.turns, start)
    return Place(
        number,
        label,
        document.line_at(start),
        turn.speaker if turn else None,
        turn.time if turn else None,
        turn.day if turn else None,
    )


def headings_of(document: Document, start: int) -> tuple[str, ...]:
    """The titles that the character at an offset stands under, the widest first."""
    return heading_path(document, start)


def pages_of(document: Document, start: int, end: int) -> tuple[int, ...]:
    """The numbers of the pages that some of `text[start:end]` stands on, space aside."""
    return tuple(
        page.number
        for page in document.pages
        if page.start < end
        and page.end > start
        and document.text[max(page.start, start) : min(page.end, end)].strip()
    )


def excerpt(document: Document, start: int, end: int, *, steps: int = 1) -> Excerpt:
    """The quote `text[start:end]` with the lines before and after it, further with every step.

    Of a document with pages it keeps to those that the quote stands on. Words are not cut.
    """
    first, last = _bounds(document, start, end)
    text, reach = document.text, _CHARACTERS * steps
    before = _near(text[max(first, start - reach) : start], steps, cut=first < start - reach)
    after = _near(text[end : min(last, end + reach)][::-1], steps, cut=end + reach < last)[::-1]
    return Excerpt(
        before.lstrip("\n"),
        text[start:end],
        after.rstrip("\n"),
        cut_before=bool(text[first : start - len(before)].strip()),
        cut_after=bool(text[end + len(after) : last].strip()),
    )


def flowed(words: Excerpt) -> Excerpt:
    """The excerpt for a line of any width: where a line only went on, there is a space."""
    before, quote, after = (
        _GOES_ON.sub(" ", text) for text in (words.before, words.quote, words.after)
    )
    return replace(words, before=before, quote=quote, after=after)


def exchanges(document: Document, start: int, end: int, *, steps: int = 1) -> Exchanges | None:
    """The turns that a quote stands in and those beside them, further with every step.

    None where the quote stands in no turn: the document is no transcript, or it is in its head.
    """
    turns = document.turns
    said = [at for at, turn in enumerate(turns) if turn.start < end and turn.end > start]
    if not said:
        return None
    beside = _TURNS + (steps - 1) * _MORE_TURNS
    first, last = max(said[0] - beside, 0), min(said[-1] + beside + 1, len(turns))
    return Exchanges(
        tuple(_spoken(turn, start, end) for turn in turns[first:last]), first, len(turns) - last
    )


def _spoken(turn: Turn, start: int, end: int) -> Spoken:
    """A turn with the part of it that `document.text[start:end]` covers set apart."""
    low = min(max(start - turn.start, 0), len(turn.text))
    high = max(min(end - turn.start, len(turn.text)), low)
    words = Excerpt(turn.text[:low], turn.text[low:high], turn.text[high:])
    return Spoken(turn.speaker, turn.time, turn.line, words)


def _turn_at(turns: Sequence[Turn], start: int) -> Turn | None:
    place = bisect_right(turns, start, key=lambda turn: turn.start) - 1
    return turns[place] if place >= 0 and start < turns[place].end else None


def _bounds(document: Document, start: int, end: int) -> tuple[int, int]:
    """The part of the text that may be shown with a quote."""
    held = [page for page in document.pages if page.start < end and page.end > start]
    if not held:
        return 0, len(document.text)
    return min(held[0].start, start), max(held[-1].end, end)


def _near(text: str, steps: int, *, cut: bool) -> str:
    """The last lines of a text; where it is `cut` from a longer one, from a whole word on."""
    if cut and " " in text:
        text = text.partition(" ")[2]
    wanted = _LINES * steps
    place = len(text)
    while place > 0:
        line = text.rfind("\n", 0, place)
        if wanted < 0:
            return text[place + 1 :]
        wanted -= bool(text[line + 1 : place].strip())
        place = line
    return text
