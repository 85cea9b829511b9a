"""Where what the rules read as one piece ends at the latest: a sentence, a line of a paper.

Rules look back and ahead in their piece, and compare its parts with each other. A bound on it keeps
the whole linear in the length of the text, whatever the text is made of. The bounds lie far above
what is spoken or written: the longest sentence of the meetings at hand has 526 characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: characters without a letter or a digit that nothing goes on over
FAR = 200
#: characters of a line, at most; characters, words and clauses of a sentence
LINE, SENTENCE, WORDS, CLAUSES = 10_000, 2_000, 300, 40
_NOTHING = re.compile(rf"[\W_]{{{FAR},}}+")
_MANY_WORDS = re.compile(rf"\s*+(?:\S++\s++){{{WORDS}}}")
#: marks of a question and what closes it, which stay with the words before them
_MARKS = 3


def stretches(
    text: str, start: int, end: int, longest: int = SENTENCE
) -> Iterator[tuple[int, int]]:
    """`text[start:end]` as it is, or its pieces in order where it is longer than one may be.

    `longest` is in characters. Pieces leave out nothing but blanks and runs of marks.
    """
    if end - start < FAR:
        yield start, end
        return
    left = start
    for run in _NOTHING.finditer(text, start, end):
        if left < run.start():
            marks = text[run.start() : run.start() + _MARKS].rstrip()
            yield from _pieces(text, left, run.start() + len(marks), longest)
        left = run.end()
    if left < end:
        yield from _pieces(text, left, end, longest)


def _pieces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Pieces of the greatest length, cut between words where there is a blank."""
    while end - start > longest:
        blank = text.rfind(" ", start + 1, start + longest)
        cut = blank if blank > 0 else start + longest
        yield start, cut
        start = cut + (blank > 0)
    yield start, end


def of_few_words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """`text[start:end]` as it is, or its pieces in order where it has more words than one may."""
    while end - start > WORDS and (many := _MANY_WORDS.match(text, start, end)):
        yield start, start + len(many.group().rstrip())
        start = many.end()
    if start < end:
        yield start, end
