"""Changes to a file that readers are known to trip over; the same for the same random numbers.

Packed formats are changed inside and packed again, because a change of the packed bytes seldom
gets past the checksum.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from fuzz.packing import unpacked
from fuzz.trees import changed_json, changed_xml

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    _Operation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]

#: No input is longer, in bytes, so that a run takes milliseconds.
MAX_SIZE = 256 * 1024
_CHANGES = 8
_PACKED = 0.8  # share of packed inputs that are changed inside
_WELL_FORMED = 0.7  # share of changes inside that a parser does not see
_NUMBER = re.compile(rb"\d+")
_TOKEN = re.compile(rb"[A-Za-z/<{\\][\w/:.<>!?-]{1,30}")
_NUMBERS = b"0 -1 1 2 65535 65536 2147483647 4294967296 99999999999999999999 1e999 NaN".split()
_ODD = [
    bytes(4),
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1a",
    b"\r",
    b"\n\n\n",
    b"\t\t\t",
    *(
        char.encode("utf-8", "surrogatepass")
        for char in "\ud800\u202e\u200b\u00ad\u2028\u0085\ufeff\u0301\x0c\x1c\U0010ffff\ue000İß"
    ),
]
_NESTS = [
    b"(",
    b"[",
    b"{",
    b"<",
    b"<div>",
    b"<b><i>",
    b"> ",
    b"{\\b",
    b'{"a":',
    b"<<",
    b"- ",
    b"**",
    b"#",
    b"<table><tr><td>",
]
_ENCODINGS = "utf-16 utf-16-le utf-32 cp1251 koi8-r cp866 latin-1".split()
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def mutated(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """The file with some changes; `others` are files whose pieces may be put into it."""
    if chance.random() < _PACKED and (found := unpacked(data)):
        members, packing = found
        return packing.pack(_changed_members(members, chance))
    if data[:4] == b"%PDF" and chance.random() < _PACKED:
        data = _changed_stream(data, chance)
        if chance.random() < _WELL_FORMED:
            return data
    if data[:1] in (b"<", b"{") and chance.random() < _WELL_FORMED:
        change = changed_xml if data[:1] == b"<" else changed_json
        return change(data, chance) or changed(data, chance, others)
    return changed(data, chance, others)


def changed(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Bytes with a few changes of any kind."""
    for _ in range(chance.randint(1, _CHANGES)):
        operation: _Operation = chance.choice(_OPERATIONS)
        data = operation(data, chance, others)[:MAX_SIZE]
    return data


def _changed_members(
    members: Sequence[tuple[str, bytes]], chance: random.Random
) -> list[tuple[str, bytes]]:
    """The members with one or two of them changed, now and then one renamed, lost or moved."""
    found = list(members)
    contents = [content for _, content in found]
    for _ in range(chance.choice((1, 1, 1, 2))):
        place = chance.randrange(len(found))
        name, content = found[place]
        found[place] = (name, mutated(content, chance, contents))
    if chance.random() < 0.1 and len(found) > 1:
        found.pop(chance.randrange(len(found)))
    if chance.random() < 0.1:
        name, content = chance.choice(found)
        found.append((chance.choice(("../", "/", "a\\", "x" * 300, "")) + name, content))
    if chance.random() < 0.05:
        chance.shuffle(found)
    return found


def _changed_stream(data: bytes, chance: random.Random) -> bytes:
    """A PDF with one of its streams changed, packed streams inside."""
    streams = list(_STREAM.finditer(data))
    if not streams:
        return data
    stream = chance.choice(streams)
    try:
        content = zlib.compress(changed(zlib.decompress(stream[1]), chance, []))
    except zlib.error:
        content = changed(stream[1], chance, [])
    return data[: stream.start(1)] + content + data[stream.end(1) :]


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    """A span of the bytes, most often a short one."""
    start = _place(data, chance)
    return start, min(len(data), start + int(len(data) ** chance.random()))


def _flip(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def _overwrite(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.randbytes(min(end - start, 64)) + data[end:]


def _delete(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _truncate(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: _place(data, chance)] if chance.random() < 0.3 else data


def _repeat(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    times = chance.choice((2, 2, 3, 10, 100, 5000))
    return data[:start] + data[start:end] * min(times, MAX_SIZE // max(end - start, 1)) + data[end:]


def _swap(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, middle, end = sorted(_place(data, chance) for _ in range(3))
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def _number(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    numbers = list(_NUMBER.finditer(data))
    if not numbers:
        return data
    found = chance.choice(numbers)
    return data[: found.start()] + chance.choice(_NUMBERS) + data[found.end() :]


def _odd(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    place = _place(data, chance)
    return data[:place] + chance.choice(_ODD) * chance.choice((1, 1, 40)) + data[place:]


def _nest(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    place = _place(data, chance)
    return data[:place] + chance.choice(_NESTS) * chance.choice((3, 300, 6000)) + data[place:]


def _token(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A word of the format in the place of another."""
    tokens: list[bytes] = _TOKEN.findall(chance.choice([data, *others]))
    places = list(_TOKEN.finditer(data))
    if not tokens or not places:
        return data
    found = chance.choice(places)
    return data[: found.start()] + chance.choice(tokens) + data[found.end() :]


def _splice(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A span of another file put in."""
    other = chance.choice([data, *others])
    start, end = _span(other, chance)
    place = _place(data, chance)
    return data[:place] + other[start:end] + data[place:]


def _encode(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A text in another encoding."""
    if chance.random() < 0.7:
        return data
    try:
        return data.decode().encode(chance.choice(_ENCODINGS), "replace")
    except ValueError:
        return data


_OPERATIONS: list[_Operation] = [
    _flip,
    _overwrite,
    _delete,
    _truncate,
    _repeat,
    _swap,
    _number,
    _number,
    _odd,
    _nest,
    _token,
    _token,
    _splice,
    _encode,
]
