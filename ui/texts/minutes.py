"""Words of the minutes of meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU: dict[str, str] = {}
_EN: dict[str, str] = {}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
