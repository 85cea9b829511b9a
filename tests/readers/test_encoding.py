"""Bytes of every encoding people have on their disks come out as the text they were."""

from __future__ import annotations

import pytest

from rag.errors import ReadError
from rag.readers.text.plain import decode

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
        ("utf-32", "utf-32-le"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
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


LINES = (
    "Насос сдан в ремонт, запасные части придут на следующей неделе.",
    "Ключи от склада лежат у дежурного на проходной.",
    "Ёлки привезут в пятницу, разгружаем у чёрного входа.",
    "Ольга уехала в отпуск, её заменяет Юрий Щукин.",
    "Съезд участников начнётся в десять часов утра.",
    "Фёдор объяснил, почему щит не включается.",
    "Взносы за жильё принимает Эмма Жукова.",
    "Чай, кофе, сахар, печенье - купить к совещанию.",
    "Шум в подшипнике исчез после смазки.",
)
MIXED = (
    "Установите Python 3.11 и запустите pip install rag",
    "user=admin; роль=админ; status=OK",
    "Error 404: страница не найдена",
    "README: сборка",
    "id,name,город\n1,Oleg,Пермь\n2,Anna,Тула",
    "int x = 5; // счётчик",
    "C:\\Users\\Анна\\Desktop\\план.txt",
    "<b>Внимание</b> please read",
)
TABLES = (
    "╔══════╦══════╗\n║ Товар║ Цена ║\n╠══════╬══════╣\n║ Насос║  120 ║\n╚══════╩══════╝",
    "┌────┬─────┐\n│ N  │ Имя │\n├────┼─────┤\n│ 1  │ Олег│\n└────┴─────┘",
    "──────────\nИтого: 15 шт.\n──────────",
    "│ Итого │ 5 │",
    "░▒▓█ МЕНЮ █▓▒░\n1. Печать\n2. Выход",
)


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("line", LINES)
def test_one_line_is_enough_in_any_case(line: str, codec: str) -> None:
    for text in (line, line[:20].strip(), line.upper(), line.upper()[:20].strip(), line.title()):
        assert decode(text.encode(codec)) == (text, codec)


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("text", MIXED)
def test_russian_among_english_is_told_apart(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == (text, codec)


@pytest.mark.parametrize("codec", ["cp866", "koi8-r"])
@pytest.mark.parametrize("text", TABLES)
def test_frames_around_words_are_frames(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == (text, codec)


@pytest.mark.parametrize(
    "text",
    ["Її діти їздили до Києва.", "Ґанок і дах потребують ремонту цієї осені.", "Ціна зросла"],
)
def test_ukrainian_is_koi8_u_where_it_has_its_letters(text: str) -> None:
    assert decode(text.encode("koi8-u")) == (text, "koi8-u")


def test_the_old_macintosh_is_known_by_a_paragraph() -> None:
    assert decode(LONG_RU.encode("mac-cyrillic")) == (LONG_RU, "mac-cyrillic")


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    "text",
    [
        "Le café est fermé à Noël, désolé pour les élèves.",
        "El niño comió piñas, ¿sí?",
        "Å spise blåbær på ødegård",
        "ÜBERSICHT DER GRÖSSEN",
        "A temperature of 25° is fine, ±2°",
        "Copyright © 2024 ACME",
        "naïve",
    ],
)
def test_western_languages_are_not_russian(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == (text, "latin-1")


@pytest.mark.parametrize(
    ("text", "codec", "declared", "name"),
    [
        (LINES[0], "koi8-r", "koi8-r", "koi8-r"),
        (LINES[0], "koi8-r", "windows-1251", "koi8-r"),
        (LINES[0], "cp1251", "iso-8859-1", "cp1251"),
        (LINES[0], "cp1251", "us-ascii", "cp1251"),
        (LINES[0], "cp1251", "unicode_escape", "cp1251"),
        (LINES[0], "cp1251", "zlib", "cp1251"),
        (LINES[0], "cp1251", "\0", "cp1251"),
        (LINES[0], "utf-8", "cp1251", "utf-8"),
        (LINES[0], "iso8859-5", "iso-8859-5", "iso8859-5"),
        ("Çok güzel, değil mi?", "cp1254", "windows-1254", "cp1254"),
        ("He said – “no”.", "cp1252", "iso-8859-1", "cp1252"),
        ("中文测试文件", "gb2312", "gb2312", "gb2312"),
        ("日本語のテキスト", "iso-2022-jp", "iso-2022-jp", "iso2022_jp"),
        ("plain", "ascii", "utf-16", "utf-8"),
    ],
)
def test_what_is_declared_is_believed_unless_belied(
    text: str, codec: str, declared: str, name: str
) -> None:
    assert decode(text.encode(codec), declared) == (text, name)


@pytest.mark.parametrize("text", ["ઠઠ ગુજરાતી", "Հայերեն", "한국어", "🙂", "ภาษาไทย"])
def test_a_few_letters_of_a_far_script_are_utf_8(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")


def test_half_a_character_at_the_end_is_passed_over() -> None:
    assert decode("Да".encode("utf-16") + b"\n") == ("Да", "utf-16-le")


@pytest.mark.parametrize("data", [b"\xd1" * 300_000, b"\xb3" * 300_000, b"\x95A" * 150_000])
def test_no_text_makes_the_decision_slow(data: bytes) -> None:
    """Only a sample is weighed, and that in one pass for each encoding."""
    assert decode(data)[0]
