"""Questions in a table that a spreadsheet writes: `questions.csv`, and one to begin with.

The columns are question, document, page and answer; a row without document and answer is a question
that the documents do not answer. Further columns may be id, lines, quote, lang, kind and scope.
Several answers stand in one cell with | between them; a question that comes again adds a place.
"""

from __future__ import annotations

import csv
import io
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

COLUMNS = ("question", "document", "page", "answer")
_FURTHER = ("id", "lines", "quote", "lang", "kind", "scope")
_RUSSIAN = {
    "вопрос": "question",
    "документ": "document",
    "страница": "page",
    "ответ": "answer",
    "строки": "lines",
    "цитата": "quote",
    "язык": "lang",
    "вид": "kind",
    "где искать": "scope",
}
_DELIMITERS = ",;\t"
_LIKE = 0.75  # likeness of an unknown column to a known one that makes it a slip
_RANGE = re.compile(r"(\d+)(?:\s*[-–—]\s*(\d+))?")
_WIDEST = 100  # pages that a range may name
#: Documents a new sheet names, and questions without an answer it has room for.
_BEGUN, _UNANSWERED = 8, 2


def rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any] | ValueError]]:
    """The questions as in a line of JSON, with the lines they begin on; a bad one is its error.

    Raises UsageError where there is no column of questions.
    """
    delimiter, header = _header(text, path)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    while not next(reader):  # empty lines before the header
        pass
    found: dict[tuple[str, str], dict[str, Any]] = {}
    placed: list[tuple[int, dict[str, Any] | ValueError]] = []
    line = reader.line_num + 1
    for cells in reader:
        cell = {name: value.strip() for name, value in zip(header, cells, strict=False)}
        number, line = line, reader.line_num + 1
        if not cell.get("question"):
            continue
        key = (cell.get("id", ""), cell["question"])
        if key not in found:
            found[key] = _blank(cell)
            placed.append((number, found[key]))
        try:
            _add(found[key], cell)
        except ValueError as error:
            placed.append((number, error))
    yield from placed


def template(documents: Sequence[str]) -> str:
    """A sheet to fill in: its columns, and a row for each of some of the documents."""
    step = max(len(documents) / _BEGUN, 1.0)
    taken = [documents[int(place * step)] for place in range(min(len(documents), _BEGUN))]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(("", name, "", "") for name in taken)
    writer.writerows([("", "", "", "")] * _UNANSWERED)
    return out.getvalue()


def _header(text: str, path: Path) -> tuple[str, list[str]]:
    """What parts the cells, and the names of the columns, unknown ones as they are."""
    first = text.lstrip("\n").partition("\n")[0]
    names = max((_split(first, each) for each in _DELIMITERS), key=len)
    delimiter = max(_DELIMITERS, key=lambda each: len(_split(first, each)))
    header = [_RUSSIAN.get(name.casefold(), name.casefold()) for name in names]
    known = (*COLUMNS, *_FURTHER)
    for name in set(header) - set(known):
        if like := get_close_matches(name, known, 1, _LIKE):
            raise UsageError(
                f"{path}: the column {name!r} is unknown", f"Is {like[0]!r} meant? Rename it."
            )
    if "question" not in header:
        raise UsageError(
            f"{path} has no column question, only {', '.join(names)}",
            f"Begin the file with the line: {','.join(COLUMNS)}",
        )
    return delimiter, header


def _split(line: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]


def _blank(cell: dict[str, str]) -> dict[str, Any]:
    value: dict[str, Any] = {"answerable": False, "evidence": [], "answers": []}
    kept = ("id", "question", "lang", "kind", "scope")
    return value | {name: cell[name] for name in kept if cell.get(name)}


def _add(value: dict[str, Any], cell: dict[str, str]) -> None:
    """Add the place and the answers of a row to its question. Raises ValueError."""
    answers = [part.strip() for part in cell.get("answer", "").split("|") if part.strip()]
    value["answers"] += [answer for answer in answers if answer not in value["answers"]]
    document = cell.get("document", "")
    further = [name for name in ("page", "lines", "quote") if cell.get(name)]
    if further and not document:
        raise ValueError(f"the column document is empty, though there is a {further[0]}")
    if document:
        place: dict[str, Any] = {"document": document, "quote": cell.get("quote"), "lines": None}
        if cell.get("lines"):
            place["lines"] = list(_range(cell["lines"], "lines"))
        value["evidence"] += [place | {"page": page} for page in _pages(cell.get("page", ""))]
    value["answerable"] = bool(value["evidence"] or value["answers"])


def _pages(text: str) -> Iterable[int | None]:
    if not text:
        return [None]
    first, last = _range(text, "page")
    if last - first >= _WIDEST:
        raise ValueError(f"the pages {text} are too many")
    return range(first, last + 1)


def _range(text: str, column: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if not found:
        raise ValueError(f"the column {column} holds {text!r}, not a number such as 3 or 3-5")
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1 <= first <= last:
        raise ValueError(f"the column {column} holds {text!r}, not numbers from 1 upwards")
    return first, last
