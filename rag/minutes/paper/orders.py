"""Assignments in the official Russian of protocols and of those who chair a meeting.

«Поручить Титову О. В. подготовить смету в срок до 01.03», «Отделу кадров — до 1 мая доложить»,
«Рекомендовать управляющей компании устранить течь», «Титов О. В. обязался …», «Назначить
ответственным за вывоз снега Титова», «за Петровым — договор». Each act has an order of its own,
with the deadline that stands in it, or the one of the whole sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import tokens_of
from rag.minutes.morphology import parses, reading
from rag.minutes.paper.acts import (
    Order,
    act_at,
    due_between,
    due_of,
    dues_of,
    first_word,
    inside,
    names_of,
    orders_from,
    thing_from,
)
from rag.minutes.paper.dues import cut
from rag.minutes.paper.holders import appointed, behind, on_somebody
from rag.minutes.paper.nouns import Line, Named, is_inner, order_words
from rag.minutes.russian.words import future

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.view import Scene

#: tokens in which a word that charges somebody comes, who charges in front of it
_CHARGE_NEAR = 5


def orders_in(scene: Scene, start: int, end: int) -> list[Order]:
    """The orders of one sentence; [] where it gives none."""
    text = scene.text[start:end]
    if text.rstrip().endswith("?"):
        return []
    dues = dues_of(scene, start, end)
    inside = frozenset(found.start for found in dues)
    tokens = tokens_of(scene.text, start, end)
    if not tokens:
        return []
    line = Line(scene, tokens, inside)
    for rule in (appointed, _charged, behind, _addressed, _named_first, _vowed, on_somebody):
        found = rule(line, dues, end)
        if found:
            return found
    return []


def orders_of(scene: Scene, start: int, end: int) -> list[Order]:
    """The orders of a sentence, each part between semicolons by itself.

    A part that begins with an act and names nobody goes on with those of the part before it.
    """
    found: list[Order] = []
    for match in re.finditer(r"[^;]+", scene.text[start:end]):
        part = (start + match.start(), start + match.end())
        orders = orders_in(scene, *part)
        if not orders and found:
            orders = acts_of(scene, *part, found[-1].owners)
        found += orders
    return found


def acts_of(scene: Scene, start: int, end: int, owners: tuple[str, ...]) -> list[Order]:
    """The acts of words that begin with one, for owners named elsewhere (the head of a list)."""
    dues = dues_of(scene, start, end)
    line = Line(scene, tokens_of(scene.text, start, end), frozenset(f.start for f in dues))
    first = next((i for i, t in enumerate(line.tokens) if len(t.word) > 1), 0)
    at = act_at(line, first, dues)
    return orders_from(line, at, owners, dues, end) if at is not None else []


def addressed(scene: Scene, start: int, end: int) -> list[str]:
    """Whom the head of a list names to act: «Титову О. В.:», «Поручить отделу:»."""
    if scene.language != "ru":
        return []
    dues = dues_of(scene, start, end)
    line = Line(scene, tokens_of(scene.text, start, end), frozenset(f.start for f in dues))
    at = _after_dues(line, first_word(line), dues)
    ordered = ""
    while at < len(line.tokens) and not ordered:
        lemmas = {p.lemma for p in parses(line.tokens[at].word)} | {line.tokens[at].word}
        if lemmas & order_words("charge"):
            ordered = "datv"
        elif lemmas & order_words("oblige"):
            ordered = "accs"
        else:
            break
        at = _after_dues(line, at + 1, dues)
    for case in (ordered,) if ordered else ("datv", "nomn"):
        named = line.everybody(at, case) if at < len(line.tokens) else []
        named = _bracketed(line, named) if named else []
        whole = bool(named) and (case != "nomn" or named[-1].last == len(line.tokens))
        if whole and all(line.acts(one) for one in named):
            return list(names_of(named))
    return []


def _bracketed(line: Line, named: list[Named]) -> list[Named]:
    """The person in the bracket behind a body or an office («отделу кадров (Белова А. А.)»)."""
    last = named[-1]
    if len(named) > 1 or last.person or last.last >= len(line.tokens):
        return named
    if not re.search(r"\(\s*$", line.between(last.last - 1, last.last)):
        return named
    person = line.one(last.last, "nomn", strict=True) or line.one(last.last, "datv", strict=True)
    if person is None or not person.person:
        return named
    return [person._replace(first=last.first)]


def _charged(line: Line, dues: list[Found], end: int) -> list[Order]:
    """«Поручить Титову …», «Обязать подрядчика …», «Прошу Сергея Ивановича …»."""
    at = first_word(line)
    for index in range(at, min(at + _CHARGE_NEAR, len(line.tokens))):
        lemmas = {p.lemma for p in parses(line.tokens[index].word)} | {line.tokens[index].word}
        given = index > at and any(p.lemma == "дать" for p in parses(line.tokens[index - 1].word))
        if given and "поручение" in lemmas:
            lemmas = lemmas | {"поручить"}
        case = (
            "datv"
            if lemmas & order_words("charge")
            else "accs"
            if lemmas & order_words("oblige")
            else ""
        )
        if not case or _denied(line, index):
            continue
        if index + 1 >= len(line.tokens):
            return []
        behind = _after_dues(line, index + 1, dues)
        named = line.everybody(behind, case) if behind < len(line.tokens) else []
        if not named and case == "accs":
            named = line.everybody(behind, "datv")
        if not named:
            continue
        named = _bracketed(line, named)
        last = named[-1].last
        act = act_at(line, last, dues)
        if act is not None:
            return orders_from(line, act, names_of(named), dues, end)
        return thing_from(line, last, names_of(named), dues, end) if line.acts(named[0]) else []
    return []


def _addressed(line: Line, dues: list[Found], end: int) -> list[Order]:
    """«Титову О. В. подготовить …», «Отделу кадров — до 1 мая доложить», «Ивановой — договор»."""
    at = _after_dues(line, first_word(line), dues)
    if at >= len(line.tokens):
        return []
    named = line.everybody(at, "datv")
    if not named or not all(line.acts(one) for one in named) or _shared(line, named[0]):
        return []
    named = _bracketed(line, named)
    last = named[-1].last
    needed = any(line.tokens[i].word in order_words("must") for i in _near(line, last))
    if needed and not dues and not (named[0].person or is_inner(line, named[0])):
        return []
    if any(
        line.tokens[i].word in ("важно", "интересно", "трудно", "можно") for i in _near(line, last)
    ):
        return []
    act = act_at(line, last, dues)
    if act is not None:
        return orders_from(line, act, names_of(named), dues, end)
    if last < len(line.tokens) and re.search(r"[—–:]|\s-\s", line.between(last - 1, last)):
        return thing_from(line, last, names_of(named), dues, end) if named[0].person else []
    return []


def _named_first(line: Line, dues: list[Found], end: int) -> list[Order]:
    """«Титов О. В. — подготовить смету», «Отдел кадров: подготовить …»."""
    at = first_word(line)
    named = line.everybody(at, "nomn") if at < len(line.tokens) else []
    if not named or not all(line.acts(one) for one in named):
        return []
    last = named[-1].last
    if last >= len(line.tokens):
        return []
    parted = re.search(r"[—–:]|\s-\s", line.between(last - 1, last)) is not None
    if not parted and not (
        named[0].person and reading(line.tokens[last].word, "INFN", at_least=0.3)
    ):
        return []
    act = act_at(line, last, dues)
    return orders_from(line, act, names_of(named), dues, end) if act is not None else []


def _vowed(line: Line, dues: list[Found], end: int) -> list[Order]:
    """«Титов обязался вывезти …», «Титов должен …», «отдел кадров подготовит …»."""
    at = _after_dues(line, first_word(line), dues)
    named = line.everybody(at, "nomn") if at < len(line.tokens) else []
    if not named or not all(line.acts(one) for one in named):
        return []
    last = named[-1].last
    for index in _near(line, last):
        word = line.tokens[index].word
        aside = index > last and re.search(r"[,;:]", line.between(index - 1, index))
        if aside or word in ("не", "бы", "если", "что"):
            return []
        found = reading(word, "VERB", "past", at_least=0.3) or reading(
            word, "VERB", "3per", at_least=0.3
        )
        owes = found is not None and found.lemma in order_words("vow")
        must = any(
            p.lemma in order_words("must") or word in order_words("must") for p in parses(word)
        )
        if owes or (must and line.acts(named[0])):
            outside = not (named[0].person or named[0].name in line.scene.roles.values())
            if outside and found is not None and found.lemma in ("обещать", "гарантировать"):
                return []
            act = act_at(line, index + 1, dues)
            if act is None:
                return []
            orders = orders_from(line, act, names_of(named), dues, end)
            return [order._replace(act="reported") for order in orders]
        if future(word, "3per") and not _is_mention(line, named[0]):
            return _futures(line, named, index, dues, end)
    return []


def _is_mention(line: Line, named: Named) -> bool:
    """Whether a phrase is a person by name, whom the rules of speech know too."""
    return any(at in line.mentions for at in range(named.first, named.last))


def _futures(line: Line, named: list[Named], at: int, dues: list[Found], end: int) -> list[Order]:
    """«Отдел кадров подготовит приказ»: a body known as one, with something it does."""
    first = named[0]
    known = first.name in line.scene.roles.values() or any(
        p.lemma in order_words("inner")
        for i in range(first.first, first.last)
        for p in parses(line.tokens[i].word)
    )
    objects = any(reading(t.word, "NOUN", at_least=0.3) for t in line.tokens[at + 1 :])
    verb = future(line.tokens[at].word, "3per")
    if (
        not known
        or not objects
        or verb in ("быть", "стать", "продолжить", "смочь", "прийти", "принять")
    ):
        return []
    what = (line.tokens[at].start, end)
    due = due_between(line.scene, dues, *what) or due_of(line.scene, dues)
    return [
        Order(names_of(named), cut(line.scene, what, due), due, line.tokens[at].start, "reported")
    ]


def _shared(line: Line, named: Named) -> bool:
    """Whether a form that is read as a dative is as well another case of a person («Саше»)."""
    mention = line.mentions.get(named.first)
    return mention is not None and "nomn" in mention.cases and "gent" in mention.cases


def _near(line: Line, at: int) -> range:
    return range(at, min(at + 4, len(line.tokens)))


def _after_dues(line: Line, at: int, dues: list[Found]) -> int:
    while at < len(line.tokens) and (
        inside(dues, line.tokens[at].start)
        or (
            line.tokens[at].word in ("в", "срок")
            and inside(dues, line.tokens[min(at + 2, len(line.tokens) - 1)].start)
        )
    ):
        at += 1
    return at


def _denied(line: Line, at: int) -> bool:
    return at > 0 and line.tokens[at - 1].word == "не"
