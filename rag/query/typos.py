"""Slips of the finger: the words of the index within a few edits of one that it does not know.

An edit is a letter left out, added, changed, or swapped with its neighbour (Damerau, "A technique
for computer detection and correction of spelling errors", 1964; as optimal string alignment). One
edit is looked for by trying them all, as Norvig does ("How to write a spelling corrector", 2007),
a second one only among words with the same beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Frequency = Callable[[str], int]
    Beginning = Callable[[str], Iterable[tuple[str, int]]]

#: Letters of a word from which on it may have two edits, and of one that may have any.
TWO_EDITS, ONE_EDIT = 8, 4
#: Letters of the longest word that is looked for: work grows with their square, and nothing longer
#: is a word that somebody has mistyped.
_LONGEST = 40
_ALPHABETS = ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abcdefghijklmnopqrstuvwxyz")
_HEAD = 3  # letters that stay as they are where there are two edits


def one_edit(word: str, frequency: Frequency, *, head: int = 0) -> str:
    """The most frequent of the words that are one edit away; "" where none is.

    So it is, too, for a word that is short, or longer than any.

    `frequency` says how often a word stands. The first `head` letters stay as they are.
    """
    letters = next((a for a in _ALPHABETS if set(word) <= set(a)), "")
    if not letters or not ONE_EDIT <= len(word) <= _LONGEST:
        return ""
    counted = ((each, frequency(each)) for each in _edited(word, letters, head))
    return _best(word, ((each, count) for each, count in counted if count))


def two_edits(word: str, beginning: Beginning) -> str:
    """The most frequent of the words that are two edits away; "" as of `one_edit`.

    `beginning` gives the words that begin with letters, and how often each stands.
    """
    # a stem is a little shorter than its word
    if not TWO_EDITS - 2 <= len(word) <= _LONGEST:
        return ""
    return _best(
        word,
        (
            (each, count)
            for each, count in beginning(word[:_HEAD])
            if abs(len(each) - len(word)) <= 2
            and len(set(each) ^ set(word)) <= 4  # told at once of most
            and distance(each, word) <= 2
        ),
    )


def _best(word: str, near: Iterable[tuple[str, int]]) -> str:
    """The most frequent; a first letter is seldom mistyped."""
    found = sorted(near, key=lambda one: (one[0][0] != word[0], -one[1], one[0]))
    return found[0][0] if found else ""


def _edited(word: str, letters: str, first: int) -> Iterator[str]:
    """All that one edit from the letter `first` on makes of a word, but for what is too short."""
    made: set[str] = set()
    for place in range(first, len(word) + 1):
        head, tail = word[:place], word[place:]
        made.update(head + letter + tail for letter in letters)
        made.update(head + letter + tail[1:] for letter in letters if tail)
        made.add(head + tail[1:])
        made.add(head + tail[1:2] + tail[:1] + tail[2:])
    return (each for each in made if len(each) >= ONE_EDIT and each != word)


def distance(one: str, other: str) -> int:
    """The number of edits between two words, each place edited once at most."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        last, row = row, [i]
        for j, right in enumerate(other, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before = last
    return row[-1]
