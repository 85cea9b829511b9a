"""Files that stand in for a folder of the user's: the same every time.

    python made.py volumes|pages|notes|book FOLDER

`volumes` are sixty PDFs of twenty pages of English text out of the corpora, `pages` PDFs of ten
thousand pages with as many different words as a library of that size has, `notes` ten thousand
small text files, `book` one PDF of three hundred pages of Russian text.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import CORPORA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PAGES, NOTES = 10_000, 10_000
BOOK_PAGES = 300
#: One sentence of the book stands on this page alone, and answers this question.
FACT_PAGE, FACT = 271, "Насосную станцию в Заречье проверяют каждые одиннадцать недель."
FACT_QUESTION = "Как часто проверяют насосную станцию в Заречье?"
_SEED = 40
_VOLUMES, _VOLUME_PAGES = 60, 20
_SOURCES = ("documents/kestrel-40-manual.pdf", "meetings/2025-12-02-coedition-call.txt")
_TIMED_SPEAKER = re.compile(r"^\[\d\d:\d\d\] \w+: ", re.MULTILINE)
_FOOT = 240.0  # millimetres from the top, below which no paragraph begins
_FILE_PAGES = 40
_LINES, _WIDTH = 44, 88  # lines of a page, characters of a line
#: Words made up, after those of an English meeting, the most usual first. The r-th is 1/r as often
#: as the first (Zipf's law), and nearly all come up in the six million of ten thousand pages.
_VOCABULARY = 60_000
_ONSETS = "b c d f g h k l m n p r s t v w br ch cl cr dr fl gr pl pr sh sl st str th tr".split()
_VOWELS = "a e i o u ai ea ee io oa ou".split()
_CODAS = ["", "", "n", "r", "s", "l", "t", "m", "nd", "st", "ck", "ng"]
_SYLLABLES = (_ONSETS, _VOWELS, _CODAS)
_RUSSIAN_SOURCE = "meetings/2025-11-12-planerka.txt"
_RUSSIAN_SYLLABLES = (
    "б в г д ж з к л м н п р с т ф х ц ч ш бл бр вл гр др кр пл пр ск ст тр".split(),
    "а е и о у ы я".split(),
    ["", "", "н", "р", "с", "л", "т", "м", "ст", "к", "й"],
)
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_LINE_HEIGHT = 5.8  # millimetres


def volumes(folder: Path) -> None:
    """Write the PDFs that the contenders read where no folder is given."""
    from fpdf import FPDF

    said = list(_said())
    chance = random.Random(_SEED)
    for number in range(1, _VOLUMES + 1):
        pdf = FPDF()
        pdf.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number - 1))
        pdf.set_auto_page_break(False)
        pdf.set_font("Helvetica", size=11)
        for _ in range(_VOLUME_PAGES):
            pdf.add_page()
            while pdf.y < _FOOT:
                paragraph = " ".join(chance.sample(said, chance.randint(3, 6)))
                pdf.multi_cell(0, 5.5, paragraph, new_x="LMARGIN", new_y="NEXT")
                pdf.ln(2.5)
        pdf.output(str(folder / f"volume-{number}.pdf"))


def _said() -> Iterator[str]:
    """Sentences of the English corpora."""
    from rag.readers import read_document
    from rag.sentences import split

    for source in _SOURCES:
        text = _TIMED_SPEAKER.sub("", read_document(CORPORA / source).text).replace("’", "'")
        for start, end in split(text):
            sentence = " ".join(text[start:end].split())
            if len(sentence.split()) > 3:
                yield sentence


def pages(folder: Path, number: int = PAGES) -> None:
    """Write `number` pages of sentences, forty a file."""
    draw = _english(random.Random(_SEED))
    for first in range(0, number, _FILE_PAGES):
        count = min(_FILE_PAGES, number - first)
        data = _pdf([_page(draw) for _ in range(count)])
        (folder / f"pages-{first // _FILE_PAGES:04}.pdf").write_bytes(data)


def notes(folder: Path, number: int = NOTES) -> None:
    """Write `number` text files of a few sentences, a hundred a folder."""
    draw = _english(random.Random(_SEED))
    for place in range(number):
        below = folder / f"{place // 100:03}"
        below.mkdir(exist_ok=True)
        text = "".join(f"{' '.join(_sentence(draw))}\n" for _ in range(4))
        (below / f"note-{place:05}.txt").write_text(text, encoding="utf-8")


def book(folder: Path, number: int = BOOK_PAGES) -> None:
    """Write a PDF of `number` pages in Russian, the fact among them."""
    from fpdf import FPDF

    text = (CORPORA / _RUSSIAN_SOURCE).read_text("utf-8")
    draw = _drawn(random.Random(_SEED), re.findall(r"[а-яё]+", text.lower()), _RUSSIAN_SYLLABLES)
    pdf = FPDF()
    pdf.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
    pdf.set_auto_page_break(False)
    pdf.add_font("text", fname=_FONT)
    pdf.set_font("text", size=10)
    for page in range(1, number + 1):
        pdf.add_page()
        for line in _page(draw)[: _LINES - 1] + [FACT] * (page == FACT_PAGE):
            pdf.cell(h=_LINE_HEIGHT, text=line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(folder / "book.pdf"))


def _english(chance: random.Random) -> Iterator[str]:
    known = re.findall(r"[a-z]+", (CORPORA / _SOURCES[1]).read_text("utf-8").lower())
    return _drawn(chance, known, _SYLLABLES)


def _drawn(
    chance: random.Random, text: Sequence[str], sounds: tuple[list[str], list[str], list[str]]
) -> Iterator[str]:
    """Words without end, by Zipf's law: a text's own, then made ones; one in twenty is a number."""
    known = Counter(text)
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY:
        syllables = chance.choice((2, 2, 2, 3, 3, 4))
        parts = [chance.choice(s) for _ in range(syllables) for s in sounds]
        words["".join(parts)] = None
    ranked = [word for word, _ in known.most_common()] + sorted(words, key=len)
    weights = list(accumulate(1 / rank for rank in range(1, len(ranked) + 1)))
    while True:
        for word in chance.choices(ranked, cum_weights=weights, k=10_000):
            yield word if chance.random() > 0.05 else str(chance.randint(1, 10**5))


def _sentence(draw: Iterator[str]) -> list[str]:
    words = [next(draw) for _ in range(8)]
    while len(words) < 24 and len(words[-1]) < 8:
        words.append(next(draw))
    words[0], words[-1] = words[0].capitalize(), f"{words[-1]}."
    return words


def _page(draw: Iterator[str]) -> list[str]:
    """The lines of a page."""
    lines = [""]
    while len(lines) <= _LINES:
        for word in _sentence(draw):
            if len(lines[-1]) + len(word) < _WIDTH:
                lines[-1] = f"{lines[-1]} {word}".lstrip()
            else:
                lines.append(word)
    return lines[:_LINES]


def _pdf(texts: Sequence[Sequence[str]]) -> bytes:
    """A PDF of the pages' lines; they need no escapes. Some fifty times as fast as a library."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(texts)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(texts)}/MediaBox[0 0 595 842]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for place, lines in enumerate(texts):
        shown = "".join(f"({line}) Tj T*\n" for line in lines)
        stream = zlib.compress(f"BT /F 10 Tf 16 TL 50 780 Td\n{shown}ET".encode())
        head = f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode()
        objects.append(
            f"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {5 + 2 * place} 0 R>>".encode()
        )
        objects.append(head + stream + b"\nendstream")
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(written)}\n%%EOF\n"
    written += f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()
    return bytes(written)


KINDS: dict[str, Callable[[Path], None]] = {
    "volumes": volumes,
    "pages": pages,
    "notes": notes,
    "book": book,
}


def main() -> int:
    """Write one kind of files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    KINDS[args.kind](args.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
