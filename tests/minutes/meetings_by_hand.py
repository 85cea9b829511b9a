"""Small meetings for tests: turns parted by ` // `, said by two people in turn."""

from __future__ import annotations

from rag.minutes import extract
from rag.minutes.turns import find_turns
from rag.types import Document, Minutes
from rag.words import Language

HEADS = {
    "ru": "Были: Игорь Краснов, Вера Белых\n\nИгорь: Всем привет, начинаем.\nВера: Привет.\n",
    "en": "Present: Nina Holt, Paul Reed\n\nNina: Hello, everybody here?\nPaul: Hello.\n",
}
NAMES = {"ru": ("Игорь", "Вера"), "en": ("Nina", "Paul")}


def meeting(talk: str, language: Language) -> Document:
    """A document whose turns are those of `talk`, behind a greeting."""
    turns = talk.split(" // ")
    names = NAMES[language]
    said = "\n".join(f"{names[at % 2]}: {turn}" for at, turn in enumerate(turns))
    text = HEADS[language] + said
    return Document("0", "t", text, turns=find_turns(text), kind="meeting")


def minutes_of(talk: str, language: Language) -> Minutes:
    """The minutes of such a meeting."""
    return extract(meeting(talk, language))


def paper(text: str) -> Document:
    """Minutes on paper."""
    return Document("0", "t", text)
