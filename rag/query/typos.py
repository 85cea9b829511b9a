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

_ALPHABETS = ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abcdefghijklmnopqrstuvwxyz")
_ONE_EDIT, _TWO_EDITS = 4, 8  # letters of a word from which on so many are allowed
_SHORTEST = 4  # letters of a stem; what is near to a shorter one says nothing
_NAME = 5  # letters of the stem of a name, for which no dictionary vouches
_HEAD = 4  # letters that stay as they are where there are two edits


def nearest(
    word: str, stem: str, frequency: Frequency, beginning: Beginning, *, name: bool = False
) -> str:
    """The known stem nearest to the stem of a misspelled word, the most frequent of several.

    `frequency` says how often a stem stands, `beginning` gives the stems that begin with letters,
    and how often each. "" where none is near, and for words that are short or not of one alphabet.
    A `name` has to be longer, and is read with one edit at most, not of its first letter.
    """
    letters = next((a for a in _ALPHABETS if set(word) <= set(a)), "")
    if not letters or len(word) < _ONE_EDIT or len(stem) < (_NAME if name else _SHORTEST):
        return ""
    counted = ((each, frequency(each)) for each in _edited(stem, letters))
    near = ((each, count) for each, count in counted if count)
    if name:
        return _best(stem, (one for one in near if one[0][0] == stem[0]))
    best = _best(stem, near)
    if best or len(word) < _TWO_EDITS:
        return best
    return _best(
        stem,
        (
            (each, count)
            for each, count in beginning(stem[:_HEAD])
            if abs(len(each) - len(stem)) <= 2 and distance(each, stem) <= 2
        ),
    )


def _best(stem: str, near: Iterable[tuple[str, int]]) -> str:
    """The most frequent; a first letter is seldom mistyped."""
    found = sorted(near, key=lambda one: (one[0][:1] != stem[:1], -one[1], one[0]))
    return found[0][0] if found else ""


def _edited(word: str, letters: str) -> Iterator[str]:
    """All that one edit makes of a stem, but for what is too short."""
    made: set[str] = set()
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        made.update(head + letter + tail for letter in letters)
        made.update(head + letter + tail[1:] for letter in letters if tail)
        made.add(head + tail[1:])
        made.add(head + tail[1:2] + tail[:1] + tail[2:])
    return (each for each in made if len(each) >= _SHORTEST and each != word)


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
