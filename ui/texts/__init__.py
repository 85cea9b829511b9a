"""The words of the page, in Russian and English; each part of the page has a module of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.texts import access, chat, common, intake, library, minutes, settings

if TYPE_CHECKING:
    from rag.words import Language

Texts = dict[str, str]

LANGUAGES: dict[Language, str] = {"ru": "Русский", "en": "English"}
PARTS = (common, access, intake, chat, minutes, library, settings)
TEXTS: dict[Language, Texts] = {
    language: {key: text for part in PARTS for key, text in part.TEXTS[language].items()}
    for language in LANGUAGES
}


def first_language(locale: str | None) -> Language:
    """The language to begin with for a browser's locale, e.g. "ru-RU"; English for any other."""
    return "ru" if locale and locale.lower().split("-")[0] == "ru" else "en"
