"""Whether a turn says yes or no to what was asked, takes something back, or reports it done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rag.minutes import english_answers
from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Sentence
    from rag.minutes.view import Scene

Stance = Literal["yes", "no"]
#: how many sentences of an answer tell whether it is a yes
_OPENING = 2
_NO_PROBLEM = (
    "нет проблем",
    "не вопрос",
    "no problem",
    "no worries",
    "not a problem",
    "не проблема",
)


def has_phrase(words: Sequence[str], phrases: frozenset[str]) -> bool:
    """Whether any of the phrases stands in the words, whole words only."""
    joined = f" {' '.join(words)} "
    return any(f" {phrase} " in joined for phrase in phrases)


def _starts(words: Sequence[str], phrases: frozenset[str]) -> bool:
    joined = f"{' '.join(words)} "
    return any(joined.startswith(f"{phrase} ") for phrase in phrases)


def stance(scene: Scene, sentences: Sequence[Sentence]) -> Stance | None:
    """How a turn answers, by how it opens; None where it does not answer at all."""
    if not sentences or not sentences[0].words:
        return None
    language = scene.language
    if language == "en":
        return english_answers.answers(scene, sentences)
    opening = [word for sentence in sentences[:_OPENING] for word in sentence.words]
    first = list(sentences[0].words)
    if has_phrase(opening, frozenset(_NO_PROBLEM)):
        return "yes"
    if has_phrase(opening, family(language, "refusal_phrase")):
        return "no"
    if _starts(first, family(language, "assent")) and not sentences[0].question:
        return "yes"
    named = scene.roster.mentions(sentences[0].clauses[0].tokens)
    if named and named[0].first == 0:
        first = first[named[0].last :]
    while len(first) > 1 and first[0] in ("ну", "а", "и", "о", "well", "oh", "um", "uh", "э-э"):
        first = first[1:]
    if sentences[0].question and len(first) > 3:
        return None
    if _starts(first, family(language, "refusal")):
        return "no"
    return "yes" if _starts(first, family(language, "assent")) else None
