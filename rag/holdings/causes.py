"""Why a file could not be read, told apart by what a person can do about it.

Readers give their reason in English words. A face that speaks another language, or offers the next
step as a button, goes by the cause.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

Cause = Literal[
    "protected",
    "password",
    "encrypted",
    "no_recognition",
    "scan",
    "garbled",
    "hidden",
    "empty",
    "old",
    "unknown",
    "archive",
    "limits",
    "denied",
    "link",
    "gone",
    "crashed",
    "broken",
    "other",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)
#: Causes that a password may help against: a wrong one was given, or none.
LOCKED: tuple[Cause, ...] = ("password", "encrypted")
#: The first that is found counts.
_WORDS: tuple[tuple[Cause, str], ...] = (
    ("protected", "encrypted by its publisher|encrypted with AES"),
    ("password", "the password (?:is wrong|does not open it)"),
    ("encrypted", "encrypted|password"),
    (
        "no_recognition",
        "recognition is switched off|no program to recognise|apt-get install|brew install"
        "|cannot be started",
    ),
    ("scan", r"no text layer|no text was recognised|could not be recognised|tesseract failed"),
    ("garbled", "garbled text layer"),
    ("hidden", "all of its text is hidden"),
    (
        "empty",
        "is empty|holds no (?:text|files|page|captions)|holds it no|no messages with words"
        "|nothing to read|holds no",
    ),
    ("old", r"an old binary|an old \.|old binary office"),
    ("archive", "archives are not opened"),
    ("unknown", "unknown suffix|is not UTF-8"),
    (
        "limits",
        "too much text|too many pages|too large|takes more memory|unpack(?:s)? to"
        "|nested|more than|longer than|took|within",
    ),
    ("denied", "cannot be opened|cannot be listed"),
    ("link", "a link|not a regular file"),
    ("gone", "is gone"),
    ("crashed", "reader crashed|reader failed|answered nonsense"),
    (
        "broken",
        "broken|not valid|binary file|is not a|^not a|declares entities|overlap|lead in a circle"
        "|does not begin|attached mail",
    ),
)
_PATTERNS = tuple((cause, re.compile(words)) for cause, words in _WORDS)


def cause_of(reason: str) -> Cause:
    """The cause that a reason tells, "other" for none that is known."""
    return next((cause for cause, pattern in _PATTERNS if pattern.search(reason)), "other")
