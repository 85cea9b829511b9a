"""Bytes to text: which encoding a text is in, decided without asking.

UTF-8 proves itself, UTF-16 and UTF-32 show in their zero bytes. Which of the single-byte encodings
a text is in is decided by which reading is the likeliest as Russian or as a Western language; what
a file says of itself is believed where its bytes do not belie it.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from rag.errors import ReadError
from rag.readers.letters import likelihood

#: Encodings of one byte a character, and how much rarer than the first each is met (in the units
#: of `likelihood`); latin-1 stands for cp1252 too.
_SINGLE_BYTE = {
    "cp1251": 0.0,
    "cp866": -2.0,
    "koi8-r": -2.0,
    "koi8-u": -3.0,
    "latin-1": -2.0,
    "mac-cyrillic": -8.0,
}
#: bytes from the head and the middle of a file that the decision between encodings rests on
_SAMPLE = 16 * 1024
#: A reading this much likelier than the declared one shows that the declaration is wrong.
_SURELY = 20.0

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    b"PK\x03\x04",
    b"%PDF-",
    b"\x7fELF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"BZh9",
    b"SQLite format 3\x00",
)
#: begins Japanese or Korean in seven bits, which is UTF-8 as well
_ESCAPES = b"\x1b$"
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.02
_MAX_BAD_UTF8_SHARE = 0.05
#: what a short text reads as in UTF-8 when it is in some other encoding by chance
_ODD_SCRIPTS = re.compile(
    r"[\u0530-\u058f\u0700-\u08ff\u0980-\u0dff\u0f00-\u109f\u1200-\u1dbf]|[^\0-\uffff]"
)
_MAX_ODD = 8
#: likelihood a byte above which a reading is one that people write
_LIKELY = -4.0
_WINDOWS_PUNCTUATION = re.compile(rb"[\x80-\x9f]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
#: what `latin-1` is tried as: browsers and mail programs mean its Windows form
_WESTERN = {"latin-1": "cp1252"}
#: encodings of one byte a character, which can be mistaken for each other
_ONE_BYTE = ("cp", "iso8859", "koi8", "mac", "kz", "ptcp", "latin")
#: Python's names for what is no encoding of files, or would have been recognised
_NOT_BELIEVED = frozenset(
    "utf-8 utf-7 ascii utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be idna punycode "
    "unicode-escape raw-unicode-escape unicode_escape raw_unicode_escape".split()
)
_LINE_END = re.compile(r"\r\n?")


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text of `data` without byte order mark and with LF line ends, and its encoding's name.

    `declared` is what the file or its envelope says the encoding is; it is tried after what cannot
    be mistaken, and given up where another reading is far likelier. Raises ReadError where the
    bytes are a binary file or hold nothing but white space.
    """
    if not data.strip(b" \t\r\n\x0b\x0c"):
        raise ReadError("the file is empty")
    if data.startswith(_MAGIC):
        raise _binary()
    text, encoding = _decode(data, declared)
    text = _LINE_END.sub("\n", text)
    if not text.strip():
        raise ReadError("the file is empty")
    return text, encoding


def _binary() -> ReadError:
    return ReadError("the content is a binary file, not text")


def _decode(data: bytes, declared: str) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _whole(data[len(bom) :], encoding).decode(encoding, errors="replace"), encoding
    wide = _wide_without_bom(data)
    if wide is not None:
        return _whole(data, wide).decode(wide, errors="replace"), wide
    if b"\x00" in data or len(_CONTROL.findall(data)) > _MAX_CONTROL_SHARE * len(data):
        raise _binary()
    if _ESCAPES in data and (found := _as_declared(data, declared)):
        return found
    if found := _as_utf8(data) or _as_declared(data, declared):
        return found
    encoding = _single_byte(data)
    return data.decode(encoding, errors="replace"), encoding


def _whole(data: bytes, encoding: str) -> bytes:
    """The bytes without a piece of a character at their end."""
    width = 4 if "32" in encoding else 2 if "16" in encoding else 1
    return data[: len(data) // width * width]


def _wide_without_bom(data: bytes) -> str | None:
    """UTF-32 where the bytes are valid as such, UTF-16 where every other one names a block."""
    sample = data[:_SAMPLE]
    if len(sample) < 4:
        return None
    for encoding in ("utf-32-le", "utf-32-be"):
        with suppress(UnicodeDecodeError):
            if len(data) % 4 == 0 and "\0" not in sample.decode(encoding):
                return encoding
    for encoding, high, low in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        blocks = high.count(0) + high.count(4)  # Latin and Cyrillic
        blocks += high.count(0x25) if blocks else 0  # frames
        if blocks >= 0.7 * len(high) and low.count(0) + low.count(4) <= 0.1 * len(low):
            return encoding
    return None


def _as_utf8(data: bytes) -> tuple[str, str] | None:
    """The text where it is UTF-8, a stray byte aside."""
    loose = data.decode("utf-8", errors="replace")
    beyond_ascii = len(loose) - len(loose.encode("ascii", errors="ignore"))
    if loose.count("\ufffd") > _MAX_BAD_UTF8_SHARE * beyond_ascii:
        return None
    if 0 < beyond_ascii <= _MAX_ODD and len(_ODD_SCRIPTS.findall(loose)) == beyond_ascii:
        high = len(_HIGH_BYTE.findall(data))
        if likelihood(data.decode(_single_byte(data), errors="replace")) > _LIKELY * high:
            return None
    return loose, "utf-8"


def _as_declared(data: bytes, declared: str) -> tuple[str, str] | None:
    """The text in the encoding it is said to be in; None where that cannot be the right one."""
    try:
        encoding = codecs.lookup(declared.strip()).name
        text = data.decode(encoding)
    except (LookupError, ValueError):
        return None
    if encoding in _NOT_BELIEVED:
        return None
    if encoding == "iso8859-1":
        encoding = _western(data)
        text = data.decode(encoding)
    if not encoding.startswith(_ONE_BYTE):
        return text, encoding
    sample = _sample(data)
    best = _single_byte(data)
    said, read = (likelihood(sample.decode(one, errors="replace")) for one in (encoding, best))
    return (text, encoding) if read - said <= _SURELY else None


def _sample(data: bytes) -> bytes:
    middle = len(data) // 2
    if len(data) <= 2 * _SAMPLE:
        return data
    return data[:_SAMPLE] + data[middle : middle + _SAMPLE]


def _single_byte(data: bytes) -> str:
    """The single-byte encoding in which `data`, which is no UTF-8, reads best."""
    sample = _sample(data)
    scores = {
        encoding: rarity + likelihood(sample.decode(_WESTERN.get(encoding, encoding), "replace"))
        for encoding, rarity in _SINGLE_BYTE.items()
    }
    best = max(scores, key=scores.__getitem__)
    if best == "latin-1" or not _CYRILLIC.search(sample.decode(best, "replace")):
        return _western(data)
    return best


def _western(data: bytes) -> str:
    """latin-1, or the Windows form of it where there is something only that has."""
    windows = _WINDOWS_PUNCTUATION.search(data) and not _NOT_IN_CP1252.search(data)
    return "cp1252" if windows else "latin-1"
