"""Plain text and Markdown, with every physical line numbered; meetings among them recognised."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.dates import date_of
from rag.readers.encoding import decode
from rag.readers.meetings import find_meeting
from rag.readers.options import DEFAULT, Options
from rag.types import Document, Line, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["decode", "heading_words", "lines_of", "markdown_headings", "read_markdown", "read_text"]

_MAX_HEADING = 80
_OPENING_LINE = re.compile(r"\s*([^\n]*\S)")
_TITLE = re.compile(r"(?!.*\S {3})(?!\W*\d[\d.\-/: ]*$)(?![-–—•*|>])(?=.{0,99}$).*\w[^.!?,;:|]*")
_MAX_TITLE = 200
_NUMBERED = re.compile(
    r"(?:(?:§|глава|раздел|chapter|section)\s*)?(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=[^\W\d_])", re.I
)
_CAPITALS = re.compile(r"[^\W\d_]")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t](.*)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|`)(\S(?:.*?\S)?)\1")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NOT_SETEXT = re.compile(r"\s*(?:[#>|]|[-*+]\s|\d+[.)]\s|$)")
#: captions that were saved as text
_CAPTIONS = re.compile(
    r"\s*(?:WEBVTT\b[^\n]*\n(?:[^\n]*\n){0,40}?|\d+\n)(?:\d+:)?\d\d:\d\d[.,]\d{3} --> \d"
)
_FRONT_MATTER = re.compile(r"---\n(?=\w[\w-]*:)(?:.*\n)*?(?:---|\.\.\.)(?:\n|$)")


def read_text(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a plain text file; `name` is the file's name, the title of last resort.

    Raises ReadError for a binary or empty file.
    """
    text, encoding = _decoded(data, name)
    if _CAPTIONS.match(text):
        from rag.readers.text.captions import read_vtt

        return read_vtt(data, name)
    lines = lines_of(text)
    return _document(data, name, text, encoding, lines, tuple(_plain_headings(text, lines)))


def read_markdown(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a Markdown file; its headings become marks with their level, the first the title.

    Raises ReadError for a binary or empty file.
    """
    text, encoding = _decoded(data, name)
    lines = lines_of(text)
    return _document(data, name, text, encoding, lines, tuple(markdown_headings(text, lines)))


def lines_of(text: str) -> tuple[Line, ...]:
    """Where each physical line of `text` begins."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    if len(starts) > 1 and starts[-1] == len(text):
        starts.pop()
    return tuple(Line(number, start) for number, start in enumerate(starts, start=1))


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    try:
        return decode(data)
    except ReadError as error:
        if "binary" in error.message:
            raise ReadError(f"{name} is a binary file, not text") from None
        raise


def _document(
    data: bytes,
    name: str,
    text: str,
    encoding: str,
    lines: tuple[Line, ...],
    headings: tuple[Mark, ...],
) -> Document:
    meeting = find_meeting(name, text, lines)
    turns = meeting.turns if meeting else ()
    first = meeting.starts[0] if meeting and meeting.turns else len(text)
    title = _title_of(text, headings, first)
    document = Document(
        id=hashlib.sha256(data).hexdigest(),
        title=title or PurePath(name).stem,
        text=text,
        marks=headings,
        turns=turns,
        lines=lines,
        kind="meeting" if turns else "text",
        date=meeting.day if meeting else date_of(name, text),
        encoding=encoding,
    )
    if not turns:
        return document
    from rag.readers.text.recut import recut

    return recut(document, meeting.starts if meeting else ())


def _title_of(text: str, headings: Sequence[Mark], first_turn: int) -> str:
    """The first line where it reads as a title, else the first heading, without Markdown's marks.

    "" where there is neither. A line that a speaker says is no title, nor one with a label, the
    end of a sentence, or columns.
    """
    opening = _OPENING_LINE.match(text)
    if opening and opening.start(1) < first_turn and _TITLE.fullmatch(opening.group(1)):
        return heading_words(opening.group(1))
    if not headings:
        return ""
    first = text[headings[0].start : headings[0].end].split("\n")[0]
    if "  " in first.strip():
        return ""
    return heading_words(first[:_MAX_TITLE])


def heading_words(line: str) -> str:
    """A line of Markdown without the marks of a heading and of emphasis."""
    return _EMPHASIS.sub(r"\2", line.strip("# \t"))


def _spans(text: str, lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Start and end of every line, line ends left out."""
    starts = [line.start for line in lines]
    ends = [start - 1 for start in starts[1:]]
    ends.append(len(text) - text.endswith("\n"))
    return list(zip(starts, ends, strict=True))


def _plain_headings(text: str, lines: Sequence[Line]) -> Iterator[Mark]:
    """Short lines alone between blank ones that are numbered or all in capitals."""
    spans = _spans(text, lines)
    for place, (start, end) in enumerate(spans):
        line = text[start:end].strip()
        if not 3 <= len(line) <= _MAX_HEADING or line[-1] in ".,;:?!":
            continue
        before = text[slice(*spans[place - 1])] if place else ""
        after = text[slice(*spans[place + 1])] if place + 1 < len(spans) else "."
        if before.strip() or after.strip():
            continue
        numbered = _NUMBERED.match(line)
        if numbered:
            yield Mark("heading", start, end, level=numbered[1].count(".") + 1)
        elif line.isupper() and len(_CAPITALS.findall(line)) >= 4:
            yield Mark("heading", start, end, level=1)


def markdown_headings(text: str, lines: Sequence[Line]) -> Iterator[Mark]:
    """Headings of both kinds that CommonMark knows, outside fenced code and front matter."""
    matter = _FRONT_MATTER.match(text)
    body = matter.end() if matter else 0
    fence = ""
    paragraph: tuple[int, int] | None = None
    for start, end in _spans(text, lines):
        if start < body:
            continue
        line = text[start:end]
        fenced = _FENCE.match(line)
        if fence:
            if fenced and fenced[1].startswith(fence) and line.strip() == fenced[1]:
                fence = ""
            continue
        if fenced:
            fence, paragraph = fenced[1], None
        elif atx := _ATX.match(line):
            paragraph = None
            if atx[2].strip("# \t"):
                yield Mark("heading", start, end, level=len(atx[1]))
        elif paragraph and (underline := _SETEXT.match(line)):
            yield Mark("heading", *paragraph, level=1 if underline[1][0] == "=" else 2)
            paragraph = None
        else:
            paragraph = None if _NOT_SETEXT.match(line) else (start, end)
