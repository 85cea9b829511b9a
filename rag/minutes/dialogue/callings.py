"""Whom the speakers of a dialogue without labels call by name: its people, so far as one knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.clauses import sentences_of
from rag.minutes.morphology import reading
from rag.minutes.people.given_names import is_given_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Token
    from rag.types import Turn
    from rag.words import Language

#: words of a clause that can be nothing but a call («Галина Ивановна», «Свет, а Свет»)
_LONGEST = 3
_PATRONYMICS = ("вич", "вна", "чна", "ьич")


def people_called(text: str, turns: Sequence[Turn], language: Language) -> list[str]:
    """Names that stand alone in a clause with a capital, in the nominative, each once.

    «Свет», «Кать» are read as «Света», «Катя».
    """
    found: dict[str, None] = {}
    for turn in turns:
        for sentence in sentences_of(text, turn.start, turn.end, language):
            for clause in sentence.clauses:
                name = _called(text, clause.tokens)
                if name:
                    found.setdefault(name)
    return list(found)


def _called(text: str, tokens: Sequence[Token]) -> str | None:
    """The name a clause does nothing but call."""
    if not tokens or len(tokens) > _LONGEST or not tokens[0].capital:
        return None
    given = _full(tokens[0].word)
    if given is None:
        return None
    if len(tokens) == 1:
        return given.capitalize()
    second = tokens[1]
    if len(tokens) == 2 and second.capital and second.word.endswith(_PATRONYMICS):
        return text[tokens[0].start : second.end]
    return None


def _full(word: str) -> str | None:
    """A given name, of its short vocative too; None for any other word."""
    if is_given_name(word) and reading(word, "NOUN", "nomn"):
        return word
    for ending, whole in (("ь", "я"), ("", "а")):
        stem = word.removesuffix(ending) if ending else word
        if word.endswith(ending) and len(stem) > 2 and is_given_name(stem + whole):
            return stem + whole
    return None
