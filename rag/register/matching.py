"""Rows of the register held against the words of a question."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from rag.register.wording import MEETING, SUBJECT
from rag.words import language_of, stem, words

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from rag.types import Minutes

    Meetings = Sequence[tuple[str, str, Minutes]]

Item = TypeVar("Item")
#: letters from which two words of one root in both aspects are taken for one («заказать»)
_ROOT = 6


class Row(Generic[Item]):
    """A row with the words that a question may name it by, its owner's and those around it."""

    def __init__(
        self, document: str, item: Item, text: str, owner: str = "", around: str = ""
    ) -> None:
        self.document = document
        self.item = item
        self.owner = frozenset(words(owner))
        self.text = text
        self.around = around

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every form of the words of the row."""
        return frozenset(key for word in words(self.text) for key in keys_of(word))

    @cached_property
    def around_keys(self) -> frozenset[str]:
        """Every form of the words that were said around it."""
        return frozenset(key for word in words(self.around) for key in keys_of(word))

    @cached_property
    def owner_keys(self) -> frozenset[str]:
        """Every form of the words of the owner's name."""
        return frozenset(key for word in self.owner for key in keys_of(word))


@lru_cache(maxsize=50_000)
def keys_of(word: str) -> frozenset[str]:
    """What a word is recognised by: its stem, and the dictionary forms it may be of."""
    keys = {stem(word)}
    if language_of(word) == "ru":
        from rag.minutes.morphology import parses  # a dictionary, for these questions only

        for parse in parses(word):
            keys.add(parse.lemma)
            if parse.grammemes & {"VERB", "INFN"}:
                keys.add(f"{parse.lemma[:_ROOT]}…")
    return frozenset(keys)


def narrow(
    rows: Sequence[Row[Item]], topic: Sequence[str], meetings: Meetings, known: int = 0
) -> list[Row[Item]]:
    """The rows that hold more of the topic than the others, and more than half of it.

    A word that no row holds but the title of a meeting does narrows the meetings instead. `known`
    counts words of the question that all rows hold, such as the name of the owner.
    """
    left = []
    for word in topic:
        keys = keys_of(word)
        if not any(keys & (row.keys | row.owner_keys) for row in rows):
            named = {name for name, title, _ in meetings if keys & title_keys(name, title)}
            if named:
                rows = [row for row in rows if row.document in named]
                continue
        left.append(keys)
    if not left:
        return list(rows)
    for held in ([row.keys for row in rows], [row.keys | row.owner_keys for row in rows]):
        counts = [sum(bool(keys & one) for keys in left) for one in held]
        best = max(counts, default=0)
        if best and 2 * (best + known) > len(left) + known:
            return [row for row, n in zip(rows, counts, strict=True) if n == best]
    return []


def holding(
    rows: Sequence[Row[Item]], topic: Sequence[str], nouns: Container[str] = ()
) -> list[Row[Item]]:
    """The rows that hold every word of the topic, but that they may hold none of its verbs.

    A word may stand in what was said right before a row instead, as long as the row itself holds
    another; one may be missing where two others are there. Of these, the rows that hold most.
    `nouns` are no verbs.
    """
    named = [keys_of(word) for word in topic if word in nouns or not is_verb(word)]
    verbs = [keys_of(word) for word in topic if not (word in nouns or not is_verb(word))]
    telling = [keys_of(word) for word in topic if is_telling(word)]
    kept: list[tuple[int, Row[Item]]] = []
    for row in rows:
        own = sum(bool(keys & row.keys) for keys in named)
        acts = sum(bool(keys & row.keys) for keys in verbs)
        if not own and not acts:
            continue
        around = sum(bool(keys & (row.keys | row.around_keys)) for keys in named)
        missing = len(named) - around
        exact = all(keys & (row.keys | row.around_keys) for keys in telling)
        most = missing == 1 and own and (acts or own > 1)
        if exact and (missing == 0 or most):
            kept.append((2 * own + around + acts, row))
    best = max((score for score, _ in kept), default=0)
    return [row for score, row in kept if score == best]


def is_telling(word: str) -> bool:
    """Whether a word tells one thing from another of its kind: a number, an ordinal."""
    if any(map(str.isdigit, word)):
        return True
    from rag.minutes.morphology import parses

    return language_of(word) == "ru" and any("Anum" in p.grammemes for p in parses(word))


def is_verb(word: str) -> bool:
    """Whether a word of a question reads as a verb: by the dictionary, or its English ending."""
    if language_of(word) == "en":
        from rag.minutes.lexicon import family

        verbs = family("en", "verb") | family("en", "transfer")
        return word.endswith("ing") or any(stem(word) == stem(verb) for verb in verbs)
    from rag.minutes.morphology import parses

    found = parses(word)
    return bool(found) and bool(found[0].grammemes & {"VERB", "INFN", "PRTS"})


def titled(named: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Which of the titles, by their keys, hold all of these words in any form."""
    wanted = [keys_of(word) for word in named]
    held = {key: {k for w in words(title) for k in keys_of(w)} for key, title in titles.items()}
    return [key for key, keys in held.items() if all(keys & one for one in wanted)]


def by_title(question: str, meetings: Meetings) -> Meetings:
    """The meetings whose title has the word for a meeting that the question uses, else all."""
    asked = {stem(word) for word in words(question)} & MEETING
    return [m for m in meetings if asked & title_keys(m[0], m[1])] or meetings


def by_subject(question: str, meetings: Meetings) -> tuple[Meetings, str]:
    """The meetings whose titles have what a question says its meeting is about, and what is left.

    «на встрече по ремонту», "at the repair meeting". All meetings and the whole question where it
    says nothing of the kind, or no title has it.
    """
    titles = {name: title_keys(name, title) for name, title, _ in meetings}
    for found in SUBJECT.finditer(question):
        about = found["after"] or found["before"]
        keys = {stem(word) for word in words(about)} - MEETING
        held = [m for m in meetings if keys and keys <= titles[m[0]]]
        if held:
            start, end = found.span("after" if found["after"] else "before")
            return held, f"{question[:start]} {question[end:]}"
    return meetings, question


def title_keys(name: str, title: str) -> set[str]:
    """Stems of the words of a meeting's file name and title."""
    return {stem(word) for word in words(f"{name} {title}")}
