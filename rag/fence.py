"""Text of a document inside a prompt is data: it stands between lines that it cannot foresee.

They carry a code. It depends on all that is offered, so it never stands in a passage but by chance,
and on a secret of the library, since who wrote the documents may work out everything else. The same
question over the same passages of one library has the same code: a prompt is reproducible, and a
server may keep it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.words import Language

_DIGITS = 8
_LINES = {"ru": ("начало {code}", "конец {code}"), "en": ("begin {code}", "end {code}")}


def code(secret: bytes, question: str, texts: Iterable[str]) -> str:
    """Eight hex digits for a question and the texts of its passages.

    HMAC-SHA256 (Krawczyk, Bellare, Canetti, "HMAC: keyed-hashing for message authentication",
    1997).
    """
    digest = hmac.new(secret, question.encode("utf-8", "surrogatepass"), hashlib.sha256)
    for text in texts:
        digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_DIGITS]


def lines(code: str, language: Language) -> tuple[str, str]:
    """The line before a text and the line after it."""
    begin, end = _LINES[language]
    return begin.format(code=code), end.format(code=code)


def fenced(text: str, code: str, language: Language) -> str:
    """The text between the two lines."""
    begin, end = lines(code, language)
    return f"{begin}\n{text}\n{end}"
