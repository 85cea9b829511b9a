"""RTF: paragraphs, headings by style, tables, footnotes.

striprtf gives a flat string without footnotes, text boxes and headings, so the file is read here.
Text is in the encoding of its font, or of the file. What a group holds goes into the sink of its
destination: the body, a footnote, a header, the title; unknown destinations have none.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.dates import date_of
from rag.readers.draft import Draft, hide, plain, row_of
from rag.readers.meetings import find_meeting
from rag.readers.office.rtf_tokens import CHARSETS, Token, tokens
from rag.readers.office.styles import heading_level
from rag.readers.options import DEFAULT, Options
from rag.readers.package import iso_day
from rag.types import RUNNING_FOOTER, RUNNING_HEADER

if TYPE_CHECKING:
    from rag.types import Document

#: The first bytes of a file in this format.
RTF = b"{\\rtf"
#: Groups within groups that are followed.
MAX_DEPTH = 10_000
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RUNNING = {
    **dict.fromkeys(("header", "headerl", "headerr"), RUNNING_HEADER),
    **dict.fromkeys(("footer", "footerl", "footerr"), RUNNING_FOOTER),
}
_FIRST_PAGE = frozenset({"headerf", "footerf"})
_BOXES = frozenset({"shptxt", "dptxbxtext"})
_LABELS = frozenset({"listtext", "pntext"})
#: destinations whose text is kept, apart from that of the body
_KEPT = frozenset(
    {*_RUNNING, *_FIRST_PAGE, *_BOXES, *_LABELS}
    | {"footnote", "annotation", "atnauthor", "title", "stylesheet", "fonttbl", "ud"}
)
#: destinations whose text nobody is to see; those behind an asterisk need not be named
_DROPPED = frozenset(
    """
    author bkmkend bkmkstart buptim category colortbl comment company creatim doccomm fldinst
    filetbl info keywords manager nextfile nonshppict nonesttables objdata operator pict printim
    revtbl revtim rxe shprslt subject tc tcn template txe upr xe
    """.split()
)
_CODE_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_RUSSIAN = 1049
#: half points; text so small is there to be missed
_TINY = 2
_OUTLINE_LEVELS = 9
#: a bullet in a symbol font
_SYMBOL_BULLET = re.compile(r"[\ue000-\uf8ff·§]")
#: control characters, which no text holds
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32)])


@dataclass(slots=True)
class _Sink:
    """Where the text of a destination gathers."""

    kind: str
    pieces: list[str] = field(default_factory=list)

    def take(self) -> str:
        """The text gathered so far, which is then forgotten."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return text


@dataclass(slots=True)
class _State:
    """What a group inherits from the one around it and gives back at its end.

    `below` is the sink outside the nearest destination, `skip` how many characters stand behind
    each \\u for programs that do not know it.
    """

    sink: _Sink | None
    below: _Sink | None = None
    destination: str = ""
    optional: bool = False
    hidden: bool = False
    deleted: bool = False
    tiny: bool = False
    font: int = 0
    skip: int = 1
    style: int = 0
    outline: int = 0
    in_table: bool = False


