"""Opens a PDF and takes from it what the document is made of.

pdfium reads everything. On the files where both were compared it gives the labels, outlines and
metadata pypdf gives, eighteen times faster. pypdf is the second opinion on a file pdfium refuses
or finds nothing in: it tells encrypted from broken, and sometimes reads what pdfium does not.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError
from rag.readers.pdf import native
from rag.readers.pdf.hidden import HiddenText
from rag.readers.pdf.legible import garbled_pages
from rag.readers.pdf.page import DamagedPage, opened
from rag.readers.pdf.recognition import Recogniser
from rag.readers.pdf.sheet import Sheet, neutral, read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pypdfium2 import PdfDocument

    from rag.readers.ocr import Recognised
    from rag.readers.options import Options

_MAX_OUTLINE = 5_000
#: an outline of so few entries, for so many pages each, does not stand for the headings
_MIN_OUTLINE, _PAGES_AN_ENTRY = 3, 20
#: kinds of page that pdfium found nothing on
_NOTHING = frozenset({"blank", "damaged"})
_WRONG_PASSWORD = 4  # pdfium's code of the error
_ENCRYPTED = "the file is encrypted: a password is needed"
_ENCRYPTED_HINT = "Give it with --password"


class Source(NamedTuple):
    """What a PDF holds, not yet put in order.

    `outline` holds (level from 1, title, page index from 0); `created` is as the file writes it.
    `recognised`, and the `problems` that stood in its way, are by page index from 0; `hint` says
    how more could be recognised.
    """

    sheets: list[Sheet]
    labels: list[str]
    outline: list[tuple[int, str, int]]
    title: str
    created: str
    recognised: dict[int, Recognised]
    problems: dict[int, str]
    hint: str = ""


def read_source(data: bytes, options: Options) -> Source:
    """All that is in the file. Raises ReadError where it is encrypted, broken or too large."""
    pdf, locked = _open(data, options.password)
    if pdf is None and locked:
        with suppress(ReadError):
            return _read_with_pypdf(data, options)
        raise _locked(options.password)
    if pdf is None:
        return _read_with_pypdf(data, options)
    with pdf:
        source = _read_with_pdfium(pdf, options)
    if any(sheet.kind not in _NOTHING or sheet.text for sheet in source.sheets):
        return source
    with suppress(ReadError):
        second = _read_with_pypdf(data, options)
        if any(sheet.text for sheet in second.sheets):
            return second
    return source


def _read_with_pdfium(pdf: PdfDocument, options: Options) -> Source:
    count = len(pdf)
    _check_pages(count, options)
    options.on_count(count)
    outline = list(_outline(pdf))
    styled = len(outline) < max(_MIN_OUTLINE, count / _PAGES_AN_ENTRY)
    recogniser = Recogniser(options)
    handle = native.address(pdf)
    sheets = list(_sheets(handle, count, recogniser, styled, options.keep_hidden))
    _mark_garbled(sheets)
    return Source(
        sheets,
        [_label(handle, index) for index in range(count)],
        outline,
        _said(partial(pdf.get_metadata_value, "Title")),
        _said(partial(pdf.get_metadata_value, "CreationDate")),
        recogniser.read(pdf, sheets),
        recogniser.problems,
        recogniser.hint,
    )


def _open(data: bytes, password: str) -> tuple[PdfDocument | None, bool]:
    """The file in pdfium; None where it cannot open it, and whether for want of a password."""
    from pypdfium2 import PdfDocument, PdfiumError

    for given in ("", password) if password else ("",):
        try:
            return PdfDocument(data, password=given or None), False
        except PdfiumError as error:
            if error.err_code != _WRONG_PASSWORD:
                return None, False
    return None, True


def _said(read: Callable[[], str]) -> str:
    """A string of the file; "" where it is none."""
    try:
        return read()
    except UnicodeDecodeError:
        return ""


def _locked(password: str) -> ReadError:
    if password:
        return ReadError("the file is encrypted and the password is wrong", _ENCRYPTED_HINT)
    return ReadError(_ENCRYPTED, _ENCRYPTED_HINT)


def _check_pages(count: int, options: Options) -> None:
    if count > options.limits.pages:
        raise ReadError(f"too many pages: {count}, at most {options.limits.pages} are read")


def _sheets(
    pdf: int, count: int, recogniser: Recogniser, styled: bool, keep_hidden: bool
) -> Iterator[Sheet]:
    """Every page in order; those that cannot be opened are damaged."""
    hidden = HiddenText()
    characters = 0
    for index in range(count):
        sheet = Sheet()
        with suppress(DamagedPage), opened(pdf, index) as handles:
            sheet = read_sheet(handles, hidden, styled=styled, keep_hidden=keep_hidden)
        characters += len(sheet.text)
        recogniser.passed(sheet, characters)
        yield sheet


def _mark_garbled(sheets: list[Sheet]) -> None:
    """Judge the pages together, and give those whose text is noise their kind."""
    texts = [sheet.seen if sheet.kind in ("text", "garbled") else "" for sheet in sheets]
    for index, reason in garbled_pages(texts, [sheet.garbled for sheet in sheets]).items():
        sheets[index] = sheets[index]._replace(kind="garbled", garbled=reason)


def _label(pdf: int, index: int) -> str:
    """The label of page `index` (from 0), "" where the file gives it none."""
    read = native.function("FPDF_GetPageLabel")
    size = read(pdf, index, None, 0)  # bytes, with the two of the end
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(pdf, index, ctypes.addressof(buffer), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _outline(pdf: PdfDocument) -> Iterator[tuple[int, str, int]]:
    for count, entry in enumerate(pdf.get_toc()):
        if count >= _MAX_OUTLINE:
            return
        destination = entry.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            yield entry.level + 1, _said(entry.get_title), index


def _read_with_pypdf(data: bytes, options: Options) -> Source:
    """Pages, labels and metadata of a file pdfium refuses; its outline is not worth a risk."""
    import io
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not (
            reader.decrypt("") or (options.password and reader.decrypt(options.password))
        ):
            raise _locked(options.password)
        _check_pages(len(reader.pages), options)
        recogniser, characters = Recogniser(options), 0
        sheets: list[Sheet] = []
        for page in reader.pages:
            text = neutral(page.extract_text())
            sheets.append(Sheet(text, text, "text" if text.strip() else "blank"))
            characters += len(text)
            recogniser.passed(sheets[-1], characters)
        labels = list(reader.page_labels)
        metadata = dict(reader.metadata or {})
        title, created = (str(metadata.get(key) or "") for key in ("/Title", "/CreationDate"))
    except ReadError:
        raise
    except (
        PyPdfError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise ReadError(f"broken PDF: {error}") from error
    if not sheets:
        raise ReadError("broken PDF: it has no pages")
    _mark_garbled(sheets)
    return Source(sheets, labels, [], title, created, {}, {})
