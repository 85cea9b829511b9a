"""The parts of an XLSX beside its cells: comments, text boxes, titles of charts.

And the remedy for sheets that stretch over millions of empty cells: `drawn_together`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.office.drawing import paragraphs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from rag.readers.draft import Draft
    from rag.readers.package import Package, Relation

#: Cells, empty ones included, that a sheet may stretch over.
MAX_AREA = 8_000_000
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
#: the rows that rows and cells are in, and all that is said of their places
_ROW = re.compile(rb"""\br=["'][A-Z]{0,3}(\d+)["']""")
_PLACE = re.compile(rb"""(<(?:\w+:)?(?:c|row)\s[^>]*?\br=["'])([A-Z]{0,3})(\d+)(["'])""")
#: columns there are with names of one, two and three letters, and what shows such names
_WIDTHS = tuple(
    (columns, re.compile(rb"""\br=["'][A-Z]{%d}\d""" % letters))
    for columns, letters in ((16_384, 3), (702, 2))
)
_NARROW = 26
#: what Excel writes for old versions beside a comment that has replies
_STAND_IN = "[threaded comment]"


def drawn_together(data: bytes, package: Package) -> bytes:
    """The file with rows and columns closed up in every sheet that is far wider than it is full.

    Reads all parts, and so finds out any that is longer than it declares. Raises ReadError where
    a sheet is too large even so.
    """
    closed: dict[str, bytes] = {}
    for name in package.names:
        part = (package.read(name) or b"") if name.endswith((".xml", ".bin")) else b""
        if _SHEET.fullmatch(name) and _may_be_vast(part):
            closed[name] = _closed_up(part)
    return package.replaced(closed) if closed else data


def _may_be_vast(part: bytes) -> bool:
    """Whether a sheet could stretch over more cells than are read, going by its last row."""
    last = max(map(int, _ROW.findall(part)), default=0)
    width = next((columns for columns, name in _WIDTHS if name.search(part)), _NARROW)
    return last * width > MAX_AREA


def _closed_up(part: bytes) -> bytes:
    """A sheet with its cells moved up and to the left over rows and columns without any."""
    columns: set[tuple[int, bytes]] = set()
    rows: set[int] = set()
    for place in _PLACE.finditer(part):
        if place[2]:
            columns.add((len(place[2]), place[2]))
            rows.add(int(place[3]))
    if len(columns) * len(rows) > MAX_AREA:
        raise ReadError(
            f"a sheet of {len(rows):,} rows and {len(columns):,} columns is too large",
            "Split the sheet, or save it as CSV",
        )
    names = {old: _column(place) for place, (_, old) in enumerate(sorted(columns))}
    numbers: dict[int, int] = {}
    number = last = 0
    for row in sorted(rows):
        number += 1 if row <= last + 1 else 2  # one blank row is left of many
        numbers[row], last = number, row

    def moved(place: re.Match[bytes]) -> bytes:
        line = numbers.get(int(place[3]), number + 2)
        return b"%b%b%d%b" % (place[1], names.get(place[2], b""), line, place[4])

    return _PLACE.sub(moved, part)


def _column(place: int) -> bytes:
    """The name of a column, counted from 0: A … Z, AA …"""
    name = b""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = b"%c%b" % (65 + letter, name)
    return name


class Remarks:
    """What stands beside the cells of a workbook, sheet by sheet."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._parts: dict[str, str] = {}
        self._people: dict[str, str] = {}
        main = package.main_part()
        relations = package.relations(main)
        targets = {relation.id: relation.target for relation in relations}
        if main.endswith(".bin"):
            return
        for sheet in _found(package.xml(main), f"{_S}sheet"):
            self._parts[sheet.get("name", "")] = targets.get(sheet.get(f"{_R}id", ""), "")
        for relation in relations:
            if relation.kind == "person":
                for person in _found(package.xml(relation.target), "{*}person"):
                    self._people[person.get("id", "")] = person.get("displayName", "")

    def add_to(self, draft: Draft, sheet: str) -> None:
        """Add the text boxes, titles of charts and comments of a sheet."""
        for relation in self._relations(sheet):
            if relation.kind == "drawing":
                self._add_drawing(draft, relation.target)
            elif relation.kind == "comments":
                self._add_comments(draft, self._package.xml(relation.target))
            elif relation.kind == "threadedComment":
                self._add_threads(draft, self._package.xml(relation.target))

    def _relations(self, sheet: str) -> list[Relation]:
        part = self._parts.get(sheet)
        return self._package.relations(part) if part else []

    def _add_drawing(self, draft: Draft, part: str) -> None:
        charts = (r.target for r in self._package.relations(part) if r.kind == "chart")
        for root in map(self._package.xml, (part, *charts)):
            text = "\n".join(paragraphs_of(root)) if root is not None else ""
            draft.paragraph(text, apart=True)

    def _add_comments(self, draft: Draft, root: _Element | None) -> None:
        authors = [(author.text or "").strip() for author in _found(root, f"{_S}author")]
        for comment in _found(root, f"{_S}comment"):
            text = "".join(run.text or "" for run in comment.iter(f"{_S}t"))
            author = comment.get("authorId", "")
            known = author.isdecimal() and int(author) < len(authors)
            if not text.lower().startswith(_STAND_IN):
                name = authors[int(author)] if known else ""
                _add_comment(draft, name, comment.get("ref", ""), text.removeprefix(f"{name}:"))

    def _add_threads(self, draft: Draft, root: _Element | None) -> None:
        for comment in _found(root, "{*}threadedComment"):
            author = self._people.get(comment.get("personId", ""), "")
            _add_comment(draft, author, comment.get("ref", ""), comment.findtext("{*}text") or "")


def _add_comment(draft: Draft, author: str, cell: str, text: str) -> None:
    if text.strip():
        lead = ", ".join(filter(None, (author, cell)))
        draft.paragraph(f"[{lead}] {' '.join(text.split())}", apart=True)


def _found(root: _Element | None, tag: str) -> Iterator[_Element]:
    """The elements of a kind inside a part that may be missing."""
    yield from root.iter(tag) if root is not None else ()
