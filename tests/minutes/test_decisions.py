"""Decisions: every row of the table, proposals and votes, guards, lists on paper."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meetings_by_hand import meeting, minutes_of, paper

from rag.minutes import extract
from rag.minutes.sections.patterns import Row, phrases, rows_in
from rag.minutes.turns import find_turns
from rag.types import Document
from rag.words import Language, language_of

#: kinds of phrases that keep a sentence from being a decision
GUARDS = {"bar", "before", "month", "now"}
ROWS = rows_in("decisions")


def _texts(talk: str, language: Language | None = None) -> list[str]:
    language = language or language_of(talk)
    document = meeting(talk, language)
    found = extract(document).decisions
    for each in found:
        assert document.text[each.start : each.end] == each.text
        assert each.text in document.text.splitlines()[each.line - 1]
    return [each.text for each in found]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}-{row.language}")
def test_each_row_decides_by_its_example_and_not_by_its_counter_example(row: Row) -> None:
    example, counter = _texts(row.example), _texts(row.counter)
    if row.kind in GUARDS:
        example, counter = counter, example
    assert example
    assert not counter


SETTLED = [
    ("Мы остановились на втором варианте.", "Мы остановились на втором варианте"),
    ("Утверждаем бюджет в триста тысяч.", "Утверждаем бюджет в триста тысяч"),
    ("Тогда так и делаем: сначала крыша, потом фасад.", "так и делаем: сначала крыша"),
    ("Предлагаю перенести отпуск на март. // Не возражаю.", "перенести отпуск на март"),
    ("Давайте оставим старого поставщика. // Давайте.", "оставим старого поставщика"),
    ("Кто за перенос собрания? // Единогласно.", "перенос собрания"),
    (
        "Кто за то, чтобы перенести собрание? // Голосовали: за — пять, против — ноль.",
        "перенести собрание",
    ),
    ("Договорились работать по старому графику.", "работать по старому графику"),
    ("Решили, что переезд будет в мае.", "переезд будет в мае"),
    ("Может, возьмём синий? // Да, давай синий.", "возьмём синий"),
    ("Хорошо, от склада отказываемся.", "от склада отказываемся"),
    ("Значит, премию в этом году не выплачиваем.", "премию в этом году не выплачиваем"),
    ("Сто так сто, решили.", "Сто так сто"),
    ("А скидку даём? // Не даём.", "Не даём"),
    ("Старый сервер решили не чинить.", "Старый сервер решили не чинить"),
    ("Забор только деревянный. И точка.", "Забор только деревянный"),
    ("Мы решили, что вход бесплатный, так? // Так.", "вход бесплатный"),
    ("Премии режем вдвое, иначе не вытянем.", "Премии режем вдвое"),
    ("Значит, будем собираться по вторникам.", "будем собираться по вторникам"),
    ("Хватит спорить: логотип синий, и точка.", "Хватит спорить: логотип синий"),
    ("Правление утвердило смету на год.", "Правление утвердило смету на год"),
    ("Голосуем: кто за автобус? // Пять за, один против.", "автобус"),
    ("All right, we're closing the kiosk on Mondays.", "we're closing the kiosk on Mondays"),
    ("The committee agreed to raise the fee.", "raise the fee"),
    ("We voted to keep the rules as they are.", "keep the rules as they are"),
    ("We agreed to keep the Friday slot.", "keep the Friday slot"),
    ("Let's go with option B. // Fine.", "go with option B"),
    ("Decision: the office closes at six.", "the office closes at six"),
    ("I move that we approve the budget. // Seconded. // Motion carried.", "that we approve the"),
    ("We'll keep the old supplier. // Fine.", "We'll keep the old supplier"),
    ("So it's settled: two trains, no bus.", "two trains, no bus"),
    ("Okay, no raffle, decided.", "no raffle"),
    ("All in favour of the new logo? // Unanimous.", "the new logo"),
    ("How about moving the fair to May? // Sounds good.", "moving the fair to May"),
]


@pytest.mark.parametrize(("talk", "expected"), SETTLED)
def test_the_words_of_a_decision(talk: str, expected: str) -> None:
    found = _texts(talk)
    assert len(found) == 1
    assert found[0].startswith(expected)


NOT_SETTLED = [
    "Мы пока не решили, кто поедет.",
    "Решили уже что-нибудь?",
    "Если дадут деньги, оставляем оба.",
    "В прошлый раз решили, что ремонт будет в мае.",
    "Мы всегда оставляем свет в коридоре.",
    "Они там решили всех уволить.",
    "Соседи решили поставить забор.",
    "Давайте обсудим бюджет. // Давайте.",
    "Предлагаю перенести отпуск. // Нет, рано.",
    "Договорились. // Отлично.",
    "Ну вот и решили вопрос с парковкой.",
    "Решение ещё не принято.",
    "Мы бы оставили старый.",
    "Хотели отменить поездку, но не стали.",
    "Я на них смотрю, а они: «Решили: забор сносим».",
    "Хорошо, мы уже едем.",
    "Ладно, ждём Олега.",
    "Значит, делаем вид, что не слышали.",
    "Ладно, будем надеяться.",
    "Остаёмся на связи.",
    "So we're running late.",
    "Okay, so we're losing money on this.",
    "It was decided long ago.",
    "We haven't decided who goes.",
    "If it rains, we'll keep the tent.",
    "Last month we agreed to repaint.",
    "Let's look at the numbers. // Sure.",
    "They decided to close the branch.",
    "We always keep the door open.",
    "I suggest we sell the van. // No, not yet.",
    "Agreed.",
    "What did we agree on?",
    "Wednesday it is.",
]


@pytest.mark.parametrize("talk", NOT_SETTLED)
def test_what_is_no_decision(talk: str) -> None:
    assert _texts(talk) == []


def test_what_somebody_promises_is_no_decision() -> None:
    found = minutes_of("Договорились, что Вера подготовит акт к пятнице. // Да.", "ru")
    assert [promise.who for promise in found.promises] == ["Вера Белых"]
    assert found.decisions == ()


def test_a_decision_told_twice_is_one_and_the_announced_one() -> None:
    talk = "Предлагаю снести старый забор. // Согласна. // Итак, решили: снести старый забор."
    document = meeting(talk, "ru")
    (found,) = extract(document).decisions
    assert found.line == document.text.count("\n") + 1


def test_items_of_a_protocol_without_owner_are_decisions() -> None:
    text = (
        "ПРОТОКОЛ № 3\nПрисутствовали: Белых В. А., Краснов И. П.\n\n"
        "1. СЛУШАЛИ: Белых В. А. о складе.\nРЕШИЛИ:\n"
        "1.1. Подготовить опись. Отв.: Краснов И. П. Срок: 14.11.2025.\n"
        "1.2. Старый склад закрыть.\n"
        "1.3. _____________ Отв.: ________ Срок: ______\n"
    )
    assert [d.text for d in extract(paper(text)).decisions] == ["Старый склад закрыть"]


def test_lists_and_sentences_of_notes() -> None:
    text = (
        "# Weekly meeting\n\nPresent: Nina Holt, Paul Reed\n\n## Notes\n"
        "- The May figures were accepted.\n- No decision on the van.\n\n"
        "## Decisions\n- Keep the hall\n- Sell the van\n\n## Actions\n- [ ] Nina: order paint\n"
    )
    found = [decision.text for decision in extract(paper(text)).decisions]
    assert found == ["The May figures were accepted", "Keep the hall", "Sell the van"]


def test_a_decision_has_the_time_of_its_turn() -> None:
    text = (
        "[00:01:02] Nina: Hello all.\n[00:01:10] Paul: Hi, Nina.\n"
        "[00:02:30] Nina: We decided to keep the van.\n[00:02:40] Paul: Good.\n"
    )
    document = Document("0", "t", text, turns=find_turns(text))
    assert [each.time for each in extract(document).decisions] == ["00:02:30"]


def test_a_table_finds_whole_words_only() -> None:
    found = phrases("decisions", "settle", "ru")
    assert found.search("оставляем как есть")
    assert not found.search("неоставляем")
    assert not found.search("оставляемый")


def test_a_kind_that_no_table_has_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such"):
        phrases("decisions", "such", "ru")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["решили", "давайте", "оставим", "забор", ",", ":", "?", "—", "да", "если", "не", "İ"]
        ),
        min_size=1,
        max_size=14,
    )
)
def test_any_words_give_spans_of_the_text(said: list[str]) -> None:
    document = meeting(" ".join(said) + " // Да.", "ru")
    for each in extract(document).decisions:
        assert document.text[each.start : each.end] == each.text
