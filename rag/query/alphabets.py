"""Names in the other alphabet: Ivanov is Иванов, Yekaterinburg is Екатеринбург.

Spellings follow several usual ways at once: ISO 9 and its simplified forms, BGN/PCGN, the Russian
passport (ICAO 9303). Each letter or group has a few readings; all of their combinations are given,
the usual first, and whoever asks keeps those that are words of the index.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MOST = 256  # spellings of one word
_SOFTENED = re.compile(r"(?<=[бвдзлмнпрстф])(?![аеиоуыэюяьй])")

# A letter or group, then its readings; «-» is none at all.
_TO_CYRILLIC = """
shch:щ sch:щ,ш sh:ш ch:ч zh:ж kh:х ts:ц tz:ц yu:ю iu:ю ju:ю ya:я ia:я,иа ja:я ye:е yo:е jo:е ck:к
ph:ф iy:ий,и ij:ий yy:ый yi:ый,и ii:ий,ии ey:ей ei:ей,еи ay:ай oy:ой oi:ой uy:уй
a:а b:б c:к,ц d:д e:е,э f:ф g:г h:х,г i:и,й j:й,дж k:к l:л m:м n:н o:о p:п q:к r:р s:с t:т u:у v:в
w:в x:кс y:ы,и,й,ий z:з,ц ':ь,-
"""
_TO_LATIN = """
ий:y,iy,ii,ij,i ый:y,yy,iy кс:x,ks дж:j,dzh
а:a б:b в:v,w г:g,h д:d е:e,ye,ie,yo ж:zh,j з:z и:i,y й:y,i,j к:k,c л:l м:m н:n о:o п:p р:r с:s т:t
у:u ф:f,ph х:kh,h ц:ts,c,tz ч:ch ш:sh щ:shch,sch ъ:- ы:y ь:- э:e ю:yu,iu,ju я:ya,ia,ja
"""

Readings = dict[str, list[str]]


def _table(text: str) -> Readings:
    pairs = (entry.split(":") for entry in text.split())
    return {group: reading.replace("-", "").split(",") for group, reading in pairs}


_CYRILLIC, _LATIN = _table(_TO_CYRILLIC), _table(_TO_LATIN)


def other_alphabet(word: str) -> list[str]:
    """Spellings of a folded word in Cyrillic letters if it is Latin, in Latin if it is Cyrillic.

    At most a few hundred; none for a word of neither or both.
    """
    if parts := _parted(word, _CYRILLIC):
        return list(dict.fromkeys(islice(_softened(parts), _MOST)))
    parts = _parted(word, _LATIN)
    return list(dict.fromkeys(islice(_spelled(parts), _MOST))) if parts else []


def _parted(word: str, table: Mapping[str, list[str]]) -> list[list[str]]:
    """The readings of a word's letters and groups, the longest group first; none if one is odd."""
    parts, place = [], 0
    while place < len(word):
        for length in (4, 3, 2, 1):
            group = word[place : place + length]
            if len(group) == length and group in table:
                parts.append(table[group])
                place += length
                break
        else:
            return []
    return parts


def _spelled(parts: Sequence[list[str]]) -> Iterator[str]:
    return map("".join, product(*parts))


def _softened(parts: Sequence[list[str]]) -> Iterator[str]:
    """Spellings, each followed by those with one soft sign, which Latin letters leave out: Igor."""
    for spelling in _spelled(parts):
        yield spelling
        for gap in _SOFTENED.finditer(spelling):
            yield f"{spelling[: gap.start()]}ь{spelling[gap.start() :]}"
