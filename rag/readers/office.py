"""DOCX: paragraphs and tables in the order they stand in, headings by their style.

python-docx opens the file and knows its styles and properties. The body is walked here, since
the library passes over content controls, tracked insertions and text boxes without a word.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError
from rag.readers.dates import date_of
from rag.readers.options import DEFAULT, Options
from rag.types import Document, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from docx.document import Document as Docx
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.styles.style import BaseStyle

    from rag.types import MarkKind

#: Bytes all parts of the file may declare to have when unpacked.
MAX_UNPACKED = 512 * 1024**2
MAX_PARTS = 20_000
#: A compound file instead of a zip: an old .doc, or a DOCX with a password.
_COMPOUND = b"\xd0\xcf\x11\xe0"
_CELL_SEPARATOR = " | "
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _TABLE, _ROW, _CELL = (f"{_WORDS}{tag}" for tag in ("p", "tbl", "tr", "tc"))
_STYLE, _VALUE = f"{_WORDS}pPr/{_WORDS}pStyle", f"{_WORDS}val"
_CHARACTERS = {
    f"{_WORDS}{tag}": text
    for tag, text in (("tab", "\t"), ("br", "\n"), ("cr", "\n"), ("noBreakHyphen", "-"))
}
_TEXT = f"{_WORDS}t"
#: the second writing of a drawing, for programs that do not know the first; tab stops; old text
_SKIPPED = frozenset(
    {
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        *(f"{_WORDS}{tag}" for tag in ("pPr", "rPr", "del", "moveFrom")),
    }
)
_MAX_DEPTH = 100
_HEADING_STYLE = re.compile(r"(?:heading|заголовок)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"title|название", re.IGNORECASE)
_FIRST_YEAR = 1980
#: the date the library's own template carries, which is nobody's
_TEMPLATE_DAY = "2013-12-23"
_MAX_TITLE = 200


#: what the libraries raise on a damaged part; a syntax error is that of the XML parser
_BROKEN = (
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class _Block(NamedTuple):
    """A paragraph or a table as text; `level` is 0 but for headings."""

    text: str
    level: int
    table: bool


class _Content(NamedTuple):
    """What is read from a file: text, marks, and title and day of its properties."""

    text: str
    marks: tuple[Mark, ...]
    title: str
    created: str | None


def read_docx(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a DOCX file; `name` is the file's name, the title of last resort.

    A row of a table is one line, its cells parted by « | ». Headers, footers, comments and
    deleted text are no part of the document's text. Raises ReadError where the file is corrupt,
    encrypted, empty or would unpack to more than MAX_UNPACKED bytes.
    """
    from rag.minutes.turns import find_turns
    from rag.readers.text import lines_of

    text, marks, title, created = _parse(data)
    if not text:
        raise ReadError("the document holds no text")
    turns = find_turns(text, lines_of(text))
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=_title(title, text, marks) or PurePath(name).stem,
        text=text,
        marks=marks,
        turns=turns,
        kind="meeting" if turns else "office",
        date=date_of(name, text) or created,
    )


