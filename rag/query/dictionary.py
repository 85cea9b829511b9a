"""Whether a word is one of Russian or English, so that nobody takes it for a slip.

A collection of a hundred pages does not know «вето» or "kind", and neither is misspelled. Russian
words are those of OpenCorpora, in all their forms, through pymorphy3; the English ones are the list
of pyspellchecker. Both are read on first use only.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib.resources import files

from rag.minutes.morphology import analyser


@lru_cache(maxsize=10_000)
def is_word(word: str) -> bool:
    """Whether a dictionary has this folded word of Cyrillic or of Latin letters."""
    if word.isascii():
        return f'"{word}":'.encode() in _english()
    return bool(analyser().word_is_known(word))


@lru_cache(maxsize=1)
def _english() -> bytes:
    """The list as JSON text; looking into that takes a tenth of the time of parsing it."""
    packed = files("spellchecker").joinpath("resources", "en.json.gz").read_bytes()
    return gzip.decompress(packed)
