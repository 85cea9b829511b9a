"""Which deadline a Russian verb has beyond its own clause: shared, loose, corrected at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.morphology import parses
from rag.minutes.russian_conditions import is_condition
from rag.minutes.russian_spans import nouns

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


def corrected(view: View, due: Found | None) -> Found | None:
    """The last deadline of those one takes back at once («к пятнице… хотя нет, к понедельнику»)."""
    for later in view.dues if due else ():
        if due and later.start >= due.end:
            between = view.scene.text[due.end : later.start].lower()
            due = later if _CORRECTS.match(between) else due
    return due


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
