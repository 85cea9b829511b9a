"""Files made to hurt who reads them, built here byte by byte."""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import cache

import docx

#: Bytes a bomb unpacks to: far more than a reader may use.
BOMB = 1200 * 1024**2
_BLOCK = 1024**2
_ENTITIES = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 12))


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R", prev: bool = False) -> bytes:
    """A PDF of numbered objects with its table; with `prev` the table names itself as its past."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    past = b" /Prev %d" % table if prev else b""
    data += b"trailer\n<< /Size %d %s%s >>\n" % (len(objects) + 1, trailer, past)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % table)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
    b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
)
WORDS = b"BT /F 12 Tf 20 100 Td (The kiln cools for nine hours.) Tj ET"


def stream(data: bytes, entries: bytes = b"", length: int | None = None) -> bytes:
    """A stream object, its length as it is or as said."""
    said = len(data) if length is None else length
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (said, entries, data)


@cache
def deflate_bomb() -> bytes:
    """Zeros that a deflate stream of a few megabytes unpacks to."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(_BLOCK)) for _ in range(BOMB // _BLOCK)]
    return b"".join([*parts, packer.flush()])


def pdf_with_a_bomb(size: int = BOMB) -> bytes:
    """Its page is drawn by a gigabyte of zeros, or as many as said, packed twice."""
    packed = zlib.compress(deflate_bomb() if size == BOMB else zlib.compress(bytes(size)), 9)
    body = stream(packed, b"/Filter [/FlateDecode /FlateDecode]")
    return pdf(CATALOG, ONE_PAGE, PAGE, body)


def pdf_with_an_xref_loop() -> bytes:
    """Its cross-reference table is its own predecessor."""
    return pdf(CATALOG, ONE_PAGE, PAGE, stream(WORDS), prev=True)


def pdf_with_a_page_loop() -> bytes:
    """Its pages are their own children."""
    pages = b"<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 3 >>"
    return pdf(CATALOG, pages, PAGE, stream(WORDS))


def pdf_with_declared_pages(count: int) -> bytes:
    """It says it has many pages and has one."""
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count %d >>" % count
    return pdf(CATALOG, pages, PAGE, stream(WORDS))


def pdf_with_a_declared_length(length: int) -> bytes:
    """It says its page's stream is longer than any memory."""
    return pdf(CATALOG, ONE_PAGE, PAGE, stream(WORDS, length=length))


def nested_zip(levels: int) -> bytes:
    """A text in an archive in an archive in …"""
    name, data = "a.txt", "Дошли до дна.".encode()
    for _ in range(levels):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(name, data)
        name, data = "a.zip", held.getvalue()
    return data


def zip_with_a_bomb() -> bytes:
    """A small archive of a text of a gigabyte, and of one that is what it seems."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("good.txt", "The kiln cools for nine hours.")
        with file.open("bomb.txt", "w", force_zip64=True) as member:
            for _ in range(BOMB // _BLOCK):
                member.write(bytes(_BLOCK))
    return held.getvalue()


def zip_that_climbs() -> bytes:
    """An archive whose members are to be written elsewhere, were it unpacked."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in ("../../evil.txt", "/etc/evil.txt", "C:\\evil.txt", "good.txt"):
            file.writestr(name, "The kiln cools for nine hours.")
    return held.getvalue()


def docx_with(part: str, change: bytes | None = None, *, prolog: str = "") -> bytes:
    """A DOCX with a part put in, or with a prolog before its text's XML."""
    document = docx.Document()
    document.add_paragraph("The kiln cools for nine hours.")
    held, changed = io.BytesIO(), io.BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if prolog and name == part:
                text = data.decode().split("?>", 1)[1].replace("nine", "&e11;")
                data = f'<?xml version="1.0"?>{prolog}{text}'.encode()
            target.writestr(name, data)
        if change is not None:
            target.writestr(part, change)
    return changed.getvalue()


def docx_with_entities() -> bytes:
    """Its text names an entity that expands to a hundred billion letters."""
    prolog = f'<!DOCTYPE w:document [<!ENTITY e0 "ha">{_ENTITIES}]>'
    return docx_with("word/document.xml", prolog=prolog)


def docx_with_macros() -> bytes:
    """A document with a program in it, which nobody is to run."""
    return docx_with("word/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(2000))
