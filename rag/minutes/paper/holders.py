"""Who holds or answers for a thing: «назначить ответственным за …», «договор — за Титовым»."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.morphology import parses, reading
from rag.minutes.paper.acts import (
    CONTROL,
    Order,
    act_at,
    due_of,
    first_word,
    inside,
    names_of,
    thing_from,
)
from rag.minutes.paper.dues import cut

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.paper.nouns import Line

_APPOINTED = frozenset("ответственным ответственной ответственными".split())
_APPOINTING = frozenset(
    "назначить определить утвердить считать закрепить назначен назначена назначены".split()
)


def appointed(line: Line, dues: list[Found], end: int) -> list[Order]:
    """«Ответственным за вывоз снега назначить Титова», «Закрепить за Титовым вывоз снега»."""
    words = [token.word for token in line.tokens]
    marked = next((i for i, w in enumerate(words) if w in _APPOINTED), None)
    verb = next((i for i, w in enumerate(words) if w in _APPOINTING), None)
    if verb is None and marked is None:
        return []
    if marked is None:
        if verb is None or words[verb] != "закрепить" or "за" not in words:
            return []
        named = line.everybody(words.index("за") + 1, "ablt")
        return thing_from(line, named[-1].last, names_of(named), dues, end) if named else []
    if verb is None or "за" not in words[marked:]:
        return []
    behind = words.index("за", marked) + 1
    case = "nomn" if words[verb].startswith("назначен") else "accs"
    for at in range(len(words)):
        one = line.person(at, case) or (line.one(at, case) if at == verb + 1 else None)
        named = [one] if one and one.person else []
        if not named:
            continue
        limit = line.tokens[at].start if at >= behind else end
        stop = line.tokens[verb].start if verb > behind else limit
        what = (line.tokens[behind].start, min(stop, limit))
        due = due_of(line.scene, dues)
        return [
            Order(
                names_of(named), cut(line.scene, what, due), due, line.tokens[at].start, "assigned"
            )
        ]
    return []


def behind(line: Line, dues: list[Found], _end: int) -> list[Order]:
    """«Проверку поручили Крюкову», «Подготовка возложена на Лунину», «Буклет — за Луниной»."""
    words = [token.word for token in line.tokens]
    if any(word.startswith(("ответственност", "обязанност")) for word in words):
        return []  # «ответственность за …» names its thing itself
    for at in range(1, len(words) - 1):
        charged = any(p.lemma == "поручить" for p in parses(words[at])) or words[at] == "поручено"
        laid = words[at].startswith(("возлож", "возлага")) and words[at + 1] == "на"
        held = words[at] == "за" and re.search(r"[—–]|\s-\s", line.between(at - 1, at)) is not None
        if charged:
            named = line.everybody(at + 1, "datv")
        elif laid and at + 2 < len(words):
            named = line.everybody(at + 2, "accs")
        elif held:
            named = line.everybody(at + 1, "ablt")
        else:
            continue
        if not named or not (named[0].person or (not held and line.acts(named[0]))):
            continue
        rest = [t for t in line.tokens[named[-1].last :] if not inside(dues, t.start)]
        if act_at(line, named[-1].last, dues) is not None or any(
            reading(t.word, "NOUN", at_least=0.3) and t.word != "срок" for t in rest
        ):
            continue
        return _before(line, at, names_of(named), dues)
    return []


def _before(line: Line, at: int, owners: tuple[str, ...], dues: list[Found]) -> list[Order]:
    """An order whose act stands in front of the token at `at`."""
    first = first_word(line)
    named = {i for m in line.mentions.values() for i in range(m.first, m.last)}
    own = [i for i in range(first, at) if i not in named]
    wordy = any(
        reading(line.tokens[i].word, tag, at_least=0.3) for i in own for tag in ("NOUN", "INFN")
    )
    what = (line.tokens[first].start, line.tokens[at - 1].end)
    if not wordy or CONTROL.search(line.scene.text[slice(*what)].lower()):
        return []
    if any(reading(line.tokens[i].word, "VERB", "past", at_least=0.5) for i in own):
        return []
    due = due_of(line.scene, dues)
    return [Order(owners, cut(line.scene, what, due), due, line.tokens[at].start, "assigned")]


def on_somebody(line: Line, dues: list[Found], end: int) -> list[Order]:
    """«за Петровым — договор», «на Ивановой отчёт», «возложить на Титова подготовку»."""
    words = [token.word for token in line.tokens]
    laid = _laid(line, words, dues)
    if laid is not None:
        return laid
    for at, word in enumerate(words[:-1]):
        case = {"за": "ablt", "на": "loct"}.get(word)
        if at and words[at - 1] in ("возложить", "возлагается", "возложена", "возложено"):
            case = "accs"
        elif at > first_word(line):
            continue
        if case is None:
            continue
        named = line.everybody(at + 1, case)
        if named and (named[0].person or case == "accs") and not _verbal(words[named[-1].last :]):
            rest = line.scene.text[line.tokens[at].start : end]
            if CONTROL.search(rest.lower()):
                return []
            return thing_from(line, named[-1].last, names_of(named), dues, end)
    return []


def _laid(line: Line, words: list[str], dues: list[Found]) -> list[Order] | None:
    """«Ответственность за вывоз снега возложить на Титова»; None where the clause is no such."""
    verb = next(
        (i for i, w in enumerate(words) if w.startswith(("возложит", "возложен", "возлага"))), None
    )
    if verb is None or not any(
        w.startswith(("ответственност", "обязанност")) for w in words[:verb]
    ):
        return None
    on = next((i for i in range(verb, len(words)) if words[i] == "на"), None)
    behind = next((i for i in range(verb) if words[i] in ("за", "по")), None)
    if on is None or behind is None or on + 1 >= len(words):
        return []
    named = line.everybody(on + 1, "accs")
    what = (line.tokens[behind + 1].start, line.tokens[verb].start)
    due = due_of(line.scene, dues)
    if not named or CONTROL.search(line.scene.text[slice(*what)].lower()):
        return []
    return [
        Order(names_of(named), cut(line.scene, what, due), due, line.tokens[on].start, "assigned")
    ]


def _verbal(words: list[str]) -> bool:
    return any(reading(word, "VERB", at_least=0.3) for word in words)
