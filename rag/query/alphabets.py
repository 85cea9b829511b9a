"""Names in the other alphabet: Ivanov is Иванов, Yekaterinburg is Екатеринбург.

Spellings follow several usual ways at once: ISO 9 and its simplified forms, BGN/PCGN, the Russian
passport (ICAO 9303). Each letter or group has a few readings; all of their combinations are given,
the usual first, and whoever asks keeps those that are words of the index.
"""

from __future__ import annotations

import re
from itertools import chain, islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 256  # spellings of one word
_MOST_PLAIN = 64  # those of them without a soft sign that is not written
_SOFT = re.compile(r"(?<=[бвдзлмнпрстф])(?![аеиоуыэюяьй])")

# What a letter or a group of letters may stand for; «-» is nothing, «$» the end of a word.
_TO_CYRILLIC = """
shch:щ sch:щ,ш sh:ш ch:ч zh:ж kh:х ts:ц tz:ц ck:к ph:ф
(?:iy|ij|yi)$:ий,ый ii$:ий,ии yy$:ый,ий y$:ий,ый,и,ы,й i$:и,ий,й
[iyj]u:ю [iyj]a:я,ия ye:е [yj]o:е ii:ии
ay(?![aeou]):ай ey(?![aeou]):ей oy(?![aeou]):ой uy(?![aeou]):уй ei:ей,еи oi:ой,ои
a:а b:б c:к,ц d:д e:е,э f:ф g:г h:х,г i:и,й j:й,дж k:к l:л m:м n:н o:о p:п q:к r:р s:с t:т u:у v:в
w:в x:кс,х y:ы,й,и z:з,ц ':ь,-
"""
_TO_LATIN = """
ий$:y,iy,ii,ij,i ый$:y,yy,iy кс:x,ks дж:j,dzh
а:a б:b в:v,w г:g,h д:d е:e,ye,ie,yo ж:zh,j з:z,s и:i,y й:y,i,j к:k,c л:l м:m н:n о:o п:p р:r с:s
т:t у:u ф:f,ph х:kh,h ц:ts,c,tz ч:ch ш:sh щ:shch,sch ъ:- ы:y ь:- э:e ю:yu,iu,ju я:ya,ia,ja
"""


class _Table:
    """The letters and groups of one alphabet, longer ones first, and their readings."""

    def __init__(self, text: str) -> None:
        pairs = [entry.rpartition(":")[::2] for entry in text.split()]
        self._group = re.compile("|".join(f"({pattern})" for pattern, _ in pairs))
        self._readings = [reading.replace("-", "").split(",") for _, reading in pairs]

    def read(self, word: str) -> list[list[str]]:
        """The readings of each part of a word; none where a letter is not of this alphabet."""
        parts, place = [], 0
        while place < len(word):
            match = self._group.match(word, place)
            if match is None or match.lastindex is None:
                return []
            parts.append(self._readings[match.lastindex - 1])
            place = match.end()
        return parts


_LATIN, _CYRILLIC = _Table(_TO_CYRILLIC), _Table(_TO_LATIN)


def other_alphabet(word: str) -> list[str]:
    """Spellings of a folded word in Cyrillic letters if it is Latin, in Latin if it is Cyrillic.

    At most a few hundred, the usual ones first; none for a word of neither or both.
    """
    if parts := _LATIN.read(word):
        plain = list(islice(_spelled(parts), _MOST_PLAIN))
        return list(dict.fromkeys(islice(chain(plain, *map(_softened, plain)), _MOST)))
    if parts := _CYRILLIC.read(word):
        return list(dict.fromkeys(islice(_spelled(parts), _MOST)))
    return []


def _spelled(parts: Sequence[list[str]]) -> Iterator[str]:
    return map("".join, product(*parts))


def _softened(spelling: str) -> Iterator[str]:
    """A spelling with one soft sign more, which Latin letters leave out: Igor, Olga."""
    for gap in _SOFT.finditer(spelling):
        yield f"{spelling[: gap.start()]}ь{spelling[gap.start() :]}"
