"""A talk written down in any format comes back: who, what, since when, and on which line."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import saved

from rag.minutes.places import time_at, turn_at
from rag.readers import parts
from rag.readers.options import DEFAULT
from rag.types import Document

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = ("Игорь Краснов", "Вера Белых", "Олег Луговой")
WORDS = ("смета", "завтра", "пришлю", "договор", "готов", "нет", "акты", "бюджет", "R&D", "ёлка")
#: a turn: who speaks, and the rows of what is said
Turns = list[tuple[str, list[str]]]


@st.composite
def talks(draw: st.DrawFn) -> Turns:
    """A talk of six to twelve turns in which the speaker changes every time."""
    speakers = itertools.cycle(draw(st.permutations(PEOPLE)))
    row = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
    turns = draw(st.lists(st.lists(row, min_size=1, max_size=3), min_size=6, max_size=12))
    return [
        (
            speaker,
            [f"я {rows[0]}", *rows[1:-1], f"{rows[-1]}."] if len(rows) > 1 else [f"я {rows[0]}."],
        )
        for speaker, rows in zip(speakers, turns, strict=False)
    ]


def clock(seconds: int, mark: str = ".") -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}000"


def plain(turns: Turns) -> str:
    return "".join(f"{name}: " + "\n".join(rows) + "\n" for name, rows in turns)


def stamped(turns: Turns) -> str:
    return "".join(
        f"[{clock(10 * at)[:8]}] {name}: " + "\n".join(rows) + "\n"
        for at, (name, rows) in enumerate(turns)
    )


def teams(turns: Turns) -> str:
    return "".join(
        f"{name}   {clock(10 * at)[:8]}\n" + "\n".join(rows) + "\n\n"
        for at, (name, rows) in enumerate(turns)
    )


def zoom_chat(turns: Turns) -> str:
    return "".join(
        f"{clock(10 * at)[:8]} From {name} to Everyone:\n\t" + "\n\t".join(rows) + "\n"
        for at, (name, rows) in enumerate(turns)
    )


def captions(turns: Turns, cue: str, mark: str) -> str:
    """A cue for each row, two seconds apart."""
    lines: list[str] = []
    for at, (name, rows) in enumerate(turns):
        for step, words in enumerate(rows):
            start = 10 * at + 2 * step
            timing = f"{clock(start, mark)} --> {clock(start + 1, mark)}"
            lines += [str(len(lines)), timing, cue.format(name=name, words=words), ""]
    return "\n".join(lines)


def teams_vtt(turns: Turns) -> str:
    escaped = [(name, [row.replace("&", "&amp;") for row in rows]) for name, rows in turns]
    return "WEBVTT\n\n" + captions(escaped, "<v {name}>{words}</v>", ".")


def zoom_vtt(turns: Turns) -> str:
    return "WEBVTT\n\n" + captions(turns, "{name}: {words}", ".")


def srt(turns: Turns) -> str:
    return captions(turns, "{name}: {words}", ",")


FORMATS: dict[str, tuple[Callable[[Turns], str], str]] = {
    "plain": (plain, "txt"),
    "stamped": (stamped, "txt"),
    "teams": (teams, "txt"),
    "zoom chat": (zoom_chat, "txt"),
    "teams vtt": (teams_vtt, "vtt"),
    "zoom vtt": (zoom_vtt, "vtt"),
    "captions saved as text": (zoom_vtt, "txt"),
    "srt": (srt, "srt"),
}
#: what people and programs do to the bytes of a file
BYTES: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "bom": lambda text: text.encode("utf-8-sig"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "cp1251": lambda text: text.encode("cp1251"),
    "utf-16": lambda text: text.encode("utf-16"),
}


def document_of(data: bytes, name: str) -> Document:
    [part] = parts(data, name, DEFAULT)
    assert isinstance(part.result, Document)
    return part.result


def holds(document: Document) -> None:
    """Turns are verbatim, in order and apart, and know their lines."""
    for turn in document.turns:
        assert document.text[turn.start : turn.end] == turn.text
        assert document.line_at(turn.start) == turn.line
        assert turn_at(document, turn.start) is turn
        assert time_at(document, turn.end - 1) == turn.time
    assert all(a.end <= b.start for a, b in itertools.pairwise(document.turns))


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None, derandomize=True, max_examples=10)
@given(turns=talks())
def test_a_talk_comes_back(form: str, turns: Turns) -> None:
    write, suffix = FORMATS[form]
    text = write(turns)
    document = document_of(text.encode(), f"x.{suffix}")
    holds(document)
    found = [(t.speaker, [row.strip() for row in t.text.split("\n")]) for t in document.turns]
    assert found == turns
    lines = text.replace("&amp;", "&").split("\n")
    for turn in document.turns:
        offset = turn.start
        for row in turn.text.split("\n"):
            number = document.line_at(offset)
            assert number is not None
            assert row.strip() in lines[number - 1]
            offset += len(row) + 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("encoding", BYTES)
def test_the_bytes_of_a_file_change_nothing(form: str, encoding: str) -> None:
    write, suffix = FORMATS[form]
    turns: Turns = [
        (name, [f"я пришлю смету {at}", "и договор завтра."]) for at, name in enumerate(PEOPLE * 3)
    ]
    document = document_of(BYTES[encoding](write(turns)), f"x.{suffix}")
    expected = document_of(write(turns).encode(), f"x.{suffix}")
    holds(document)
    assert [t.speaker for t in document.turns] == [name for name, _ in turns]
    assert (document.text, document.turns, document.lines) == (
        expected.text,
        expected.turns,
        expected.lines,
    )


@settings(deadline=None, derandomize=True, max_examples=10)
@given(turns=talks())
def test_a_chat_of_telegram_comes_back(turns: Turns) -> None:
    messages = [
        {
            "id": 7 + at,
            "type": "message",
            "date": f"2025-11-{12 + at}T10:{at:02}:00",
            "from": name,
            "text": [{"type": "bold", "text": rows[0]}, *(f"\n{row}" for row in rows[1:])],
        }
        for at, (name, rows) in enumerate(turns)
    ]
    document = document_of(json.dumps({"name": "x", "messages": messages}).encode(), "x.json")
    holds(document)
    assert [(t.speaker, t.text.split("\n")) for t in document.turns] == turns
    assert [t.line for t in document.turns] == [message["id"] for message in messages]
    assert [t.day for t in document.turns] == [str(m["date"])[:10] for m in messages]


@settings(deadline=None, derandomize=True, max_examples=4)
@given(turns=talks())
def test_a_document_of_teams_comes_back(turns: Turns) -> None:
    paper = docx.Document()
    for at, (name, rows) in enumerate(turns):
        paper.add_paragraph(f"{name}   {clock(10 * at)[1:8]}\n" + "\n".join(rows))
    document = document_of(saved(paper), "x.docx")
    assert [(t.speaker, t.text.split("\n")) for t in document.turns] == turns
    assert [t.time for t in document.turns] == [clock(10 * at)[1:8] for at in range(len(turns))]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.text(alphabet="АВб:<v> \n—-[]().,|*0189\t&;\x00", max_size=300),
    st.sampled_from(["x.txt", "x.md", "x.vtt", "x.srt"]),
)
def test_whatever_is_read_holds_together(text: str, name: str) -> None:
    cue = "WEBVTT\n\n00:01.000 --> 00:02.000\nначнём\n\n00:03.000 --> 00:04.000\n"
    data = ((cue if name.endswith(("vtt", "srt")) else "Игорь: да\n") + text).encode()
    for part in parts(data, name, DEFAULT):
        if isinstance(part.result, Document):
            holds(part.result)


@pytest.mark.parametrize(
    "text",
    [
        "Созвон\n\n[00:01] Игорь: я пришлю\n[00:03] Игорь: смету завтра.\nИтого: хорошо\n"
        "[00:09] Вера: да, жду.\n[00:12] Игорь: Хорошо.\n",
        "Созвон\n\n0:0:1.0 --> 0:0:2.9\nИгорь\nя пришлю\n\n0:0:3.0 --> 0:0:4.0\nИгорь\n"
        "смету завтра.\n\n0:0:9.0 --> 0:0:9.9\nВера\nда, жду.\n\n"
        "0:0:12.0 --> 0:0:13.0\nИгорь\nХорошо.\n",
    ],
    ids=["stamps", "ranges"],
)
def test_a_sentence_over_two_stamps_is_one_turn_of_two_lines(text: str) -> None:
    document = document_of(text.encode(), "x.txt")
    holds(document)
    assert [(t.speaker, t.text) for t in document.turns] == [
        ("Игорь", "я пришлю\nсмету завтра."),
        ("Вера", "да, жду."),
        ("Игорь", "Хорошо."),
    ]
    lines = text.split("\n")
    for words in ("пришлю", "смету", "да, жду", "Хорошо."):
        number = document.line_at(document.text.index(words))
        assert number is not None
        assert words in lines[number - 1]
    assert document.text.startswith("Созвон\n\nИгорь: я пришлю\nсмету завтра.")
    assert ("Итого: хорошо" in text) is ("Итого: хорошо" in document.text)