def _check_archive(data: bytes) -> None:
    """Raise ReadError where the file is no zip, or declares sizes nobody should unpack."""
    if data.startswith(_COMPOUND):
        raise ReadError(
            "an old .doc or an encrypted file", "Save it as .docx without a password and try again"
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise ReadError(f"it would unpack to {unpacked:,} bytes in {len(parts):,} parts")


def _parse(data: bytes) -> _Content:
    """The text of the body with its marks, and the properties; foreign errors as ReadError."""
    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    try:
        _check_archive(data)
        document = docx.Document(io.BytesIO(data))
        text, marks = _assemble(_blocks(document))
        properties = document.core_properties
        return _Content(text, marks, properties.title, _iso_date(properties.created))
    except (zipfile.BadZipFile, zlib.error, OpcError, PythonDocxError, *_BROKEN) as error:
        raise ReadError(f"broken DOCX: {error}") from error


def _blocks(docx: Docx) -> Iterator[_Block]:
    """Paragraphs and tables of the body that hold any text."""
    levels = {style.style_id: _level(style) for style in docx.styles}
    for item in _items(docx.element.body):
        if item.tag == _TABLE:
            rows = [row for row in _rows(item) if row]
            if rows:
                yield _Block("\n".join(rows), 0, table=True)
        elif text := _text(item).strip():
            style = item.find(_STYLE)
            level = levels.get(style.get(_VALUE, ""), 0) if style is not None else 0
            yield _Block(text, level, table=False)


def _items(element: BaseOxmlElement, depth: int = 0) -> Iterator[BaseOxmlElement]:
    """The outermost paragraphs and tables, whatever they are wrapped in."""
    for child in element:
        if child.tag in (_PARAGRAPH, _TABLE):
            yield child
        elif child.tag not in _SKIPPED and depth < _MAX_DEPTH:
            yield from _items(child, depth + 1)


def _rows(table: BaseOxmlElement) -> Iterator[str]:
    """Each row as one line, "" where its cells are empty."""
    for row in _direct(table, _ROW):
        cells = [" ".join(_text(cell).split()) for cell in _direct(row, _CELL)]
        yield _CELL_SEPARATOR.join(cells) if any(cells) else ""


def _direct(element: BaseOxmlElement, tag: str, depth: int = 0) -> Iterator[BaseOxmlElement]:
    """The outermost elements of a kind: the rows of this table and not of one inside it."""
    for child in element:
        if child.tag == tag:
            yield child
        elif depth < _MAX_DEPTH:
            yield from _direct(child, tag, depth + 1)


def _text(element: BaseOxmlElement, depth: int = 0) -> str:
    """The text inside an element; paragraphs within it, those of text boxes, on their own lines."""
    pieces: list[str] = []
    for child in element if depth < _MAX_DEPTH else ():
        if child.tag == _TEXT:
            pieces.append((child.text or "").replace("\xa0", " "))
        elif child.tag in _CHARACTERS:
            pieces.append(_CHARACTERS[child.tag])
        elif child.tag == _PARAGRAPH:
            pieces.append(f"\n{_text(child, depth + 1)}\n")
        elif child.tag not in _SKIPPED:
            pieces.append(_text(child, depth + 1))
    return "".join(pieces)


def _level(style: BaseStyle | None) -> int:
    """Level of the headings written in a style or in one derived from it, 0 for other styles."""
    for _ in range(_MAX_DEPTH):
        name = (style.name or "") if style is not None else ""
        heading = _HEADING_STYLE.match(name)
        if heading:
            return int(heading[1])
        if _TITLE_STYLE.fullmatch(name):
            return 1
        style = getattr(style, "base_style", None)
    return 0


def _assemble(blocks: Iterator[_Block]) -> tuple[str, tuple[Mark, ...]]:
    """The blocks joined by line ends, headings and tables set off by a blank line; their marks."""
    pieces: list[str] = []
    marks: list[Mark] = []
    length = 0
    apart = False
    for block in blocks:
        special = block.table or block.level > 0
        if pieces:
            separator = "\n\n" if special or apart else "\n"
            pieces.append(separator)
            length += len(separator)
        if special:
            kind: MarkKind = "table" if block.table else "heading"
            marks.append(Mark(kind, length, length + len(block.text), level=block.level))
        pieces.append(block.text)
        length += len(block.text)
        apart = special
    return "".join(pieces), tuple(marks)


def _title(title: str, text: str, marks: tuple[Mark, ...]) -> str:
    """The title in the file's properties, else its first heading, else ""."""
    if len(title.strip()) >= 3 and title.strip().lower() != "word document":
        return " ".join(title.split())[:_MAX_TITLE]
    for mark in marks:
        if mark.kind == "heading":
            return " ".join(text[mark.start : mark.end].split())[:_MAX_TITLE]
    return ""


def _iso_date(created: datetime | None) -> str | None:
    if created is None or created.year < _FIRST_YEAR:
        return None
    day = created.date().isoformat()
    return None if day == _TEMPLATE_DAY else day
