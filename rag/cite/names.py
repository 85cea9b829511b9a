"""Names written in one script and then in the other: Петров and Petrov."""

from __future__ import annotations

from functools import lru_cache

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "),
        strict=True,
    )
)


@lru_cache(maxsize=50_000)
def latin(word: str) -> str:
    """A folded word in Latin letters, with spellings that vary made one: y, j and i as i."""
    spelled = "".join(_LATIN.get(letter, letter) for letter in word)
    return spelled.replace("y", "i").replace("j", "i").replace("ii", "i").replace("x", "ks")
