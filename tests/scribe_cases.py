"""Invented meetings with what was promised in them, and models that read them well or badly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage
from model_doubles import Said

from rag.minutes import extract
from rag.readers.text.plain import read_text
from rag.types import Document, Minutes

RUSSIAN = """Совещание о выставке монет
Дата: 12.11.2025
Участники: Ирина Ветрова, Павел Сомов, Лидия Громова

Ирина: Начнём с каталога. Павел, что готово?
Павел: Почти всё. Вёрстку каталога я пришлю в пятницу.
Лидия: Паша, сможешь заказать рамы к среде?
Павел: Да, закажу.
Ирина: Лидия, подготовь этикетки до конца недели.
Лидия: Хорошо, подготовлю.
Ирина: Решили: открытие проводим без оркестра.
Павел: Кто встречает художника на вокзале?
Ирина: Пойдём дальше, время.
Лидия: Если привезут витрины, я разложу монеты в субботу.
Павел: Стены я красить не буду.
Ирина: Афишу я уже отправила в понедельник.
Лидия: Ирине я передам ключи завтра.
"""
ENGLISH = """Garden committee
Date: 2025-11-12
Attendees: Nora Blake, Hugh Pratt, Iris Cole

Nora: Let's begin with the greenhouse.
Hugh: I'll order the glass by Friday.
Iris: Hugh, can you send me the seed list tomorrow?
Hugh: Sure, will do.
Nora: Agreed: the pond stays as it is.
Iris: Who holds the key to the shed?
Nora: Moving on.
Iris: I won't paint the fence.
Hugh: I sent the bill on Monday.
Nora: I'll call the council on Wednesday.
"""


def _promise(
    line: int, who: str | None, what: str, when: str | None, to_whom: str | None = None, **more: Any
) -> dict[str, Any]:
    base = {"line": line, "support": [], "act": "self", "condition": None, "status": "open"}
    return base | {"who": who, "to_whom": to_whom, "what": what, "when": when} | more


@dataclass(frozen=True)
class Case:
    """A meeting and a good reply about it."""

    text: str
    promises: tuple[dict[str, Any], ...]
    decision: tuple[int, str]
    question: tuple[int, str]

    @property
    def document(self) -> Document:
        return read_text(self.text.encode(), "meeting.txt")

    @property
    def rules(self) -> Minutes:
        return extract(self.document)

    def reply(self, lines: set[int] | None = None) -> dict[str, Any]:
        """What is in the given lines, in all of them without any."""
        extras = {
            name: [{"line": line, "text": text}] if lines is None or line in lines else []
            for name, (line, text) in (("decisions", self.decision), ("questions", self.question))
        }
        kept = [p for p in self.promises if lines is None or p["line"] in lines]
        return {"promises": [dict(each) for each in kept], **extras}


RU = Case(
    RUSSIAN,
    (
        _promise(6, "Павел", "Вёрстку каталога я пришлю", "в пятницу"),
        _promise(8, "Павел", "заказать рамы", "к среде", act="accepted", support=[7]),
        _promise(10, "Лидия", "подготовь этикетки", "до конца недели", act="accepted", support=[9]),
        _promise(14, "Лидия", "разложу монеты", "в субботу", condition="Если привезут витрины"),
        _promise(17, "Лидия", "я передам ключи", "завтра", "Ирине"),
    ),
    (11, "открытие проводим без оркестра"),
    (12, "Кто встречает художника на вокзале?"),
)
EN = Case(
    ENGLISH,
    (
        _promise(6, "Hugh", "order the glass", "by Friday"),
        _promise(
            8, "Hugh", "send me the seed list", "tomorrow", "Iris", act="accepted", support=[7]
        ),
        _promise(14, "Nora", "call the council", "on Wednesday"),
    ),
    (9, "the pond stays as it is"),
    (10, "Who holds the key to the shed?"),
)
CASES = {"ru": RU, "en": EN}

_ROW = re.compile(r"^(\d+)\| (?:([^:\n]{1,40}): )?(.*)$", re.M)


def rows(messages: Sequence[BaseMessage]) -> list[tuple[int, str, str]]:
    """Number, speaker and words of the lines that a model was sent, of the last fence."""
    for message in reversed(messages):
        found = re.search(
            r"^(?:начало|begin) (\w+)\n(.*)\n(?:конец|end) \1$", message.text, re.M | re.S
        )
        if found:
            return [(int(number), who, words) for number, who, words in _ROW.findall(found[2])]
    raise AssertionError("no fenced text")


def answering(case: Case, change: Callable[[dict[str, Any]], Any] | None = None) -> Said:
    """A model that answers rightly about the lines it is sent, after a change."""

    def say(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
        value = case.reply({number for number, _, _ in rows(messages)})
        changed = change(value) if change else value
        return json.dumps(changed, ensure_ascii=False, separators=(",", ":"))

    return say


def pointing(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
    """A model that takes every line for a promise of its speaker and of somebody else besides."""
    lines = rows(messages)
    people = sorted({who for _, who, _ in lines if who}) or [""]
    found = []
    for at, (number, who, words) in enumerate(lines):
        other = people[at % len(people)]
        found += [_promise(number, who, words, words, other)]
        found += [_promise(number, other, words, words, who)]
    texts = [{"line": number, "text": words} for number, _, words in lines]
    value = {"promises": found, "decisions": texts, "questions": texts}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
