"""Spreadsheets (XLSX, XLSM, XLSB, XLS, ODS): a page a sheet, a line a row, values as calculated.

calamine reads the cells. It lays a sheet out as a full rectangle, so that one cell in the far
corner would cost gigabytes; sheets of XLSX that are mostly empty are drawn together first.
Within a sheet, rows that stand together are a table, and lines of one cell above them its title.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.dates import date_of
from rag.readers.draft import UNMARKED, Draft
from rag.readers.office.workbook import Remarks, drawn_together
from rag.readers.options import DEFAULT, Options
from rag.readers.package import COMPOUND, ZIP, broken, check_xml, decrypt, decrypted, open_package
from rag.readers.tables import Row, add_rows, aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet, CalamineWorkbook

    from rag.readers.package import Package
    from rag.types import Document

_PANIC = "PanicException"
#: the part of an ODS that holds its cells
_CELLS = "content.xml"
#: how ODS writes a span of time
_DURATION = re.compile(r"PT(\d+)H(\d\d)M(?:00(?:[.,]0+)?)S")
#: numbers beyond are written with an exponent
_MAX_PLAIN, _MIN_PLAIN = 1e21, 1e-9


def read_sheets(data: bytes, name: str, options: Options = DEFAULT) -> Document:
    """Read a spreadsheet; each sheet is a page with its name as label and as a heading.

    Dates are written as ISO, percentages and amounts as plain numbers, formulas as the value they
    last had. Raises ReadError where the file is corrupt, encrypted, empty or would unpack beyond
    the limits.
    """
    with broken("spreadsheet"), _no_panic():
        plain = decrypted(data, options.password)
        package = open_package(plain, "spreadsheet", options) if plain.startswith(ZIP) else None
        title, created = package.properties() if package else ("", None)
        remarks = None
        if package and _CELLS in package:
            check_xml(package.read(_CELLS) or b"")  # calamine looks for the end of a tag for ever
        elif package:
            plain = drawn_together(plain, package)
            remarks = Remarks(package)
        workbook = _opened(plain, options.password)
        draft = Draft()
        for sheet in workbook.sheets_metadata:
            draft.page(sheet.name)
            rows = _rows(workbook.get_sheet_by_name(sheet.name), options.limits.characters)
            add_rows(draft, rows, sheet.name)
            if remarks:
                remarks.add_to(draft, sheet.name)
            options.on_page(False)
        notes = list(_notes(workbook, package))
    return draft.document(
        data,
        name,
        title=title,
        title_in_text=False,
        date=date_of(name, "") or created,
        notes=notes,
    )


@contextmanager
def _no_panic() -> Iterator[None]:
    """Turns the panics of calamine, which are no Exception, into a ReadError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise ReadError("broken spreadsheet: its cells cannot be made out") from error
        raise


def _opened(data: bytes, password: str) -> CalamineWorkbook:
    """The workbook, decrypted where it is an XLS with a password."""
    from python_calamine import CalamineWorkbook, PasswordError

    if data.startswith(COMPOUND):
        _check_sectors(data)
    try:
        return CalamineWorkbook.from_object(io.BytesIO(data))
    except PasswordError:
        return CalamineWorkbook.from_object(io.BytesIO(decrypt(data, password)))


def _check_sectors(data: bytes) -> None:
    """Raises ReadError for an XLS whose sectors lead in a circle: calamine goes round for ever."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        if not any(map(file.exists, ("Workbook", "Book"))):
            raise ReadError("broken spreadsheet: it holds no workbook")
        file.loadminifat()
        for following in (file.fat, file.minifat):
            passed = [-1] * len(following)
            for start in range(len(following)):
                sector = start
                while sector < len(following) and passed[sector] < 0:
                    passed[sector] = start
                    sector = following[sector]
                if sector < len(following) and passed[sector] == start:
                    raise ReadError("broken spreadsheet: its sectors lead in a circle")


def _notes(workbook: CalamineWorkbook, package: Package | None) -> Iterator[str]:
    """What a person should know of the reading."""
    from python_calamine import SheetVisibleEnum

    hidden = [s.name for s in workbook.sheets_metadata if s.visible != SheetVisibleEnum.Visible]
    if hidden:
        yield f"hidden sheets: {', '.join(hidden)}"
    if package:
        yield from package.left_out()


def _rows(sheet: CalamineSheet, limit: int) -> Iterator[Row]:
    """The rows of a sheet without the columns in which nothing stands.

    Raises ReadError for more than `limit` characters: one row may say that it stands for many.
    """
    used: set[int] = set()
    for values in sheet.iter_rows():
        used.update(place for place, value in enumerate(values) if value != "")
    places = sorted(used)
    room = limit
    for values in sheet.iter_rows():
        row = aligned({place: _shown(values[place]) for place in places}, places)
        room -= sum(map(len, row))
        if room < 0:
            raise ReadError(f"too much text: more than {limit:,} characters")
        yield row


def _shown(value: object) -> str:
    """A value as text: without the noise of binary fractions, dates and times as ISO."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")
    if isinstance(value, time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    text = " ".join(str(value).translate(UNMARKED).split())
    duration = _DURATION.fullmatch(text)
    return duration.expand(r"\1:\2") if duration else text


def _number(value: float) -> str:
    """A number in the fifteen digits that spreadsheets keep."""
    digits = f"{value:.15g}"
    if "e" in digits and _MIN_PLAIN < abs(value) < _MAX_PLAIN:
        return format(Decimal(digits), "f")
    return digits
