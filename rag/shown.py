"""Text for eyes: without what makes a terminal act, or letters stand in another order.

Documents and models are untrusted. A control sequence in a text could move the cursor, rename the
window or hide a line; a direction override shows "exe.fdp" as "pdf.exe" (Boucher, Anderson, "Trojan
Source: invisible vulnerabilities", 2021).
"""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles of windows, links
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x1b\\|\x9c)"  # strings for devices
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, movements
    r"|\x1b[ -/]*[0-~]"
)
#: Controls but for tab and line feed; line and paragraph separators; marks of direction.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BREAK = re.compile("\r\n?|[\u2028\u2029]")


def shown(text: str) -> str:
    """The text without control sequences, control characters and marks of direction.

    Line ends of every kind become line feeds.
    """
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub("", _BREAK.sub("\n", _SEQUENCE.sub("", text)))


def escaped(json_text: str) -> str:
    """JSON with these characters written as \\uXXXX, which means the same."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", json_text)
