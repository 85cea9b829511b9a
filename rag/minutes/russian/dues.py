"""Which deadline a Russian verb has beyond its own clause: shared, loose, corrected at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.morphology import parses, reading
from rag.minutes.russian.conditions import is_condition
from rag.minutes.russian.spans import has_thing, nouns

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.view import View

#: verbs that only tell by when another's clause is done («до среды управлюсь»)
_COMPLETION = frozenset(
    "управиться успеть уложиться справиться закончить сделать доделать добить быть".split()
)


def completion_due(view: View) -> Found | None:
    """The deadline of a clause right behind that adds nothing else («…, до среды управлюсь»)."""
    following = view.clause_at + 1
    if following >= len(view.sentence.clauses):
        return None
    other = view.at(following)
    verbs = {p.lemma for w in other.words if is_finite(w) for p in parses(w)[:1]}
    if _PREVENTS & set(other.words):
        return None
    if not verbs or not verbs <= _COMPLETION or nouns(other, skip=()) or is_condition(other):
        return None
    return view.due((following,))


def loose_due(view: View) -> Found | None:
    """The deadline of a clause that holds nothing else («выдам, прямо сейчас не могу, вечером»)."""
    for clause_at in range(view.clause_at + 1, len(view.sentence.clauses)):
        other, found = view.at(clause_at), view.due((clause_at,))
        if found is None:
            continue
        rest = [t.word for t in other.tokens if not found.start <= t.start < found.end]
        if all(view.is_in(word, "filler") or len(word) < 3 for word in rest):
            return found
    return None


#: what stands between a deadline and the one that corrects it
_CORRECTS = re.compile(
    r"[\s,.…—–-]*(?:ой|а|ну|то\s+есть|точнее|вернее|хотя|нет|,|…|\s)*"
    r"\b(?:нет|вернее|точнее|то\s+есть|хотя)\b[^.!?\d]{0,25}$"
)


#: a halt within one's words, after which the last day is meant
_HALTS = re.compile(r"[^.!?]*\b(?:стоп|погоди|погодите|подожди|подождите)\b[^.!?]*$")


def corrected(view: View, due: Found | None) -> Found | None:
    """The last deadline of those one takes back at once («к пятнице… хотя нет, к понедельнику»)."""
    first = due
    for later in view.dues if due else ():
        if due and later.start >= due.end:
            between = view.scene.text[due.end : later.start].lower()
            again = (
                first
                and due is not first
                and _HALTS.match(view.scene.text[first.end : later.start].lower())
            )
            due = later if again or _CORRECTS.match(between) or _HALTS.match(between) else due
    return due


#: verbs that tell on what occasion it can be done («передам, мы с ним в субботу видимся»)
_MEETING = frozenset(
    "видеться увидеться увидать увидеть встречаться встретиться обедать ужинать ехать поехать "
    "идти пойти заезжать проезжать дежурить лететь пересекаться пересечься созваниваться".split()
)
_PRESENT = frozenset("буду будем свободен свободна свободны дежурю выхожу смена дежурство".split())
#: what takes the day away again («в субботу меня не будет», «в пятницу занят»)
_PREVENTS = frozenset("не нет занят занята заняты если когда пока".split())


def occasion_due(view: View) -> Found | None:
    """The day of a clause behind that tells the occasion («свожу, третьего я свободна»)."""
    for clause_at in range(view.clause_at + 1, min(view.clause_at + 3, len(view.sentence.clauses))):
        other, found = view.at(clause_at), view.due((clause_at,))
        words = frozenset(other.words)
        if found and {"раньше", "не"} <= words:
            return found
        if is_condition(other) or other.words[0] in ("а", "что", "чтобы", "который"):
            return None
        if found is None:
            continue
        if other.words[0] == "но":
            return None
        going = {
            p.lemma for w in words for p in parses(w)[:2] if not p.grammemes & {"past", "INFN"}
        }
        if words & _PREVENTS or not (going & _MEETING or words & _PRESENT):
            return None
        return found
    return None


def joined_due(view: View) -> Found | None:
    """The deadline of a verb behind that only ends the act («напишу и принесу во вторник»)."""
    following = view.clause_at + 1
    if following >= len(view.sentence.clauses):
        return None
    other, found = view.at(following), view.due((following,))
    if found is None or is_condition(other) or other.words[0] in ("а", "но", "потом", "затем"):
        return None
    verbs = [delivering(view, w) for w in other.words]
    if not any(verbs) or any(reading(w, "VERB", "2per") for w in view.words):
        return None
    if not any(reading(w, "VERB", "1per", "futr") for w in view.words) or _has_own_subject(other):
        return None
    named = any(m.cases & {"nomn", "datv"} for m in other.mentions)
    at = next(i for i, verb in enumerate(verbs) if verb)
    return None if named or has_thing(other, at) else found


def delivering(view: View, word: str) -> bool:
    """Whether a word is «пришлю», «занесу», «покажу»: what ends an act begun by another verb."""
    verb = reading(word, "VERB", "1per", "futr")
    return verb is not None and (
        verb.lemma == "показать" or any(view.is_in(verb.lemma, name) for name in ("send", "bring"))
    )


def _next_day(view: View) -> Found | None:
    """The day the next sentence begins with, unless it goes on with something else to do."""
    found = view.next_due()
    if found is None:
        return None
    following = view.of(view.sentence_at + 1, 0)
    for place in (following, *following.others()):
        words = place.words
        acts = [i for i, w in enumerate(words) if reading(w, "VERB", "1per", "futr")]
        if (acts and nouns(place, skip=())) or {"у", "нас"} <= set(words):
            return None
    return found


def due_before(view: View) -> Found | None:
    """The day that the sentence before is nothing but («Завтра, значит. Сброшу.»)."""
    if not view.sentence_at or view.clause_at:
        return None
    before = view.sentences[view.sentence_at - 1]
    found = () if before.question else view.dues_of(before)
    if len(found) != 1:
        return None
    rest = [
        t.word
        for c in before.clauses
        for t in c.tokens
        if not found[0].start <= t.start < found[0].end
    ]
    alone = all(view.is_in(w, "filler") or w in _SETTLING or len(w) < 3 for w in rest)
    return found[0] if alone else None


#: words beside a day that only settle it
_SETTLING = frozenset("значит тогда так договорились хорошо ладно давайте давай".split())


def day_behind(view: View) -> Found | None:
    """The day of the next sentence that speaks of the act as «это» («Но это на той неделе»)."""
    if view.sentence_at + 1 >= len(view.sentences) or view.clause_at + 1 < len(
        view.sentence.clauses
    ):
        return None
    following = view.sentences[view.sentence_at + 1]
    found = () if following.question else view.dues_of(following)
    if not found or "не" in following.words:
        return None
    before = [t.word for c in following.clauses for t in c.tokens if t.start < found[0].start]
    meant = before and all(view.is_in(w, "filler") or w in _MEANT for w in before)
    return found[0] if meant else None


#: what may stand before such a day
_MEANT = frozenset("это но только правда уже тогда будет наверное скорее всего".split())


def shared_due(view: View) -> Found | None:
    """The deadline of the clause before, where «и» joins this one to it or it stands in front.

    «до пятницы обзвоню жильцов и составлю список»; «завтра еду на склад, забираю паллеты».
    """
    before = view.clause_at - 1
    if before < 0 or {"потом", "затем", "после", "а", "но"} & set(view.words[:2]):
        return None
    other = view.at(before)
    found = view.due((before,))
    if found is None or is_condition(other) or not any(is_finite(word) for word in other.words):
        return None
    if any(m.cases & {"nomn"} for m in (*other.mentions, *view.mentions)):
        return None
    if view.words[0] == "и":
        return found
    verb = next(t.start for t in other.tokens if is_finite(t.word))
    return found if found.start < verb and not _has_own_subject(view) else None


def _has_own_subject(view: View) -> bool:
    return bool({"я", "мы", "ты", "вы", "он", "она", "они"} & set(view.words))


def due_elsewhere(view: View, *, bare: bool) -> Found | None:
    """The deadline that a clause without one has from those beside it, the surest way first.

    A `bare` verb only answers, and a day said before it is part of that answer.
    """
    return (
        completion_due(view)
        or _next_day(view)
        or shared_due(view)
        or loose_due(view)
        or occasion_due(view)
        or (None if bare else joined_due(view))
        or day_behind(view)
        or (None if bare else due_before(view))
    )
