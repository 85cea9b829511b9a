"""Which pages of a PDF go through text recognition, and what becomes of what it reads."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from rag.errors import ReadError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

    from rag.readers.ocr import Recognised
    from rag.readers.options import Options
    from rag.readers.pdf.sheet import Sheet

_SIGN = re.compile(r"[^\W_]")
#: how many times the letters of a scan's few own ones recognition must find to be the better
_MORE = 2.0
_NEVER = "Allow recognition: --ocr auto"


class Recogniser:
    """Recognises the pages of one document that need it, and tells of each page that is done.

    `problems` says by page index from 0 why recognition gave nothing.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._needed = False
        self.problems: dict[int, str] = {}

    @cached_property
    def _missing(self) -> str:
        """What to do so that pages can be recognised; "" where they can."""
        if self._options.ocr == "never":
            return _NEVER
        from rag.readers.ocr import available

        return available(self._options.languages)

    @property
    def hint(self) -> str:
        """What would let pages be recognised that now are not; "" where all were that need it."""
        return self._missing if self._needed else ""

    def passed(self, sheet: Sheet, characters: int) -> None:
        """Take note that a page was read, and the characters so far.

        Raises ReadError where they are too many.
        """
        limit = self._options.limits.characters
        if characters > limit:
            raise ReadError(f"too much text: more than {limit:,} characters")
        if not self._wants(sheet) or self._missing:
            self._options.on_page(False)

    def _wants(self, sheet: Sheet) -> bool:
        """Whether a page is to be recognised where that can be done."""
        poor = sheet.kind in ("scan", "garbled")
        self._needed = self._needed or poor
        return poor or (self._options.ocr == "always" and sheet.kind == "text")

    def read(self, pdf: PdfDocument, sheets: list[Sheet]) -> dict[int, Recognised]:
        """What is recognised on the pages that need it, by index from 0.

        A page that turns out to show no more than its few own letters becomes one of text.
        """
        wanted = [index for index, sheet in enumerate(sheets) if self._wants(sheet)]
        if not wanted or self._missing:
            return {}
        from rag.readers.ocr import recognise

        found = {}
        for index, recognised in recognise(pdf, wanted, self._options):
            self._options.on_page(True)
            if is_better(recognised.text, sheets[index]):
                found[index] = recognised
            elif recognised.problem:
                self.problems[index] = recognised.problem
            elif sheets[index].kind == "scan" and sheets[index].seen.strip():
                sheets[index] = sheets[index]._replace(kind="text")
        return found


def is_better(text: str, sheet: Sheet) -> bool:
    """Whether a recognised text is to stand for the text layer of its page.

    The few letters on a scan may be all there are: the title on a photograph.
    """
    found = len(_SIGN.findall(text))
    if sheet.kind != "scan":
        return found > 0
    return found >= max(_MORE * len(_SIGN.findall(sheet.seen)), 1)
