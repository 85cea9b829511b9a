"""Text of a document inside a prompt is data: it stands between lines that it cannot foresee."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.words import Language

_FENCE = {"ru": ("начало {code}", "конец {code}"), "en": ("begin {code}", "end {code}")}


def code_of(texts: Iterable[str]) -> str:
    """Eight hex digits that depend on every character offered: stable, yet not to be foreseen."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:8]


def lines(code: str, language: Language) -> tuple[str, str]:
    """The line before the text and the line after it."""
    begin, end = _FENCE[language]
    return begin.format(code=code), end.format(code=code)


def fenced(text: str, code: str, language: Language) -> str:
    """The text between the two lines."""
    begin, end = lines(code, language)
    return f"{begin}\n{text}\n{end}"
