"""Bytes to text: which encoding a plain text file is in, decided without asking.

UTF-8 proves itself and UTF-16 shows in its zero bytes. Which of the single-byte Cyrillic
encodings a text is in is decided by how Russian each reading looks: letters as frequent as
Russian has them, capitals only where words begin. Latin-1, or the Windows form of it, is what
remains.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from rag.errors import ReadError

#: natural logarithms of the letters' shares in Russian prose
LOG_SHARE_RU = dict(
    zip(
        "оаеинтрслвкдпмугзбыйьчяхжюцшэщфъё",
        (
            *(-2.3, -2.5, -2.5, -2.5, -2.7, -2.8, -2.9, -2.9, -3.1, -3.1, -3.4),
            *(-3.5, -3.5, -3.5, -3.8, -4.0, -4.2, -4.2, -3.9, -4.4, -4.3, -4.3),
            *(-4.0, -4.6, -4.8, -4.9, -5.2, -5.2, -5.5, -5.7, -5.5, -7.7, -5.5),
        ),
        strict=True,
    )
)
_NEIGHBOURS = dict.fromkeys("іїєґў", -4.5)  # Ukrainian and Belarusian, roughly
_CYRILLIC_ENCODINGS = ("cp1251", "koi8-r", "cp866")
_FOREIGN_LETTER = -8.0  # a Cyrillic letter Russian does not have
_BOX_DRAWING = -6.0
_BROKEN_CASE = -5.0
#: bytes from the head and the middle of a file that the decision between encodings rests on
_SAMPLE = 64 * 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
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
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.02
_MAX_BAD_UTF8_SHARE = 0.05
_NEXT_TO_LATIN = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]|[\x80-\xff](?=[A-Za-z])")
_WINDOWS_PUNCTUATION = re.compile(rb"[\x80-\x9f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_CAPITAL_INSIDE = re.compile(r"[а-яё][А-ЯЁ]")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]{2,}")
_CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")
_BOX = re.compile(r"[\u2320\u2321\u2500-\u25a0]")
_LINE_END = re.compile(r"\r\n?")


def decode(data: bytes) -> tuple[str, str]:
    """The text of `data` without byte order mark and with LF line ends, and its encoding's name.

    Raises ReadError where the bytes are a binary file or hold nothing but white space.
    """
    if not data.strip(b" \t\r\n\x0b\x0c"):
        raise ReadError("the file is empty")
    if data.startswith(_MAGIC):
        raise _binary()
    text, encoding = _decode(data)
    text = _LINE_END.sub("\n", text)
    if not text.strip():
        raise ReadError("the file is empty")
    return text, encoding


def _binary() -> ReadError:
    return ReadError("the content is a binary file, not text")


def _decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace"), encoding
    wide = _utf16_without_bom(data)
    if wide is not None:
        return data[: len(data) // 2 * 2].decode(wide, errors="replace"), wide
    if b"\x00" in data or len(_CONTROL.findall(data)) > _MAX_CONTROL_SHARE * len(data):
        raise _binary()
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    loose = data.decode("utf-8", errors="replace")
    beyond_ascii = sum(character > "\x7f" for character in loose)
    if loose.count("\ufffd") <= _MAX_BAD_UTF8_SHARE * beyond_ascii:
        return loose, "utf-8"
    encoding = _single_byte(data)
    return data.decode(encoding, errors="replace"), encoding


def _utf16_without_bom(data: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" where every other byte is that of a Latin or Cyrillic block."""
    sample = data[:_SAMPLE]
    if len(sample) < 4:
        return None
    for encoding, high, low in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        blocks = high.count(0) + high.count(4)
        if blocks >= 0.7 * len(high) and low.count(0) + low.count(4) <= 0.1 * len(low):
            return encoding
    return None


def _single_byte(data: bytes) -> str:
    """The single-byte encoding in which `data`, which is no UTF-8, reads best."""
    middle = len(data) // 2
    sample = data if len(data) <= _SAMPLE * 2 else data[:_SAMPLE] + data[middle : middle + _SAMPLE]
    high = len(_HIGH.findall(sample))
    # accents stand among Latin letters; Cyrillic words keep to themselves
    if len(_NEXT_TO_LATIN.findall(sample)) <= high / 2:
        score, encoding = max((_russian_score(sample, name), name) for name in _CYRILLIC_ENCODINGS)
        if score > _FOREIGN_LETTER + 1:
            return encoding
    with suppress(UnicodeDecodeError):
        if _WINDOWS_PUNCTUATION.search(data) and data.decode("cp1252"):
            return "cp1252"
    return "latin-1"


def _russian_score(data: bytes, encoding: str) -> float:
    """Mean log-likelihood per character beyond ASCII of `data` as Russian in `encoding`."""
    text = data.decode(encoding, errors="replace")
    letters = _CYRILLIC_LETTER.findall(text)
    boxes = len(_BOX.findall(text))
    if len("".join(_CYRILLIC_WORD.findall(text))) < len(letters) / 2 or not letters:
        return _FOREIGN_LETTER * 2
    shares = LOG_SHARE_RU | _NEIGHBOURS
    score = sum(shares.get(letter.lower(), _FOREIGN_LETTER) for letter in letters)
    score += _BROKEN_CASE * len(_CAPITAL_INSIDE.findall(text))
    score += _BOX_DRAWING * (boxes + text.count("\ufffd"))
    return score / (len(letters) + boxes)
