"""What a file is, told by its bytes, whatever it is called."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from rag.readers.signatures import Told, tell

WIN = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)


def packed(*names: str, mimetype: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    return stream.getvalue()


DOCX = packed("[Content_Types].xml", "word/document.xml")
XLSX = packed("[Content_Types].xml", "xl/workbook.xml")
ODT = packed("content.xml", mimetype="application/vnd.oasis.opendocument.text")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "a.pdf"),
        (b"junk before it\n%PDF-1.7 ...", "a.PDF"),
        (DOCX, "a.docx"),
        (DOCX, "a.dotm"),
        (DOCX, "a.doc"),
        (XLSX, "a.xlsb"),
        (packed("[Content_Types].xml"), "damaged.pptx"),
        (ODT, "a.ott"),
        (packed("x", mimetype="application/epub+zip"), "a.epub"),
        (packed("a.txt"), "a.zip"),
        (b"PK\x05\x06" + bytes(18), "empty.zip"),
        (tar(), "a.tar"),
        (b"\x1f\x8b\x08", "a.tar.gz"),
        (COMPOUND, "a.msg"),
        (COMPOUND + "WordDocument".encode("utf-16-le"), "a.doc"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "a.xlsx"),
        (b"{\\rtf1", "a.doc"),
        (PNG, "a.jpg"),
        ("Обычный текст".encode(), "a.txt"),
        ("Обычный текст".encode("cp1251"), "a.txt"),
        ("Обычный текст".encode("utf-16"), "a.md"),
        (b"%PDF-1.7 is how it begins", "a.pdf"),
        (b"MZ is how names of films begin", "a.txt"),
        (b"GIF8 is a word in a note", "a.txt"),
        (b"<html>", "a.xls"),
    ],
)
def test_a_file_that_is_what_it_is_called_is_read_by_its_suffix(data: bytes, name: str) -> None:
    assert tell(data, name) == Told("." + name.rsplit(".", 1)[1].lower())


@pytest.mark.parametrize(
    ("data", "name", "suffix"),
    [
        (b"%PDF-1.7 ...", "report.txt", ".pdf"),
        (b"%PDF-1.7 ...", "report", ".pdf"),
        (b"%PDF-1.7 ...", "report.xyz", ".pdf"),
        (DOCX, "report.pdf", ".docx"),
        (DOCX, "report.xlsx", ".docx"),
        (XLSX, "table.csv", ".xlsx"),
        (ODT, "letter.docx", ".odt"),
        (PNG, "scan.pdf", ".png"),
        (packed("a.txt"), "things.txt", ".zip"),
        (COMPOUND + "WordDocument".encode("utf-16-le"), "old.pdf", ".doc"),
        (b"{\\rtf1", "letter.txt", ".rtf"),
    ],
)
def test_a_file_that_lies_is_read_as_what_it_is(data: bytes, name: str, suffix: str) -> None:
    assert tell(data, name) == Told(suffix, kind=suffix[1:])


def test_text_without_a_suffix_is_read() -> None:
    assert tell("Заметка без имени".encode(), "README") == Told(".txt")


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "a.txt", Told(".txt", "empty")),
        (WIN, "setup.exe", Told(".exe", "program")),
        (WIN, "invoice.pdf", Told(".pdf", "program")),
        (b"\x7fELF\x02", "notes.txt", Told(".txt", "program")),
        (b"\0\0\0\x20ftypisom\0\0", "film.pdf", Told(".pdf", "media")),
        (b"ID3\x04" + bytes(20), "talk.mp3", Told(".mp3", "media")),
        (b"A note.", "a.pdf", Told(".pdf", "mismatch", "text")),
        (bytes(range(256)), "a.docx", Told(".docx", "mismatch")),
        (b"print()", "a.py", Told(".py", "unknown", "py")),
        (bytes(range(256)), "blob", Told("", "unknown")),
        (packed("META-INF/MANIFEST.MF", "A.class"), "a.jar", Told(".jar", "unknown", "jar")),
    ],
)
def test_what_no_reader_is_for_is_told_apart(data: bytes, name: str, told: Told) -> None:
    assert tell(data, name) == told