def read_rtf(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read an RTF file; `name` is the file's name, the title of last resort.

    A row of a table is one line; footnotes and comments stand behind their paragraph. Raises
    ReadError where the file is no RTF, holds no text, or nests groups more than MAX_DEPTH deep.
    """
    if not data.lstrip().startswith(RTF):
        raise ReadError("broken RTF: it does not begin as one")
    reading = _Reading(Draft(keep_hidden=options.keep_hidden))
    draft = reading.draft(data)
    meeting = find_meeting(name, draft.text)
    return draft.document(
        data,
        name,
        title=reading.title,
        date=meeting.day if meeting else date_of(name, draft.text) or reading.created(),
        turns=meeting.turns if meeting else (),
    )


class _Reading:
    """One file on its way from tokens to a draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._body = _Sink("body")
        self._state = _State(self._body)
        self._stack: list[_State] = []
        self._buffer: list[bytes | str] = []
        self._to_skip = 0
        self._code_page = ""
        self._fonts: dict[int, str] = {}
        self._default_font = 0
        self._styles: dict[int, int] = {}
        self._created: dict[str, int] = {}
        self._cells: list[str] = []
        self._rows: list[str] = []
        self._row_is_header = self._has_header = False
        self._label = self._author = self.title = ""
        self._behind: list[str] = []
        self._behind_table: list[str] = []
        self._footnotes = 0

    def draft(self, data: bytes) -> Draft:
        """The draft with the text of all tokens. Raises ReadError for groups nested too deeply."""
        for token in tokens(data):
            if token.text:
                self._add(token.text)
            elif token.word == "u":
                self._add_unicode(token.number or 0)
            else:
                self._flush()
                self._follow(token)
        self._flush()
        while self._stack:
            self._close()
        self._end_row()
        self._end_paragraph()
        return self._draft

    def created(self) -> str | None:
        """ISO day of creation that the file names, None without a valid one."""
        with suppress(OverflowError, ValueError):
            day = date(*(self._created.get(part, 0) for part in ("yr", "mo", "dy")))
            return iso_day(day.isoformat())
        return None

    def _add(self, text: bytes | str) -> None:
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        self._buffer.append(text[skipped:])

    def _add_unicode(self, number: int) -> None:
        self._buffer.append(chr(number % 0x10000))
        self._to_skip = self._state.skip

    def _flush(self) -> None:
        """Decode the text before a token that may change what it means, into its sink."""
        self._to_skip = 0
        if not self._buffer:
            return
        state = self._state
        parts, self._buffer = self._buffer, []
        if state.sink is None or state.deleted:
            return
        codec = self._fonts.get(state.font) or self._code_page or "cp1252"
        text = _decoded(parts, codec)
        state.sink.pieces.append(hide(text) if state.hidden or state.tiny else text)
        if state.sink.kind == "stylesheet" and ";" in text:
            self._styles[state.style] = heading_level(state.sink.take().strip())

    def _follow(self, token: Token) -> None:
        """Do what a brace or a control word says."""
        word, number, state = token.word, token.number, self._state
        if word == "{":
            if len(self._stack) >= MAX_DEPTH:
                raise ReadError(f"groups nested more than {MAX_DEPTH:,} deep")
            self._stack.append(state)
            self._state = replace(state, optional=False)
        elif word == "}":
            self._close()
        elif word == "*":
            state.optional = True
        elif word in _KEPT or word in _DROPPED or state.optional:
            self._enter(word)
        elif not self._set_format(word, number) and not self._set_encoding(word, number):
            self._build(word)

    def _enter(self, word: str) -> None:
        """The group is that of a destination."""
        state = self._state
        if word == "ud":
            state.sink = state.below
            return
        state.below, state.destination, state.optional = state.sink, word, False
        state.sink = _Sink(word) if word in _KEPT else None
        state.hidden = state.deleted = state.tiny = state.in_table = False

    def _close(self) -> None:
        """A group ends, and with it perhaps a destination."""
        sink = self._state.sink
        if not self._stack:
            return
        self._state = self._stack.pop()
        if sink is None or sink is self._state.sink or sink is self._state.below:
            return
        text = sink.take().strip()
        if sink.kind == "title":
            self.title = text
        elif sink.kind == "atnauthor":
            self._author = text
        elif sink.kind in _LABELS:
            label = " ".join(text.split())
            self._label = "•" if _SYMBOL_BULLET.fullmatch(label) else label
        elif sink.kind in _FIRST_PAGE:
            self._draft.running(text, "", first=True)
        elif sink.kind in _RUNNING:
            self._draft.running(text, _RUNNING[sink.kind])
        elif sink.kind == "footnote":
            self._footnotes += 1
            number = str(self._footnotes).translate(_SUPERSCRIPT)
            self._behind.append(f"{number} {' '.join(text.split())}")
        elif sink.kind == "annotation":
            author, self._author = self._author, ""
            self._behind.append(f"[{author}] {' '.join(text.split())}" if author else text)
        elif sink.kind in _BOXES:
            self._behind.append(text)

    def _set_format(self, word: str, number: int | None) -> bool:
        """Follow a word that formats what comes after it; whether it was one."""
        state = self._state
        if word == "v":
            state.hidden = number != 0
        elif word == "deleted":
            state.deleted = number != 0
        elif word == "plain":
            state.hidden = state.deleted = state.tiny = False
            state.font = self._default_font
        elif word == "fs":
            state.tiny = number is not None and number <= _TINY
        elif word == "f":
            state.font = number or 0
        elif word == "uc":
            state.skip = max(number or 0, 0)
        elif word == "s":
            state.style = number or 0
        elif word == "outlinelevel":
            state.outline = (number or 0) + 1
        elif word == "intbl":
            state.in_table = True
        elif word == "pard":
            state.in_table, state.style, state.outline = False, 0, 0
        else:
            return False
        return True

    def _set_encoding(self, word: str, number: int | None) -> bool:
        """Follow a word of the file's head; whether it was one."""
        if word == "ansicpg":
            with suppress(LookupError):
                self._code_page = codecs.lookup(f"cp{number}").name
        elif word in _CODE_PAGES:
            self._code_page = _CODE_PAGES[word]
        elif word == "deflang" and number == _RUSSIAN and not self._code_page:
            self._code_page = "cp1251"
        elif word == "deff":
            self._default_font = self._state.font = number or 0
        elif word == "fcharset" and number in CHARSETS:
            self._fonts[self._state.font] = CHARSETS[number]
        elif self._state.destination == "creatim" and number is not None:
            self._created[word] = number
        else:
            return False
        return True

    def _build(self, word: str) -> None:
        """Follow a word that ends a paragraph, a cell or a row."""
        sink = self._state.sink
        if sink is None:
            return
        in_body = sink.kind == "body"
        if word in ("par", "sect") and in_body and not self._state.in_table:
            self._end_paragraph()
        elif word in ("par", "sect", "page", "nestrow"):
            sink.pieces.append("\n")
        elif word == "cell" and in_body:
            self._cells.append(self._labelled(sink.take()))
        elif word in ("cell", "nestcell"):
            sink.pieces.append(" ")
        elif word == "row" and in_body:
            self._end_row()
        elif word in ("trowd", "trhdr"):
            self._row_is_header = word == "trhdr"

    def _labelled(self, text: str) -> str:
        """Text behind the number that a list gives it."""
        label, self._label = self._label, ""
        return f"{label} {text.strip()}" if label else text

    def _end_paragraph(self) -> None:
        self._end_table()
        text = self._body.take()
        if text.strip():
            level = self._styles.get(self._state.style, 0) or self._state.outline
            labelled = self._labelled(text)
            if 0 < level <= _OUTLINE_LEVELS:
                self._draft.heading(labelled, level)
            else:
                self._draft.paragraph(labelled)
        self._label = ""
        self._add_behind(self._behind)
        self._behind = []

    def _end_row(self) -> None:
        rest = self._body.take()
        if self._cells:
            self._has_header = self._has_header or (self._row_is_header and not self._rows)
            self._rows.append(row_of([*self._cells, rest]))
            self._cells = []
            self._behind_table += self._behind
            self._behind = []
        else:
            self._body.pieces.append(rest)

    def _end_table(self) -> None:
        if self._rows:
            self._draft.table(self._rows, header=self._has_header)
            self._add_behind(self._behind_table)
            self._rows, self._has_header, self._behind_table = [], False, []

    def _add_behind(self, behind: list[str]) -> None:
        """Add the footnotes, comments and text boxes of the last block."""
        for text in behind:
            self._draft.paragraph(text, apart=True)


def _decoded(parts: list[bytes | str], codec: str) -> str:
    """The parts as text; neighbours in bytes together, as a character may be cut between them."""
    pieces: list[str] = []
    pending = bytearray()
    for part in parts:
        if isinstance(part, bytes):
            pending.extend(part)
        else:
            pieces += pending.decode(codec, errors="replace"), part
            pending.clear()
    pieces.append(pending.decode(codec, errors="replace"))
    text = "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain(text.translate(_CONTROLS))
