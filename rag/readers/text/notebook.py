"""Jupyter notebooks: their cells as Jupyter shows them, with what code printed, no pictures.

Code and its results stand under the numbers Jupyter gives them, «In [3]:» and «Out[3]:», by which
a person finds the cell again.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rag.errors import ReadError
from rag.readers.draft import Draft
from rag.readers.encoding import decode
from rag.readers.options import DEFAULT, Options
from rag.readers.text.plain import heading_words, lines_of, markdown_headings

if TYPE_CHECKING:
    from rag.types import Document

#: Characters that are kept of what one cell gave out.
MAX_OUTPUT = 20_000
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
#: a picture written into the text
_INLINE_DATA = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]+")
_MAX_LEVEL = 6


def read_notebook(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a notebook, of the present format or one before it.

    Raises ReadError where the file is no notebook or holds no text.
    """
    text, encoding = decode(data)
    notebook = _Notebook()
    for cell in _cells(text):
        notebook.add(cell)
    notes = []
    if notebook.cut:
        notes.append(f"output of {notebook.cut} cells cut at {MAX_OUTPUT:,} characters")
    return notebook.draft.document(
        data, name, title=notebook.title, kind="text", encoding=encoding, notes=notes
    )


class _Notebook:
    """What was read so far: the text, the first heading, how many outputs were cut."""

    def __init__(self) -> None:
        self.draft = Draft()
        self.title = ""
        self.cut = 0

    def add(self, cell: dict[str, Any]) -> None:
        """Add a cell with what it gave out."""
        source = _joined(cell.get("source", cell.get("input")))
        kind = cell.get("cell_type")
        if kind == "code":
            number = cell.get("execution_count", cell.get("prompt_number"))
            label = f"[{number}]:" if isinstance(number, int) else "[ ]:"
            if source.strip():
                self.draft.paragraph(f"In {label}\n{source}", apart=True)
            self._add_outputs(cell.get("outputs"), f"Out{label}")
        elif kind == "heading":
            level = cell.get("level")
            self._heading(source, min(max(level, 1), _MAX_LEVEL) if isinstance(level, int) else 1)
        else:
            self._add_markdown(source)

    def _heading(self, text: str, level: int) -> None:
        self.title = self.title or heading_words(text.strip())
        self.draft.heading(text, level)

    def _add_markdown(self, text: str) -> None:
        at = 0
        for mark in markdown_headings(text, lines_of(text)):
            self.draft.paragraph(text[at : mark.start], apart=True)
            self._heading(text[mark.start : mark.end], mark.level)
            at = mark.end
        self.draft.paragraph(text[at:], apart=True)

    def _add_outputs(self, outputs: Any, label: str) -> None:
        """What code gave out, printed text, results and errors, MAX_OUTPUT characters of it."""
        room = MAX_OUTPUT
        for output in outputs if isinstance(outputs, list) else ():
            if not isinstance(output, dict):
                continue
            data = output.get("data", output)
            page = (
                _joined(data.get("text/html", data.get("html"))) if isinstance(data, dict) else ""
            )
            result = output.get("output_type") in ("execute_result", "pyout")
            if "<table" in page and len(page) <= room and self._add_page(page):
                room -= len(page)
                continue
            text = _printed(output, data if isinstance(data, dict) else {})
            shown = f"{label}\n{text[:room]}" if result and text.strip() else text[:room]
            self.draft.paragraph(shown, apart=True)
            if len(text) > room:
                self.cut += 1
                return
            room -= len(text)

    def _add_page(self, page: str) -> bool:
        """Add a result that is HTML, with its tables; False where nothing is shown of it."""
        from rag.readers.web.markup import parse, render

        with suppress(ReadError):
            flow = render(parse(page)).main
            text, at = flow.text(), 0
            for mark in flow.marks:
                if mark.kind == "table":
                    self.draft.paragraph(text[at : mark.start], apart=True)
                    self.draft.table(text[mark.start : mark.end].split("\n"))
                    at = mark.end
            self.draft.paragraph(text[at:], apart=True)
            return bool(text)
        return False


def _cells(text: str) -> list[dict[str, Any]]:
    """The cells of a notebook, in order. Raises ReadError where the text is none."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError("not a notebook: its JSON is broken") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict):
        sheets = notebook.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        cells = [
            cell
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ] or None
    if not isinstance(cells, list):
        raise ReadError("not a notebook: it has no cells")
    return [cell for cell in cells if isinstance(cell, dict)]


def _printed(output: dict[str, Any], data: dict[str, Any]) -> str:
    """What an output shows that is text."""
    if output.get("output_type") in ("error", "pyerr"):
        return _joined(output.get("traceback"), "\n") or _joined(output.get("evalue"))
    for kind in ("text/markdown", "text/plain", "text", "text/latex"):
        if text := _joined(data.get(kind)):
            return text
    return _joined(output.get("text"))


def _joined(source: Any, between: str = "") -> str:
    """A text that is written whole or as a list of its lines, without what is no text."""
    if isinstance(source, list):
        source = between.join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return _INLINE_DATA.sub("", _ESCAPES.sub("", source.replace("\r\n", "\n")))
