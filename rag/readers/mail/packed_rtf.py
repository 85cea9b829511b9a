"""RTF as Outlook packs it into a property of a message (MS-OXRTFCP)."""

from __future__ import annotations

import struct

from rag.errors import ReadError

_HEADER = struct.Struct("<II4sI")
_PACKED, _PLAIN = b"LZFu", b"MELA"
#: what packed texts may refer back to before they have said anything
_BEGINNING = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096


def unpacked_rtf(data: bytes, room: int) -> bytes:
    """The RTF in a property. Raises ReadError where it is broken or has more than `room` bytes."""
    if len(data) < _HEADER.size:
        raise ReadError("broken RTF in the mail")
    _, size, kind, _ = _HEADER.unpack_from(data)
    if size > room:
        raise ReadError(f"it unpacks to more than {room:,} bytes")
    if kind == _PLAIN:
        return data[_HEADER.size : _HEADER.size + size]
    if kind != _PACKED:
        raise ReadError("broken RTF in the mail")
    return _unpacked(data, room)


def _unpacked(data: bytes, room: int) -> bytes:
    """Undo the packing: bits of a control byte tell a letter from a reference to what was said.

    A reference is twelve bits of place in a window of the last bytes and four of length less two;
    one to the place that is written next is the end.
    """
    text = bytearray(_BEGINNING)
    at = _HEADER.size
    while at < len(data):
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                text += data[at : at + 1]
                at += 1
                continue
            if at + 2 > len(data):
                return bytes(text[len(_BEGINNING) :])
            reference = data[at] << 8 | data[at + 1]
            at += 2
            place, length = reference >> 4, (reference & 15) + 2
            back = (len(text) - place) % _WINDOW
            if not back:
                return bytes(text[len(_BEGINNING) :])
            if back > len(text):
                raise ReadError("broken RTF in the mail")
            for _ in range(length):
                text.append(text[-back])
            if len(text) > room + len(_BEGINNING):
                raise ReadError(f"it unpacks to more than {room:,} bytes")
    return bytes(text[len(_BEGINNING) :])
