"""Who acts, who must and who receives in a Russian clause, by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE, EVERYBODY, SPEAKER
from rag.minutes.morphology import nominative, parses, reading

if TYPE_CHECKING:
    from rag.minutes.names import Mention
    from rag.minutes.view import View

from rag.minutes.russian_clauses import head
from rag.minutes.russian_words import PAST, promised


def subject(view: View) -> Mention | None:
    """Who acts: a person in the nominative, or the one «он», «она» stands for in the sentence.

    On paper «сообщил, что проведёт» leaves even the pronoun out.
    """
    named = next((m for m in view.mentions if "nomn" in m.cases), None)
    if named:
        return named
    introduced = view.clause_at and any(promised(w) for w in view.at(view.clause_at - 1).words)
    implied = "что" in view.words[:2] and (view.scene.on_paper or introduced)
    if not implied and not {"он", "она"} & set(view.words):
        return None
    for clause_at in range(view.clause_at - 1, -1, -1):
        earlier = next((m for m in view.at(clause_at).mentions if "nomn" in m.cases), None)
        if earlier:
            return earlier._replace(first=-1, last=-1)
    return None


def taken_back(view: View) -> bool:
    """Whether a later clause says it came to nothing («обещал, но не прислал»)."""
    for clause_at in range(view.clause_at + 1, len(view.sentence.clauses)):
        words = view.at(clause_at).words
        if words and words[0] in ("но", "а", "и") and any(reading(w, *PAST) for w in words):
            return True
    return False


def is_dative(mention: Mention) -> bool:
    """Whether the mention's own form is a dative rather than another case it shares."""
    return mention.cases == {"datv"} or "nomn" not in mention.cases


def organisation(view: View, case: str, after: int | None) -> str | None:
    """«управлением ЖКХ» as «управление ЖКХ»: a body of people as agent or addressee."""
    for index, token in enumerate(view.tokens):
        if after is not None and index <= after:
            continue
        found = reading(token.word, "NOUN", case)
        if found and view.is_in(found.lemma, "event_org"):
            name = nominative(found.lemma)
            following = view.tokens[index + 1 : index + 2]
            text = view.scene.text
            if following and text[following[0].start : following[0].end].isupper():
                name += " " + text[following[0].start : following[0].end]
            return name
    return None


def called_on(view: View) -> tuple[str, int] | None:
    """(name, index behind it) of «за Олегом отчёт», «на Вере отчёт», «с Олега отчёт»."""
    for mention in view.mentions:
        before = view.words[mention.first - 1] if mention.first else ""
        case = {"за": "ablt", "на": "loct", "с": "gent", "со": "gent"}.get(before)
        if case and case in mention.cases and mention.first - 1 <= head(view):
            return mention.name, mention.last
    return None


def bound(view: View, at: int) -> str | None:
    """Who must: «Олег должен», «прошу Олега», «поручим Олегу» before the infinitive at `at`."""
    ordering = any(
        parse.lemma in ("просить", "поручить", "попросить")
        for word in view.words[:at]
        for parse in parses(word)
    )
    for mention in view.mentions:
        if mention.last > at:
            continue
        if "nomn" in mention.cases and {"должен", "должна", "обязан", "обязана"} & set(view.words):
            return mention.name
        if ordering and mention.cases & {"accs", "datv"}:
            return mention.name
    return None


def office(view: View, after: int) -> str | None:
    """«секретарём»: the agent by his office, as the person who holds it where that is known."""
    for index, token in enumerate(view.tokens):
        likely = index > after and len(token.word) > 3
        found = (
            reading(token.word, "NOUN", "anim", "ablt", "sing", at_least=0.3) if likely else None
        )
        if found and "Name" not in found.grammemes:
            return view.scene.roles.get(found.lemma, nominative(token.word, "ablt"))
    return None


def recipient(view: View, verb: str, at: int, who: str | None) -> str | None:
    """To whom, by a dative beside a verb of giving or telling; see the marks of `findings`."""
    if not view.is_in(verb, "transfer"):
        return None
    words = view.words
    for mention in view.mentions:
        if "datv" in mention.cases and is_dative(mention) and mention.name != who:
            return mention.name
    for word in words:
        if word in ("тебе", "вам"):
            return ADDRESSEE
        if word == "всем":
            return EVERYBODY
        if word == "мне" and who != SPEAKER:
            return SPEAKER
    for index, word in enumerate(words):
        found = parses(word)[0] if {"NOUN", "anim", "datv"} <= parses(word)[0].grammemes else None
        if found and index != at and "Name" not in found.grammemes and not reading(word, "nomn"):
            return nominative(word, "datv")
    return None


def needing(view: View) -> str | None:
    """The speaker, of «жду от тебя смету» and «мне нужен план»; "" for «нам нужен»."""
    return SPEAKER if {"жду", "мне"} & set(view.words) else ""
