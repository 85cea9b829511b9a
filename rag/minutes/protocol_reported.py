"""What papers report of offices and bodies: «отдел кадров подготовит приказ до пятницы»."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes import russian_clauses as rc
from rag.minutes.morphology import parses, reading
from rag.minutes.protocol_nouns import Line, order_words
from rag.minutes.russian_making import make
from rag.minutes.russian_words import future

if TYPE_CHECKING:
    from rag.minutes.findings import Finding
    from rag.minutes.protocol_nouns import Named
    from rag.minutes.view import View

#: tokens that may stand between a subject and its verb
_NEAR = 3


def reported(view: View) -> Finding | None:
    """A body's or an office's act in the future, with something it is done to."""
    if view.sentence.question or rc.conditional_mood(view) or rc.is_habit(view):
        return None
    if rc.is_condition(view) or view.has("habit"):
        return None
    line = Line(view.scene, view.tokens, frozenset(found.start for found in view.dues))
    for at in range(len(view.tokens) - 1):
        named = line.one(at, "nomn", strict=True)
        if named is None or named.first in line.mentions or not is_inner(line, named):
            continue
        for index in range(named.last, min(named.last + _NEAR, len(view.tokens))):
            verb = future(view.words[index], "3per")
            if not verb or rc.negated(view, index) or rc.is_stative(view, verb):
                continue
            if any(reading(word, "NOUN", at_least=0.3) for word in view.words[index + 1 :]):
                return make(
                    view, "promise", index, named.name, verb, act="reported", first=index
                )
        return None
    return None


def is_inner(line: Line, named: Named) -> bool:
    """Whether a phrase is a body of the own house, or an office whose holder is known."""
    if named.name in line.scene.roles.values():
        return True
    heads = line.tokens[named.first : min(named.last, named.first + 3)]
    return any(
        parse.lemma in order_words("inner") for token in heads for parse in parses(token.word)
    )
