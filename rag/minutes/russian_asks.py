"""How Russian asks for something: second persons, needs, what all agree to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.morphology import reading

if TYPE_CHECKING:
    from rag.minutes.view import View

from rag.minutes.russian_clauses import conditional_mood, later
from rag.minutes.russian_spans import has_object, nouns, object_beside
from rag.minutes.russian_words import infinitive


def asked(view: View, at: int) -> tuple[str, bool] | None:
    """(lemma, whether bare) of a question that asks for an act: «сможешь собрать?», «пришлёшь?».

    «сможешь» and «успеешь» ask without a question mark too, as a recogniser writes them.
    """
    word = view.words[at]
    polite = conditional_mood(view) and word in ("мог", "могла", "могли")
    second = reading(word, "VERB", "2per", at_least=0.3)
    if second is None and not polite:
        return None
    lemma = second.lemma if second else "мочь"
    if not view.sentence.question and not polite and lemma not in ("смочь", "успеть"):
        return None
    if view.is_in(lemma, "request_modal"):
        index = next((i for i, w in enumerate(view.words) if infinitive(w)), None)
        if index is None:
            return (lemma, True)
        verb = infinitive(view.words[index]) or ""
        return None if view.is_in(verb, "ask_noise") and not later(view) else (verb, False)
    if second is None or "perf" not in second.grammemes or view.is_in(lemma, "ask_noise"):
        return None
    return (lemma, not has_object(view, at) and not object_beside(view))


def needed(view: View) -> int | None:
    """Index of «нужен» in «мне нужен план», or of «жду» in «жду от тебя смету»."""
    words = view.words
    if {"мне", "нам"} & set(words):
        at = next(
            (i for i, w in enumerate(words) if w in ("нужен", "нужна", "нужны", "нужно")), None
        )
        if at is not None and nouns(view, skip=(), after=at):
            return at
    at = next((i for i, w in enumerate(words) if w in ("жду", "ждем")), None)
    return at if at is not None and nouns(view, skip=()) else None


def agreed_for_all(view: View, word: str) -> str | None:
    """Lemma of the present in «все сдаём по пятьсот до конца месяца»."""
    found = reading(word, "VERB", "pres", "1per", "plur", at_least=0.3)
    due = view.due((view.clause_at,)) if found and {"все", "мы"} & set(view.words) else None
    bounded = due is not None and due.due.raw.lower().startswith(("до", "к", "не позднее"))
    return found.lemma if found and bounded and not view.is_in(found.lemma, "no_duty") else None
