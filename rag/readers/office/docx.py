"""DOCX: paragraphs and tables in the order they stand in, headings by their style.

What a person sees is read: the numbers of lists, footnotes and comments behind the paragraph that
refers to them, charts, text boxes, tracked insertions. What nobody sees is set aside, and running
headers and footers with it; deleted text and macros are left out.

python-docx opens the file and knows its parts, styles and sections. Its paragraphs and tables pass
over content controls, tracked insertions, text boxes, formulas and notes, so the text is taken from
the elements below them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.readers.dates import date_of
from rag.readers.draft import Draft, hide, lines_of, plain, row_of
from rag.readers.meetings import find_meeting
from rag.readers.office.drawing import add_graphics
from rag.readers.office.mended import mended, roots
from rag.readers.office.numbering import docx_lists, value_of
from rag.readers.office.styles import Styles, W, is_on
from rag.readers.options import DEFAULT, Options
from rag.readers.package import broken, open_package
from rag.types import RUNNING_FOOTER, RUNNING_HEADER, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as DocxDocument
    from lxml.etree import _Element

#: kinds of parts that are read, and what python-docx takes them for
_PARTS = {
    "officeDocument": "wordprocessingml.document.main",
    **{kind: f"wordprocessingml.{kind}" for kind in ("styles", "header", "footer")},
    **dict.fromkeys(("numbering", "footnotes", "endnotes", "comments", "chart", "diagramData"), ""),
}
_PARAGRAPH, _RUN, _TABLE, _ROW, _CELL = (f"{W}{tag}" for tag in ("p", "r", "tbl", "tr", "tc"))
_BOX = f"{W}txbxContent"
_TEXTS = frozenset({f"{W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"})
_CHARACTERS = {
    f"{W}{tag}": text
    for tag, text in (("tab", "\t"), ("br", "\n"), ("cr", "\n"), ("noBreakHyphen", "-"))
}
_REFERENCES = {f"{W}{kind}Reference": f"{kind}s" for kind in ("footnote", "endnote")}
_REFERENCES[f"{W}commentReference"] = "comments"
#: tab stops and the like; old text
_SKIPPED = frozenset(
    f"{W}{tag}" for tag in ("pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "del", "moveFrom")
)
#: files of other programs
_EMBEDDED = ("{urn:schemas-microsoft-com:office:office}OLEObject", f"{W}altChunk")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: half points; text so small is there to be missed
_TINY = 2
_WHITE = "FFFFFF"


def read_docx(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a DOCX, DOCM or DOTX file; `name` is the file's name, the title of last resort.

    A row of a table is one line, its cells parted by « | ». A footnote stands behind the paragraph
    that refers to it with its number raised, a comment with its author in brackets. Raises
    ReadError where the file is corrupt, encrypted, empty or would unpack beyond the limits.
    """
    import docx

    from rag.readers.office.teams import find_transcript

    with broken("DOCX"):
        package = open_package(data, "DOCX", options)
        document = docx.Document(mended(package, _PARTS))
        draft = _Reading(document, keep_hidden=options.keep_hidden).draft()
        title, created = package.properties()
        notes = list(package.left_out(sum(1 for _ in document.element.iter(*_EMBEDDED))))
    transcript = find_transcript(draft.text)
    if transcript:
        draft = Draft()
        draft.paragraph(transcript.text)
    meeting = transcript.meeting(name) if transcript else find_meeting(name, draft.text)
    return draft.document(
        data,
        name,
        title=title,
        date=meeting.day if meeting else date_of(name, draft.text) or created,
        turns=meeting.turns if meeting else (),
        notes=notes,
    )


