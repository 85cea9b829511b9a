"""What readers say of a document, told apart: what kind of remark it is, and its figures.

Readers write for the report of an ingest, in English; a face that speaks to a person in another
language says the same by the kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

RemarkKind = Literal[
    "damaged",
    "garbled",
    "scans",
    "recognition",
    "no_recognition",
    "hidden",
    "hidden_kept",
    "lost",
    "chapters",
    "quotes",
    "cut",
    "blank",
    "hidden_sheets",
    "hidden_slides",
    "navigation",
    "macros",
    "embedded",
    "empty_mail",
    "other",
]
KINDS: tuple[RemarkKind, ...] = get_args(RemarkKind)
#: Remarks that tell of text which is there and cannot be found, or that nobody sees.
PROBLEMS: frozenset[RemarkKind] = frozenset(
    (
        *("damaged", "garbled", "scans", "recognition", "no_recognition", "hidden", "hidden_kept"),
        *("lost", "chapters", "quotes", "cut"),
    )
)
_PAGES = r"(?:page|slide|line)s? (?P<numbers>[\d, ]+?)(?: and (?P<more>\d+) more)?"
_COUNT = r"(?P<count>[\d,]+)"
_WORDS: tuple[tuple[RemarkKind, str], ...] = (
    ("damaged", f"damaged: {_PAGES}"),
    ("garbled", f"garbled text left out: {_PAGES}"),
    ("scans", rf"no text on {_PAGES} \((?:a scan|scans)\)"),
    ("blank", f"no text on {_PAGES}"),
    ("recognition", r"page (?P<numbers>\d+): .+"),
    ("no_recognition", r"(?:Install|Name the languages) .+|Allow it: --ocr .+"),
    ("hidden_kept", f"hidden text kept: {_COUNT} characters?(?: on {_PAGES})?"),
    ("hidden", f"hidden text set aside: {_COUNT} characters?(?: on {_PAGES})?"),
    ("navigation", f"navigation set aside: {_COUNT} characters?"),
    ("hidden_sheets", r"hidden sheets: (?P<names>.+)"),
    ("hidden_slides", f"hidden: {_PAGES}"),
    ("macros", "macros left out"),
    ("embedded", f"embedded files left out: {_COUNT}"),
    ("quotes", f"broken quotes: {_PAGES}"),
    ("cut", rf"output of {_COUNT} cells cut at [\d,]+ characters"),
    ("empty_mail", "the mail has no text of its own"),
    ("chapters", f"chapters that are missing or broken: {_COUNT}"),
)
_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _WORDS)


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: `pages` are numbers of pages, slides or lines, and `more` how many are not told.

    `count` counts characters, files or chapters; `names` is text of the document itself; `text` is
    the remark as its reader wrote it.
    """

    kind: RemarkKind
    text: str
    pages: tuple[int, ...] = ()
    more: int = 0
    count: int = 0
    names: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether something is there that cannot be found, or that nobody sees."""
        return self.kind in PROBLEMS


def remark_of(note: str) -> Remark:
    """What a note of a reader says; of the kind "other" where it is none that is known."""
    for kind, pattern in _PATTERNS:
        if match := pattern.fullmatch(note):
            found = match.groupdict()
            numbers = re.findall(r"\d+", found.get("numbers") or "")
            return Remark(
                kind,
                note,
                tuple(map(int, numbers)),
                int(found.get("more") or 0),
                int((found.get("count") or "0").replace(",", "")),
                found.get("names") or "",
            )
    return Remark("other", note)
