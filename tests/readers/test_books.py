"""EPUB and FictionBook files made here: chapters in order, titles, and what is hostile in them."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from dataclasses import replace

import pytest

from rag.errors import ReadError
from rag.readers import parts
from rag.readers.books.epub import read_epub
from rag.readers.books.fb2 import read_fb2
from rag.readers.options import DEFAULT
from rag.types import HIDDEN_TEXT, Document

CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
OPF = """<?xml version="1.0"?>
<!DOCTYPE package PUBLIC "+//ISBN 0-9673008-1-9//DTD OEB 1.2 Package//EN" "oeb12.dtd">
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>Лампы</dc:title><dc:creator>Анна Белова</dc:creator>
<dc:date>2019</dc:date><dc:date>2021-04-05</dc:date></metadata>
<manifest>
<item id="two" href="text/two%20.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="pic" href="a.png" media-type="image/png"/>
</manifest>
<spine><itemref idref="nav"/><itemref idref="one"/>
<itemref idref="two"/><itemref idref="no"/></spine>
</package>"""
ONE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>
<h1>Глава первая</h1><nav>Не теряется</nav><p>Свет&nbsp;горел.</p>
<p style="display:none">скрыто</p></body></html>"""
TWO = """<?xml version="1.0" encoding="windows-1251"?>
<html xmlns="http://www.w3.org/1999/xhtml"><body>
<p class="title">Глава вторая</p><p>Свет погас.</p></body></html>"""
NCX = """<?xml version="1.0"?>
<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/ncx-2005-1.dtd">
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint><navLabel><text>Глава первая</text></navLabel><content src="text/one.xhtml"/></navPoint>
<navPoint><navLabel><text>Глава  вторая</text></navLabel>
<content src="text/two%20.xhtml#top"/></navPoint></navMap></ncx>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><h1>Содержание</h1>
<ol><li><a href="text/one.xhtml">Глава первая</a></li></ol></nav></body></html>"""
FILES = {
    "mimetype": b"application/epub+zip",
    "META-INF/container.xml": CONTAINER.encode(),
    "OEBPS/book.opf": OPF.encode(),
    "OEBPS/text/one.xhtml": ONE.encode(),
    "OEBPS/text/two .xhtml": TWO.encode("cp1251"),
    "OEBPS/toc.ncx": NCX.encode(),
    "OEBPS/nav.xhtml": NAV.encode(),
}


def book(changes: dict[str, bytes | None] | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (FILES | (changes or {})).items():
            if content is not None:
                archive.writestr(name, content)
    return stream.getvalue()


def headings(document: Document) -> list[tuple[int, str]]:
    return [
        (mark.level, document.text[mark.start : mark.end])
        for mark in sorted(document.marks, key=lambda mark: mark.start)
        if mark.kind == "heading"
    ]


def test_chapters_come_in_the_order_they_are_read() -> None:
    document = read_epub(book(), "lamps.epub")
    assert document.text == (
        "Глава первая\n\nНе теряется\n\nСвет горел.\n\nГлава вторая\n\nСвет погас.\n\n"
        "Содержание\n\n1. Глава первая\n\nскрыто"
    )
    assert headings(document) == [(1, "Глава первая"), (1, "Глава вторая")]
    asides = [(m.note, document.text[m.start : m.end]) for m in document.marks if m.kind == "aside"]
    assert asides == [("navigation", "Содержание\n\n1. Глава первая"), (HIDDEN_TEXT, "скрыто")]
    assert (document.title, document.date) == ("Лампы — Анна Белова", "2021-04-05")


@pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/toc.ncx"])
@pytest.mark.parametrize("content", [None, b"", b"broken"])
def test_a_book_does_without_what_is_only_about_it(name: str, content: bytes | None) -> None:
    document = read_epub(book({name: content}), "lamps.epub")
    assert document.text.startswith("Глава первая")


def test_a_missing_chapter_is_told() -> None:
    document = read_epub(book({"OEBPS/text/one.xhtml": None}), "lamps.epub")
    assert "Свет погас." in document.text
    assert "chapters that are missing or broken: 1" in document.notes


LAUGHS = b"""<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>"""
DRM = b"""<encryption><EncryptedData><CipherData>
<CipherReference URI="OEBPS/text/one.xhtml"/></CipherData></EncryptedData></encryption>"""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"META-INF/encryption.xml": DRM}, "encrypted by its publisher"),
        ({"OEBPS/book.opf": LAUGHS + b"<package>&lol2;</package>"}, "declares entities"),
        ({"OEBPS/book.opf": None}, "broken EPUB: it has no list of its chapters"),
        ({name: None for name in FILES if name.endswith(".xhtml")}, "the book holds no text"),
    ],
)
def test_what_cannot_be_read_gives_the_reason(
    changes: dict[str, bytes | None], reason: str
) -> None:
    with pytest.raises(ReadError, match=reason):
        read_epub(book(changes), "lamps.epub")


def test_entities_of_a_chapter_do_not_expand() -> None:
    chapter = LAUGHS + b"<html><body><p>&lol2; said he</p></body></html>"
    document = read_epub(book({"OEBPS/text/one.xhtml": chapter}), "lamps.epub")
    assert "said he" in document.text
    assert "lollol" not in document.text


