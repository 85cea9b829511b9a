"""A mail as a document, and safe names for the files attached to it, whatever it was stored in."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError
from rag.readers.web.flow import LINE, PARAGRAPH
from rag.readers.web.html import with_asides
from rag.types import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.readers.options import Options
    from rag.readers.web.markup import Content

_MAX_TITLE = 200
_MAX_NAME = 120
_FORBIDDEN = re.compile(r'[/\\\x00-\x1f\x7f-\x9f:*?"<>|]+')
#: An HTML body with so many times the characters of the plain one, and so many more, is the mail.
_RICHER, _MUCH_MORE = 5, 200
#: suffixes of files that have none in their name, by what the mail says they are
SUFFIXES = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-zip-compressed": ".zip",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/rtf": ".rtf",
}


class Body(NamedTuple):
    """A text in a mail: the words or the HTML, and the encoding they came in."""

    text: str
    encoding: str = ""
    html: bool = False


class Letter(NamedTuple):
    """A mail: its header fields as they read, its ISO day, and its texts in order."""

    fields: Sequence[tuple[str, str]]
    day: str | None
    bodies: Sequence[Body]


def mail_document(letter: Letter, digest: str, name: str, options: Options) -> Document:
    """The document of a mail; its fields come first, a line each. `digest` becomes its id."""
    from rag.readers.web.markup import Content

    content = Content()
    for field, value in letter.fields:
        content.main.verbatim(f"{field}: {value}", LINE)
    headed = len(content.main)
    for body in letter.bodies:
        content.main.end_line(PARAGRAPH)
        _add(body, content, options)
    empty = len(content.main) == headed
    text, marks, notes = with_asides(content)
    if not text:
        raise ReadError("the mail is empty")
    return Document(
        id=digest,
        title=dict(letter.fields).get("Subject", "")[:_MAX_TITLE] or PurePath(name).stem,
        text=text,
        marks=marks,
        kind="mail",
        date=letter.day,
        encoding=next((body.encoding for body in letter.bodies if body.encoding), None),
        notes=(*notes, "the mail has no text of its own") if empty else notes,
    )


def is_richer(html: str, plain: str) -> bool:
    """Whether a body in HTML says much that the plain one, a mere stub, leaves out."""
    from rag.readers.web.markup import parse, render

    size = len(plain.strip())
    if len(html) < size * _RICHER:
        return False
    try:
        said = len(render(parse(html)).main)
    except ReadError:
        return False
    return said > size * _RICHER and said > size + _MUCH_MORE


def digest_of(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def safe_name(name: str) -> str:
    """A name without anything that could lead elsewhere, short enough for a path."""
    stem = _FORBIDDEN.sub("_", name).strip(" ._")
    if len(stem) <= _MAX_NAME:
        return stem
    suffix = PurePosixPath(stem).suffix[:10]
    return stem[: _MAX_NAME - len(suffix)].rstrip() + suffix


class Names:
    """Gives every file of a mail a name that no other has."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, name: str, kind: str = "") -> str:
        """A safe name like `name`, with the suffix of files of a MIME type if it has none."""
        name = safe_name(name) or "attachment"
        if not PurePosixPath(name).suffix:
            name += SUFFIXES.get(kind, "")
        path, number, free = PurePosixPath(name), 1, name
        while free.lower() in self._given:
            number += 1
            free = f"{path.stem} ({number}){path.suffix}"
        self._given.add(free.lower())
        return free


def _add(body: Body, content: Content, options: Options) -> None:
    """Write a text of the mail; a page without words is passed over."""
    from rag.readers.web.hidden import unseen
    from rag.readers.web.markup import parse, render

    if not body.html:
        content.main.verbatim(body.text)
        return
    with suppress(ReadError):
        root = parse(body.text)
        hidden = set() if options.keep_hidden else unseen(root)
        render(root, hidden=hidden, content=content)
