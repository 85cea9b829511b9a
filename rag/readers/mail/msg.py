"""Outlook's .msg files: a message and its attachments, stored as properties in a compound file.

Property 0x0037 of the type 0x001F, a text in UTF-16, is the stream `__substg1.0_0037001F`; a type
0x001E is a text in the code page that another property names, 0x0102 is binary. Attachments are
storages of their own; a message that is attached is a storage inside one, and is read in place.
"""

from __future__ import annotations

import io
import struct
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers import Member
from rag.readers.encoding import decode
from rag.readers.mail.headers import header, iso_day_of
from rag.readers.mail.packed_rtf import unpacked_rtf
from rag.readers.mail.text import Body, Letter, Names, digest_of, mail_document
from rag.readers.package import broken
from rag.readers.web.html import declared_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from olefile import OleFileIO

    from rag.readers.options import Options

_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC, _HEADERS = 0x0E04, 0x0E03, 0x007D
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_CODE_PAGE, _INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
_DATA, _LONG_NAME, _SHORT_NAME, _MIME, _DISPLAY_NAME = 0x3701, 0x3707, 0x3704, 0x370E, 0x3001
_UNICODE, _EIGHT_BIT, _BINARY, _STORAGE = 0x001F, 0x001E, 0x0102, 0x000D
_PROPERTIES = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_"
#: bytes before the properties of the message itself, and of one inside it
_ROOT_HEAD, _INNER_HEAD = 32, 24
_ENTRY = struct.Struct("<HHI8s")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

_Path = tuple[str, ...]


def members_msg(data: bytes, name: str, options: Options) -> Iterator[Member]:
    """A message, then its attachments, those of attached messages below their names.

    Raises ReadError where the file is no message of Outlook's.
    """
    import olefile

    if not data.startswith(olefile.MAGIC):
        raise ReadError("not a message of Outlook's: it is no compound file")
    with broken("MSG"), olefile.OleFileIO(io.BytesIO(data)) as file:
        if not file.exists(_PROPERTIES):
            raise ReadError("not a message of Outlook's: it has no properties")
        yield from _Store(file, digest_of(data), options).members((), name, "", 0)


