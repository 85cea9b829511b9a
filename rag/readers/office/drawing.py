"""What presentations share with texts and sheets: text of shapes, tables, charts and diagrams.

Works on elements of DrawingML, the drawing language of Office Open XML. python-pptx is not asked
for the data of charts: it knows no three-dimensional ones, fails on a value that is no number, and
counts as many points as a file claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.readers.draft import plain, row_of
from rag.readers.package import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element
    from pptx.oxml.table import CT_Table

    from rag.readers.draft import Draft

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHART = f"{C}chart"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_PARAGRAPH, _TEXT, _BREAK = f"{A}p", f"{A}t", f"{A}br"


def paragraphs_of(element: _Element) -> list[str]:
    """The paragraphs of text inside an element that are not blank."""
    found = (text_of(paragraph).strip() for paragraph in element.iter(_PARAGRAPH))
    return [text for text in found if text]


def text_of(element: _Element) -> str:
    """The text inside an element, formulas included."""
    pieces = (
        "\n" if child.tag == _BREAK else child.text or ""
        for child in element.iter(_TEXT, _BREAK, _MATH_TEXT)
    )
    return plain("".join(pieces))


def add_table(draft: Draft, table: CT_Table) -> None:
    """Add a table of a slide; cells that a merged one covers are left out."""
    rows = ((cell for cell in row.tc_lst if not cell.is_spanned) for row in table.tr_lst)
    lines = [row_of(" ".join(paragraphs_of(cell)) for cell in cells) for cells in rows]
    draft.table(lines, header=table.firstRow)


def add_graphics(draft: Draft, element: _Element, part: Any) -> None:
    """Add the charts and diagrams that an element of a library's `part` shows."""
    for item in element.iter(_CHART, _DIAGRAM):
        chart = item.tag == _CHART
        relation = part.rels.get(item.get(f"{_R}{'id' if chart else 'dm'}", ""))
        if relation is None:
            continue
        root = parse_xml(relation.target_part.blob)
        if chart:
            _add_chart(draft, root)
        else:
            for paragraph in paragraphs_of(root):
                draft.paragraph(paragraph)


def _add_chart(draft: Draft, chart: _Element) -> None:
    """A chart as its titles and a table: a row a category, a column a series."""
    for title in chart.iter(f"{C}title"):
        draft.paragraph(" ".join(paragraphs_of(title)), apart=True)
    series = list(chart.iter(f"{C}ser"))
    names = [_points(item, "tx").get(0, "") for item in series]
    columns = [_points(item, "val", "yVal") for item in series]
    categories = next(filter(None, (_points(item, "cat", "xVal") for item in series)), {})
    rows = [row_of(["", *names])]
    for place in sorted({*categories, *(place for column in columns for place in column)}):
        values = (column.get(place, "") for column in columns)
        rows.append(row_of([categories.get(place, ""), *values]))
    draft.table(rows, header=any(names))


def _points(series: _Element, *tags: str) -> dict[int, str]:
    """What a chart keeps of the cells that a part of a series shows, by their places."""
    source = next((found for tag in tags if (found := series.find(f"{C}{tag}")) is not None), None)
    points: dict[int, str] = {}
    for value in source.iter(f"{C}v") if source is not None else ():
        parent = value.getparent()
        place = "0" if parent is None else parent.get("idx", "0")
        below = points.get(int(place), "")  # names of categories may stand in several levels
        points[int(place)] = f"{(value.text or '').strip()} {below}".strip()
    return points
