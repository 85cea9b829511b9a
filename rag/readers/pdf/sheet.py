"""One page of a PDF as text: its rows in order, what is hidden in it, and what kind it is of."""

from __future__ import annotations

import ctypes
import re
from functools import lru_cache, partial
from math import hypot
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.pdf import native
from rag.readers.pdf.headings import MAX_LINE, Look, may_begin_heading
from rag.readers.pdf.hidden import is_text_of_scan
from rag.readers.pdf.layout import arrange
from rag.readers.pdf.legible import why_garbled
from rag.readers.pdf.page import cut_line, lines_of, text_of, units
from rag.readers.pdf.scene import PLAIN, is_plain, scene_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.readers.pdf.hidden import HiddenText
    from rag.readers.pdf.layout import Line, Row
    from rag.readers.pdf.page import Handles
    from rag.readers.pdf.scene import Scene
    from rag.types import PageKind

#: Stand around hidden text; Unicode has given these two no meaning and never will.
HIDE, SHOW = "\ufdd0", "\ufdd1"
_BORDERS = re.compile(f"[{HIDE}{SHOW}]")
_HIDDEN = re.compile(f"{HIDE}[^{SHOW}]*{SHOW}")
_SIGN = re.compile(r"[^\W_]")

#: Letters and digits beside a picture of so large a share of the page that are a stamp or a page
#: number, and no text layer.
_STAMPS = ((0.85, 100), (0.5, 10))
#: a share of a page without text under pictures, or a number of lines, that show something
_SOME_PICTURE, _SOME_LINES = 0.01, 3
#: rows of a page with so few that all of them may be headings
_FEW_ROWS = 12
#: of the rows that are no headings every so manieth tells how the page is set
_STEP = 5
#: share of the characters of a page that makes their size a common one
_COMMON = 0.2
#: characters of a page that show whether it has enough of them
_ENOUGH = 1_000
_BOLD = re.compile(r"bold|black|heavy|demi|medi(?!um|eval)|cmbx|sfbx|sfsx|[a-z]bx\d", re.IGNORECASE)
_MAX_FONT_NAME = 128


class Sheet(NamedTuple):
    """A page: its text with hidden spans between HIDE and SHOW, and how it is to be taken.

    `seen` is the text that counts: without what is hidden, unless that is to be kept. `garbled`
    says what is wrong with its characters, or nothing. `looks` are the lines that may be headings,
    `sizes` the characters by size and weight.
    """

    text: str = ""
    seen: str = ""
    kind: PageKind = "damaged"
    garbled: str | None = None
    looks: tuple[Look, ...] = ()
    sizes: Mapping[tuple[float, bool], int] = MappingProxyType({})


def read_sheet(handles: Handles, hidden: HiddenText, *, styled: bool, keep_hidden: bool) -> Sheet:
    """A page that is open in pdfium; `styled` asks for the looks of its lines."""
    frame = native.page_box(handles.page)
    text = neutral(text_of(handles))
    lines = lines_of(handles, text)
    plain = is_plain(handles.objects, handles.text, handles.length)
    scene = PLAIN if plain else scene_of(handles.page, frame, handles.objects)
    spans = hidden.spans(handles, lines, scene, frame)
    if spans:
        lines = [_bordered(handles, line, spans) for line in lines]
    rows = arrange(lines, partial(cut_line, handles), handles.own)
    whole = seen = "\n".join(row.text for row in rows)
    if spans:
        seen = (_BORDERS if keep_hidden else _HIDDEN).sub("", whole)
    looks, sizes = _looks(handles, rows) if styled else ((), {})
    kind = kind_of(seen, scene)
    garbled = why_garbled(seen) if kind == "text" else None
    return Sheet(whole, seen, "garbled" if garbled else kind, garbled, looks, sizes)


def neutral(text: str) -> str:
    """The text of a file, which must not hold HIDE and SHOW itself."""
    return _BORDERS.sub("\ufffd", text) if HIDE in text or SHOW in text else text


