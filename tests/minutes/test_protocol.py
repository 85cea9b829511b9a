"""Promises on paper: fields, checkboxes, tables, bullets."""

from __future__ import annotations

import pytest

from rag.minutes import extract, is_meeting
from rag.types import Document, Promise

PROTOCOL = """ПРОТОКОЛ № 3
совещания

Секретарь: Носова Е. М.
Присутствовали: Рябов А. Г., Носова Е. М., Юсов Р. Ф.

ПОВЕСТКА ДНЯ:
1. Печь. Докладчик: Юсов Р. Ф.

1. СЛУШАЛИ: Юсова Р. Ф. о печи.
РЕШИЛИ:
1.1. Заменить вводы. Отв.: Юсов Р. Ф. Срок: 14.11.2025.
1.2. Поставить ограду. Отв.: Юсов Р. Ф., Рябов А. Г. Срок: 01.12.2025.
1.3. Пуск перенести.
1.4. Подготовить соглашение.
Ответственный: Рябов А. Г.
Срок: 28.11.2025
1.5. ____________ Отв.: ______ Срок: ______
"""
NOTES = """# Синхра — 21.01.2026

**Участники:** Жанна Ким, Роман Лисин, Вика Столова

## Повестка
1. Роман подготовит повестку

## Задачи
- [ ] собрать список блогеров — Вика, до пт
- [ ] @roman: обновить кит — 30.01
- [x] оплатить домен — Роман
- [ ] ~~снять тизер — Роман, 28.01~~ отменили
- [ ] придумать название
- Договорились, что Жанна напишет текст до понедельника

| Задача | Ответственный | Срок |
|---|---|---|
| Бриф для студии | Роман | 27.01.2026 |
| План на февраль | Вика, Жанна | до 29.01 |
| Хэштег | | |

## Шаблон
- [ ] задача — кто, срок
"""
MINUTES = """# Food bank: trustees' meeting

**Present:** Joan Tully, Sam Reed, Kirsty Bain

- Sam will collect the van on Friday.
- The rota will be drawn up by Kirsty by 20 February.
- **ACTION:** Joan to put the forms in the folder.
- A lunch will be considered.
- [ ] Sam to get quotes (was 31 January, moved to 27 February)
"""


def _promises(text: str, date: str) -> list[Promise]:
    document = Document("0", "t", text, date=date)
    assert is_meeting(document)
    found = list(extract(document).promises)
    assert all(text[p.start : p.end] == p.quote for p in found)
    return found


def _rows(found: list[Promise]) -> list[tuple[str | None, str, str | None, str]]:
    return [(p.who, p.what, p.when.end if p.when else None, p.status) for p in found]


def test_fields_of_a_protocol() -> None:
    assert _rows(_promises(PROTOCOL, "2025-11-05")) == [
        ("Юсов Р. Ф.", "Заменить вводы", "2025-11-14", "open"),
        ("Юсов Р. Ф.", "Поставить ограду", "2025-12-01", "open"),
        ("Рябов А. Г.", "Поставить ограду", "2025-12-01", "open"),
        ("Рябов А. Г.", "Подготовить соглашение", "2025-11-28", "open"),
    ]


@pytest.mark.parametrize(
    ("paper", "foreign"),
    [
        (
            PROTOCOL,
            "1.6. Пишут нам. Please send the signed papers to the office, and check the numbers.\n",
        ),
        (MINUTES, "- Said in Russian. Пришлите, пожалуйста, подписанный договор в наш офис.\n"),
    ],
)
def test_a_sentence_in_another_language_costs_a_paper_nothing(paper: str, foreign: str) -> None:
    before = _rows(_promises(paper, "2025-11-05"))
    assert _rows(_promises(paper + foreign, "2025-11-05"))[: len(before)] == before


def test_checkboxes_and_tables_of_notes() -> None:
    assert _rows(_promises(NOTES, "2026-01-21")) == [
        ("Вика Столова", "собрать список блогеров", "2026-01-23", "open"),
        ("Роман Лисин", "обновить кит", "2026-01-30", "open"),
        ("Роман Лисин", "оплатить домен", None, "done"),
        ("Роман Лисин", "снять тизер", "2026-01-28", "cancelled"),
        (None, "придумать название", None, "open"),
        ("Жанна Ким", "Жанна напишет текст", "2026-01-26", "open"),
        ("Роман Лисин", "Бриф для студии", "2026-01-27", "open"),
        ("Вика Столова", "План на февраль", "2026-01-29", "open"),
        ("Жанна Ким", "План на февраль", "2026-01-29", "open"),
        (None, "Хэштег", None, "open"),
    ]


def test_bullets_of_english_minutes() -> None:
    found = _promises(MINUTES, "2026-02-10")
    assert [(p.who, p.act) for p in found] == [
        ("Sam Reed", "reported"),
        ("Kirsty Bain", "reported"),
        ("Joan Tully", "assigned"),
        ("Sam Reed", "assigned"),
    ]
    moved = found[-1]
    assert moved.when is not None
    assert moved.when.end == "2026-02-27"
    assert moved.history[0].when_raw == "31 January"


@pytest.mark.parametrize(
    "text",
    [
        "Купить хлеб и молоко.",
        "- [ ] молоко\n- [ ] сыр",
        "| Город | Население |\n|---|---|\n| Омск | 1 100 000 |",
        "Договор действует до конца года. Срок оплаты: 10 дней.",
    ],
)
def test_an_ordinary_note_is_no_protocol(text: str) -> None:
    assert not is_meeting(Document("0", "t", text))
