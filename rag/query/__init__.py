"""A question as it is searched for: courtesies left out, slips mended, other spellings beside.

What is mended and in which spellings names are looked for depends on the words that the index
holds; a word it knows is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from rag import figures
from rag.query.alphabets import other_alphabet
from rag.query.courtesy import without_courtesies
from rag.query.dictionary import is_word
from rag.query.keyboard import other_layout
from rag.query.typos import TWO_EDITS, one_edit, two_edits
from rag.words import STOP_WORDS, WORD, fold, plain, stem, stems, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_MOST_WORDS = 64  # of a question; more would only cost time
_MOST_TRIED = 8  # words of a question whose neighbours are looked for
_MOST_IN_PHRASE = 32  # words; a longer quotation is a text
_LEAST_IN_PHRASE = 3  # letters
_MOST_PHRASES = 8
_NAME = 4  # letters of a stem that is looked for in the other alphabet
_SURE = 5  # letters of a stem that may be misspelled; of shorter ones too many are near
_PIECE = 3  # letters of a piece of text that can tell the wrong keyboard layout
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”]+)”|„([^„“”]+)[“”]|\"([^\"]+)\"")
_EDGES = "\"'«»“”„()?!"
_BEGINS = re.compile(r"(?:^|[?!.…])\W*$")  # what stands before the first word of a sentence
_BEFORE = 16  # characters of it that are looked at


class Vocabulary(Protocol):
    """The words that an index knows."""

    def frequency(self, stem: str) -> int:
        """Number of chunks whose text holds the stem."""

    def knows(self, stem: str) -> bool:
        """Whether a text, a title or a heading holds the stem."""

    def counted(self, word: str) -> int:
        """Number of chunks whose text holds the word itself."""

    def words_from(self, prefix: str) -> Iterable[tuple[str, int]]:
        """The words that begin so, and how many texts hold each."""

    def stems_from(self, prefix: str) -> Iterable[tuple[str, int]]:
        """The stems that begin so, and how many texts hold each."""

    def spelled(self, stem: str) -> str:
        """The most frequent word with this stem."""

    def holds(self, phrase: Sequence[str], documents: Sequence[str] | None) -> bool:
        """Whether a text of the documents (all for None) holds these stems in a row."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched for.

    `asked` is what was typed, `text` what is searched for in its place. `words` are its folded
    words that carry meaning, in order. `phrases` are the stems of what stands in quotation marks:
    a text must hold one of them, its words side by side. `missing` are quotations that no text
    holds and whose words are searched for like others. `variants` are stems that say the same as a
    stem of the question. `mended` are pairs of what was typed and what it was read as.
    """

    asked: str
    text: str
    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ()
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    mended: tuple[tuple[str, str], ...] = ()

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems of the words, without repeats."""
        return tuple(dict.fromkeys(stems_of(self.words)))


def understand(asked: str, vocabulary: Vocabulary, documents: Sequence[str] | None = None) -> Query:
    """What to search for when this is asked of an index with these words.

    `documents` are the ids of those that are searched, None for all.
    """
    composed = unicodedata.normalize("NFC", asked)  # ё and й, which some systems type as two
    text = without_courtesies(composed)
    if not _meaningful(text):
        text = composed
    found = _content(text)
    if len(found) > _MOST_WORDS:  # a text more than a question
        kept = _rarest(found, vocabulary)
        return Query(asked, " ".join(kept), tuple(kept))
    text, typed = _in_right_layout(text, vocabulary)
    quoted = {each: tuple(stems(each)) for each in _quotations(text)}
    variants: dict[str, tuple[str, ...]] = {}
    text, slips = _respelled(text, set(chain(*quoted.values())), vocabulary, variants)
    _add_figures(text, variants)
    held = [phrase for phrase in quoted.values() if vocabulary.holds(phrase, documents)]
    missing = tuple(said for said, phrase in quoted.items() if phrase not in held)
    found = _content(text)
    mended = (*typed, *slips)
    return Query(asked, text, tuple(found), tuple(held), missing, variants, mended)


