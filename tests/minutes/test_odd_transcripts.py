"""Files that are broken, huge or empty: a sensible result or a clear message, nobody guessed."""

from __future__ import annotations

import pytest

from rag.errors import ReadError
from rag.minutes import extract, is_meeting
from rag.minutes.people.headers import participants_in
from rag.readers import parts
from rag.readers.options import DEFAULT
from rag.types import Document

#: of one line as long as a book, or of as many short ones: a pattern that goes back over what it
#: has read would take minutes
PIECES = [
    *("а", " ", "\t", ":", ".", "(", "[", "|", "*", "#", "> ", "— ", "_", "«", "1", "а: ", "Олег "),
    *("10:41 ", "10:41\n", " \n", "Олег:\n", "Олег (а", "О. ", "12.11.", "00:00:01 --> ", "А.А. "),
    *("10:41:01 From ", "10:41 От кому ", "Ответственный: а\n", "слушали\n\n\n", "ТИТОВ О. В.\n"),
]


def read(data: bytes, name: str = "x.txt") -> Document | ReadError:
    [part] = parts(data, name, DEFAULT)
    return part.result


def document_of(text: str, name: str = "x.txt") -> Document:
    result = read(text.encode(), name)
    assert isinstance(result, Document)
    return result


@pytest.mark.parametrize("piece", PIECES)
def test_no_line_makes_reading_slow(piece: str) -> None:
    text = "Участники: " + piece * (60_000 // len(piece)) + "\nх"
    document = document_of(text)
    participants_in(document)
    is_meeting(document)
    assert document.text == text


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["x.txt", "x.md", "x.vtt", "x.srt", "x.json"])
def test_an_empty_file_is_refused(data: bytes, name: str) -> None:
    assert isinstance(read(data, name), ReadError)


def test_zeros_in_a_file_are_refused() -> None:
    result = read("Игорь: да\x00\nВера: нет\n".encode())
    assert isinstance(result, ReadError)
    assert "binary" in result.message


def test_a_long_talk_keeps_every_turn() -> None:
    words = "я пришлю смету завтра, а вы договор " * 10
    names = ("Игорь", "Вера", "Олег")
    text = "".join(f"{names[at % 3]}: {words}\n" for at in range(3000))
    document = document_of(text)
    assert [turn.line for turn in document.turns] == list(range(1, 3001))
    assert {turn.speaker for turn in document.turns} == set(names)


def test_thousands_of_speakers_stay_apart() -> None:
    names = [f"Гость {letter}{at}" for letter in "АБВ" for at in range(200)]
    text = "".join(f"{name}: да, я тут\n{name}: мы начнём?\n" for name in names)
    document = document_of(text)
    assert len(document.turns) == 2 * len(names)
    assert {turn.speaker for turn in document.turns} == set(names)


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:01.000 --> 00:02.000\nя пришлю смету завтра\n",
        "— Кто пришлёт смету?\n— Я пришлю.\n— Когда?\n— Завтра пришлю смету.\n— А акты?\n— Тоже.\n",
        "[00:01] так давайте начнём\n[00:05] да я готова\n[00:09] я пришлю смету завтра\n"
        "[00:13] хорошо спасибо\n[00:18] а акты мы когда увидим?\n[00:21] тогда всё, пока\n",
    ],
)
def test_without_speakers_nobody_owes_anything(text: str) -> None:
    document = document_of(text, "x.vtt" if text.startswith("WEBVTT") else "x.txt")
    assert document.turns
    assert {promise.who for promise in extract(document).promises} <= {None}
    assert extract(document).date is None


def test_numbers_are_who_promises() -> None:
    document = document_of(
        "Спикер 1: кто пришлёт смету?\nСпикер 2: я пришлю смету завтра\nСпикер 1: спасибо\n"
    )
    assert [promise.who for promise in extract(document).promises] == ["Спикер 2"]


def test_a_file_that_is_no_meeting_has_no_minutes() -> None:
    document = document_of("Обычная заметка.\nИтого: я пришлю смету завтра.\n")
    assert not is_meeting(document)
    assert extract(document).promises == ()


