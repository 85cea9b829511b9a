"""What counts as a report that something is done or dropped, and what only sounds like it."""

from __future__ import annotations

import pytest

from rag.minutes import extract
from rag.types import Document, Report, Turn


def reports(*lines: str) -> list[Report]:
    """The reports of a meeting of these lines, «Имя: слова» each."""
    text = "\n".join(lines)
    turns, at = [], 0
    for number, line in enumerate(lines, 1):
        speaker, _, words = line.partition(": ")
        start = at + len(line) - len(words)
        turns.append(Turn(speaker, words, number, None, start, at + len(line)))
        at += len(line) + 1
    return list(extract(Document("x", "x", text, turns=tuple(turns), date="2025-11-12")).reports)


@pytest.mark.parametrize(
    ("line", "kind", "who", "what"),
    [
        ("Олег: Смету отправил вчера.", "done", "Олег", "Смету отправил"),
        ("Анна: Договор уже подписан.", "done", None, "Договор уже подписан"),
        ("Анна: Договор ушёл клиенту.", "done", None, "Договор ушёл клиенту"),
        ("Олег: Мы купили бахилы.", "done", None, "купили бахилы"),
        ("Анна: Смета готова.", "done", None, "Смета готова"),
        ("Олег: Договор больше не нужен.", "cancelled", None, "Договор"),
        ("Анна: Автобус отменили.", "cancelled", None, "Автобус"),
        ("Олег: Смету отправлять не надо.", "cancelled", None, "Смету отправлять"),
        ("Tom: I sent the draft yesterday.", "done", "Tom", "sent the draft yesterday"),
        ("Tom: The draft went out on Monday.", "done", None, "The draft went out on Monday"),
        ("Dana: The lease is signed.", "done", None, "The lease is signed"),
        ("Dana: Sent the invoices already.", "done", "Dana", "Sent the invoices already"),
        ("Dana: We dropped the van.", "cancelled", None, "the van"),
        ("Tom: We no longer need the projector.", "cancelled", None, "the projector"),
    ],
)
def test_a_report_is_told_with_its_words(line: str, kind: str, who: str, what: str) -> None:
    others = ("Олег: Привет.", "Анна: Привет.") if line[0] > "z" else ("Tom: Hi.", "Dana: Hi.")
    (found,) = reports(*others, line)
    assert (found.kind, found.who, found.what, found.line) == (kind, who, what, 3)
    assert found.quote == line.partition(": ")[2]


@pytest.mark.parametrize(
    "line",
    [
        "Олег: Я ещё не отправил смету.",
        "Олег: Ты отправил смету?",
        "Олег: Почти доделал отчёт.",
        "Олег: Если бы я отправил смету, вы бы знали.",
        "Олег: В прошлом году мы заказали автобус.",
        "Олег: Каждый раз отправил и забыл.",
        "Олег: Подрядчик прислал акт.",
        "Олег: Он отправил отчёт.",
        "Олег: Отчёт будет отправлен завтра.",
        "Олег: Готов обсудить смету.",
        "Олег: Не отменяем автобус.",
        "Олег: Договор нужен.",
        "Олег: Понял вопрос.",
        "Tom: I haven't sent the draft.",
        "Tom: Did I send the draft?",
        "Tom: I almost finished the slides.",
        "Tom: I would have sent the slides.",
        "Tom: If I sent the draft you'd know.",
        "Tom: Last year we booked the hall.",
        "Tom: The vendor sent the invoice.",
        "Tom: She sent the report.",
        "Tom: I promised the key.",
        "Tom: The van is in the yard.",
    ],
)
def test_what_is_not_done_or_not_theirs_is_no_report(line: str) -> None:
    others = ("Олег: Привет.", "Анна: Привет.") if line[0] > "z" else ("Tom: Hi.", "Dana: Hi.")
    assert reports(*others, line) == []


def test_an_answer_takes_the_things_it_was_asked_about() -> None:
    (found,) = reports("Анна: Олег, что со сметой?", "Олег: Отправил вчера.")
    assert (found.what, found.who, found.line) == ("сметой", "Олег", 2)
    (found,) = reports("Dana: What about the draft?", "Tom: Sent it yesterday.")
    assert (found.kind, found.who) == ("done", "Tom")
    assert "draft" in found.what


def test_lines_of_notes_tell_their_state() -> None:
    text = (
        "Протокол совещания\nПрисутствовали: Титов О. В.\nРЕШИЛИ:\n"
        "1. Согласовать смету — выполнено\n2. Автобус — отменено.\n3. Договор подписан.\n"
    )
    found = extract(Document("x", "x", text, date="2025-11-12")).reports
    assert [(r.kind, r.what, r.line) for r in found] == [
        ("done", "Согласовать смету", 4),
        ("cancelled", "Автобус", 5),
        ("done", "Договор подписан", 6),
    ]


def test_a_meeting_reports_nothing_of_what_it_settled_itself() -> None:
    """A promise withdrawn where it was made is a promise, cancelled."""
    found = reports(
        "Олег: Смету пришлю завтра.", "Анна: Договор пришлю я.", "Олег: Отбой, смету не пришлю."
    )
    assert [r.what for r in found if r.kind == "done"] == []
