"""What the bytes of a file are, whatever it is called: told by how they begin, never by parsing.

A file that was sent in is read as what it is: a PDF called .txt is a PDF. What no reader is for,
such as a program or a film, is known too, so that the reason can say so.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal, NamedTuple, Protocol, overload

from rag.readers import CONTAINERS, READERS
from rag.readers.package import COMPOUND, ZIP

#: Why the bytes of a file are not taken.
Fault = Literal["", "empty", "program", "media", "unknown", "mismatch"]

#: Bytes at the head that tell what a file is.
_HEAD = 4096
#: Bytes at the end of a zip archive that are searched for the names of its parts.
_DIRECTORY = 1 << 16
_PDF_WITHIN = 1024  # bytes before the header of a PDF that readers put up with
_TAR_MARK = (257, b"ustar")
_EMPTY_ZIP = b"PK\x05\x06"

_WORD = {".docx", ".docm", ".dotx", ".dotm", ".doc"}
_EXCEL = {".xlsx", ".xlsm", ".xlsb", ".xltx", ".xls"}
_SLIDES = {".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".ppt"}
_IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}
_OLD_OFFICE = {".doc", ".xls", ".ppt", ".msg"}
#: Suffixes of files that are text inside; their readers judge bytes that begin like nothing known.
_TEXTS = {
    *(".txt", ".text", ".log", ".md", ".markdown", ".vtt", ".srt", ".csv", ".tsv", ".tab"),
    *(".html", ".htm", ".xhtml", ".xht", ".mht", ".mhtml", ".eml", ".mbox", ".json", ".ipynb"),
    *(".fb2", ".rtf", ".doc", ".xls", ".ppt"),
}
#: How programs begin: Windows, Linux, macOS, Java, WebAssembly, shortcuts of Windows.
_PROGRAMS = (
    *(b"MZ\x90\x00", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe"),
    *(b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\0asm", b"L\0\0\0\x01\x14\x02\0", b"dex\n"),
)
_NT_HEADER = slice(0x3C, 0x40)  # where a program of Windows says where its second header is
#: How sounds, films, and pictures that are not read begin, by offset.
_MEDIA = (
    *((0, head) for head in (b"ID3", b"OggS", b"fLaC", b"GIF8", b"8BPS", b"\x1aE\xdf\xa3")),
    *((0, head) for head in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"FLV\x01")),
    *((4, b"ftyp"), (8, b"WAVE"), (8, b"AVI ")),
)
#: How files begin that are of one kind, and the suffixes they may have, the first where it lies.
_BEGINNINGS: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (b"{\\rtf", (".rtf", ".doc")),
    (b"\x89PNG\r\n\x1a\n", (".png", *_IMAGES)),
    (b"\xff\xd8\xff", (".jpg", *_IMAGES)),
    (b"II*\0", (".tif", *_IMAGES)),
    (b"MM\0*", (".tif", *_IMAGES)),
    (b"\x1f\x8b", (".gz", ".tgz")),
    (b"BZh", (".bz2", ".tbz2")),
    (b"\xfd7zXZ\0", (".xz", ".txz")),
    (b"7z\xbc\xaf\x27\x1c", (".7z",)),
    (b"Rar!\x1a\x07", (".rar",)),
)
#: Parts that tell what an office file in a zip archive is.
_PARTS: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (b"word/", (".docx", *_WORD)),
    (b"xl/", (".xlsx", *_EXCEL)),
    (b"ppt/", (".pptx", *_SLIDES)),
)
_OOXML = b"[Content_Types].xml"
#: What the first part of a zip archive says it is.
_MIMETYPE = re.compile(rb"^PK\x03\x04.{26}mimetype.{0,64}?application/([a-z0-9.+-]+)", re.DOTALL)
_MIMETYPES = {
    b"epub+zip": (".epub",),
    b"vnd.oasis.opendocument.text": (".odt", ".ott"),
    b"vnd.oasis.opendocument.spreadsheet": (".ods", ".ots"),
    b"vnd.oasis.opendocument.presentation": (".odp", ".otp"),
}
#: Streams that tell what a compound file is, as it writes their names.
_STREAMS = (
    ("EncryptedPackage", (".docx", *_WORD, *_EXCEL, *_SLIDES)),
    ("WordDocument", (".doc", *_OLD_OFFICE)),
    ("Workbook", (".xls", *_OLD_OFFICE)),
    ("PowerPoint Document", (".ppt", *_OLD_OFFICE)),
    ("__substg1.0_", (".msg",)),
)
#: Kinds that are read under any name; an archive must be called one, or it may be anything.
_ARCHIVES = {".zip", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".rar", ".tar"}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Content(Protocol):
    """The bytes of a file, in memory or on the disk, as `bytes` gives them."""

    def __len__(self) -> int: ...
    def __contains__(self, part: bytes, /) -> bool: ...
    @overload
    def __getitem__(self, at: int, /) -> int: ...
    @overload
    def __getitem__(self, at: slice, /) -> bytes: ...


class Told(NamedTuple):
    """The suffix that a file is to be read by, or the fault that it is not read for.

    `kind` names what the bytes are where they are known: a suffix without its dot, or "text".
    """

    suffix: str
    fault: Fault = ""
    kind: str = ""


def tell(data: Content, name: str) -> Told:
    """What a file is to be read as, by its bytes, and by its name where they leave a choice."""
    claimed = PurePosixPath(name).suffix.lower()
    head = data[:_HEAD]
    if not head:
        return Told(claimed, "empty")
    if _is_program(data):
        return Told(claimed, "program")
    allowed = _known(data, head, claimed)
    if allowed:
        return _by_kind(allowed, claimed)
    if any(head[start:].startswith(mark) for start, mark in _MEDIA) and not _is_text(head):
        return Told(claimed, "media")
    if claimed in _TEXTS:
        return Told(claimed)
    if claimed in READERS or claimed in CONTAINERS:
        return Told(claimed, "mismatch", "text" if _is_text(head) else "")
    if not claimed and _is_text(head):
        return Told(".txt")
    return Told(claimed, "unknown", claimed[1:])


def _by_kind(allowed: tuple[str, ...], claimed: str) -> Told:
    """Read as it is called where its bytes may be that, else as what they are."""
    if claimed in allowed:
        return Told(claimed)
    known = claimed in READERS or claimed in CONTAINERS
    if allowed[0] in _ARCHIVES and not known:
        return Told(claimed, "unknown", claimed[1:])  # a program in parts, or a format of its own
    return Told(allowed[0], kind=allowed[0][1:])


def _known(data: Content, head: bytes, claimed: str) -> tuple[str, ...]:
    """Suffixes that files which begin like this may have, the usual one first; () for no idea."""
    if head.startswith(b"%PDF-") or (claimed == ".pdf" and b"%PDF-" in head[:_PDF_WITHIN]):
        return (".pdf",)
    if head.startswith((ZIP, _EMPTY_ZIP)):
        return _in_zip(data, head, claimed)
    if head.startswith(COMPOUND):
        streams = ((name.encode("utf-16-le"), kinds) for name, kinds in _STREAMS)
        return next((kinds for name, kinds in streams if name in data), tuple(sorted(_OLD_OFFICE)))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return (".webp", *_IMAGES)
    if head.startswith(b"BM") and not _is_text(head):
        return (".bmp", *_IMAGES)
    start, mark = _TAR_MARK
    if head[start:].startswith(mark):
        return (".tar",)
    return next((kinds for begin, kinds in _BEGINNINGS if head.startswith(begin)), ())


def _in_zip(data: Content, head: bytes, claimed: str) -> tuple[str, ...]:
    if said := _MIMETYPE.match(head):
        kinds = _MIMETYPES.get(said[1].removesuffix(b"-template"))
        if kinds:
            return kinds
    names = data[-_DIRECTORY:]
    if _OOXML in head or _OOXML in names:
        for part, kinds in _PARTS:
            if part in names:
                return kinds
    packed = {*_WORD, *_EXCEL, *_SLIDES, ".odt", ".ott", ".ods", ".ots", ".odp", ".otp", ".epub"}
    return (".zip", claimed) if claimed in packed else (".zip",)  # a damaged one: its reader says


def _is_program(data: Content) -> bool:
    head = data[:_HEAD]
    if head.startswith(_PROGRAMS):
        return True
    if not head.startswith(b"MZ"):
        return False
    at = int.from_bytes(data[_NT_HEADER], "little")
    return data[at : at + 2] in (b"PE", b"NE", b"LE")


def _is_text(head: bytes) -> bool:
    """Whether bytes may be text: hardly any that no text has, or those of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return len(_CONTROL.findall(head)) <= len(head) // 200
