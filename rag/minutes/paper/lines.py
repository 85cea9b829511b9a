"""The lines of a paper: what opens an item, what continues one, headings and what they promise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.minutes.paper.words import matcher, wordings
from rag.minutes.stretches import LINE, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.clauses import Token

Section = Literal["agenda", "template", "people", "review", "tasks", ""]
#: the sections that headings announce; where two begin at one place, the earlier here
_SECTIONS: tuple[Section, ...] = ("template", "agenda", "review", "people", "tasks")

#: «1.», «1.2», «2)», «(3)», «а)», «1.1.2.», «п. 1.1», bullets of word processors
_MARKER = (
    r"(?:[-*+•·–—▪▫►▸●○◦‣⁃]|(?:п\.\s?)?\(?\d{1,2}(?:\.\d{1,2})*[.)](?!\d)"
    r"|п\.\s?\d{1,2}(?:\.\d{1,2})*(?=\s)|\d{1,2}(?:\.\d{1,2})+(?=\s+[^\W\d_])|\(?[а-яёa-z]\)|№\s?\d+[.)]?)"
)
CHECKBOX = re.compile(
    r"^\s*(?:(?:[-*+•]|\d+[.)])\s+)?(?:\[(?P<mark>[ xXхХvV✓✔-]?)\]"
    r"|(?P<box>[☐☑☒✅✔✓]))\s+(?P<body>.*\S)"
)
BULLET = re.compile(rf"^\s*{_MARKER}\s+(?P<body>.*\S)")
#: what announces a task at the start of a line: "Action 3:", "AP –", «Поручение № 2.», "TODO"
ANNOUNCED = re.compile(
    r"\s*[*_>]*(?:actions?(?:\s+(?:items?|points?|required))?|ap|ai|todo|to-do|поручение|поручили"
    r"|задача|задание|next\s+step)\s*(?:№\s*)?(?:\d+(?:\.\d+)*)?\s*(?:[:.)]|[—–]|-(?=\s)|\s(?=@))[*_]*\s*",
    re.IGNORECASE,
)
_HASHES = re.compile(r"^\s*#{1,6}\s+(?P<title>.+?)\s*#*\s*$")
_BOLD = re.compile(r"^\s*(?:\*\*|__)(?P<title>[^*_\n]{2,80})(?:\*\*|__)\s*:?\s*$")
_CAPS = re.compile(r"^\s*(?:\d{1,2}[.)]\s+)?(?P<title>[А-ЯЁA-Z][А-ЯЁA-Z \d№,()«»\"-]{4,}):?\s*$")
_UNDERLINE = re.compile(r"^\s*[=_~*-]{3,}\s*$")
_NUMBER = re.compile(r"^\s*(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+)?")
#: words of a plain line that can still be a heading
_TITLE_WORDS = 7
_BARE_TITLE_WORDS = 5
#: columns from which a line counts as filled, so that the next one may go on with its sentence
_FULL_LINE = 55


def _field(kind: str) -> re.Pattern[str]:
    strong = [e for row in wordings("fields") if row.kind == kind for e in row.entries]
    words = "|".join(
        re.escape(entry).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
        for entry in sorted(strong, key=len, reverse=True)
        if len(entry) > 3
    )
    return re.compile(rf"\b(?:{words})\s*(?:[:—–]|-\s)\s*(?P<{kind}>[^\n;|)]+)", re.IGNORECASE)


#: a labelled owner and a labelled deadline anywhere in a line
OWNER_FIELD = _field("owner")
DUE_FIELD = _field("due")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the text, or several that belong together: `text[start:end]`."""

    start: int
    end: int


def rows_of(text: str) -> Iterator[Row]:
    """The lines of a text as spans; one of no length stands where a line was cut (`stretches`)."""
    start = 0
    for line in text.split("\n"):
        last = None
        for first, end in stretches(text, start, start + len(line), LINE):
            if last is not None:
                yield Row(last, last)
            yield Row(first, end)
            last = end
        if last is None:
            yield Row(start, start)
        start += len(line) + 1


def continues(text: str, row: Row, before: Row | None = None) -> bool:
    """Whether a line goes on with the one above: indented, a field, or hard-wrapped.

    `before` is the line above; where it fills its line and ends in the middle of a sentence, what
    follows goes on with it whatever it begins with.
    """
    line = text[row.start : row.end]
    if not line.strip() or line.lstrip()[0] in "|#":
        return False
    if any(opener.match(line) for opener in (CHECKBOX, BULLET, ANNOUNCED)):
        return False
    if line[0] in " \t" or line.strip()[0].islower():
        return True
    if any(field.match(line.strip()) for field in (OWNER_FIELD, DUE_FIELD)):
        return True
    if before is None:
        return False
    above = text[before.start : before.end].rstrip()
    return len(above) >= _FULL_LINE and above[-1] not in ".!?:;…»"


def heading_of(text: str, row: Row) -> str | None:
    """The title of a line that is a heading: hashes, bold, capitals, or the name of a section."""
    line = text[row.start : row.end]
    marked = _HASHES.match(line) or _BOLD.match(line) or _CAPS.match(line)
    if marked:
        return marked["title"].strip(" *_:")
    announced = ANNOUNCED.match(line)
    if announced and re.search(r"[^\W\d_]", line[announced.end() :]):
        return None
    numbered = _NUMBER.match(line)
    bare = line[numbered.end() if numbered else 0 :].strip(" *_=")
    title = bare.rstrip(":").strip()
    if (
        not title
        or len(re.sub(r"\([^()]*\)", "", title).split()) > _TITLE_WORDS
        or title[-1] in ".,;!?"
    ):
        return None
    if not section_of(title):
        return None
    if bare.endswith(":"):
        return title
    plain = re.sub(r"\([^()]*\)", "", title)
    short = len(plain.split()) <= _BARE_TITLE_WORDS and not re.search(r"[,:—–]|\s-\s", title)
    return title if short and title[0].isupper() else None


def section_of(title: str) -> Section:
    """What a heading announces: a template anywhere in it, else the kind that it names first."""
    found: list[tuple[int, int, Section]] = []
    for rank, kind in enumerate(_SECTIONS):
        match = matcher("sections", kind).search(title)
        if match and kind == "template":
            return kind
        if match:
            found.append((match.start(), rank, kind))
    return min(found)[2] if found else ""


def is_rule(text: str, row: Row) -> bool:
    """Whether a line is nothing but a line drawn («-----»)."""
    return _UNDERLINE.match(text[row.start : row.end]) is not None


def indent_of(text: str, row: Row) -> int:
    """Columns of white space in front of a line; a tab counts four."""
    line = text[row.start : row.end].expandtabs(4)
    return len(line) - len(line.lstrip())


def trim_space(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its edges."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


_EDGES = " \t\n~*_—–-.,:;(|•=>→"


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space, marks of emphasis and punctuation at its edges."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    opened = text.count("(", start, end) - text.count(")", start, end)
    if opened > 0 and text[end : end + 1] == ")":
        end += 1
    return start, end


def inside(tokens: list[Token], start: int, end: int) -> list[Token]:
    """Tokens that begin in a span."""
    return [token for token in tokens if start <= token.start < end]
