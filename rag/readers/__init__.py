"""Readers: a file to its documents, one reader a suffix, each imported when first needed.

Most files hold one document. Archives and mails hold members, each read by its own suffix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReaderFailed, ReadError
from rag.readers.options import DEFAULT, Options

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Document


class Member(NamedTuple):
    """A file inside an archive or a mail: its bytes still to be read, or what came of it already.

    `name` is its path inside; "" for what the container itself says, such as a mail's own text.
    """

    name: str
    content: bytes | Document | ReadError


class Part(NamedTuple):
    """One document of a file; `member` is its path inside, "" for the file itself."""

    member: str
    result: Document | ReadError


#: Takes the bytes of a file and its name; raises ReadError where they cannot be read.
Reader = Callable[[bytes, str, Options], "Document"]
#: The same for a file that holds others.
Container = Callable[[bytes, str, Options], Iterator[Member]]

#: Changes whenever a reader's output for the same bytes does.
READERS_VERSION = "4"

_MAX_REASON = 300


def _lazy(module: str, function: str) -> Reader:
    """The reader `function` of `module`, imported at its first call."""

    def read_bytes(data: bytes, name: str, options: Options) -> Document:
        reader: Reader = getattr(import_module(f"rag.readers.{module}"), function)
        return reader(data, name, options)

    return read_bytes


def _lazy_container(module: str, function: str) -> Container:
    def members(data: bytes, name: str, options: Options) -> Iterator[Member]:
        container: Container = getattr(import_module(f"rag.readers.{module}"), function)
        return container(data, name, options)

    return members


_text = _lazy("text.plain", "read_text")
_image = _lazy("image", "read_image")
_markdown = _lazy("text.plain", "read_markdown")
_docx = _lazy("office.docx", "read_docx")
_pptx = _lazy("office.pptx", "read_pptx")
_sheets = _lazy("office.sheets", "read_sheets")
_opendocument = _lazy("office.opendocument", "read_opendocument")
_delimited = _lazy("text.delimited", "read_delimited")
_html = _lazy("web.html", "read_html")
_mht = _lazy("mail.eml", "read_mht")

#: Suffix, in lower case, to the reader of such files.
READERS: dict[str, Reader] = {
    ".pdf": _lazy("pdf", "read_pdf"),
    ".docx": _docx,
    ".docm": _docx,
    ".dotx": _docx,
    ".dotm": _docx,
    ".doc": _lazy("office.legacy", "read_doc"),
    ".rtf": _lazy("office.rtf", "read_rtf"),
    ".odt": _opendocument,
    ".ott": _opendocument,
    ".pptx": _pptx,
    ".pptm": _pptx,
    ".ppsx": _pptx,
    ".ppsm": _pptx,
    ".potx": _pptx,
    ".ppt": _lazy("office.legacy", "read_ppt"),
    ".odp": _opendocument,
    ".otp": _opendocument,
    ".xlsx": _sheets,
    ".xlsm": _sheets,
    ".xlsb": _sheets,
    ".xltx": _sheets,
    ".xls": _lazy("office.legacy", "read_xls"),
    ".ods": _sheets,
    ".ots": _sheets,
    ".csv": _delimited,
    ".tsv": _delimited,
    ".tab": _delimited,
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _text,
    ".text": _text,
    ".log": _text,
    ".vtt": _lazy("text.captions", "read_vtt"),
    ".srt": _lazy("text.captions", "read_srt"),
    ".html": _html,
    ".htm": _html,
    ".xhtml": _html,
    ".xht": _html,
    ".mht": _mht,
    ".mhtml": _mht,
    ".epub": _lazy("books.epub", "read_epub"),
    ".fb2": _lazy("books.fb2", "read_fb2"),
    ".ipynb": _lazy("text.notebook", "read_notebook"),
    ".png": _image,
    ".jpg": _image,
    ".jpeg": _image,
    ".tif": _image,
    ".tiff": _image,
    ".bmp": _image,
    ".webp": _image,
}

_packed = _lazy_container("archives.tar", "members_packed")
_unread = _lazy_container("archives.tar", "members_of_unread")

#: Suffix, in lower case, to what opens files that hold others.
CONTAINERS: dict[str, Container] = {
    ".json": _lazy_container("text.telegram", "members_telegram"),
    ".eml": _lazy_container("mail.eml", "members_eml"),
    ".mbox": _lazy_container("mail.eml", "members_mbox"),
    ".msg": _lazy_container("mail.msg", "members_msg"),
    ".zip": _lazy_container("archives.zip", "members_zip"),
    ".tar": _lazy_container("archives.tar", "members_tar"),
    ".tgz": _packed,
    ".tbz2": _packed,
    ".txz": _packed,
    ".gz": _packed,
    ".bz2": _packed,
    ".xz": _packed,
    ".7z": _unread,
    ".rar": _unread,
}


def supported(path: Path) -> bool:
    """Whether there is a reader for files with this suffix."""
    suffix = path.suffix.lower()
    return suffix in READERS or suffix in CONTAINERS


def read(path: Path, options: Options = DEFAULT) -> Iterator[Part]:
    """Read one file in this process; see `rag.workers` for files nobody vouches for.

    Gives every document the file holds, or the reason why there is none.
    """
    try:
        yield from parts(load(path), path.name, options)
    except ReadError as error:
        yield Part("", error)


def read_document(path: Path, options: Options = DEFAULT) -> Document:
    """The first document of a file. Raises ReadError where it cannot be read."""
    result = next(read(path, options)).result
    if isinstance(result, ReadError):
        raise result
    return result


def load(path: Path) -> bytes:
    """The bytes of a file that there is a reader for. Raises ReadError where it cannot be had."""
    if not supported(path):
        raise ReadError(f"unknown suffix {path.suffix or '(none)'}")
    try:
        if path.exists() and not path.is_file():
            raise ReadError("not a regular file")  # a pipe would never end
        return path.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be opened: {error.strerror or error}") from error


def original(
    data: bytes, name: str, document_id: str, options: Options, *, depth: int = 0
) -> bytes | None:
    """The bytes a document was read from: a file's own or those of one inside it, or None."""
    if hashlib.sha256(data).hexdigest() == document_id:
        return data
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in CONTAINERS or depth >= options.limits.nesting:
        return None
    with suppress(ReadError):
        for member in _members(suffix, data, name, options):
            if isinstance(member.content, bytes):
                inner = PurePosixPath(member.name).name
                if found := original(member.content, inner, document_id, options, depth=depth + 1):
                    return found
    return None


