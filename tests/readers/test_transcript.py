"""Captions: turns, physical lines, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.errors import ReadError
from rag.readers.text.captions import read_srt, read_vtt

if TYPE_CHECKING:
    from rag.types import Document

TEAMS = """WEBVTT

NOTE Встреча: поставка, 18.12.2025

8f3c/12-1
00:04.000 --> 00:07.442
<v Вера Белых (Гость)>Добрый день!</v>

8f3c/13-1
00:08.000 --> 00:11.945
<v Игорь Краснов>Смету пришлю завтра,
с R&amp;D&nbsp;— тоже.

8f3c/14-1
00:12.000 --> 00:13.000
<v Игорь Краснов>И акт.</v>
"""
ZOOM = """WEBVTT

STYLE
::cue { color: white }

1
00:00:04.000 --> 00:00:06.500
Вера Белых: начнём

2
00:00:06.800 --> 00:00:09.000
с главного

3
00:00:20.000 --> 00:00:21.000
Игорь: да
"""
SRT = (
    "\ufeff1\r\n00:00:04,000 --> 00:00:09,700\r\nВера: начинаем.\r\n\r\n"
    "2\r\n00:00:30,000 --> 00:00:31,000\r\nВера: итак\r\n"
)


def _holds(document: Document) -> None:
    for turn in document.turns:
        assert document.text[turn.start : turn.end] == turn.text
        assert document.line_at(turn.start) == turn.line


def test_voices_entities_and_notes_of_teams() -> None:
    document = read_vtt(TEAMS.encode(), "supply.vtt")
    _holds(document)
    assert [(t.speaker, t.line) for t in document.turns] == [
        ("Вера Белых", 7),
        ("Игорь Краснов", 11),
    ]
    assert document.turns[1].text == "Смету пришлю завтра,\nс R&D — тоже.\nИ акт."
    assert document.line_at(document.text.index("И акт")) == 16
    assert document.line_at(document.text.index("с R&D")) == 12
    assert document.date == "2025-12-18"
    assert document.kind == "meeting"
    assert "NOTE" not in document.text


def test_labels_of_zoom_carry_on_to_cues_without_one() -> None:
    document = read_vtt(ZOOM.encode(), "GMT20251008-070312_Recording.vtt")
    _holds(document)
    assert [(t.speaker, t.text) for t in document.turns] == [
        ("Вера Белых", "начнём\nс главного"),
        ("Игорь", "да"),
    ]
    assert document.text.startswith("Вера Белых: начнём")
    assert document.date == "2025-10-08"


def test_a_long_pause_after_a_finished_sentence_ends_a_turn() -> None:
    document = read_srt(SRT.encode(), "school.srt")
    _holds(document)
    assert [(t.text, t.line, t.time) for t in document.turns] == [
        ("начинаем.", 3, "00:00:04,000"),
        ("итак", 7, "00:00:30,000"),
    ]
    assert document.date is None


def test_bare_captions_have_no_speaker() -> None:
    document = read_vtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello there\n", "x.vtt")
    assert [(t.speaker, t.line) for t in document.turns] == [(None, 4)]


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        (
            "00:01.000 --> 00:02.000\n<v.loud Вера Белых>привет</v> <v Игорь>да</v>\n",
            [("Вера Белых", "привет", 4), ("Игорь", "да", 4)],
        ),
        (
            "00:01.000 --> 00:02.000\n<v Вера>раз\n<v Игорь>два\n",
            [("Вера", "раз", 4), ("Игорь", "два", 5)],
        ),
        (
            "00:01.000 --> 00:02.000\nvera_b: привет\n\n00:05.000 --> 00:06.000\n"
            "iPhone 12: да\n\n00:09.000 --> 00:10.000\nvera_b: ок.\n",
            [("vera_b", "привет", 4), ("iPhone 12", "да", 7), ("vera_b", "ок.", 10)],
        ),
        (
            "00:01.000 --> 00:02.000\nВера Белых: начнём.\n\n00:05.000 --> 00:06.000\n"
            "Игорь Краснов | Ромашка: да\n",
            [("Вера Белых", "начнём.", 4), ("Игорь Краснов", "да", 7)],
        ),
        (
            '1 "Вера Белых" (123)\n00:01.000 --> 00:02.000\nначнём\n\n'
            '2 "Игорь" (45)\n00:03.000 --> 00:04.000\nда\n',
            [("Вера Белых", "начнём", 5), ("Игорь", "да", 9)],
        ),
        (
            "00:01.000 --> 00:02.000\nитак: начнём\n\n00:05.000 --> 00:06.000\nда\n",
            [(None, "итак: начнём", 4), (None, "да", 7)],
        ),
    ],
)
def test_every_way_to_name_a_speaker_is_known(
    cues: str, expected: list[tuple[str | None, str, int]]
) -> None:
    document = read_vtt(f"WEBVTT\n\n{cues}".encode(), "x.vtt")
    _holds(document)
    assert [(turn.speaker, turn.text, turn.line) for turn in document.turns] == expected
    numbers = [line.number for line in document.lines]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        (  # dashes part two voices, which nobody names
            "00:01.000 --> 00:02.000\nВера: начнём?\n\n00:10.000 --> 00:11.000\n- Да.\n- Нет.\n",
            [("Вера", "начнём?", 4), (None, "Да.", 7), (None, "Нет.", 8)],
        ),
        (  # a label in each row
            "00:01.000 --> 00:02.000\n- Вера: начнём?\n- Игорь: да\n",
            [("Вера", "начнём?", 4), ("Игорь", "да", 5)],
        ),
        (  # labels in brackets
            "00:01.000 --> 00:02.000\n[SPEAKER_00]: начнём?\n\n00:05.000 --> 00:06.000\n"
            "[SPEAKER_01] да\n",
            [("SPEAKER_00", "начнём?", 4), ("SPEAKER_01", "да", 7)],
        ),
        (  # another sign that somebody else speaks
            "00:01.000 --> 00:02.000\n>> ВЕРА: начнём?\n\n00:05.000 --> 00:06.000\n>> Да.\n",
            [("Вера", "начнём?", 4), (None, "Да.", 7)],
        ),
        (  # words before a colon that name nobody
            "00:01.000 --> 00:02.000\nначнём\n\n00:05.000 --> 00:06.000\nИтого: два пути\n\n"
            "00:09.000 --> 00:10.000\nВажно: не забыть\n",
            [(None, "начнём", 4), (None, "Итого: два пути", 7), (None, "Важно: не забыть", 10)],
        ),
        (  # tags that do not end
            "00:01.000 --> 00:02.000\n<v Вера Белых\nначнём?\n\n00:09.000 --> 00:10.000\n"
            "<v Игорь>да <b>сейчас\n",
            [("Вера Белых", "начнём?", 5), ("Игорь", "да сейчас", 8)],
        ),
        (  # rolling captions show a row twice
            "00:01.000 --> 00:02.000\nначнём\n\n00:02.000 --> 00:03.000\nначнём\nс бюджета\n",
            [(None, "начнём", 4), (None, "с бюджета", 8)],
        ),
        (  # a sentence of nobody goes on where the recogniser ends others
            "00:01.000 --> 00:02.000\nЯ пришлю\n\n00:02.500 --> 00:03.000\nсмету.\n\n"
            "00:04.000 --> 00:05.000\nХорошо.\n",
            [(None, "Я пришлю\nсмету.", 4), (None, "Хорошо.", 10)],
        ),
        (  # two speak at once
            "00:01.000 --> 00:09.000\n<v Вера>начнём?\n\n00:03.000 --> 00:04.000\n<v Игорь>да.\n\n"
            "00:05.000 --> 00:06.000\n<v Вера>итак\n",
            [("Вера", "начнём?", 4), ("Игорь", "да.", 7), ("Вера", "итак", 10)],
        ),
        (  # a time that runs backwards within a cue
            "00:05.000 --> 00:01.000\n<v Вера>начнём.\n\n00:06.000 --> 00:07.000\n<v Вера>да.\n",
            [("Вера", "начнём.", 4), ("Вера", "да.", 7)],
        ),
    ],
)
def test_nobody_is_given_the_words_of_another(
    cues: str, expected: list[tuple[str | None, str, int]]
) -> None:
    document = read_vtt(f"WEBVTT\n\n{cues}".encode(), "x.vtt")
    _holds(document)
    assert [(turn.speaker, turn.text, turn.line) for turn in document.turns] == expected


def test_cues_out_of_order_are_put_in_order_and_keep_their_lines() -> None:
    cues = [("00:09", "три."), ("00:01", "раз."), ("00:05", "два.")]
    text = "".join(f"{at}.000 --> {at}.900\n<v Вера>{said}\n\n" for at, said in cues)
    document = read_vtt(f"WEBVTT\n\n{text}".encode(), "x.vtt")
    _holds(document)
    assert [(turn.text, turn.line) for turn in document.turns] == [
        ("раз.", 7),
        ("два.", 10),
        ("три.", 4),
    ]
    assert document.notes == ("captions stood out of the order of their times",)


def test_a_second_recording_in_the_file_follows_the_first() -> None:
    cues = [("00:01", "раз."), ("59:00", "два."), ("00:01", "три."), ("59:00", "четыре.")]
    text = "".join(f"{at}.000 --> {at}.900\n<v Вера>{said}\n\n" for at, said in cues)
    document = read_vtt(f"WEBVTT\n\n{text}".encode(), "x.vtt")
    assert [turn.text for turn in document.turns] == [said for _, said in cues]
    assert document.notes == ()


def test_the_notes_date_a_recording_and_captions_do_not() -> None:
    cue = "00:01.000 --> 00:02.000\nNOTE смета была 01.10.2025\n"
    assert read_vtt(f"WEBVTT\n\n{cue}".encode(), "x.vtt").date is None
    noted = f"WEBVTT - Созвон 12.11.2025\nKind: captions\n\n{cue}"
    assert read_vtt(noted.encode(), "2025-11-10.vtt").date == "2025-11-12"
    assert read_vtt(f"WEBVTT\n\n{cue}".encode(), "2025-11-10.vtt").date == "2025-11-10"


@pytest.mark.parametrize("filler", ["{\\b", "<v ", "<b ", "<v.a", "<0:"])
def test_no_caption_makes_reading_slow(filler: str) -> None:
    """A pattern that looks for an end at every beginning would take hours here."""
    data = f"WEBVTT\n\n00:01.000 --> 00:02.000\nbegin {filler * 100_000}\n"
    assert read_vtt(data.encode(), "x.vtt").text.startswith("begin")


@pytest.mark.parametrize("data", [b"WEBVTT\n\nNOTE nothing here\n", b"just words\n"])
def test_a_file_without_captions_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError):
        read_vtt(data, "x.vtt")
