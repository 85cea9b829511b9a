"""Whether a turn says yes or no to what was asked, takes something back, or reports it done."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rag.minutes.english import answers as english_answers
from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Sentence
    from rag.minutes.view import Scene
    from rag.words import Language

Stance = Literal["yes", "no"]
#: how many sentences of an answer tell whether it is a yes
_OPENING = 2
#: words of a question that can still be a yes or no («да?»)
_ASKED = 3
_NO_PROBLEM = (
    "нет проблем",
    "не вопрос",
    "no problem",
    "no worries",
    "not a problem",
    "не проблема",
    "не откажусь",
    "не откажемся",
)


def has_phrase(words: Sequence[str], phrases: frozenset[str]) -> bool:
    """Whether any of the phrases stands in the words, whole words only."""
    return _phrases(phrases).search(f" {' '.join(words)} ") is not None


def _starts(words: Sequence[str], phrases: frozenset[str]) -> bool:
    return _phrases(phrases).match(f" {' '.join(words)} ") is not None


#: words of an assent that begins as a sigh does («а то», «ну а как»)
_IDIOMATIC = 2


def _contradicts(scene: Scene, sentences: Sequence[Sentence]) -> bool:
    """Whether «да» only opens why not («Да у меня машины нет», «да я не умею»)."""
    first = sentences[0].clauses[0].words if sentences[0].clauses else ()
    text = scene.text[sentences[0].start : sentences[0].end]
    joined = first[:1] == ("да",) and text[2:3] == " " and text[3:4].isalpha()
    return joined and bool({"не", "нет", "некогда", "нечем", "негде", "никак"} & set(first))


def _longest(words: Sequence[str], phrases: frozenset[str]) -> int:
    """Words of the longest phrase they open with: «не вопрос» is more than «не»."""
    return max((n for n in range(1, _PHRASE + 1) if " ".join(words[:n]) in phrases), default=0)


#: words of the longest phrase of a table
_PHRASE = 5


@lru_cache(maxsize=64)
def _phrases(phrases: frozenset[str]) -> re.Pattern[str]:
    """Any of the phrases between spaces; the set of a family is the same object at each call."""
    return re.compile(f" (?:{'|'.join(map(re.escape, sorted(phrases)))}) ")


def is_thankful(scene: Scene, sentences: Sequence[Sentence]) -> bool:
    """Whether a turn welcomes an offer: «было бы здорово», «спасибо», «хочу!»."""
    words = _opening_words(scene, sentences)
    return _starts(words, family(_language(scene, sentences), "thanks"))


#: words of an assent that «не» turns round («железно не скажу»)
_SURE = frozenset("железно точно можно легко могу готов готова сейчас обязательно успею".split())


def _language(scene: Scene, sentences: Sequence[Sentence]) -> Language:
    """The language of the first sentence of several words, else the meeting's."""
    return sentences[0].language if sentences else scene.language


def _opening_words(scene: Scene, sentences: Sequence[Sentence]) -> list[str]:
    """The words of a turn from the first that is neither a sigh nor a call on somebody."""
    words = []
    for sentence in sentences[:_OPENING]:
        named = {
            i
            for m in scene.mentions([t for c in sentence.clauses for t in c.tokens])
            for i in range(m.first, m.last)
            if m.cases & {"nomn", "voct"}
        }
        words += [word for i, word in enumerate(sentence.words) if i not in named]
    assent = family(_language(scene, sentences), "assent")
    while len(words) > 1 and words[0] in _SIGHS and _longest(words, assent) < _IDIOMATIC:
        words = words[1:]
    return words


#: what a turn begins with before it answers
_SIGHS = frozenset(
    "ну а и о ой ох эх ах ух хм гм э ээ э-э мда блин так слушай слушайте каюсь господи боже "
    "well oh um uh".split()
)


def stance(scene: Scene, sentences: Sequence[Sentence]) -> Stance | None:
    """How a turn answers, by how it opens; None where it does not answer at all."""
    if not sentences or not sentences[0].words:
        return None
    language = _language(scene, sentences)
    if language == "en":
        return english_answers.answers(scene, sentences)
    opening = [word for sentence in sentences[:_OPENING] for word in sentence.words]
    if has_phrase(opening, frozenset(_NO_PROBLEM)):
        return "yes"
    if has_phrase(opening, family(language, "refusal_phrase")):
        return "no"
    words = _opening_words(scene, sentences)
    if _contradicts(scene, sentences):
        return "no"
    refused = _longest(words, family(language, "refusal"))
    if refused and refused >= _longest(words, family(language, "assent")):
        return "no"
    if words[:1] and words[0] in _SURE and "не" in words[1:3]:
        return "no"
    if _starts(words, family(language, "assent")) and not sentences[0].question:
        return "yes"
    if sentences[0].question and len(sentences[0].words) > _ASKED:
        return None
    return "yes" if _starts(words, family(language, "assent")) else None