class _Unpacked:
    """Counts the bytes of all that a file holds, however deep, against the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0

    def add(self, member: Member) -> None:
        """Count a member. Raises ReadError where it is too much."""
        self._count += len(member.content) if isinstance(member.content, bytes) else 0
        if self._count > self._limit:
            raise ReadError(f"its members unpack to more than {self._limit:,} bytes")


def parts(
    data: bytes,
    name: str,
    options: Options,
    *,
    depth: int = 0,
    unpacked: _Unpacked | None = None,
) -> Iterator[Part]:
    """The documents of a file given by its bytes and its name."""
    unpacked = unpacked or _Unpacked(options.limits.unpacked)
    suffix = PurePosixPath(name).suffix.lower()
    try:
        if suffix in READERS:
            if not data:
                raise ReadError("the file is empty")
            with _guard():
                document = READERS[suffix](data, name, options)
            yield Part("", document)
        elif suffix in CONTAINERS:
            if depth >= options.limits.nesting:
                raise ReadError(f"files nested in files more than {depth} deep are not read")
            for member in _members(suffix, data, name, options):
                unpacked.add(member)
                yield from _parts_of(member, options, depth + 1, unpacked)
        else:
            raise ReadError(f"unknown suffix {suffix or '(none)'}")
    except ReadError as error:
        yield Part("", error)


def _members(suffix: str, data: bytes, name: str, options: Options) -> Iterator[Member]:
    """What a container holds; all that its reader may raise becomes a reason."""
    with _guard():
        members = iter(CONTAINERS[suffix](data, name, options))
    while True:
        with _guard():
            member = next(members, None)
        if member is None:
            return
        yield member


@contextmanager
def _guard() -> Iterator[None]:
    """Turn whatever a reader raises into a reason; some libraries raise what is no Exception."""
    try:
        yield
    except (ReadError, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise ReadError("reading it takes more memory than is allowed") from error
    except BaseException as error:
        reason = " ".join(f"the reader failed: {type(error).__name__}: {error}".split())
        raise ReaderFailed(reason[:_MAX_REASON]) from error


def _parts_of(member: Member, options: Options, depth: int, unpacked: _Unpacked) -> Iterator[Part]:
    if not isinstance(member.content, bytes):
        yield Part(member.name, member.content)
        return
    name = PurePosixPath(member.name).name
    for part in parts(member.content, name, options, depth=depth, unpacked=unpacked):
        inner = f"{member.name}/{part.member}" if part.member else member.name
        yield Part(inner, part.result)
