"""Tells a text layer that reads as words from one whose font gave the wrong characters.

A PDF shows glyphs; which characters they stand for is a separate table that may be missing or
wrong. Then the page looks right and its text is noise, which must not be indexed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
_SAMPLE = 2_400
_PIECES = 3
_NOISE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ACCENTED = re.compile(r"[À-ÖØ-öø-ÿ]{3}")
_ACCENTS_ONLY = re.compile(r"[À-ÖØ-öø-ÿ]+")
_MIXED = re.compile(r"[a-zA-Z][а-яёА-ЯЁ]|[а-яёА-ЯЁ][a-zA-Z]")
#: of these no text of some length in Cyrillic letters is without, however they are mixed up
_COMMON_CYRILLIC = "оеаинт"
_RUSSIAN_WORD = re.compile(r"[а-яё]{4,}")
_LATIN_WORD = re.compile(r"(?<![\w+/])(?:[A-Z]?[a-z]+|[A-Z]+)(?![\w+/])")
#: letters of a script that are not those of the language its shares are known of
_OTHER_CYRILLIC = re.compile(r"[\u0450\u0452-\u04ff]")
_OTHER_LATIN = re.compile(r"[ß-öø-ž]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0530-\u1fff\u3040-\ud7ff]")

#: the shares below are far above what books in any language have, and far below what noise has
_MAX_NOISE = 0.25
_MAX_ACCENT_WORDS = 0.15
_MAX_MIXED_WORDS = 0.3
#: what they shrink to on the other pages of a document that is noise for the most part
_STRICT = 0.2
_MIN_WORDS = 20
_MIN_SIGNS = 4
#: characters beyond which a page is no short one, whatever its words
_SHORT = 1_000
_MIN_LETTERS = 300
_MIN_KNOWN = 0.97
#: mean log-share of letters; languages score -3.35 and above, most shuffled alphabets far less
_LIKELY, _UNLIKELY = -3.35, -3.65
#: words looked up where that leaves doubt, and the shares of them a dictionary of Russian knows:
#: of Russian four in five, of its neighbours one in ten, of noise none
_LOOKED_UP, _MIN_LOOKED_UP = 40, 15
_MAX_NOISE_KNOWN, _MIN_RUSSIAN_KNOWN = 0.05, 0.4

_NO_MEANING = "characters without a meaning"
_ACCENTS = "accented letters in place of words"
_MIXTURE = "Latin and Cyrillic letters mixed within words"
_NO_CYRILLIC_WORDS = "Cyrillic letters that make no words"
_NO_LATIN_WORDS = "Latin letters that make no words"


def garbled_pages(pages: Sequence[str], reasons: Sequence[str | None] = ()) -> dict[int, str]:
    """The pages whose text is noise, by index from 0, and what is wrong with each.

    `reasons` are those of `why_garbled`, where they are known already. Where most of a document is
    noise, so are pages with less of it; pages too short to tell are judged together.
    """
    found = list(reasons or map(why_garbled, pages))
    bad = sum(len(page) for page, reason in zip(pages, found, strict=True) if reason)
    if bad and 2 * bad >= sum(map(len, pages)):
        found = [
            reason or why_garbled(page, strict=True)
            for page, reason in zip(pages, found, strict=True)
        ]
    short = [
        index
        for index, page in enumerate(pages)
        if not found[index] and 0 < len(page) < _SHORT and len(_WORD.findall(page)) < _MIN_WORDS
    ]
    together = why_garbled("\n".join(pages[index] for index in short)) if short else None
    for index in short if together else ():
        found[index] = together
    return {index: reason for index, reason in enumerate(found) if reason}


def why_garbled(text: str, *, strict: bool = False) -> str | None:
    """What is wrong with the characters of `text`, or None where it reads as text.

    `text` is as the PDF library gives it, control characters included. Short texts, formulas and
    scripts other than Cyrillic and Latin get the benefit of the doubt; a fifth of the usual noise
    is enough where `strict`.
    """
    sample = _sample(text)
    factor = _STRICT if strict else 1.0
    noise = len(_NOISE.findall(sample))
    if noise and noise > _MAX_NOISE * factor * sum(map(len, sample.split())):
        return _NO_MEANING
    if not sample.isascii():
        signs = len(_ACCENTED.findall(sample))
        if any(letter in sample for letter in _COMMON_CYRILLIC):
            signs += _PIECES * len(_MIXED.findall(sample, 0, len(sample) // _PIECES))
        if signs >= (1 if strict else _MIN_SIGNS) and (reason := _wrong_words(sample, factor)):
            return reason
    return _no_words(sample)


def _wrong_words(text: str, factor: float) -> str | None:
    """What is wrong with words that mix letters nobody mixes; `factor` of the usual is enough."""
    words = _WORD.findall(text)
    if len(words) < _MIN_WORDS * factor:
        return None
    accents = sum(map(bool, map(_ACCENTS_ONLY.fullmatch, words)))
    if accents > _MAX_ACCENT_WORDS * factor * len(words):
        return _ACCENTS
    mixed = sum(map(bool, map(_MIXED.search, words)))
    return _MIXTURE if mixed > _MAX_MIXED_WORDS * factor * len(words) else None


def _no_words(sample: str) -> str | None:
    """What is wrong with a text whose letters make no words of their script."""
    text = sample.lower()
    latin = {letter: text.count(letter) for letter in _LOG_SHARE_EN}
    if any(letter in text for letter in _COMMON_CYRILLIC):
        cyrillic = {letter: text.count(letter) for letter in LOG_SHARE_RU}
        if sum(cyrillic.values()) > sum(latin.values()):
            likelihood = _likelihood(text, cyrillic, LOG_SHARE_RU, _OTHER_CYRILLIC)
            noise = likelihood is not None and _is_noise(text, likelihood)
            return _NO_CYRILLIC_WORDS if noise else None
    likelihood = _likelihood(text, latin, _LOG_SHARE_EN, _OTHER_LATIN)
    if likelihood is None or likelihood >= _UNLIKELY:
        return None
    words = "".join(_LATIN_WORD.findall(sample))  # keys and checksums are none
    return _NO_LATIN_WORDS if 2 * len(words) > sum(latin.values()) else None


def _likelihood(
    text: str, counts: Mapping[str, int], shares: Mapping[str, float], other: re.Pattern[str]
) -> float | None:
    """Mean log-share of the letters of a script; None where the text is not in that script.

    A language that adds letters of its own to the alphabet has its own shares too.
    """
    known = sum(counts.values())
    if known < _MIN_LETTERS:
        return None
    if not text.isascii():
        if known < _MIN_KNOWN * (known + len(other.findall(text))):
            return None
        if known < len(_OTHER_SCRIPT.findall(text)):
            return None
    return sum(shares[letter] * count for letter, count in counts.items()) / known


def _is_noise(text: str, likelihood: float) -> bool:
    """Whether Cyrillic letters are no text; asks the dictionary where their shares are odd."""
    if likelihood >= _LIKELY:
        return False
    words = list(dict.fromkeys(_RUSSIAN_WORD.findall(text)))[:_LOOKED_UP]
    if len(words) < _MIN_LOOKED_UP:
        return likelihood < _UNLIKELY
    from rag.minutes.morphology import analyser

    known = sum(map(analyser().word_is_known, words)) / len(words)
    if known <= _MAX_NOISE_KNOWN:
        return True
    return known < _MIN_RUSSIAN_KNOWN and likelihood < _UNLIKELY


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    size, step = _SAMPLE // _PIECES, len(text) // _PIECES
    return "\n".join(text[place * step : place * step + size] for place in range(_PIECES))
