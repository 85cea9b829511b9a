"""The XML of Excel 2003, which programs still write under the name .xls: a page a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.readers.dates import date_of
from rag.readers.draft import Draft
from rag.readers.options import DEFAULT, Options
from rag.readers.package import broken, iso_day, parse_xml
from rag.readers.tables import Row, add_rows, aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from rag.types import Document

_S = "{urn:schemas-microsoft-com:office:spreadsheet}"
_O = "{urn:schemas-microsoft-com:office:office}"
_MIDNIGHT = "T00:00:00.000"


def read_spreadsheet_xml(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a workbook in the XML of Excel 2003; raises ReadError where it is corrupt or empty."""
    draft = Draft()
    with broken("spreadsheet"):
        root = parse_xml(data.lstrip())
        for sheet in root.iter(f"{_S}Worksheet"):
            label = sheet.get(f"{_S}Name", "")
            draft.page(label)
            add_rows(draft, _rows(sheet), label)
            options.on_page(False)
        title = next(root.iter(f"{_O}Title"), None)
        created = next(root.iter(f"{_O}Created"), None)
    return draft.document(
        data,
        name,
        title=(title.text or "") if title is not None else "",
        title_in_text=False,
        date=date_of(name, "") or iso_day(created.text if created is not None else None),
    )


def _rows(sheet: _Element) -> Iterator[Row]:
    """The rows of a sheet without the columns in which nothing stands; gaps are one blank row."""
    rows: list[dict[int, str]] = []
    for row in sheet.iter(f"{_S}Row"):
        if row.get(f"{_S}Index"):
            rows.append({})
        rows.append(dict(_cells(row)))
    places = sorted({place for row in rows for place in row})
    return (aligned(row, places) for row in rows)


def _cells(row: _Element) -> Iterator[tuple[int, str]]:
    """Column and text of the cells that are not empty."""
    place = 0
    for cell in row.iterchildren(f"{_S}Cell"):
        place = int(cell.get(f"{_S}Index", place + 1))
        text = "".join(" ".join(data.itertext()) for data in cell.iter(f"{_S}Data"))
        if text.strip():
            yield place, " ".join(text.removesuffix(_MIDNIGHT).split())
        place += int(cell.get(f"{_S}MergeAcross", 0))