class _Store:
    """The compound file of a message."""

    def __init__(self, file: OleFileIO, digest: str, options: Options) -> None:
        self._file = file
        self._digest = digest
        self._options = options
        self._streams = {tuple(path) for path in file.listdir()}
        self._inside: defaultdict[_Path, list[_Path]] = defaultdict(list)
        for path in sorted(map(tuple, file.listdir(streams=False, storages=True))):
            self._inside[path[:-1]].append(path)
        self._room = options.limits.unpacked

    def members(self, at: _Path, name: str, member: str, depth: int) -> Iterator[Member]:
        """The message stored `at` a place, as `member`, and what is attached to it."""
        if depth > self._options.limits.nesting:
            yield Member(member, ReadError(f"mails nested more than {depth - 1} deep are not read"))
            return
        digest = digest_of(f"{self._digest} {member}".encode()) if member else self._digest
        letter = self._letter(at, _ROOT_HEAD if not at else _INNER_HEAD)
        try:
            yield Member(member, mail_document(letter, digest, name, self._options))
        except ReadError as error:
            yield Member(member, error)
        names = Names()
        prefix = f"{member}/" if member else ""
        for path in self._inside[at]:
            if path[-1].startswith(_ATTACHMENT):
                yield from self._attachment(path, names, prefix, depth)

    def _attachment(self, at: _Path, names: Names, prefix: str, depth: int) -> Iterator[Member]:
        title = self._text(at, _LONG_NAME) or self._text(at, _SHORT_NAME)
        title = title or self._text(at, _DISPLAY_NAME)
        inner = (*at, _stream(_DATA, _STORAGE))
        if inner in self._inside[at]:
            subject = self._text(inner, _SUBJECT) or title
            name = names.of(subject.removesuffix(".msg") + ".msg")
            yield from self.members(inner, name, prefix + name, depth + 1)
            return
        name = names.of(title, self._text(at, _MIME))
        data = self._bytes(at, _DATA, _BINARY)
        if data is None:
            reason = ReadError("the mail holds a link to this file and not the file itself")
            yield Member(prefix + name, reason)
        else:
            yield Member(prefix + name, data)

    def _letter(self, at: _Path, head: int) -> Letter:
        """The fields and the body of the message stored `at` a place."""
        numbers = self._numbers(at, head)
        sent = numbers.get(_SUBMITTED) or numbers.get(_DELIVERED)
        moment = _moment(sent) if sent else None
        head_lines: Message = HeaderParser().parsestr(self._text(at, _HEADERS))
        fields = (
            ("From", header(head_lines, "From") or self._sender(at)),
            ("To", header(head_lines, "To") or self._text(at, _TO)),
            ("Cc", header(head_lines, "Cc") or self._text(at, _CC)),
            ("Date", header(head_lines, "Date") or _spelled(moment)),
            ("Subject", self._text(at, _SUBJECT) or header(head_lines, "Subject")),
        )
        day = iso_day_of(head_lines) or (moment.date().isoformat() if moment else None)
        body = self._body(at, numbers)
        filled = [(field, " ".join(value.split("\0")[0].split())) for field, value in fields]
        return Letter([one for one in filled if one[1]], day, [body] if body else [])

    def _sender(self, at: _Path) -> str:
        name = self._text(at, _SENDER)
        address = self._text(at, _SENDER_SMTP) or self._text(at, _SENDER_ADDRESS)
        return f"{name} <{address}>" if "@" in address and name != address else name or address

    def _body(self, at: _Path, numbers: dict[int, int]) -> Body | None:
        """The plain text, else the HTML, else what the RTF says."""
        plain = self._text(at, _BODY).replace("\r\n", "\n")
        if plain.strip():
            return Body(plain)
        page = self._bytes(at, _HTML, _BINARY)
        if page:
            said = declared_encoding(page) or _encoding(numbers.get(_INTERNET_CODE_PAGE, 0))
            with suppress(ReadError):
                return Body(*decode(page, said), html=True)
        page_text = self._text(at, _HTML)
        return Body(page_text, html=True) if page_text.strip() else self._rtf_body(at)

    def _rtf_body(self, at: _Path) -> Body | None:
        """What is seen of the RTF."""
        from rag.readers.office.rtf import read_rtf

        packed = self._bytes(at, _RTF, _BINARY)
        if not packed:
            return None
        with suppress(ReadError):
            read = read_rtf(unpacked_rtf(packed, self._room), "body.rtf", self._options)
            text, at_end = "", 0
            for mark in sorted(read.marks, key=lambda mark: mark.start):
                if mark.kind == "aside":
                    text += read.text[at_end : mark.start]
                    at_end = max(at_end, mark.end)
            return Body(text + read.text[at_end:])
        return None

    def _text(self, at: _Path, number: int) -> str:
        """A property that is a text, "" where there is none."""
        wide = self._bytes(at, number, _UNICODE)
        if wide is not None:
            return wide.decode("utf-16-le", errors="replace").rstrip("\0")
        narrow = self._bytes(at, number, _EIGHT_BIT)
        if narrow and narrow.strip(b"\0"):
            with suppress(ReadError):
                return decode(narrow.rstrip(b"\0"), _encoding(self._code_page()))[0]
        return ""

    def _code_page(self) -> int:
        """The code page of the file's texts in eight bits, 0 where it names none."""
        return self._numbers((), _ROOT_HEAD).get(_CODE_PAGE, 0)

    def _numbers(self, at: _Path, head: int) -> dict[int, int]:
        """Properties of fixed size as numbers."""
        data = self._read((*at, _PROPERTIES)) or b""
        room = (len(data) - head) // _ENTRY.size
        body = data[head : head + max(room, 0) * _ENTRY.size]
        return {
            number: int.from_bytes(value, "little")
            for _, number, _, value in _ENTRY.iter_unpack(body)
        }

    def _bytes(self, at: _Path, number: int, kind: int) -> bytes | None:
        return self._read((*at, _stream(number, kind)))

    def _read(self, path: _Path) -> bytes | None:
        """The bytes of a stream, None where there is none of that name."""
        if path not in self._streams:
            return None
        content: bytes = self._file.openstream(list(path)).read()
        self._room -= len(content)
        if self._room < 0:
            raise ReadError(f"it unpacks to more than {self._options.limits.unpacked:,} bytes")
        return content


def _stream(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def _moment(ticks: int) -> datetime | None:
    """The moment so many tenths of a microsecond after 1601; None where no calendar has it."""
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def _spelled(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _encoding(code_page: int) -> str:
    """Python's name of a code page; a number of 32 bits in a field of 64."""
    return f"cp{code_page & 0xFFFFFFFF}"