def kind_of(seen: str, scene: Scene) -> PageKind:
    """What a page with this text and this on it is, as long as the text is sound."""
    signs = bool(_SIGN.search(seen))
    if signs and not _only_stamped(seen, scene):
        return "text"
    if signs or scene.pictures >= _SOME_PICTURE or scene.paths >= _SOME_LINES:
        return "scan"
    return "text" if seen.strip() else "blank"


def _only_stamped(seen: str, scene: Scene) -> bool:
    """Whether so few letters and digits are no text layer but something added to a scan."""
    if scene.pictures < _STAMPS[-1][0] or (scene.unseen and is_text_of_scan(scene)):
        return False
    signs = len(_SIGN.findall(seen[:_ENOUGH]))
    return any(scene.pictures >= share and signs <= most for share, most in _STAMPS)


def _bordered(handles: Handles, line: Line, spans: Sequence[tuple[int, int]]) -> Line:
    """The line with HIDE and SHOW around what is hidden of it."""
    place = native.function("FPDFText_GetTextIndexFromCharIndex")
    begin = place(handles.text, line.start)
    pieces, done = [], 0
    for start, end in spans:
        first, last = max(start, line.start), min(end, line.start + line.length)
        if first >= last:
            continue
        left = max(place(handles.text, first) - begin, done)
        right = max(place(handles.text, last - 1) - begin + 1, left)
        pieces += [units(line.text, done, left), HIDE, units(line.text, left, right), SHOW]
        done = right
    if not done:
        return line
    pieces.append(units(line.text, done, 2 * len(line.text)))
    return line._replace(text="".join(pieces))


def _looks(
    handles: Handles, rows: Sequence[Row]
) -> tuple[tuple[Look, ...], dict[tuple[float, bool], int]]:
    """The lines of a page that may be headings, and its characters by size and weight."""
    fonts = _Fonts(handles.text)
    looks: list[Look] = []
    sizes: dict[tuple[float, bool], int] = {}
    for number, row in enumerate(rows):
        text = row.text
        candidate = (
            len(text) <= MAX_LINE
            and len(row.lines) <= 2
            and (may_begin_heading(text) or (bool(looks) and looks[-1].row == number - 1))
        )
        if not candidate and number % _STEP:
            continue
        line, last = row.lines[0], row.lines[-1]
        look = fonts.size(line.start), fonts.bold(line.start)
        sizes[look] = sizes.get(look, 0) + line.length * (1 if number % _STEP else _STEP)
        if candidate:
            size, bold = look
            whole = bold and fonts.bold(last.start + last.length - 1)
            looks.append(Look(number, text, size, whole))
    if len(rows) > _FEW_ROWS:
        enough = _COMMON * sum(sizes.values())
        common = min((size for (size, _), count in sizes.items() if count >= enough), default=0.0)
        looks = [look for look in looks if look.bold or look.size > common]
    return tuple(looks), sizes


class _Fonts:
    """Sizes and weights of the characters of a page."""

    def __init__(self, text: int) -> None:
        self.text = text
        self.name = ctypes.create_string_buffer(_MAX_FONT_NAME)
        self.matrix = native.Room(ctypes.c_float, 6)
        self.flags = ctypes.c_int()
        self.size_of = native.function("FPDFText_GetFontSize")
        self.matrix_of = native.function("FPDFText_GetMatrix")
        self.info_of = native.function("FPDFText_GetFontInfo")

    def size(self, index: int) -> float:
        """Size of a character on the page in points, to a half."""
        size: float = self.size_of(self.text, index)
        if self.matrix_of(self.text, index, self.matrix.places[0]):
            _, _, c, d, _, _ = self.matrix.read()
            size *= hypot(c, d) if c else abs(d)
        return round(2 * size) / 2

    def bold(self, index: int) -> bool:
        """Whether a character is set in bold, by the name of its font."""
        places = ctypes.addressof(self.name), _MAX_FONT_NAME, ctypes.addressof(self.flags)
        length = self.info_of(self.text, index, *places)
        return 0 < length <= _MAX_FONT_NAME and _is_bold(self.name.value)


@lru_cache(maxsize=1000)
def _is_bold(name: bytes) -> bool:
    return bool(_BOLD.search(name.decode("utf-8", "replace")))