def _rarest(found: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The rarest of the words in their order; those that no text holds come last."""

    def rarity(word: str) -> tuple[bool, int]:
        count = vocabulary.frequency(stem(word))
        return count == 0, count

    rarest = set(sorted(found, key=rarity)[:_MOST_WORDS])
    return [word for word in found if word in rarest]


def _meaningful(text: str) -> bool:
    return any(word not in STOP_WORDS for word in words(text))


def _content(text: str) -> list[str]:
    """The words to search for, without repeats: all but stop words, all where there are no others.

    A stop word with a capital inside a question stays: "The Who", "IT".
    """
    found = dict.fromkeys(words(text))
    if STOP_WORDS.issuperset(found):
        return list(found)
    named = _named_stop_words(text)
    return [word for word in found if word not in STOP_WORDS or word in named]


def _named_stop_words(text: str) -> frozenset[str]:
    """Stop words written as names; none where capitals mean nothing, as in a headline."""
    found = list(WORD.finditer(text))
    named = [
        fold(match.group())
        for match in found
        if match.group()[0].isupper() and not _begins(text, match.start())
    ]
    return frozenset(named) & STOP_WORDS if 2 * len(named) <= len(found) else frozenset()


def _begins(text: str, place: int) -> bool:
    """Whether a sentence begins at the word at this place."""
    return bool(_BEGINS.search(text[max(place - _BEFORE, 0) : place]))


def _quotations(text: str) -> list[str]:
    """What stands in quotation marks and is neither a text by itself nor a mere sign."""
    quoted = (next(filter(None, match.groups())) for match in _QUOTED.finditer(text))
    found = ((each, words(each)) for each in quoted)
    return [
        each
        for each, said in found
        if len(said) <= _MOST_IN_PHRASE and len("".join(said)) >= _LEAST_IN_PHRASE
    ][:_MOST_PHRASES]


def _in_right_layout(text: str, vocabulary: Vocabulary) -> tuple[str, list[tuple[str, str]]]:
    """The text with pieces that make words only in the other keyboard layout written in that.

    Where there are such pieces, others that may be words in either layout follow them.
    """

    def known(word: str) -> bool:
        return word in STOP_WORDS or vocabulary.knows(stem(word))

    def spelled(word: str) -> bool:
        return word in STOP_WORDS or is_word(word)

    pieces = re.split(r"(\s+)", text)
    written = [each for each in dict.fromkeys(pieces[::2]) if not any(map(known, words(each)))]
    sure = {
        each: read
        for each in written
        if len(each) >= _PIECE
        and not any(map(is_word, words(each)))
        and (read := _meant(each, spelled) or _meant(each, known))
    }
    if not sure:
        return text, []
    meant = {each: sure.get(each) or _meant(each, known) for each in written}
    mended = [(each, read) for each, read in meant.items() if read]
    return "".join(meant.get(piece) or piece for piece in pieces), mended


def _meant(piece: str, good: Callable[[str], bool]) -> str:
    """What a piece without spaces reads in the other layout; "" unless all its words are good."""
    whole = piece.strip(_EDGES)
    for core in (whole, whole.rstrip(",.;:")):  # a comma is a letter, or a comma
        other = other_layout(core)
        read = words(other)
        if read and words(core) and "".join(read) == fold(other) and all(map(good, read)):
            return piece.replace(core, other, 1)
    return ""


def _respelled(
    text: str, quoted: set[str], vocabulary: Vocabulary, variants: dict[str, tuple[str, ...]]
) -> tuple[str, list[tuple[str, str]]]:
    """The text with the words put right that neither the index nor a dictionary knows.

    What stands in quotation marks stays. Spellings of names in the other alphabet are added to
    `variants`.
    """
    places: dict[str, int] = {}
    for match in WORD.finditer(text):
        places.setdefault(match.group(), match.start())
    read: dict[str, str] = {}
    for written, place in places.items():
        word = fold(written).removesuffix("'s")
        item = stem(word)
        if word in STOP_WORDS or not word.isalpha():
            continue
        known, name = vocabulary.knows(item), written[0].isupper()
        if (name or not known) and (other := _in_other_alphabet(word, item, vocabulary)):
            variants[item] = other
        if known or item in variants or item in quoted or is_word(word) or len(read) == _MOST_TRIED:
            continue
        name = name and not _begins(text, place)
        read[written] = _nearest(word, item, vocabulary, name=name)
    mended = {written: near for written, near in read.items() if near}
    text = WORD.sub(lambda match: mended.get(match.group(), match.group()), text)
    return text, list(mended.items())


def _nearest(word: str, item: str, vocabulary: Vocabulary, *, name: bool) -> str:
    """The word of the index nearest to one that is misspelled, or to its stem; "" without one.

    No dictionary vouches for names: of one the first letter is right, and all but one of the rest.
    """
    if name and len(item) < _SURE:
        return ""
    head = 1 if name else 0
    if near := one_edit(word, vocabulary.counted, head=head):
        return near
    if len(item) >= _SURE and (near := one_edit(item, vocabulary.frequency, head=head)):
        return vocabulary.spelled(near)
    if name or len(word) < TWO_EDITS:
        return ""
    if near := two_edits(word, vocabulary.words_from):
        return near
    near = two_edits(item, vocabulary.stems_from)
    return vocabulary.spelled(near) if near else ""


def _in_other_alphabet(word: str, item: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    if len(item) < _NAME:
        return ()
    spellings = dict.fromkeys([*other_alphabet(word), *other_alphabet(item)])
    stemmed = dict.fromkeys(stems_of(spellings))
    return tuple(each for each in stemmed if len(each) >= _NAME and vocabulary.knows(each))


def _add_figures(text: str, variants: dict[str, tuple[str, ...]]) -> None:
    """Let the words of a date or a large number be met by its value too, the closest one."""
    folded = plain(text)
    found = sorted(figures.find(folded), key=lambda figure: len(figure.value))
    values = {figure.value for figure in found}
    for figure in found:
        for item in stems(folded[figure.start : figure.end]):
            if item not in values:
                variants[item] = (figure.value,)
