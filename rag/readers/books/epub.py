"""EPUB: the chapters of a book in the order they are read, as the pages of HTML they are."""

from __future__ import annotations

import hashlib
import posixpath
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from rag.errors import ReadError
from rag.readers.books.trees import MAX_TITLE, first, name_of, tree, words
from rag.readers.encoding import decode
from rag.readers.options import DEFAULT, Options
from rag.readers.package import broken, iso_day, open_package
from rag.readers.web.flow import PARAGRAPH
from rag.readers.web.html import declared_encoding, with_asides
from rag.types import Document, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from rag.readers.package import Package
    from rag.readers.web.flow import Flow
    from rag.readers.web.markup import Content

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/x-dtbook+xml", ""))
_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")
_NCX = "application/x-dtbncx+xml"


class _Item(NamedTuple):
    """A file of the book: where it lies, what it is, and what the book says of it."""

    path: str
    media: str
    properties: str


class _Book(NamedTuple):
    """What the book's package file tells: title, day, chapters in order, their names by path."""

    title: str
    date: str | None
    chapters: tuple[_Item, ...]
    names: dict[str, str]


def read_epub(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read an EPUB book; the headings of its chapters become marks.

    Raises ReadError where the file is broken, encrypted by its publisher, without text, or would
    unpack to more than `options.limits` allow.
    """
    with broken("EPUB"):
        package = open_package(data, "EPUB", options)
        book = _book(package)
        _check_encryption(package, book)
        content, missing = _read(package, book, options)
    text, marks, notes = with_asides(content)
    if not text:
        raise ReadError("the book holds no text")
    if missing:
        notes = (*notes, f"chapters that are missing or broken: {missing}")
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=book.title[:MAX_TITLE] or PurePath(name).stem,
        text=text,
        marks=marks,
        date=book.date,
        notes=notes,
    )


def _book(package: Package) -> _Book:
    """The book's package file, read; the files in it by name where it has no order."""
    path = _package_path(package)
    root = tree(package.read(path) or b"")[0]
    items = {
        item.get("id", ""): _Item(
            _beside(path, item.get("href", "")),
            item.get("media-type", ""),
            item.get("properties", ""),
        )
        for item in root.iter()
        if name_of(item) == "item"
    }
    order = [item.get("idref", "") for item in root.iter() if name_of(item) == "itemref"]
    chapters = [items[one] for one in dict.fromkeys(order) if one in items] or list(items.values())
    pages = (one for one in chapters if one.media in _PAGES or one.path.endswith(_SUFFIXES))
    return _Book(_title(root), _date(root), tuple(pages), _names(package, items.values()))


def _package_path(package: Package) -> str:
    """Where the package file lies: where the container says, or wherever there is one."""
    for element in _elements(package, _CONTAINER):
        path = str(element.get("full-path", ""))
        if name_of(element) == "rootfile" and path in package:
            return path
    for name in package.names:
        if name.endswith(".opf"):
            return name
    raise ReadError("broken EPUB: it has no list of its chapters")


def _elements(package: Package, path: str) -> Iterator[_Element]:
    """The elements of a file that the book can do without, none where it is missing or broken."""
    with suppress(ReadError):
        yield from tree(package.read(path) or b"")[0].iter()


def _beside(path: str, link: str) -> str:
    """Where a link in the file at `path` leads inside the archive."""
    target = unquote(link.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(path), target)).lstrip("/")


def _title(root: _Element) -> str:
    """«Title — Author»."""
    metadata = first(root, "metadata")
    if metadata is None:
        return ""
    return " — ".join(filter(None, (words(first(metadata, one)) for one in ("title", "creator"))))


def _date(root: _Element) -> str | None:
    days = (iso_day(words(element)) for element in root.iter() if name_of(element) == "date")
    return next(filter(None, days), None)


def _names(package: Package, items: Iterable[_Item]) -> dict[str, str]:
    """Names of chapters by the path of their file, from the book's tables of contents."""
    names: dict[str, str] = {}
    for item in items:
        is_nav = "nav" in item.properties.split()
        if not is_nav and item.media != _NCX:
            continue
        label = ""
        for element in _elements(package, item.path):
            tag = name_of(element)
            if tag == "navLabel":
                label = words(element)
            elif tag == "content" and element.get("src"):
                names.setdefault(_beside(item.path, element.get("src", "")), label)
            elif tag == "a" and is_nav and element.get("href"):
                names.setdefault(_beside(item.path, element.get("href", "")), words(element))
    return names


def _check_encryption(package: Package, book: _Book) -> None:
    """Raise ReadError where chapters are encrypted; fonts often are, and are not read."""
    listed = package.read(_ENCRYPTION)
    if listed is None:
        return
    paths = {chapter.path.lower() for chapter in book.chapters}
    for element in tree(listed)[0].iter():
        listed_path = unquote(element.get("URI", "")).lstrip("/").lower()
        if name_of(element) == "CipherReference" and listed_path in paths:
            raise ReadError(
                "the book is encrypted by its publisher", "Read a copy without such protection"
            )


def _read(package: Package, book: _Book, options: Options) -> tuple[Content, int]:
    """The text of all chapters, and how many of them could not be read."""
    from rag.readers.web.hidden import unseen
    from rag.readers.web.markup import Content, parse, render

    content = Content()
    missing = 0
    for chapter in book.chapters:
        data = package.read(chapter.path)
        try:
            if data is None:
                raise ReadError("the archive does not hold it")
            root = parse(decode(data, declared_encoding(data))[0])
        except ReadError:
            missing += 1
            continue
        hidden = set() if options.keep_hidden else unseen(root)
        aside = [root] if "nav" in chapter.properties.split() else []
        content.main.end_line(PARAGRAPH)
        pieces, marks = content.main.pieces, len(content.main.marks)
        render(root, aside=aside, hidden=hidden, content=content)
        if len(content.main.marks) == marks:
            _mark_name(content.main, pieces, book.names.get(chapter.path, ""))
    return content, missing


def _mark_name(flow: Flow, pieces: int, name: str) -> None:
    """Mark the first line since so many pieces where it reads as the chapter is called."""
    text = flow.text(pieces).lstrip("\n")
    line = text.partition("\n")[0]
    if name and " ".join(line.split()).lower() == name.lower():
        begin = len(flow) - len(text)
        flow.marks.append(Mark("heading", begin, begin + len(line), level=1))
