"""RTF cut into its tokens: braces, control words with their number, and bytes of text.

After the specification of RTF 1.9.1. Every byte is looked at once, whatever the file holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    rb"|\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<symbol>[^A-Za-z])"
    rb"|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}\r\n\x00]+)"
    rb"|[\s\S]"
)
#: what control symbols, which are no letters, stand for
_SYMBOLS = {
    b"~": " ",
    b"_": "-",
    b"-": "",
    b"{": "{",
    b"}": "}",
    b"\\": "\\",
    b"\r": "\n",
    b"\n": "\n",
}
#: what control words stand for that mean a character
CHARACTERS = {
    "line": "\n",
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
#: Codecs of the character sets that fonts name; those left out are that of the whole file.
CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}


class Token(NamedTuple):
    """A brace, a control word with its number, or one or more bytes of text.

    `word` is "{" or "}" for a brace and "" for text; `text` is bytes in the file's encoding, or a
    character that needs no decoding.
    """

    word: str = ""
    number: int | None = None
    text: bytes | str = b""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of a file in order; binary pictures are jumped over."""
    at = 0
    while found := _TOKEN.match(data, at):
        at = found.end()
        if word := found["word"]:
            number = int(found["number"]) if found["number"] else None
            if word == b"bin":
                at += max(number or 0, 0)
            elif word.decode() in CHARACTERS:
                yield Token(text=CHARACTERS[word.decode()])
            else:
                yield Token(word.decode(), number)
        elif found["hex"]:
            yield Token(text=bytes.fromhex(found["hex"].decode()))
        elif symbol := found["symbol"]:
            yield Token("*") if symbol == b"*" else Token(text=_SYMBOLS.get(symbol, ""))
        elif found["brace"]:
            yield Token(found["brace"].decode())
        elif found["text"]:
            yield Token(text=found["text"])
