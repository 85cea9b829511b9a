"""Text of a document inside a prompt is data: it stands between lines that it cannot foresee.

They carry a code. It depends on a secret of the library, since who wrote the documents may work out
everything else, and on what the documents cannot have known. That is either all that is offered,
so that the code never stands in a text but by chance, or the state of the library: whoever has seen
the code of a state can bring in a document that holds it, but that makes another state.

The code of a state is the same for all questions, so that prompts begin alike and a server that
keeps what it has read need not read the best passage of a much asked document again.
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


def code_of_state(secret: bytes, state: str) -> str:
    """Eight hex digits for a state of the library whose texts are offered, and nothing else's."""
    return code(secret, state, ())


def lines(code: str, language: Language) -> tuple[str, str]:
    """The line before a text and the line after it."""
    begin, end = _LINES[language]
    return begin.format(code=code), end.format(code=code)


def fenced(text: str, code: str, language: Language) -> str:
    """The text between the two lines."""
    begin, end = lines(code, language)
    return f"{begin}\n{text}\n{end}"