@pytest.mark.parametrize(
    ("text", "meeting"),
    [
        ("# Созвон\n\n**Участники:** Игорь, Вера\n\n- [ ] Игорь: смета до пт\n", True),
        (
            "# Планёрка\n\n| Задача | Ответственный | Срок |\n|--|--|--|\n| смета | Вера | 15.11 |",
            True,
        ),
        ("| Action | Owner | Due |\n|--|--|--|\n| estimate | Nina | Friday |\n", True),
        ("Кто | Что | Когда\nВера | смета | 15.11\n", True),
        ("ПРОТОКОЛ № 5\n\nРЕШИЛИ: 1.1. Сдать смету. Отв.: Белых В. А. Срок: 15.11\n", True),
        ("Совещание\nСдать смету\nОтветственный – Белых В. А.\nСрок – 15.11\n", True),
        ("Trustees' meeting\nPresent: Nina, Paul\n\nAction: Nina to send the estimate.\n", True),
        ("ДОГОВОР\n\nЗаказчик: ООО «Ромашка».\nИсполнитель: ИП Белых.\nСрок: год.\n", False),
        ("ПРИКАЗ № 7\nОтветственный — начальник склада.\nОбщие положения.\n", False),
        ("# TODO\n- [ ] bread\n- [ ] milk\n\n## Tasks\n", False),
        ("| name | who may call it |\n|--|--|\n| run | everybody |\n", False),
        ("| Owner | Right |\n|--|--|\n| admin | all |\n", False),
        ("on: push\naction: build\njobs:\n  - action: deploy\n", False),
        ("Встреча эскадр произошла в мае. Присутствовали: адмирал и штаб.\n", False),
        ("# sync\n\nCopies a tree.\n\nHere is an example:\n\n- one\n- two\n- three\n", False),
        ("Решили они вот что: уехать в деревню.\nИ уехали.\n", False),
        ("AI – the next wave\n\nMachines learn.\n", False),
    ],
)
def test_minutes_on_paper_are_told_from_other_papers(text: str, meeting: bool) -> None:
    assert is_meeting(document_of(text, "x.md")) is meeting


def test_a_short_talk_below_a_long_head_is_a_meeting() -> None:
    head = "Team sync (2025-11-12 10:00) - Transcript\nAttendees\nNina Park, Tom Reed\nTranscript\n"
    talk = "Nina Park: Hello, all.\nTom Reed: I will send it on Friday.\nNina Park: Thanks!\n"
    document = document_of(f"{head}\n{talk}")
    assert [turn.speaker for turn in document.turns] == ["Nina Park", "Tom Reed", "Nina Park"]


@pytest.mark.parametrize(
    "text",
    [
        "10:41:07 From Игорь Краснов to Everyone: всем привет\n"
        "10:41:20 From Нина Пак to Everyone: скину завтра\n",
        "00:00:00\n\nНина Пак: начнём?\nТом Рид: да\nНина Пак: скину завтра\n",
        "Игорь, [12.11.2025 10:41]\nПривет\n\nНина, [12.11.2025 10:42]\nПривет\n\n"
        "Игорь, [12.11.2025 10:43]\nСкину завтра\n",
    ],
)
def test_what_somebody_says_and_when_is_no_title(text: str) -> None:
    document = document_of(text, "созвон.txt")
    assert (document.kind, document.title) == ("meeting", "созвон")


def test_people_of_the_head_speak_even_if_once() -> None:
    talk = "Олег Титов: Смету отправил.\nАнна Белова: Спасибо.\nИгорь Краснов: Я позвоню завтра.\n"
    head = "Планёрка 12.11.2025\nУчастники: Олег Титов, Анна Белова, Игорь Краснов\n\n"
    document = document_of(head + talk)
    assert len(document.turns) == 3
    assert [promise.who for promise in extract(document).promises] == ["Игорь Краснов"]
    assert document_of(talk).turns == ()
