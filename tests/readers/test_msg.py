"""Outlook's messages, written here property by property: texts in both widths, what is attached."""

from __future__ import annotations

import struct
from contextlib import suppress
from hashlib import sha256

import pytest

from fuzz.compound import compound
from rag.errors import ReadError
from rag.readers import Member
from rag.readers.mail.msg import members_msg
from rag.readers.mail.packed_rtf import unpacked_rtf
from rag.readers.options import DEFAULT
from rag.types import Document

SUBJECT, BODY, HTML, RTF, TO, SENDER, ADDRESS = 0x37, 0x1000, 0x1013, 0x1009, 0xE04, 0xC1A, 0x5D01
HEADERS, DATA, NAME, SHORT_NAME, MIME = 0x7D, 0x3701, 0x3707, 0x3704, 0x370E
SUBMITTED, CODE_PAGE = 0x39, 0x3FFD
DAY = 134_073_000_000_000_000  # 2025-11-11 02:00, in tenths of a microsecond since 1601
ATTACHED = "__attach_version1.0_#0000000"
RUSSIAN = "Договор подписан обеими сторонами и передан в архив."


def text(number: int, words: str) -> tuple[str, bytes]:
    return f"__substg1.0_{number:04X}001F", words.encode("utf-16-le")


def narrow(number: int, data: bytes) -> tuple[str, bytes]:
    return f"__substg1.0_{number:04X}001E", data


def binary(number: int, data: bytes) -> tuple[str, bytes]:
    return f"__substg1.0_{number:04X}0102", data


def numbers(head: int, **values: int) -> tuple[str, bytes]:
    rows = {"submitted": (0x40, SUBMITTED), "code_page": (3, CODE_PAGE)}
    packed = (struct.pack("<HHIQ", *rows[key], 6, value) for key, value in values.items())
    return "__properties_version1.0", bytes(head) + b"".join(packed)


def message(*streams: tuple[str, bytes]) -> bytes:
    return compound(dict([numbers(32), text(SUBJECT, "Смета"), *streams]))


def inside(folder: str, *streams: tuple[str, bytes]) -> list[tuple[str, bytes]]:
    return [(f"{folder}/{name}", content) for name, content in streams]


def members(data: bytes) -> list[Member]:
    return list(members_msg(data, "mail.msg", DEFAULT))


def text_of(data: bytes) -> Document:
    first = members(data)[0]
    assert first.name == ""
    assert isinstance(first.content, Document)
    return first.content


def test_a_message_is_read_from_its_properties() -> None:
    data = message(
        text(SENDER, "Олег Титов"),
        text(ADDRESS, "oleg@example.org"),
        text(TO, "Анна; Игорь\0"),
        text(BODY, f"{RUSSIAN}\r\n\r\n> Когда?\r\n"),
        numbers(32, submitted=DAY),
    )
    document = text_of(data)
    assert document.text == (
        "From: Олег Титов <oleg@example.org>\nTo: Анна; Игорь\nDate: 2025-11-11 02:00 UTC\n"
        f"Subject: Смета\n\n{RUSSIAN}\n\n> Когда?"
    )
    assert (document.title, document.kind, document.date) == ("Смета", "mail", "2025-11-11")
    assert document.id == sha256(data).hexdigest()


def test_the_headers_of_a_received_message_come_first() -> None:
    headers = "From: a@b\r\nDate: Wed, 12 Nov 2025 10:00:00 +0300\r\nTo: =?utf-8?B?0Y8=?=\r\n"
    document = text_of(message(text(HEADERS, headers), numbers(32, submitted=DAY)))
    assert document.text.startswith("From: a@b\nTo: я\nDate: Wed, 12 Nov 2025 10:00:00 +0300\n")
    assert document.date == "2025-11-12"


@pytest.mark.parametrize("code_page", [1251, 0, 20866, 999_999])
def test_texts_in_eight_bits_are_read_in_their_code_page(code_page: int) -> None:
    body = narrow(BODY, RUSSIAN.encode("cp1251"))
    document = text_of(message(body, numbers(32, code_page=code_page)))
    assert document.text.endswith(f"\n\n{RUSSIAN}")


