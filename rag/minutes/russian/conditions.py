"""Conditions in Russian: «если …», «как табель получу», «привезут трубы — …»; whose they are."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading
from rag.minutes.russian.words import PAST, WAITED_FOR, future

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.view import View

#: words of a condition that is told by its order alone
_INVERTED = 6


def is_idiom(view: View) -> bool:
    """Whether the clause holds a set phrase that only looks like a commitment."""
    return _idioms().search(" ".join(view.words)) is not None


@cache
def _idioms() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(family("ru", "idiom"), key=len))))


def head(view: View) -> int:
    """Index of the first token that is no filler."""
    return next(
        (i for i, w in enumerate(view.words) if not view.is_in(w, "filler") or w == "что"),
        len(view.words),
    )


#: openings of a condition that need nothing else
_CONDITIONS = (
    ("если",),
    ("ежели",),
    ("как", "только"),
    ("сразу", "как"),
    ("лишь", "только"),
    ("при", "условии"),
    ("с", "условием"),
    ("в", "случае"),
    ("только", "пусть"),
    ("пусть", "только"),
)


#: words behind «как» that compare rather than wait («как всегда, пришлю»)
_AS_EVER = frozenset(
    (word,) for word in "всегда обычно раз бы то и же нибудь можно надо договаривались".split()
)


#: verbs after which «как …» and «когда …» tell what is looked at
_ENQUIRING = ("look", "ask", "weak", "in_meeting")


def is_condition(view: View) -> bool:
    """Whether the clause is a condition: «если …», «как табель получу», «привезут трубы — …»."""
    words = view.words[head(view) :]
    if not words or is_idiom(view):
        return False
    if any(words[: len(opening)] == opening for opening in _CONDITIONS):
        return True
    if words[0] in ("только", "но") and len(words) > 1:
        words = words[1:]
    if any(words[: len(opening)] == opening for opening in _CONDITIONS):
        return True
    if words[0] in ("как", "когда") and words[1:2] not in _AS_EVER:
        own = any(future(word, "1per", "sing") for word in words)
        asked = not own and _is_enquired(view)
        return not asked and _is_expected(words[1:], whole=words[0] == "когда")
    return _is_inverted(view, words)


def _is_expected(words: Sequence[str], *, whole: bool) -> bool:
    """Whether «как …», «когда …» goes on with something that is still to come."""
    ahead = any(future(word, person) for word in words[:4] for person in ("3per", "1per", "2per"))
    if not whole:
        return ahead
    return any(is_finite(word) for word in words) and not any(reading(w, *PAST) for w in words)


def _is_enquired(view: View) -> bool:
    """Whether the clause before asks or looks («посмотрю, как сделают», «скажи, когда будет»)."""
    if view.sentence.question and len(view.sentence.clauses) == 1:
        return True
    if not view.clause_at:
        return False
    lemmas = [
        p.lemma
        for word in view.sentence.clauses[view.clause_at - 1].words
        for p in parses(word)[:2]
    ]
    return any(view.is_in(lemma, name) for lemma in lemmas for name in _ENQUIRING)


def _is_inverted(view: View, words: Sequence[str]) -> bool:
    """«Привезут трубы — смонтирую», «согласуют, тогда закажу»: a condition without «если»."""
    here, count = view.clause_at, len(view.sentence.clauses)
    if here + 1 >= count or view.sentence.question or len(words) > _INVERTED:
        return False
    foreign = future(words[0], "3per") or words[0] in ("будет", "будут")
    foreign = foreign or future(words[0], "1per", "sing") in WAITED_FOR
    following = view.sentence.clauses[here + 1]
    if not foreign or not any(
        future(word, "1per") or word in ("буду", "будем") for word in following.words
    ):
        return False
    between = view.scene.text[view.sentence.clauses[here].end : following.start]
    return bool(set("—–") & set(between)) or following.words[0] in ("тогда", "то", "сразу")


def condition(view: View) -> tuple[int, int] | None:
    """Span of the condition the clause stands under, with the clauses that only continue it."""
    clause_at = _condition_before(view)
    if clause_at is None:
        clause_at = _condition_after(view)
    if clause_at is None:
        return None
    last, count = clause_at, len(view.sentence.clauses)
    while last + 1 < count and last + 1 != view.clause_at:
        following = view.at(last + 1)
        if _is_main(following) and following.words[0] != "что":
            break
        last += 1
    start = view.sentence.clauses[clause_at].tokens[head(view.at(clause_at))].start
    return start, view.sentence.clauses[last].end


def _condition_before(view: View) -> int | None:
    """The condition to the left: no other main clause between, but those joined by «и»."""
    joined = view.words[0] in ("и", "да")
    for clause_at in range(view.clause_at - 1, -1, -1):
        other = view.at(clause_at)
        if is_condition(other):
            return clause_at
        if _is_main(other) and other.words[0] != "что" and not joined:
            return None
        joined = joined or other.words[0] in ("и", "да")
    return None


def _condition_after(view: View) -> int | None:
    """The condition to the right, unless it opens something new («…, а если …»)."""
    for clause_at in range(view.clause_at + 1, len(view.sentence.clauses)):
        other = view.at(clause_at)
        if is_condition(other):
            fresh = other.words[0] in ("а", "и", "но") and other.words[1:2] != ("только",)
            return None if fresh or _leads_on(view, clause_at) else clause_at
        if _is_main(other) or _is_contrast(view, other):
            return None
    return None


def _leads_on(view: View, clause_at: int) -> bool:
    """Whether a condition is that of what follows («прогоню, если свалится — откачу»)."""
    following = clause_at + 1
    while following < len(view.sentence.clauses):
        after = view.at(following)
        between = view.scene.text[view.at(following - 1).clause.end : after.clause.start]
        if _is_main(after):
            return bool(set("—–") & set(between)) or after.words[0] in ("то", "тогда")
        following += 1
    return False


def _is_contrast(view: View, other: View) -> bool:
    """Whether a clause only sets something beside («…, для грузовых — как просохнет»)."""
    end, following = other.clause.end, other.clause_at + 1
    if following >= len(view.sentence.clauses):
        return False
    between = view.scene.text[end : view.sentence.clauses[following].start]
    return bool(set("—–") & set(between)) and not view.due((other.clause_at,))


def _is_main(view: View) -> bool:
    return any(is_finite(word) for word in view.words)
