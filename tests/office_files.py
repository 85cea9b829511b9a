"""Office files for tests, made part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import msoffcrypto.format.ooxml
import xlsxwriter

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{_ODF}:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("style", "style"),
        ("meta", "meta"),
        ("chart", "chart"),
        ("presentation", "presentation"),
        ("svg", "svg-compatible"),
    )
)
NAMESPACES = (
    f'{_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def saved(document: object) -> bytes:
    """The bytes of a file that python-docx or python-pptx has made."""
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """An archive of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """An archive with every part passed through `change`."""
    return zipped({name: change(name, part) for name, part in parts_of(data).items()})


def with_part(data: bytes, name: str, content: str | bytes) -> bytes:
    """An archive with one part more, or another one in its place."""
    return zipped({**parts_of(data), name: content})


def encrypted(data: bytes, password: str) -> bytes:
    """An office file behind a password."""
    stream = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, stream)
    return stream.getvalue()


def odf(kind: str, body: str, *, styles: str = "", automatic: str = "", meta: str = "") -> bytes:
    """An OpenDocument file: what stands in its body, its styles, and its properties."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f"{head}<office:document-content {NAMESPACES}>"
            f"<office:automatic-styles>{automatic}</office:automatic-styles><office:body>"
            f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            "styles.xml": f"{head}<office:document-styles {NAMESPACES}>{styles}"
            "</office:document-styles>",
            "meta.xml": f"{head}<office:document-meta {NAMESPACES}><office:meta>{meta}"
            "</office:meta></office:document-meta>",
        }
    )


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """An XLSX that `fill` has written into."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    fill(book)
    book.close()
    return stream.getvalue()