PAGE = f"<html><head><meta charset=windows-1251></head><p>{RUSSIAN}</p></html>"
PLAIN_RTF = rb"{\rtf1\ansi\ansicpg1251 \'c4\'e0, {\v hidden}yes}"


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ([text(BODY, "plain"), binary(HTML, PAGE.encode("cp1251"))], "plain"),
        ([text(BODY, " "), binary(HTML, PAGE.encode("cp1251"))], RUSSIAN),
        ([text(HTML, PAGE)], RUSSIAN),
        (
            [binary(RTF, struct.pack("<II4sI", 0, len(PLAIN_RTF), b"MELA", 0) + PLAIN_RTF)],
            "Да, yes",
        ),
        ([binary(RTF, b"rubbish")], ""),
    ],
)
def test_a_body_is_found_in_whatever_form_it_has(
    streams: list[tuple[str, bytes]], expected: str
) -> None:
    assert text_of(message(*streams)).text.partition("\n\n")[2] == expected


def test_packed_rtf_refers_to_what_was_said() -> None:
    """The example of the format's specification: a run of letters refers to itself."""
    packed = bytes.fromhex("1a000000 1c000000 4c5a4675 e2d44b51 41000420 5758595a 0d6e7d01 0eb0")
    assert unpacked_rtf(packed, 1000) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"short", "broken RTF"),
        (struct.pack("<II4sI", 0, 5, b"what", 0), "broken RTF"),
        (struct.pack("<II4sI", 0, 2_000, b"LZFu", 0), "more than 1,000 bytes"),
        (
            struct.pack("<II4sI", 0, 5, b"LZFu", 0) + b"\xff" + b"\x00\x0f" * 1000,
            "more than|broken",
        ),
    ],
)
def test_packed_rtf_that_is_broken_or_a_bomb_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        unpacked_rtf(data, 1000)


def test_attachments_are_members_and_attached_messages_are_read_in_place() -> None:
    inner = f"{ATTACHED}1/__substg1.0_3701000D"
    data = message(
        *inside(f"{ATTACHED}0", text(NAME, "Смета.csv"), binary(DATA, b"a,b")),
        *inside(inner, numbers(24), text(SUBJECT, "Акт"), text(BODY, "Внутри.")),
        *inside(f"{inner}/{ATTACHED}0", text(SHORT_NAME, "deep.txt"), binary(DATA, b"deep")),
        *inside(f"{ATTACHED}2", text(MIME, "application/pdf"), binary(DATA, b"%PDF")),
        *inside(f"{ATTACHED}3", text(NAME, "on the server.docx")),
    )
    found = members(data)
    assert [member.name for member in found] == [
        "",
        "Смета.csv",
        "Акт.msg",
        "Акт.msg/deep.txt",
        "attachment.pdf",
        "on the server.docx",
    ]
    assert found[1].content == b"a,b"
    assert isinstance(found[2].content, Document)
    assert found[2].content.text == "Subject: Акт\n\nВнутри."
    assert found[2].content.id != text_of(data).id
    assert found[3].content == b"deep"
    assert isinstance(found[5].content, ReadError)
    assert "a link to this file" in found[5].content.message


def test_messages_attached_to_each_other_end_at_the_limit() -> None:
    streams, folder = [], ""
    for _ in range(8):
        folder += f"/{ATTACHED}0/__substg1.0_3701000D"
        streams += inside(folder[1:], numbers(24), text(SUBJECT, "x"))
    *read, last = members(message(*streams))
    assert len(read) == 1 + DEFAULT.limits.nesting
    assert isinstance(last.content, ReadError)
    assert "nested more than 3 deep" in last.content.message


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no compound file"),
        (b"From: a@b\n\nx", "no compound file"),
        (compound({"Workbook": b"x"}), "it has no properties"),
        (message()[:700], "broken MSG|no properties"),
    ],
)
def test_what_is_no_message_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        members(data)


def test_damage_anywhere_ends_in_members_or_a_read_error() -> None:
    data = message(text(BODY, "words"), *inside(f"{ATTACHED}0", binary(DATA, b"x")))
    for place in range(0, len(data), 61):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with suppress(ReadError):
            assert members(bytes(damaged))
