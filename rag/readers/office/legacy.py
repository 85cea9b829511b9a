"""Files called .doc, .xls and .ppt: read by what they hold, whatever they are called.

Programs write RTF, web pages, tables of text and new formats under these old names, and Office
opens them all. The true binary formats are read where there is a reader (XLS), or refused with
the command that converts them.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.office.rtf import RTF
from rag.readers.options import DEFAULT, Options
from rag.readers.package import COMPOUND, ZIP, is_encrypted

if TYPE_CHECKING:
    from rag.types import Document

#: What a refused file is to be converted with; its new suffix and its name are filled in.
CONVERT_HINT = "Convert it with LibreOffice: soffice --convert-to {} {}"
#: bytes at the head of a file that tell what it is
_HEAD = 4096
_WEB_PAGE = re.compile(rb"<!doctype html|<html|<head|<body|<table|<meta|<div|<style", re.IGNORECASE)
_MIME = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_SPREADSHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_WORD_XML = b"schemas.microsoft.com/office/word/2003"


def read_doc(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a file called .doc by its content: RTF, DOCX, a web page, plain text.

    Raises ReadError for a binary .doc, with the command that converts it.
    """
    from rag.readers import READERS

    if is_encrypted(data) or data.startswith(ZIP):
        return READERS[".docx"](data, name, options)
    head = _head(data)
    if data.startswith(COMPOUND) or _WORD_XML in head:
        raise ReadError(
            "an old binary .doc" if data.startswith(COMPOUND) else "an old .doc of Word 2003",
            CONVERT_HINT.format("docx", shlex.quote(name)),
        )
    if data.lstrip()[: len(RTF)].lower() == RTF:
        return READERS[".rtf"](data, name, options)
    return _read_text(data, name, options, ".txt")


def read_xls(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a file called .xls by its content: XLS, XLSX, a web page, XML of Excel 2003, CSV."""
    from rag.readers.office.sheets import read_sheets
    from rag.readers.office.spreadsheet_xml import read_spreadsheet_xml

    if data.startswith((ZIP, COMPOUND)):
        return read_sheets(data, name, options)
    if _SPREADSHEET_XML in _head(data):
        return read_spreadsheet_xml(data, name, options)
    return _read_text(data, name, options, ".csv")


def read_ppt(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a file called .ppt that holds a PPTX.

    Raises ReadError for a binary .ppt, with the command that converts it.
    """
    from rag.readers.office.pptx import read_pptx

    if is_encrypted(data) or not data.startswith(COMPOUND):
        return read_pptx(data, name, options)
    raise ReadError("an old binary .ppt", CONVERT_HINT.format("pptx", shlex.quote(name)))


def _head(data: bytes) -> bytes:
    """The first bytes, as of one byte a character."""
    return data[:_HEAD].replace(b"\x00", b"")


def _read_text(data: bytes, name: str, options: Options, suffix: str) -> Document:
    """Read a web page, alone or in a mail's shape, or else what `suffix` stands for."""
    from rag.readers import READERS

    head = _head(data)
    if _MIME.search(head):
        suffix = ".mht"
    elif _WEB_PAGE.search(head):
        suffix = ".html"
    return READERS[suffix](data, name, options)
