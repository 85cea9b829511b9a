"""Topics: agenda and headings, where talk moves on, titles, times; parts do not overlap."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from meetings_by_hand import meeting, minutes_of, paper

from rag.minutes import extract
from rag.minutes.sections import cohesion
from rag.minutes.sections.patterns import Row, rows_in
from rag.minutes.sections.phrasing import nominative_phrase
from rag.minutes.turns import find_turns
from rag.types import Document, Topic

ROOF = "Крыша течёт у трубы, листы на крыше проржавели. // Трубу обойдём, листы на крышу купим. // "
BUS = (
    "Автобус сломался, водитель автобуса заболел. // Водителя найдём, автобус починят к весне. // "
)
TEAM = "Бригада просит вторую смену. // Вторая смена бригаде не нужна. // "
ENGLISH_ROOF = "The roof leaks, the roof sheets are rusty. // We buy sheets for it. // "
ENGLISH_BUS = "The bus broke down, the bus driver is ill. // A driver is found for the bus. // "


def _titles(talk: str, language: str = "ru") -> list[str]:
    document = meeting(talk.removesuffix(" // "), "ru" if language == "ru" else "en")
    topics = extract(document).topics
    _check(document, topics)
    return [topic.title for topic in topics]


def _check(document: Document, topics: tuple[Topic, ...]) -> None:
    """In order, without overlap, each with the line it begins on."""
    ends = [*(topic.start for topic in topics[1:]), len(document.text)]
    for topic, end in zip(topics, ends, strict=False):
        assert topic.start < topic.end <= end
        assert topic.line == document.text.count("\n", 0, topic.start) + 1


def test_words_of_moving_on_are_borders_and_titles() -> None:
    talk = "Начнём с крыши. " + ROOF * 2 + "Теперь автобус. " + BUS * 2 + "По бригаде. " + TEAM * 2
    assert _titles(talk) == ["Крыша", "Автобус", "Бригада"]


def test_english_words_of_moving_on() -> None:
    roof = "The roof leaks at the chimney, the roof sheets are rusty. // We buy sheets for it. // "
    bus = "The bus broke down, the bus driver is ill. // A driver will be found for the bus. // "
    talk = roof * 5 + "Moving on to the bus. " + bus * 3 + "Last thing, the picnic. " + roof * 2
    assert _titles(talk, "en")[1:] == ["Bus", "Picnic"]


def test_a_bare_noun_opens_a_part() -> None:
    assert "Скидка" in _titles(
        ROOF * 2 + "Хорошо. Скидка. Клиент ждёт пять процентов. // " + BUS * 2
    )


@pytest.mark.parametrize("row", rows_in("moves"), ids=lambda row: f"{row.kind}-{row.language}")
def test_each_row_moves_on_by_its_example_and_not_by_its_counter_example(row: Row) -> None:
    roof, bus = (ROOF, BUS) if row.language == "ru" else (ENGLISH_ROOF, ENGLISH_BUS)
    title, small = ("Крыша", "Время") if row.language == "ru" else ("Roof", "Time")
    if row.kind == "small":
        assert _titles(bus * 4 + f"{row.example} // " * 8, row.language)[-1] == title
        assert small not in _titles(bus * 4 + f"{row.counter} // " * 8, row.language)
    else:
        found = _titles(roof * 2 + f"{row.example} " + roof * 2, row.language)
        assert title[1:4] in found[-1]
        assert len(_titles(roof * 2 + f"{row.counter} " + roof * 2, row.language)) <= 1


@pytest.mark.parametrize("said", ["Кошмар.", "Олег.", "Прочитали.", "Теперь прочитали."])
def test_other_short_words_open_none(said: str) -> None:
    found = _titles(ROOF * 2 + f"{said} Листы на крыше ржавые. // " + ROOF * 2)
    assert len(found) <= 1


def test_a_part_without_an_announcement_is_called_by_its_own_words() -> None:
    talk = ROOF * 4 + "Переходим дальше, товарищи. // " + BUS * 4
    found = _titles(talk)
    assert any("втобус" in title or "одител" in title for title in found[1:])


def test_small_talk_and_short_meetings_have_none() -> None:
    assert _titles("Как дела? // Хорошо. // Погода чудная.") == []


def test_a_topic_has_the_time_of_its_turn() -> None:
    lines = (ROOF * 2 + "Теперь автобус. " + BUS * 2).split(" // ")[:-1]
    text = "\n".join(
        f"[00:{at:02}:00] {'Игорь' if at % 2 else 'Вера'}: {line}" for at, line in enumerate(lines)
    )
    text = "[00:00:00] Вера: Привет.\n[00:00:01] Игорь: Привет.\n" + text
    document = Document("0", "t", text, turns=find_turns(text))
    topics = extract(document).topics
    assert [(topic.title, topic.time) for topic in topics][-1] == ("Автобус", "00:04:00")


def test_headings_of_notes() -> None:
    text = (
        "# Sync\n\nPresent: Nina Holt, Paul Reed\n\n## Agenda\n1. Roof\n2. Bus\n\n## Discussion\n\n"
        "### 1. Roof\n- It leaks.\n\n### 2. Bus\n- It broke down.\n\n"
        "## Actions\n- [ ] Nina: call the driver\n"
    )
    document = paper(text)
    topics = extract(document).topics
    _check(document, topics)
    assert [(topic.title, topic.line) for topic in topics] == [("Roof", 11), ("Bus", 14)]


def test_items_of_a_protocol_are_called_as_the_agenda_calls_them() -> None:
    text = (
        "ПРОТОКОЛ № 3\nПрисутствовали: Белых В. А., Краснов И. П.\n\n"
        "ПОВЕСТКА ДНЯ:\n1. Ремонт склада. Докладчик: Белых В. А.\n2. Разное.\n\n"
        "1. СЛУШАЛИ: Белых В. А. о ремонте склада.\nСклад сырой.\nРЕШИЛИ:\n1.1. Склад закрыть.\n\n"
        "2. СЛУШАЛИ: Краснова И. П. о пуске старой печи.\nРЕШИЛИ:\n2.1. Печь не пускать.\n"
    )
    document = paper(text)
    topics = extract(document).topics
    _check(document, topics)
    assert [topic.title for topic in topics] == ["Ремонт склада", "Разное"]


@pytest.mark.parametrize(
    ("phrase", "case", "expected"),
    [
        ("ремонту старой крыши", "datv", "Ремонт старой крыши"),
        ("художницу", "accs", "Художница"),
        ("новых поставщиках", "loct", "Новые поставщики"),
        ("печи № 3", "loct", "Печь № 3"),
        ("Смета на допработы", "nomn", "Смета на допработы"),
        ("brandbook", "datv", "Brandbook"),
    ],
)
def test_a_phrase_in_the_nominative(phrase: str, case: str, expected: str) -> None:
    assert nominative_phrase(phrase, case) == expected


def test_parts_with_words_of_their_own_are_told_apart() -> None:
    random_ = random.Random(3)
    subjects = [[f"{letter}{number}" for number in range(12)] for letter in "abcd"]
    bags = [random_.choices(subject, k=8) for subject in subjects for _ in range(15)]
    assert cohesion.parts(bags, [0.0] * len(bags), 3, 1.0) == [15, 30, 45]


def test_one_subject_has_one_part_and_a_cue_moves_the_border() -> None:
    bags = [[f"w{(3 * at + each) % 20}" for each in range(8)] for at in range(40)]
    none = [0.0] * len(bags)
    assert cohesion.parts(bags, none, 3, 3.0) == []
    assert cohesion.parts(bags, [*none[:20], 5.0, *none[21:]], 3, 3.0) == [20]


def test_no_words_have_no_parts() -> None:
    assert cohesion.parts([], [], 3, 3.0) == []
    assert cohesion.parts([[]] * 20, [0.0] * 20, 3, 3.0) == []


def test_minutes_of_a_long_meeting_cover_it() -> None:
    document = meeting((ROOF * 6 + "Теперь автобус. " + BUS * 6).removesuffix(" // "), "ru")
    topics = minutes_of((ROOF * 6 + "Теперь автобус. " + BUS * 6).removesuffix(" // "), "ru").topics
    assert topics[0].start == document.turns[0].start
    assert topics[-1].end == document.turns[-1].end
    between = [document.text[a.end : b.start] for a, b in pairwise(topics)]
    assert all("." not in gap for gap in between)


@pytest.mark.parametrize("said", ["Okay, mine.", "Nine hundred."])
def test_what_names_nothing_is_no_title(said: str) -> None:
    roof = "The roof leaks at the chimney, the roof sheets are rusty. // We buy sheets for it. // "
    bus = "The bus broke down, the bus driver is ill. // A driver will be found for the bus. // "
    titles = _titles(roof * 4 + f"{said} " + bus * 4, "en")
    assert not {"Mine", "Nine hundred"} & set(titles)
    assert any("Bus" in title for title in titles)
