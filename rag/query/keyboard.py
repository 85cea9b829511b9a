"""Text typed while the other keyboard layout was on: «ghbdtn» is «привет», «руддщ» is "hello"."""

from __future__ import annotations

# The keys of the Latin layout (US) and those of the Russian one (ЙЦУКЕН) under the same fingers.
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,." + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю" + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)
_ALL_LATIN, _ALL_RUSSIAN = frozenset(_LATIN), frozenset(_RUSSIAN)


def other_layout(piece: str) -> str:
    """What the same keys give in the other layout; "" where no single layout has them all."""
    keys = set(piece)
    if keys <= _ALL_LATIN:
        return piece.translate(_TO_RUSSIAN)
    return piece.translate(_TO_LATIN) if keys <= _ALL_RUSSIAN else ""
