"""Captions and chat exports: turns, physical lines, and what is left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rag.errors import ReadError
from rag.readers.transcript import read_srt, read_telegram, read_vtt

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
CHAT = {
    "name": "Ёлка",
    "messages": [
        {"id": 1, "type": "service", "date": "2025-11-24T10:00:00", "actor": "Вера", "text": ""},
        {
            "id": 2,
            "type": "message",
            "date": "2025-11-24T10:03:40",
            "from": "Вера",
            "text": [{"type": "mention", "text": "@igor"}, " скинь смету"],
        },
        {
            "id": 5,
            "type": "message",
            "date": "2025-11-24T10:05:00",
            "from": "Игорь",
            "forwarded_from": "Банк",
            "text": "завтра пришлём счёт",
        },
    ],
}


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


def test_telegram_lines_are_message_ids() -> None:
    document = read_telegram(json.dumps(CHAT).encode(), "result.json")
    _holds(document)
    assert [(t.speaker, t.line, t.text) for t in document.turns] == [
        ("Вера", 2, "@igor скинь смету"),
        (None, 5, "завтра пришлём счёт"),
    ]
    assert document.title == "Ёлка"
    assert document.date == "2025-11-24"


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'{"a": 1}', b'{"messages": 3}', b'{"messages": [1]}']
)
def test_other_json_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError):
        read_telegram(data, "x.json")


@pytest.mark.parametrize("data", [b"WEBVTT\n\nNOTE nothing here\n", b"just words\n"])
def test_a_file_without_captions_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError):
        read_vtt(data, "x.vtt")
