"""Tells a text layer that reads as words from one whose font gave the wrong characters.

A PDF shows glyphs; which characters they stand for is a separate table that may be missing or
wrong. Then the page looks right and its text is noise, which must not be indexed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.letters import LOG_SHARE_RU

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: natural logarithms of the letters' shares in English prose
_LOG_SHARE_EN = dict(
    zip(
        "etaoinsrhldcumfpgwybvkxjqz",
        (
            *(-2.1, -2.4, -2.5, -2.6, -2.6, -2.6, -2.7, -2.8, -2.9, -3.2, -3.2, -3.4, -3.6),
            *(-3.6, -3.8, -3.8, -3.9, -4.0, -4.1, -4.2, -4.6, -5.0, -6.2, -6.4, -6.7, -6.9),
        ),
        strict=True,
    )
)
#: characters looked at, taken evenly from the whole text
_SAMPLE = 60_000
_PIECES = 20
#: how much of a document must be legible for the rest to be left out instead of all of it
_MIN_LEGIBLE = 0.5
_NOISE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_VISIBLE = re.compile(r"\S")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ACCENTS_ONLY = re.compile(r"[À-ÖØ-öø-ÿ]+")
_MIXED = re.compile(r"[a-zA-Z][а-яёА-ЯЁ]|[а-яёА-ЯЁ][a-zA-Z]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-zß-ž]")

#: the shares below are far above what books in any language have, and far below what noise has
_MAX_NOISE = 0.25
_MAX_ACCENT_WORDS = 0.15
_MAX_MIXED_WORDS = 0.3
_MIN_WORDS = 20
_MIN_LETTERS = 300
_MIN_KNOWN = 0.97
#: mean log-share of letters; languages score -3.35 and above, most shuffled alphabets far less
_MIN_LIKELIHOOD = -3.65


def garbled_pages(pages: Sequence[str]) -> list[int]:
    """Indices from 0 of the pages whose text is noise.

    Raises ReadError where the document as a whole cannot be read: its pages together are noise,
    and not half of the text is left without those that are.
    """
    whole = why_garbled("\n".join(pages))
    bad = [
        index
        for index, page in enumerate(pages)
        if (whole or _NOISE.search(page)) and why_garbled(page)
    ]
    if whole is None:
        return bad
    known = set(bad)
    rest = [page for index, page in enumerate(pages) if index not in known]
    if sum(map(len, rest)) < _MIN_LEGIBLE * sum(map(len, pages)) or why_garbled("\n".join(rest)):
        raise ReadError(
            f"garbled text layer: {whole}",
            "Recognise the text again with an OCR program and ingest the result",
        )
    return bad


def why_garbled(text: str) -> str | None:
    """What is wrong with the characters of `text`, or None where it reads as text.

    `text` is as the PDF library gives it, control characters included. Short texts, formulas and
    scripts other than Cyrillic and Latin get the benefit of the doubt.
    """
    sample = _sample(text)
    visible = len(_VISIBLE.findall(sample))
    if len(_NOISE.findall(sample)) > _MAX_NOISE * visible:
        return "characters without a meaning"
    words = _WORD.findall(sample)
    if len(words) < _MIN_WORDS:
        return None
    if sum(map(bool, map(_ACCENTS_ONLY.fullmatch, words))) > _MAX_ACCENT_WORDS * len(words):
        return "accented letters in place of words"
    if sum(map(bool, map(_MIXED.search, words))) > _MAX_MIXED_WORDS * len(words):
        return "Latin and Cyrillic letters mixed within words"
    letters = Counter("".join(words).lower())
    if _unlikely(letters, LOG_SHARE_RU, _CYRILLIC):
        return "Cyrillic letters that make no words"
    if _unlikely(letters, _LOG_SHARE_EN, _LATIN):
        return "Latin letters that make no words"
    return None


def _unlikely(letters: Counter[str], shares: Mapping[str, float], script: re.Pattern[str]) -> bool:
    """Whether most of the letters are of `script`, and no language has them in such shares.

    A language that adds letters of its own to the alphabet has its own shares too.
    """
    counted = {letter: n for letter, n in letters.items() if script.match(letter)}
    total = sum(counted.values())
    known = {letter: n for letter, n in counted.items() if letter in shares}
    if total < max(_MIN_LETTERS, letters.total() / 2):
        return False
    if sum(known.values()) < _MIN_KNOWN * total:
        return False
    likelihood = sum(shares[letter] * n for letter, n in known.items()) / sum(known.values())
    return likelihood < _MIN_LIKELIHOOD


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    size, step = _SAMPLE // _PIECES, len(text) // _PIECES
    return "\n".join(text[place * step : place * step + size] for place in range(_PIECES))