def test_fonts_that_are_encrypted_do_not_matter() -> None:
    listed = DRM.replace(b"OEBPS/text/one.xhtml", b"OEBPS/font.ttf")
    assert read_epub(book({"META-INF/encryption.xml": listed}), "a.epub").text


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    options = replace(DEFAULT, limits=replace(DEFAULT.limits, unpacked=100_000))
    with pytest.raises(ReadError, match="would unpack to"):
        read_epub(book({"OEBPS/a.png": bytes(200_000)}), "a.epub", options)


def test_damage_anywhere_ends_in_a_document_or_a_read_error() -> None:
    data = book()
    for place in range(0, len(data), 97):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with suppress(ReadError):
            assert read_epub(bytes(damaged), "a.epub").text


FB2 = """<?xml version="1.0" encoding="{encoding}"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"
 xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><author><first-name>Анна</first-name><last-name>Белова</last-name>
</author><book-title>Лампы</book-title><date value="2021-04-05">весна</date></title-info>
</description>
<body><title><p>Анна Белова</p><p>Лампы</p></title>
<epigraph><p>Да будет свет.</p><text-author>Надпись</text-author></epigraph>
<section><title><p>Часть первая</p></title>
<section><title><p>Глава 1</p></title><p>Свет <emphasis>горел</emphasis>.<a l:href="#n1"
type="note">[1]</a></p><empty-line/><p>H<sub>2</sub>O.</p>
<poem><stanza><v>Строка раз,</v><v>строка два.</v></stanza></poem>
<table><tr><th>Лампа</th><th>Вт</th></tr><tr><td>Малая</td><td>5</td></tr></table>
</section></section></body>
<body name="notes"><section id="n1"><title><p>1</p></title><p>До утра.</p></section></body>
<binary id="a.png" content-type="image/png">iVBORw0KGgo=</binary></FictionBook>"""
FB2_TEXT = """Анна Белова Лампы

Да будет свет.

Надпись

Часть первая

Глава 1

Свет горел.[1]

H2O.

Строка раз,
строка два.

Лампа | Вт
Малая | 5

1

До утра."""


def test_a_title_of_any_length_is_cut() -> None:
    """It is searched with every chunk of the book."""
    package = OPF.replace("Лампы", "Лампы " * 100)
    epub = read_epub(book({"OEBPS/book.opf": package.encode()}), "lamps.epub")
    fiction = read_fb2(FB2.format(encoding="utf-8").replace("Лампы", "Лампы " * 100).encode(), "a")
    assert [len(epub.title), len(fiction.title)] == [200, 200]


@pytest.mark.parametrize(
    ("codec", "declared"),
    [("utf-8", "utf-8"), ("cp1251", "windows-1251"), ("koi8-r", "koi8-r"), ("cp1251", "utf-8")],
)
def test_a_fictionbook_is_read_in_the_encoding_it_is_in(codec: str, declared: str) -> None:
    document = read_fb2(FB2.format(encoding=declared).encode(codec), "lamps.fb2")
    assert document.text == FB2_TEXT
    assert document.encoding == codec
    assert headings(document) == [(1, "Анна Белова Лампы"), (2, "Часть первая"), (3, "Глава 1")]
    assert (document.title, document.date) == ("Лампы — Анна Белова", "2021-04-05")
    tables = [document.text[m.start : m.end] for m in document.marks if m.kind == "table"]
    assert tables == ["Лампа | Вт\nМалая | 5"]


def test_a_zipped_fictionbook_is_found_by_its_double_suffix() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("lamps.fb2", FB2.format(encoding="utf-8"))
    [part] = parts(stream.getvalue(), "lamps.fb2.zip", DEFAULT)
    assert part.member == "lamps.fb2"
    assert isinstance(part.result, Document)
    assert part.result.text == FB2_TEXT


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><body>x</body></html>", "not a FictionBook"),
        (b"not xml at all", "broken XML"),
        (b"<FictionBook><body/></FictionBook>", "holds no text"),
        (
            f'<!DOCTYPE F [<!ENTITY e0 "x">{BOMB}]><FictionBook>&e11;</FictionBook>'.encode(),
            "declares entities",
        ),
        (
            b'<!DOCTYPE F [<!ENTITY e SYSTEM "file:///etc/passwd">]><FictionBook>&e;</FictionBook>',
            "declares entities",
        ),
    ],
)
def test_what_is_no_book_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_fb2(data, "a.fb2")


def test_an_unfinished_book_is_read_as_far_as_it_goes() -> None:
    data = b"<FictionBook><body><section><p>Begun &amp; </p><p>never & ended"
    assert read_fb2(data, "a.fb2").text.startswith("Begun &")


def test_ten_thousand_sections_in_each_other_end_at_once() -> None:
    data = b"<FictionBook><body><p>x</p>" + b"<section>" * 10_000 + b"<p>y</p>"
    with suppress(ReadError):
        assert read_fb2(data, "a.fb2").text.startswith("x")
