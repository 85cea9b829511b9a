"""What keeps a Russian clause from being a promise: negation, mood, habit, hearsay and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading

if TYPE_CHECKING:
    from rag.minutes.view import View
    from rag.types import Force

from rag.minutes.russian_words import PAST, future

_SUBORDINATE = frozenset(
    "если когда пока чтобы чтоб который которая которое которые которого которой которому раз хотя "
    "зачем почему где куда кто откуда сколько будто словно ли".split()
)
_NEGATIONS = frozenset({"не", "ни"})
#: words back from a verb in which «сейчас» still means it
_NOW_REACH = 4


def negated(view: View, at: int) -> bool:
    """Whether the token is denied: «не» right before it or before its auxiliary."""
    words = view.words
    if at and words[at - 1] in _NEGATIONS:
        return True
    return (
        at > 1
        and words[at - 2] in _NEGATIONS
        and words[at - 1] in ("буду", "будет", "будем", "стану")
    )


def conditional_mood(view: View) -> bool:
    """Whether the clause has «бы»."""
    return "бы" in view.words or "б" in view.words


def is_idiom(view: View) -> bool:
    """Whether the clause holds a set phrase that only looks like a commitment."""
    joined = " ".join(view.words)
    return any(phrase in joined for phrase in _phrases(view, "idiom"))


def _phrases(view: View, name: str) -> frozenset[str]:
    return family(view.scene.language, name)


def is_habit(view: View) -> bool:
    """Whether the sentence tells what always happens."""
    return any(view.is_in(word, "habit") for word in view.sentence.words)


def head(view: View) -> int:
    """Index of the first token that is no filler."""
    return next(
        (i for i, w in enumerate(view.words) if not view.is_in(w, "filler") or w == "что"),
        len(view.words),
    )


def is_condition(view: View) -> bool:
    """Whether the clause is a condition: «если …», «как только …», «как согласуют»."""
    words = view.words[head(view) :]
    if not words or is_idiom(view):
        return False
    if words[0] in ("только", "но") and len(words) > 1:
        words = words[1:]
    if words[0] == "если" or words[:2] in (("как", "только"), ("при", "условии"), ("в", "случае")):
        return True
    verbal = any(is_finite(word) for word in words[1:])
    if words[0] == "как":
        return any(future(word, "3per") for word in words[1:3])
    return words[0] == "когда" and verbal and not any(reading(w, *PAST) for w in words[1:])


def is_subordinate(view: View) -> bool:
    """Whether nothing in the clause can be promised: a condition, a relative or reported clause."""
    if is_condition(view):
        return True
    words = view.words[head(view) :]
    if not words:
        return False
    if words[0] in _SUBORDINATE:
        return True
    if words[0] == "что":
        return not _may_introduce(view)
    before = view.words[: head(view)]
    return "что" in before and not _may_introduce(view)


def _may_introduce(view: View) -> bool:
    """Whether «что» follows an agreement or a promise rather than hearsay."""
    joined: list[str] = []
    for clause_at in range(view.clause_at - 1, -1, -1):
        joined += view.at(clause_at).words
    lemmas = {parse.lemma for word in joined for parse in parses(word)}
    if view.scene.on_paper and lemmas & {"сообщить", "заявить", "заверить", "доложить"}:
        return True
    if lemmas & _phrases(view, "speech_verb"):
        return False
    return bool(lemmas & (_phrases(view, "agreement") | _phrases(view, "promise_verb")))


def condition(view: View) -> tuple[int, int] | None:
    """Span of the sentence's condition, with the clauses that only continue it."""
    count = len(view.sentence.clauses)
    for clause_at in range(count):
        if clause_at == view.clause_at or not is_condition(view.at(clause_at)):
            continue
        last = clause_at
        while last + 1 < count and last + 1 != view.clause_at and not _is_main(view.at(last + 1)):
            last += 1
        start = view.sentence.clauses[clause_at].tokens[head(view.at(clause_at))].start
        return start, view.sentence.clauses[last].end
    return None


def _is_main(view: View) -> bool:
    return any(is_finite(word) for word in view.words)


def force(view: View) -> Force:
    """Tentative where a word before the end of the clause hedges."""
    spoken = [w for i in range(view.clause_at + 1) for w in view.at(i).words]
    return "tentative" if any(view.is_in(word, "hedge_word") for word in spoken) else "firm"


def later(view: View) -> bool:
    """Whether the clause names a day after the meeting's."""
    due = view.due((view.clause_at,)) or view.next_due()
    if due is None:
        return False
    base = view.scene.base.isoformat() if view.scene.base else None
    return base is None or (due.due.end or due.due.start or "") > base


def is_momentary(view: View, verb: str, at: int) -> bool:
    """Whether the act is done within the meeting, or is only presence, a threat or nothing."""
    spoken = [w for i in range(view.clause_at) for w in view.at(i).words] + list(view.words[:at])
    if any(view.is_in(word, "now") for word in spoken[-_NOW_REACH:]):
        return True
    if view.is_in(verb, "threat") or verb in _phrases(view, "stative"):
        return True
    if "пойду" in view.words[:at]:
        return True
    if verb in ("спросить", "попросить") and ("у" in view.words or view.mentions):
        return False
    if view.is_in(verb, "in_meeting"):
        return not (view.is_in(verb, "postponable") and later(view))
    return False


def is_hearsay(view: View) -> bool:
    """Whether somebody else is being quoted without marks («она говорит я напишу»)."""
    before = [w for i in range(view.clause_at) for w in view.at(i).words] + list(view.words)
    for index, word in enumerate(before):
        found = reading(word, *PAST, at_least=0.3) or reading(
            word, "VERB", "3per", "pres", at_least=0.3
        )
        if found and view.is_in(found.lemma, "speech_verb"):
            return "я" not in before[max(0, index - 2) : index]
    return _is_cited(view)


def _is_cited(view: View) -> bool:
    """«Он мне: пришлю завтра»: a colon behind another's pronoun and no verb."""
    text = view.scene.text
    for clause_at in range(view.clause_at):
        here, following = view.sentence.clauses[clause_at : clause_at + 2]
        cited = {"он", "она", "они"} & set(here.words)
        if cited and ":" in text[here.end : following.start]:
            return True
    return False


def is_own_condition(view: View) -> bool:
    """Whether the sentence only imagines or threatens («если закрою глаза», «не обновишь — …»)."""
    for other in view.others():
        words = other.words
        if words[:1] == ("не",) and any(reading(w, "VERB", "futr", "2per") for w in words[1:3]):
            return True
        verbs = [lemma for word in other.words if (lemma := future(word, "1per", "sing"))]
        if verbs and is_condition(other) and not {"успеть", "смочь"} & set(verbs):
            return True
    return False


def is_stative(view: View, verb: str) -> bool:
    """Whether a third person's verb is presence, talk or feeling."""
    return any(view.is_in(verb, name) for name in ("stative", "in_meeting", "threat")) or verb in (
        "успокоиться",
        "поворчать",
    )
