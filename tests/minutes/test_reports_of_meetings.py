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
        ("Анна: Торт отменили.", "cancelled", None, "Торт"),
        ("Олег: Смету отправлять не надо.", "cancelled", None, "Смету отправлять"),
        ("Ned: I sent the draft yesterday.", "done", "Ned", "sent the draft yesterday"),
        ("Ned: The draft went out on Monday.", "done", None, "The draft went out on Monday"),
        ("Nora: The lease is signed.", "done", None, "The lease is signed"),
        ("Nora: Sent the invoices already.", "done", "Nora", "Sent the invoices already"),
        ("Nora: We dropped the van.", "cancelled", None, "the van"),
        ("Ned: We no longer need the projector.", "cancelled", None, "the projector"),
    ],
)
def test_a_report_is_told_with_its_words(line: str, kind: str, who: str, what: str) -> None:
    others = ("Олег: Привет.", "Анна: Привет.") if line[0] > "z" else ("Ned: Hi.", "Nora: Hi.")
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
        "Олег: В прошлом году мы заказали торт.",
        "Олег: Каждый раз отправил и забыл.",
        "Олег: Подрядчик прислал акт.",
        "Олег: Он отправил отчёт.",
        "Олег: Отчёт будет отправлен завтра.",
        "Олег: Готов обсудить смету.",
        "Олег: Не отменяем торт.",
        "Олег: Договор нужен.",
        "Олег: Понял вопрос.",
        "Ned: I haven't sent the draft.",
        "Ned: Did I send the draft?",
        "Ned: I almost finished the slides.",
        "Ned: I would have sent the slides.",
        "Ned: If I sent the draft you'd know.",
        "Ned: Last year we booked the hall.",
        "Ned: The florist sent the invoice.",
        "Ned: She sent the report.",
        "Ned: I promised the key.",
        "Ned: The van is in the yard.",
    ],
)
def test_what_is_not_done_or_not_theirs_is_no_report(line: str) -> None:
    others = ("Олег: Привет.", "Анна: Привет.") if line[0] > "z" else ("Ned: Hi.", "Nora: Hi.")
    assert reports(*others, line) == []


def test_an_answer_takes_the_things_it_was_asked_about() -> None:
    (found,) = reports("Анна: Олег, что со сметой?", "Олег: Отправил вчера.")
    assert (found.what, found.who, found.line) == ("сметой", "Олег", 2)
    (found,) = reports("Nora: What about the draft?", "Ned: Sent it yesterday.")
    assert (found.kind, found.who) == ("done", "Ned")
    assert "draft" in found.what


def test_lines_of_notes_tell_their_state() -> None:
    text = (
        "Протокол совещания\nПрисутствовали: Титов О. В.\nРЕШИЛИ:\n"
        "1. Согласовать смету — выполнено\n2. Торт — отменено.\n3. Договор подписан.\n"
    )
    found = extract(Document("x", "x", text, date="2025-11-12")).reports
    assert [(r.kind, r.what, r.line) for r in found] == [
        ("done", "Согласовать смету", 4),
        ("cancelled", "Торт", 5),
        ("done", "Договор подписан", 6),
    ]


def test_a_meeting_reports_nothing_of_what_it_settled_itself() -> None:
    """A promise withdrawn where it was made is a promise, cancelled."""
    found = reports(
        "Олег: Смету пришлю завтра.", "Анна: Договор пришлю я.", "Олег: Отбой, смету не пришлю."
    )
    assert [r.what for r in found if r.kind == "done"] == []
