"""What becomes of one claim about one line: added, suggested, filled in, doubted or dropped."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from model_doubles import scripted

from rag import scribe
from rag.minutes import extract
from rag.readers.text.plain import read_text
from rag.scribe import Reading
from rag.types import Document, Minutes, Promise

HEADS = {
    "ru": "Дата: 12.11.2025\nУчастники: Ирина Ветрова, Павел Сомов, Лидия Громова\n\n",
    "en": "Date: 2025-11-12\nAttendees: Nora Blake, Hugh Pratt, Iris Cole\n\n",
}
#: what is said before and after the line in question, which is line 9
TALK = {
    "ru": (
        [
            "Лидия: Доброе утро.",
            "Лидия: Все на месте.",
            "Павел: Да.",
            "Лидия: Ну что.",
            "Ирина: Ну.",
        ],
        ["Ирина: Такелаж у нас.", "Павел: Вот."],
    ),
    "en": (
        ["Iris: Good morning.", "Iris: All here.", "Hugh: Yes.", "Iris: Well.", "Nora: Right."],
        ["Nora: So.", "Hugh: There."],
    ),
}


def meeting_with(line: str, language: str = "ru") -> Document:
    """A meeting whose line 9 is the given one."""
    before, after = TALK[language]
    return read_text((HEADS[language] + "\n".join([*before, line, *after])).encode(), "m.txt")


def read(line: str, *claims: dict[str, Any], **other: Any) -> Reading:
    """A model's claims about a line that Павел or Hugh says, without the rules' promises."""
    language = "ru" if any("а" <= char <= "я" for char in line.lower()) else "en"
    speaker = {"ru": "Павел", "en": "Hugh"}[language]
    document = meeting_with(f"{speaker}: {line}", language)
    minutes = extract(document)
    minutes = Minutes(minutes.date, minutes.participants, (), ())
    value = {"promises": [{"line": 9, **claim} for claim in claims], **other}
    return scribe.read(document, minutes, scripted(json.dumps(value, ensure_ascii=False)))


@pytest.mark.parametrize(
    ("line", "who", "what", "owner", "end"),
    [
        ("Я пришлю смету в пятницу.", "Павел", "Я пришлю смету", "Павел Сомов", "2025-11-14"),
        ("Смету пришлю. В пятницу.", "я", "Смету пришлю", "Павел Сомов", "2025-11-14"),
        ("Мы починим крышу до четверга.", "мы", "починим крышу", "МЫ", "2025-11-13"),
        ("Ирина подготовит смету к среде.", "Ирина", "подготовит смету", None, "2025-11-19"),
        ("Лидии подготовить план к среде.", "Лидия", "подготовить план", None, "2025-11-19"),
        ("I'll send the deck by Friday.", "Hugh", "send the deck", "Hugh Pratt", "2025-11-14"),
        ("We'll fix the roof by Friday.", "we", "fix the roof", "WE", "2025-11-14"),
        ("Iris to send the deck by Friday.", "Iris", "send the deck", "Iris Cole", "2025-11-14"),
    ],
)
def test_what_code_sees_too_is_added_with_the_owner_and_the_day_that_it_sees(
    line: str, who: str, what: str, owner: str | None, end: str
) -> None:
    found = read(line, {"who": who, "what": what, "when": "завтра"})
    (promise,) = found.minutes.promises
    owner = owner or {"Ирина": "Ирина Ветрова", "Лидия": "Лидия Громова"}[who]
    assert (promise.who, promise.line, promise.flags) == (owner, 9, ("check",))
    assert promise.when is not None
    assert promise.when.end == end
    assert found.suggestions.promises == ()


@pytest.mark.parametrize(
    ("line", "who", "what"),
    [
        ("Я пришлю смету в пятницу.", "Ирина", "Я пришлю смету"),
        ("Я пришлю смету в пятницу.", None, "Я пришлю смету"),
        ("Я пришлю смету.", "Павел", "Я пришлю смету"),
        ("Пришлю ли я смету в пятницу?", "Павел", "Пришлю ли я смету"),
        ("Я не пришлю смету в пятницу.", "Павел", "пришлю смету"),
        ("Наверное, я пришлю смету в пятницу.", "Павел", "я пришлю смету"),
        ("Я бы пришлю смету в пятницу.", "Павел", "пришлю смету"),
        ("Если дадут доступ, я пришлю смету в пятницу.", "Павел", "я пришлю смету"),
        ("Я всегда пришлю смету в пятницу.", "Павел", "пришлю смету"),
        ("Я прислал смету в пятницу.", "Павел", "прислал смету"),
        ("Я пришлю смету, в пятницу праздник.", "Павел", "в пятницу праздник"),
        ("Попробую в пятницу найти смету.", "Павел", "Попробую в пятницу найти смету"),
        ("Мы посмотрим смету в пятницу.", "мы", "посмотрим смету"),
        ("Ирина придёт в пятницу.", "Ирина", "придёт"),
        ("I won't send the deck by Friday.", "Hugh", "send the deck"),
        ("Will I send the deck by Friday?", "Hugh", "send the deck"),
        ("Maybe I'll send the deck by Friday.", "Hugh", "send the deck"),
        ("If the vendor agrees, I'll send the deck by Friday.", "Hugh", "send the deck"),
        ("I'll be late on Friday.", "Hugh", "be late"),
        ("I'll send the deck.", "Hugh", "send the deck"),
    ],
)
def test_what_code_does_not_see_is_a_suggestion(line: str, who: str | None, what: str) -> None:
    found = read(line, {"who": who, "what": what, "when": "в пятницу"})
    assert found.minutes.promises == ()
    (promise,) = found.suggestions.promises
    assert (promise.line, promise.what, promise.force) == (9, what, "tentative")


def test_a_sentence_that_the_rules_have_judged_is_left_to_them() -> None:
    line = "Я пришлю смету в среду и в пятницу обзвоню продавцов."
    claim = {"line": 9, "who": "Павел", "what": "обзвоню продавцов", "when": "В пятницу"}
    (alone,) = read("В пятницу я обзвоню продавцов.", claim).minutes.promises
    document = meeting_with(f"Павел: {line}")
    rules = extract(document)
    rules = replace(rules, promises=tuple(p for p in rules.promises if "смету" in p.what))
    assert len(rules.promises) == 1
    reply = json.dumps({"promises": [claim]}, ensure_ascii=False)
    found = scribe.read(document, rules, scripted(reply))
    assert found.minutes.promises == rules.promises
    assert [p.what for p in found.suggestions.promises] == [alone.what]


@pytest.mark.parametrize(
    ("who", "to_whom", "kept"),
    [
        ("Павел", "Ирина", ("Павел Сомов", "Ирина Ветрова")),  # who spoke last before
        ("Павел", "Лидия", ("Павел Сомов", None)),  # is not there
        ("Лидия", "Павел", (None, "Павел Сомов")),
        ("Захар", "Зоя", (None, None)),
        ("Сомов", "Ветровой", ("Павел Сомов", "Ирина Ветрова")),
        ("я", "все", ("Павел Сомов", None)),  # nothing says «все»
        ("Павел", "Павел", ("Павел Сомов", None)),
        ("мы", None, (None, None)),
        ("Павел и Ирина", None, (None, None)),
    ],
)
def test_people_are_those_of_the_roster_whom_the_lines_know(
    who: str, to_whom: str | None, kept: tuple[str | None, str | None]
) -> None:
    claim = {"who": who, "to_whom": to_whom, "what": "смета будет"}
    (promise,) = read("Смета будет.", claim).suggestions.promises
    assert (promise.who, promise.to_whom) == kept


def without(minutes: Minutes, **fields: Any) -> Minutes:
    return replace(minutes, promises=tuple(replace(p, **fields) for p in minutes.promises))


@pytest.mark.parametrize(
    ("line", "when", "filled"),
    [
        ("Я пришлю смету в пятницу.", "в пятницу", "в пятницу"),
        ("Я пришлю смету в пятницу, а вернусь в среду.", "в среду", None),
        ("Я пришлю смету в пятницу.", "смету", None),
        ("Я пришлю смету в пятницу.", "в понедельник", None),
    ],
)
def test_a_deadline_is_filled_in_where_it_can_be_nobody_elses(
    line: str, when: str, filled: str | None
) -> None:
    document = meeting_with(f"Павел: {line}")
    minutes = without(extract(document), when=None)
    claim = {"line": 9, "who": "Павел", "what": "Я пришлю смету", "when": when}
    reply = json.dumps({"promises": [claim]}, ensure_ascii=False)
    promise = _first(scribe.read(document, minutes, scripted(reply)).minutes)
    assert (promise.when.raw if promise.when else None) == filled


def _first(minutes: Minutes) -> Promise:
    return next(promise for promise in minutes.promises if "смету" in promise.what)


def test_the_same_said_of_another_line_is_no_doubt_about_this_one() -> None:
    text = HEADS["ru"] + "\n".join(
        [
            *TALK["ru"][0],
            "Павел: Я пришлю вёрстку каталога в пятницу.",
            *TALK["ru"][1],
            *TALK["ru"][0],
            "Ирина: Вёрстку каталога я пришлю завтра, сказал мне однажды сон.",
        ]
    )
    document = read_text(text.encode(), "m.txt")
    rules = extract(document)
    rules = replace(rules, promises=tuple(p for p in rules.promises if p.line == 9))
    claim = {"line": 17, "who": "Ирина", "what": "Вёрстку каталога я пришлю", "when": "завтра"}
    found = scribe.read(document, rules, scripted(json.dumps({"promises": [claim]})))
    assert found.minutes.promises == rules.promises
    assert (found.doubts, found.suggestions.promises) == ((), ())


@pytest.mark.parametrize(
    ("line", "answered"),
    [
        ("Кто встречает художника?", False),
        ("Такелаж привезли?", True),  # the next speaker has a word of it
        ("Художника встретим", True),
    ],
)
def test_a_question_is_open_where_nobody_near_takes_it_up(line: str, answered: bool) -> None:
    question = {"line": 9, "text": line}
    found = read(line, questions=[question])
    assert [q.line for q in found.minutes.questions] == ([] if answered else [9])
    assert [q.line for q in found.suggestions.questions] == ([9] if answered else [])


@pytest.mark.parametrize(
    ("line", "text", "added"),
    [
        ("Решили: забор красим зелёным.", "забор красим зелёным", True),
        ("Ещё не решили, каким красим забор.", "каким красим забор", False),
        ("Забор зелёный.", "Забор зелёный", False),
        ("Решили: забор красим зелёным?", "забор красим зелёным", False),
        ("Agreed: the fence stays green.", "the fence stays green", True),
        ("We haven't decided on the fence.", "decided on the fence", False),
    ],
)
def test_a_decision_is_added_where_its_sentence_says_so(line: str, text: str, added: bool) -> None:
    found = read(line, decisions=[{"line": 9, "text": text}])
    assert len(found.minutes.decisions) == added
    assert len(found.suggestions.decisions) == (not added)
