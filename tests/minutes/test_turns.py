"""Turns in plain text: every known shape, and texts that must not become a meeting."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.minutes.turns import clean_name, find_turns
from rag.types import Line

SHAPES = {
    "plain": (
        "Созвон по складу\n\nИгорь: начнём?\nВера: да\nИгорь: смету скинешь?\nВера: завтра",
        [("Игорь", 3), ("Вера", 4), ("Игорь", 5), ("Вера", 6)],
    ),
    "stamp in front": (
        "[00:00:04] Nina: shall we?\n[00:00:09] Paul: yes\n[00:00:15] Nina: good",
        [("Nina", 1), ("Paul", 2), ("Nina", 3)],
    ),
    "stamp behind": (
        "10:30 Встреча: все на месте\nО. Краснов (10:41): начнём?\nИ. Белых (10:42): да\n"
        "О. Краснов (10:42): отлично\nИтого: решили начать",
        [("О. Краснов", 2), ("И. Белых", 3), ("О. Краснов", 4)],
    ),
    "teams": (
        "Игорь Краснов   0:05\nначнём?\n\nВера Белых   0:11\nда\n\nИгорь Краснов   0:15\nхорошо",
        [("Игорь Краснов", 2), ("Вера Белых", 5), ("Игорь Краснов", 8)],
    ),
    "old teams": (
        "0:0:3.4 --> 0:0:12.9\nВера Белых\nначнём?\n\n0:0:14.0 --> 0:0:20.4\nИгорь Краснов\nда",
        [("Вера Белых", 3), ("Игорь Краснов", 7)],
    ),
    "zoom chat": (
        "10:02:11 From  Вера Белых  to  Everyone:\n\tзвука нет\n"
        "10:03:40 From  Игорь  to  Вера Белых(Direct Message):\n\tесть",
        [("Вера Белых", 2), ("Игорь", 4)],
    ),
    "zoom chat in russian": (
        "10:02:11\t От  Вера Белых  кому  Все:\n\tзвука нет\n\n\tсовсем\n"
        "10:03:40 От Игорь Кому Вера Белых (личное сообщение): есть",
        [("Вера Белых", 2), ("Игорь", 5)],
    ),
    "old zoom chat": (
        "10:02:11 From Вера Белых : звука нет: совсем\n10:03:40 From Игорь : есть",
        [("Вера Белых", 1), ("Игорь", 2)],
    ),
    "zoom chat with days": (
        "2025-11-12 10:02:11 From Nina to Everyone:\n\tno sound",
        [("Nina", 2)],
    ),
    "zoom cloud chat": (
        "00:01:12\tHost Nina:\thello all\n00:01:40\tpaul_b:\thi\n00:02:10\tHost Nina:\tright",
        [("Host Nina", 1), ("paul_b", 2), ("Host Nina", 3)],
    ),
    "stenogram": (
        "СТЕНОГРАММА\n\nКРАСНОВ И. П., председатель.\nНачинаем.\n\nБЕЛЫХ В. А.\nДа.\n\n"
        "КРАСНОВ И. П.\nХорошо.",
        [("Краснов И. П.", 4), ("Белых В. А.", 7), ("Краснов И. П.", 10)],
    ),
    "dialogue": (
        "Летучка\n\n— Начнём?\n— Да.\n— Что с номером?\n— Готов.\n— А обложка?\n— Завтра.",
        [(None, 3), (None, 4), (None, 5), (None, 6), (None, 7), (None, 8)],
    ),
    "numbered voices": (
        "Спикер 1: так начнём\nСпикер 2: да давайте\nСпикер 1: хорошо",
        [("Спикер 1", 1), ("Спикер 2", 2), ("Спикер 1", 3)],
    ),
    "bold labels": (
        "**Nina:** shall we?\n**Paul:** yes\n**Nina:** good",
        [("Nina", 1), ("Paul", 2), ("Nina", 3)],
    ),
    "whatsapp": (
        "12.11.2025, 10:41 - Игорь: начнём?\n12.11.2025, 10:42 - Вера: да\n"
        "12.11.2025, 10:43 - Игорь: ок",
        [("Игорь", 1), ("Вера", 2), ("Игорь", 3)],
    ),
}
NO_MEETING = [
    "10:30 От кассы: очередь до дверей.\nДальше обычный рассказ.",
    "",
    "Обычная заметка.\nИтого: три яблока.\nВажно: не забыть хлеб.",
    "Host: localhost\nPort: 80\nHost: example\nPort: 81\nHost: other\nPort: 82",
    "Вопрос: что это?\nОтвет: книга.\nВопрос: чья?\nОтвет: моя.",
    "Имя: Игорь\nТелефон: 12-34\nАдрес: Лесная, 3\nПочта: нет",
    "# Recipe\n\nFlour: 200 g\nWater: 100 ml\nSalt: a pinch\n\nMix and bake.",
    "— первый пункт\n— второй пункт\n— третий пункт\n— четвёртый\n— пятый\n— шестой\n— седьмой",
    "Глава первая\n\nОн вошёл.\n\n— Кто там?\n\nНикто не ответил. Было темно.\n\n— Эй?\n\nТишина.",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_known_shape_is_read(shape: str) -> None:
    text, expected = SHAPES[shape]
    turns = find_turns(text)
    assert [(turn.speaker, turn.line) for turn in turns] == expected
    assert all(turn.text == text[turn.start : turn.end] for turn in turns)


@pytest.mark.parametrize("text", NO_MEETING)
def test_a_text_that_is_no_meeting_has_no_turns(text: str) -> None:
    assert find_turns(text) == ()


def test_wrapped_lines_belong_to_the_turn_above() -> None:
    text = "Игорь: начнём\nс главного\nВера: да\nИгорь: хорошо"
    assert find_turns(text)[0].text == "начнём\nс главного"


def test_a_chat_message_keeps_its_paragraphs() -> None:
    text, _ = SHAPES["zoom chat in russian"]
    assert find_turns(text)[0].text == "звука нет\n\n\tсовсем"
    quoted = f"Чат созвона.\n\n{text}\n\nПосле чата обычный абзац."
    assert [turn.text for turn in find_turns(quoted)] == ["звука нет", "есть"]


def test_physical_lines_come_from_the_map_where_there_is_one() -> None:
    text, _ = SHAPES["numbered voices"]
    lines = tuple(Line(10 * n, start) for n, start in ((1, 0), (2, 22), (3, 43)))
    assert [turn.line for turn in find_turns(text, lines)] == [10, 20, 30]


@pytest.mark.parametrize(
    ("label", "name"),
    [("Юлия Белых (Гость)", "Юлия Белых"), ("БЕЛЫХ В. А.", "Белых В. А."), ("Ann  Lee", "Ann Lee")],
)
def test_a_label_is_cleaned_to_a_name(label: str, name: str) -> None:
    assert clean_name(label) == name


@settings(deadline=None, derandomize=True)
@given(st.text(alphabet="Аб: \n—[]0189\t", max_size=300))
def test_turns_are_verbatim_and_in_order(text: str) -> None:
    turns = find_turns(text)
    assert all(turn.text == text[turn.start : turn.end] for turn in turns)
    assert all(a.end <= b.start for a, b in itertools.pairwise(turns))
