"""Noun phrases of Russian speech in the nominative, where the dictionary gives it safely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.minutes.morphology import CASES, analyser
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_POSSIBLE = 0.02


def nominative_phrase(written: str, case: str) -> str:
    """A phrase that stands in a case, in the nominative and with a capital.

    The head is the first noun, with the adjectives before it; what follows it stays. As written
    where a word is not known in that case.
    """
    found = written.split()
    head = next((i for i, word in enumerate(found) if _noun(word, case)), None)
    turned = list(found)
    if head is not None and case != "nomn":
        noun = _noun(found[head], case)
        number = "plur" if "plur" in noun.tag.grammemes else "sing"
        turned[head] = _like(found[head], noun.inflect({"nomn", number}))
        gender = () if number == "plur" else tuple(noun.tag.grammemes & {"masc", "femn", "neut"})
        for at in range(head):
            turned[at] = _adjective(found[at], case, number, gender)
    title = " ".join(turned).strip(" .,:;!?—–-\n")
    return title[:1].upper() + title[1:]


def _noun(word: str, case: str) -> Any:
    return next(
        (
            parse
            for parse in analyser().parse(fold(word.strip(".,:;!?")))
            if "NOUN" in parse.tag.grammemes
            and parse.score >= _POSSIBLE
            and any(CASES.get(tag) == case for tag in parse.tag.grammemes)
        ),
        None,
    )


def _adjective(word: str, case: str, number: str, gender: Sequence[str]) -> str:
    for parse in analyser().parse(fold(word)):
        tags = parse.tag.grammemes
        if tags & {"ADJF", "PRTF", "NUMR"} and any(CASES.get(tag) == case for tag in tags):
            form = parse.inflect({"nomn", number, *gender})
            return _like(word, form)
    return word


def _like(word: str, form: Any) -> str:
    """A word's form with the capitals of the word; the word itself without a form."""
    if form is None:
        return word
    if word.isupper() and len(word) > 1:
        return word
    return str(form.word).capitalize() if word[:1].isupper() else str(form.word)
