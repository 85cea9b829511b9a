"""Who acts and who must in a Russian clause, by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.findings import SPEAKER
from rag.minutes.morphology import gender_of, nominative, parses, reading
from rag.minutes.people.names import Mention

if TYPE_CHECKING:
    from rag.minutes.view import View

from rag.minutes.russian.clauses import is_announced
from rag.minutes.russian.conditions import head
from rag.minutes.russian.words import PAST, promised


def subject(view: View) -> Mention | None:
    """Who acts: a person in the nominative, or the one «он», «она» stands for in the sentence.

    On paper «сообщил, что проведёт» leaves even the pronoun out.
    """
    named = next((m for m in view.mentions if "nomn" in m.cases), None)
    if named:
        return named
    apposed = _apposed(view)
    if apposed:
        return apposed
    introduced = view.clause_at and any(
        promised(w) for w in view.sentence.clauses[view.clause_at - 1].words
    )
    introduced = introduced or is_announced(view)
    implied = "что" in view.words[:2] and (view.scene.on_paper or introduced)
    pronoun = next((w for w in view.words if w in ("он", "она")), None)
    if pronoun is None and view.clause_at and any(promised(w) for w in view.words):
        before = view.sentence.clauses[view.clause_at - 1].words
        pronoun = next((w for w in before if w in ("он", "она")), None)
    if not implied and pronoun is None:
        return None
    for clause_at in range(view.clause_at - 1, -1, -1):
        earlier = next((m for m in view.at(clause_at).mentions if "nomn" in m.cases), None)
        if earlier:
            return earlier._replace(first=-1, last=-1)
    person = antecedent(view, pronoun) if pronoun else None
    return Mention(-1, -1, person, frozenset({"nomn"}), known=False) if person else None


def _apposed(view: View) -> Mention | None:
    """«Технолог наша, Инна, с вами свяжется»: a name set beside a noun for who acts."""
    here, count = view.clause_at, len(view.sentence.clauses)
    if not any(reading(w, "VERB") and reading(w, "3per") for w in view.words):
        return None
    if here >= 2 and _is_titled(view.at(here - 2).words):
        return _lone_name(view.at(here - 1))
    if here + 1 < count and _is_titled(view.words):
        name = _lone_name(view.at(here + 1))
        return name if name and not name.known else None
    return None


def _is_titled(words: tuple[str, ...]) -> bool:
    return any(reading(w, "NOUN", "nomn", "sing", "anim", at_least=_LIKELY) for w in words)


def _lone_name(view: View) -> Mention | None:
    """The person in the nominative that a clause does nothing but name."""
    if len(view.mentions) != 1 or "nomn" not in view.mentions[0].cases:
        return None
    mention = view.mentions[0]
    alone = len(view.words) == mention.last - mention.first
    return mention._replace(first=-1, last=-1) if alone else None


#: probability of a reading from which a word counts as one
_LIKELY = 0.3


def taken_back(view: View) -> bool:
    """Whether a later clause says it came to nothing («обещал, но не прислал»)."""
    for clause_at in range(view.clause_at + 1, len(view.sentence.clauses)):
        words = view.sentence.clauses[clause_at].words
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


def called_on(view: View) -> tuple[str, int, int] | None:
    """(name, index of the preposition, index behind the name) of «за Олегом отчёт», «акты на Вере».

    The name opens the clause or closes it; anywhere else the preposition means something else.
    """
    for mention in view.mentions:
        at = mention.first - 1
        case = {"за": "ablt", "на": "loct", "с": "gent", "со": "gent"}.get(view.words[at], "")
        if at < 0 or case not in mention.cases:
            continue
        if at <= head(view):
            return mention.name, 0, mention.last
        if mention.last == len(view.tokens) and view.words[at] != "с" and mention.known:
            return mention.name, at, mention.last
        if mention.last == len(view.tokens) and view.words[at] == "за":
            return mention.name, at, mention.last
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


def antecedent(view: View, pronoun: str) -> str | None:
    """Whom «он», «ей» stands for: who was named last, of that gender, up to a turn before."""
    wanted = "masc" if pronoun in ("он", "ему", "нему", "им", "ним", "его") else "femn"
    named = [
        *view.earlier,
        *(m for i in range(view.clause_at) for m in view.at(i).mentions),
    ]
    called = _called(view)
    for mention in reversed(named):
        gender = gender_of(mention.name)
        if mention.name in called:
            continue
        if gender is None or gender == wanted:
            return mention.name
    return None


def _called(view: View) -> frozenset[str]:
    """Who is called by name in the turn before: spoken to, so nobody to speak about.

    A sentence that is a name alone tells one («Кто взял? — Гузель.»).
    """
    return frozenset(
        mentions[0].name
        for sentence in view.before
        if len(sentence.clauses) > 1
        for clause in sentence.clauses
        for mentions in [view.scene.mentions(clause.tokens)]
        if len(mentions) == 1
        and len(clause.tokens) == mentions[0].last - mentions[0].first
        and mentions[0].cases & {"nomn", "voct"}
    )


def needing(view: View) -> str | None:
    """The speaker, of «жду от тебя смету» and «мне нужен план»; "" for «нам нужен»."""
    return SPEAKER if {"жду", "мне"} & set(view.words) else ""
