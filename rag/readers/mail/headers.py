"""Headers of mails as people wrote them: encoded words, raw bytes, dates.

The parser of the standard library's newer policy takes minutes over hostile headers; here every
header is read in one pass.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.encoding import decode

if TYPE_CHECKING:
    from email.message import Message

#: Characters of a header that are read.
MAX_HEADER = 32_768
#: Characters of a header with parameters; a longer one is not believed.
MAX_PARAMETERS = 4096
_FOLDS = re.compile(r"\r?\n[ \t]*|[\x00-\x08\x0b-\x1f\x7f]")
_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\n]*)\?=")
_FIRST_YEAR = 1970


def header(message: Message, name: str) -> str:
    """A header's text on one line, those of several headers joined, "" where there is none."""
    raw = (str(value) for key, value in message.raw_items() if key.lower() == name.lower())
    return ", ".join(filter(None, map(header_text, raw)))


def header_text(raw: str) -> str:
    """The text of a raw header, with its encoded words decoded (RFC 2047)."""
    text = _FOLDS.sub(" ", _unescaped(raw[:MAX_HEADER]))
    pieces: list[str] = []
    at = 0
    waiting: tuple[str, bytes] = ("", b"")
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        charset, data = word[1].lower(), _bytes_of_word(word[2], word[3])
        if between.strip() or charset != waiting[0]:
            pieces.append(_decoded(*waiting))
            waiting = (charset, b"")
            if between.strip() or at == 0:
                pieces.append(between)
        waiting = (charset, waiting[1] + data)  # a character may be cut between two words
        at = word.end()
    pieces += (_decoded(*waiting), text[at:])
    return " ".join("".join(pieces).split())


def iso_day_of(message: Message) -> str | None:
    """The ISO day of the Date header, as its sender's clock had it."""
    try:
        sent = parsedate_to_datetime(header(message, "Date")[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return sent.date().isoformat() if sent.year >= _FIRST_YEAR else None


def file_name(part: Message) -> str:
    """The name of an attachment, "" where it has none (RFC 2231, 2047, or raw bytes)."""
    _tame(part)
    try:
        name = part.get_filename("")
    except (ValueError, LookupError, TypeError):
        return ""
    return header_text(name)


def charset_of(part: Message) -> str:
    """The encoding that a part says its text is in, "" where it says none."""
    _tame(part)
    try:
        return str(part.get_content_charset(""))
    except (ValueError, LookupError, TypeError):
        return ""


def _tame(part: Message) -> None:
    """Make headers with parameters fit to be read: text for raw bytes, none that is too long.

    The standard library takes the square of their length.
    """
    for key, raw in list(part.raw_items()):
        if key.lower() in ("content-disposition", "content-type"):
            if len(raw) > MAX_PARAMETERS:
                del part[key]
            elif not raw.isascii():
                part.replace_header(key, _unescaped(str(raw)))


def _unescaped(raw: str) -> str:
    """Bytes beyond ASCII, which the parser keeps as lone surrogates, as the text they are."""
    if raw.isascii():
        return raw
    try:
        return decode(raw.encode("utf-8", errors="surrogateescape"))[0]
    except (ReadError, UnicodeEncodeError):
        return raw.encode("utf-8", errors="replace").decode()


def _bytes_of_word(encoding: str, text: str) -> bytes:
    """The bytes of an encoded word; what is broken in it is passed over."""
    raw = text.encode("ascii", errors="ignore")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (ValueError, binascii.Error):
        return b""


def _decoded(charset: str, data: bytes) -> str:
    try:
        return decode(data, charset)[0] if data else ""
    except ReadError:
        return ""