class _Reading:
    """One document on its way from its parts to a draft."""

    def __init__(self, document: DocxDocument, *, keep_hidden: bool) -> None:
        self._document = document
        self._part = document.part
        self._styles = Styles(document.styles)
        numbering = next(roots(self._part, "numbering"), None)
        self._numbering = docx_lists(numbering, self._styles.list_of)
        self._draft = Draft(keep_hidden=keep_hidden)
        self._references: list[tuple[str, str]] = []
        self._remarks = {
            kind: {
                item.get(f"{W}id", ""): item for root in roots(self._part, kind) for item in root
            }
            for kind in _REFERENCES.values()
        }
        self._counts = dict.fromkeys(_REFERENCES.values(), 0)

    def draft(self) -> Draft:
        """The headers, the body and the footers. Raises ValueError for a part without a body."""
        root = self._document.element
        if root.body is None:
            raise ValueError("the document has no body")
        white_shows = root.find(f"{W}background") is not None
        self._add_running("header", RUNNING_HEADER)
        for item in _outermost(root.body, _PARAGRAPH, _TABLE):
            if item.tag == _TABLE:
                self._add_table(item)
            else:
                self._add_paragraph(item, white_shows=white_shows)
            add_graphics(self._draft, item, self._part)
            self._add_remarks()
        self._add_running("footer", RUNNING_FOOTER)
        return self._draft

    def _add_paragraph(self, paragraph: _Element, *, white_shows: bool) -> None:
        label, text = self._paragraph(paragraph, white_shows=white_shows)
        if text.strip():
            level = self._styles.level(paragraph)
            labelled = f"{label} {text.strip()}" if label else text
            if level:
                self._draft.heading(labelled, level)
            else:
                self._draft.paragraph(labelled)

    def _add_table(self, table: _Element) -> None:
        rows: list[str] = []
        header = False
        for row in _outermost(table, _ROW):
            properties = row.find(f"{W}trPr")
            if properties is None or properties.find(f"{W}del") is None:
                header = header or (not rows and is_on(properties, "tblHeader"))
                rows.append(row_of(self._text(cell, True) for cell in _outermost(row, _CELL)))
        self._draft.table(rows, header=header)

    def _paragraph(self, paragraph: _Element, *, white_shows: bool) -> tuple[str, str]:
        """The number that is set before a paragraph, and its text."""
        place = self._styles.place_in_list(paragraph)
        label = self._numbering.next(*place) if place else ""
        shaded = paragraph.find(f"{W}pPr/{W}shd") is not None
        text = self._text(paragraph, white_shows or shaded)
        unseen = value_of(paragraph, "pPr", "pStyle") in self._styles.hidden
        return label, hide(text) if unseen else text

    def _text(self, element: _Element, white_shows: bool) -> str:
        """The text inside an element; paragraphs within it, those of text boxes, on own lines."""
        pieces: list[str] = []
        for child in element:
            tag = child.tag
            if tag in _TEXTS:
                pieces.append(plain(child.text or ""))
            elif tag in _CHARACTERS:
                pieces.append(_CHARACTERS[tag])
            elif tag == _RUN:
                text = self._text(child, white_shows)
                pieces.append(hide(text) if self._is_hidden(child, white_shows) else text)
            elif tag == _PARAGRAPH:
                label, text = self._paragraph(child, white_shows=white_shows)
                pieces.append(f"\n{label} {text}\n" if label else f"\n{text}\n")
            elif tag in _REFERENCES:
                self._references.append((_REFERENCES[tag], child.get(f"{W}id", "")))
            elif tag not in _SKIPPED:
                pieces.append(self._text(child, white_shows or tag == _BOX))
        return "".join(pieces)

    def _is_hidden(self, run: _Element, white_shows: bool) -> bool:
        """Whether nobody sees a run: it is marked as hidden, tiny, or white on white."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return False
        if is_on(properties, "vanish") or value_of(properties, "rStyle") in self._styles.hidden:
            return True
        size = value_of(properties, "sz")
        if size.isdecimal() and int(size) <= _TINY:
            return True
        shaded = any(properties.find(f"{W}{tag}") is not None for tag in ("shd", "highlight"))
        return value_of(properties, "color") == _WHITE and not shaded and not white_shows

    def _add_remarks(self) -> None:
        """The footnotes and comments that the last block referred to."""
        references, self._references = self._references, []
        for kind, key in references:
            remark = self._remarks[kind].get(key)
            self._counts[kind] += 1
            if remark is None:
                continue
            text = " ".join(self._text(remark, False).split())
            author = remark.get(f"{W}author", "").strip()
            number = str(self._counts[kind]).translate(_SUPERSCRIPT)
            lead = f"[{author}] " if author else "" if kind == "comments" else f"{number} "
            if text:
                self._draft.paragraph(lead + text, apart=True)

    def _add_running(self, kind: str, note: str) -> None:
        """Headers or footers of all sections."""
        from docx.section import Section

        for properties in self._document.element.body.iter(f"{W}sectPr"):
            section = Section(properties, self._part)
            for pages in ("first_page_", "", "even_page_"):
                running = getattr(section, f"{pages}{kind}")
                first = pages == "first_page_"
                unused = first and not section.different_first_page_header_footer
                if running.is_linked_to_previous or unused:
                    continue
                lines = lines_of(self._text(running.part.element, True))
                self._draft.running("\n".join(lines), note, first=first)


def _outermost(element: _Element, *tags: str) -> Iterator[_Element]:
    """The outermost elements of some kinds, whatever they are wrapped in."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _outermost(child, *tags)
