"""What a person should know of the reading of a PDF, and why some cannot be read at all."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rag.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.readers.pdf.joining import Joined
    from rag.readers.pdf.source import Source
    from rag.types import PageKind

_MAX_LISTED = 10
_HIDDEN_HINT = "Have it read all the same with --keep-hidden"


def check_readable(source: Source, pages: Joined) -> None:
    """Raise ReadError where not one page can be read; the hint says how some could be."""
    if source.recognised or any(sheet.kind == "text" for sheet in source.sheets):
        return
    count = len(source.sheets)
    all_pages = "1 page" if count == 1 else f"{count} pages"
    hint = source.hint or next(iter(source.problems.values()), "")
    reason = next((sheet.garbled for sheet in source.sheets if sheet.garbled), None)
    if reason:
        raise ReadError(f"garbled text layer: {reason}", hint)
    if any(sheet.kind == "scan" for sheet in source.sheets):
        raise ReadError(f"no text layer (a scan): {all_pages} without a legible word", hint)
    if pages.hidden:
        raise ReadError(f"all of its text is hidden: {_hidden_characters(pages)}", _HIDDEN_HINT)
    if any(sheet.kind == "blank" for sheet in source.sheets):
        raise ReadError(f"nothing to read: {all_pages} with nothing on them")
    raise ReadError("broken PDF: none of its pages can be opened")


def notes_of(source: Source, pages: Joined, *, keep_hidden: bool) -> Iterator[str]:
    """What was left out or set aside, page by page."""
    if damaged := _numbers(source, "damaged"):
        yield f"damaged: {_listed(damaged)}"
    if garbled := _numbers(source, "garbled"):
        yield f"garbled text left out: {_listed(garbled)}"
    if scans := _numbers(source, "scan"):
        yield f"no text on {_listed(scans)} ({'a scan' if len(scans) == 1 else 'scans'})"
    if blank := _numbers(source, "blank"):
        yield f"no text on {_listed(blank)}"
    if source.hint:
        yield source.hint
    for index, problem in sorted(source.problems.items()):
        yield f"page {index + 1}: {problem}"
    if pages.hidden:
        yield _hidden(pages, keep_hidden=keep_hidden)


def _hidden(pages: Joined, *, keep_hidden: bool) -> str:
    """«hidden text set aside: 132 characters on page 3»."""
    starts = [page.start for page in pages.pages]
    on = sorted({bisect_right(starts, mark.start) for mark in pages.hidden})
    what = "kept" if keep_hidden else "set aside"
    return f"hidden text {what}: {_hidden_characters(pages)} on {_listed(on)}"


def _hidden_characters(pages: Joined) -> str:
    """How many hidden characters there are, white space left out."""
    count = sum(len("".join(pages.text[mark.start : mark.end].split())) for mark in pages.hidden)
    return "1 character" if count == 1 else f"{count} characters"


def _numbers(source: Source, kind: PageKind) -> list[int]:
    """Numbers of the pages of a kind that recognition gave nothing for."""
    return [
        index + 1
        for index, sheet in enumerate(source.sheets)
        if sheet.kind == kind and index not in source.recognised
    ]


def _listed(numbers: Sequence[int]) -> str:
    """«page 3», «pages 3, 4 and 5», shortened where there are many."""
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_MAX_LISTED]))
    more = len(numbers) - _MAX_LISTED
    return f"pages {shown} and {more} more" if more > 0 else f"pages {shown}"
