"""Files called .doc, .xls and .ppt are read by what they hold."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import docx
import pptx
import pytest
from office_files import encrypted, saved, workbook

from rag.errors import ReadError
from rag.readers import READERS
from rag.readers.options import DEFAULT, Options
from rag.types import Document

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PAGE = (
    "<html><head><meta charset='utf-8'></head><body><p>Отчёт за ноябрь готов.</p>"
    "<table><tr><td>Насос</td><td>5</td></tr></table></body></html>"
)
ARCHIVE = (
    "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=X\n\n--X\n"
    f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{PAGE}\n--X--\n"
)
EXCEL_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Лист1"><Table>'
    '<Row><Cell><Data ss:Type="String">Товар</Data></Cell>'
    '<Cell ss:Index="3"><Data ss:Type="String">Срок</Data></Cell></Row>'
    '<Row ss:Index="9"><Cell ss:MergeAcross="1"><Data ss:Type="Number">5</Data></Cell>'
    '<Cell><Data ss:Type="DateTime">2025-11-18T00:00:00.000</Data></Cell></Row>'
    "</Table></Worksheet></Workbook>"
)


def read(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    return READERS[name[name.index(".") :]](data, name, options)


def word() -> bytes:
    document = docx.Document()
    document.add_paragraph("Новый формат.")
    return saved(document)


def sheet() -> bytes:
    return workbook(lambda book: book.add_worksheet("S").write("A1", "x"))


def slides() -> bytes:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Итоги"
    return saved(presentation)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.doc", rb"{\rtf1\ansi Rich text.}", "Rich text."),
        ("a.doc", word(), "Новый формат."),
        ("a.doc", "Просто текст.\n".encode("cp1251"), "Просто текст."),
        ("a.doc", PAGE.encode(), "Отчёт за ноябрь готов."),
        ("a.doc", ARCHIVE.encode(), "Отчёт за ноябрь готов."),
        ("a.xls", sheet(), "S\n\nx"),
        ("a.xls", PAGE.encode(), "Насос | 5"),
        ("a.xls", "Товар\tЦена\nНасос\t5\n".encode("cp1251"), "Товар | Цена\nНасос | 5"),
        ("a.xls", EXCEL_2003.encode(), "Лист1\n\nТовар | Срок\n\n5 | 2025-11-18"),
        ("a.ppt", slides(), "Итоги"),
    ],
)
def test_a_file_is_read_by_its_content(name: str, data: bytes, expected: str) -> None:
    assert expected in read(data, name).text


def test_the_xml_of_word_2003_is_refused_with_what_to_do() -> None:
    xml = b'<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word'
    with pytest.raises(ReadError, match=r"an old \.doc of Word 2003") as caught:
        read(xml + b'/2003/wordml"/>', "a.doc")
    assert "soffice --convert-to docx a.doc" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("a.doc", "an old binary .doc", "soffice --convert-to docx a.doc"),
        ("мой файл.doc", "an old binary .doc", "soffice --convert-to docx 'мой файл.doc'"),
        ("a.ppt", "an old binary .ppt", "soffice --convert-to pptx a.ppt"),
        ("a.xls", "broken spreadsheet", ""),
        ("a.docx", "an old binary office file under a new suffix", "save it anew"),
    ],
)
def test_a_binary_file_is_refused_with_what_to_do(name: str, reason: str, hint: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        read(COMPOUND, name)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.doc", word),
        ("a.docx", word),
        ("a.ppt", slides),
        ("a.pptx", slides),
        ("a.xls", sheet),
        ("a.xlsx", sheet),
    ],
)
def test_an_encrypted_file_opens_with_its_password(name: str, make: Callable[[], bytes]) -> None:
    data = encrypted(make(), "тайна")
    with pytest.raises(ReadError, match="the file is encrypted: a password is needed") as caught:
        read(data, name)
    assert "--password" in caught.value.hint
    with pytest.raises(ReadError, match="the password does not open it"):
        read(data, name, Options(password="wrong"))
    opened, plain = read(data, name, Options(password="тайна")), read(make(), name)
    assert opened.text == plain.text
    assert opened.id == sha256(data).hexdigest()
