"""Bytes of every encoding people have on their disks come out as the text they were."""

from __future__ import annotations

import pytest

from rag.errors import ReadError
from rag.readers.text import decode

SHORT_RU = "Встреча переносится на утро понедельника."
LONG_RU = (
    "Протокол совещания от 5 ноября. Слушали: Ёлкину А. Н. о подготовке цеха к зиме; решили "
    "закупить утеплитель, проверить насосы и назначить ответственных за каждый участок.\n"
) * 20
CAPITALS_RU = "ПРОТОКОЛ ЗАСЕДАНИЯ ПРАВЛЕНИЯ ТОВАРИЩЕСТВА № 7"
MIXED_RU = "Сервер nginx упал в 10:42, логи в /var/log, смотрит Олег.\n"
ENGLISH = "The meeting is moved to Monday morning."
GERMAN = "Die Prüfung der Anlage läuft, größere Änderungen übernimmt Jörg."


@pytest.mark.parametrize("text", [SHORT_RU, LONG_RU, MIXED_RU, ENGLISH])
@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16", "utf-16-le"),
    ],
)
def test_unicode_is_recognised_with_and_without_byte_order_mark(
    text: str, codec: str, name: str
) -> None:
    assert decode(text.encode(codec)) == (text, name)


@pytest.mark.parametrize("text", [SHORT_RU, LONG_RU, CAPITALS_RU, MIXED_RU])
@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp866"])
def test_single_byte_russian_is_told_apart(text: str, codec: str) -> None:
    text = text.replace("№", "N")
    assert decode(text.encode(codec)) == (text, codec)


@pytest.mark.parametrize("length", [12, 20, 40])
@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp866"])
def test_a_few_russian_letters_are_enough(codec: str, length: int) -> None:
    text = SHORT_RU[:length].strip()
    assert decode(text.encode(codec)) == (text, codec)


def test_cp1251_punctuation_survives() -> None:
    text = "«Заменю завтра», — сказал Олег… № 14"
    assert decode(text.encode("cp1251")) == (text, "cp1251")


def test_western_accents_are_latin_1() -> None:
    assert decode(GERMAN.encode("latin-1")) == (GERMAN, "latin-1")


@pytest.mark.parametrize("text", ["He said – twice – “no”.", "£5 – or 5 €", "– –"])
def test_english_with_windows_punctuation_is_not_russian(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "cp1252")


def test_ukrainian_is_cp1251_too() -> None:
    text = "Її діти їздили до Києва, щоб побачити нові будівлі."
    assert decode(text.encode("cp1251")) == (text, "cp1251")


def test_utf_16_without_spaces_is_recognised() -> None:
    assert decode("Протокол".encode("utf-16-le")) == ("Протокол", "utf-16-le")


def test_a_stray_byte_does_not_make_utf_8_something_else() -> None:
    text, encoding = decode(LONG_RU.encode() + b"\xff\n")
    assert encoding == "utf-8"
    assert text == LONG_RU + "\ufffd\n"


@pytest.mark.parametrize("data", [b"a\r\nb\rc\n", b"\xef\xbb\xbfa\r\nb\rc\n"])
def test_line_ends_become_one_kind(data: bytes) -> None:
    assert decode(data) == ("a\nb\nc\n", "utf-8")


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04rest of a zip",
        b"%PDF-1.7 rest of a pdf",
        b"\x7fELF\x02\x01\x01",
        b"\x89PNG\r\n\x1a\n",
        b"text with a zero \x00 inside",
        bytes(range(1, 32)) * 10,
    ],
)
def test_binary_content_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="binary file"):
        decode(data)


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_nothing_but_white_space_is_an_empty_file(data: bytes) -> None:
    with pytest.raises(ReadError, match="the file is empty"):
        decode(data)
