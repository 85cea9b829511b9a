"""From an offset of a meeting's text to the turn and the time it belongs to."""

from __future__ import annotations

import pytest

from rag.minutes.places import time_at, turn_at
from rag.readers.text.captions import read_vtt
from rag.readers.text.plain import read_text

INLINE = """Планёрка

[00:00:04] Игорь: начнём
с главного

Итого: пока ничего

[00:00:09] Вера: да
[00:00:15] Игорь: хорошо
"""
ABOVE = """Игорь Краснов   0:05
начнём

Вера Белых   0:11
да

Игорь Краснов   0:15
хорошо
"""


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        (INLINE, "Планёрка", None),
        (INLINE, "[00:00:04]", "00:00:04"),
        (INLINE, "начнём", "00:00:04"),
        (INLINE, "главного", "00:00:04"),
        (INLINE, "Итого", None),
        (INLINE, "Вера", "00:00:09"),
        (INLINE, "хорошо", "00:00:15"),
        (ABOVE, "Игорь", "0:05"),
        (ABOVE, "начнём", "0:05"),
        (ABOVE, "Белых", "0:11"),
        (ABOVE, "да", "0:11"),
    ],
)
def test_the_time_of_a_place_is_that_of_its_turn(
    text: str, word: str, expected: str | None
) -> None:
    document = read_text(text.encode(), "planerka.txt")
    assert time_at(document, document.text.index(word)) == expected


def test_every_word_of_a_turn_over_several_cues_is_in_it() -> None:
    cues = "00:01.000 --> 00:02.000\nВера: скину\n\n00:02.500 --> 00:03.000\nсмету завтра.\n"
    document = read_vtt(f"WEBVTT\n\n{cues}".encode(), "x.vtt")
    [turn] = document.turns
    assert {turn_at(document, at) for at in range(turn.end)} == {turn}
    assert turn_at(document, turn.end) is None


def test_a_document_without_turns_has_no_times() -> None:
    document = read_text("Обычная заметка.".encode(), "note.txt")
    assert time_at(document, 3) is None
