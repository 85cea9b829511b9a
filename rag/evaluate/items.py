"""The questions of a set, as they are written down: `questions.jsonl`, or a sheet for a beginning.

`questions.jsonl` holds one JSON object a line: `id`, `lang`, `question`, `answerable`, `evidence`
(a list of `document`, `page`, `quote`, `lines`), `answers`, and perhaps `scope` (the document that
is asked) and `kind`. `questions.csv` is described in `sheet`. All that is wrong with a file is told
at once, by line.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ReadError, UsageError
from rag.evaluate import sheet
from rag.readers.encoding import decode
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Half = Literal["even", "odd"]

QUESTIONS = "questions.jsonl"
SHEET = "questions.csv"
#: A file of these names is meant by its folder.
NAMES = (QUESTIONS, SHEET)
#: What may be said of a question; others are passed over, unless they look like one of these.
KEYS = ("id", "lang", "question", "answerable", "evidence", "answers", "scope", "kind")
_LIKE = 0.8  # likeness of an unknown key to a known one that makes it a slip
_TOLD = 5  # troubles that are told of a file; the rest are counted
_FORMAT = "See the format: rag eval --help"


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers; what the set does not say is None. Lines are both inclusive."""

    document: str
    page: int | None = None
    quote: str | None = None
    lines: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a set."""

    id: str
    question: str
    answerable: bool
    evidence: tuple[Gold, ...] = ()
    answers: tuple[str, ...] = ()
    scope: str | None = None
    lang: str = "en"
    kind: str | None = None


class _Trouble(Exception):
    """What is wrong with one question."""


def find(path: Path) -> Path:
    """The file of questions that is meant by itself or by its folder.

    Raises UsageError where there is none, or more than one.
    """
    if not path.is_dir():
        if path.exists():
            return path
        raise UsageError(f"There is no file or folder {path}", _FORMAT)
    held = [path / name for name in NAMES if (path / name).is_file()]
    if len(held) == 1:
        return held[0]
    if held:
        raise UsageError(
            f"{path} holds {QUESTIONS} and {SHEET}", f"Name one: rag eval {path / QUESTIONS}"
        )
    raise UsageError(
        f"There is no {QUESTIONS} or {SHEET} in {path}",
        f"Make one to fill in: rag eval init {path}. {_FORMAT}",
    )


def load(path: Path) -> list[Item]:
    """The questions of a file. Raises UsageError that names every line that is none."""
    try:
        text, _ = decode(path.read_bytes())
    except ReadError as error:
        raise UsageError(f"{path} holds no questions ({error.message})", _FORMAT) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", _FORMAT) from error
    is_sheet = path.suffix.lower() in (".csv", ".tsv")
    rows = sheet.rows(text, path) if is_sheet else _objects(text)
    items, troubles = _settled(rows)
    if troubles:
        told = [f"line {number}: {trouble}" for number, trouble in troubles]
        raise UsageError(f"{path}, {_listed(told)}", _FORMAT)
    if not items:
        column = "the column question is empty" if is_sheet else "the file is empty"
        raise UsageError(f"{path} holds no questions yet ({column})", _FORMAT)
    return items


def of_values(values: Sequence[Any]) -> list[Item]:
    """The questions that values are, each as a line of a file. Raises UsageError as `load`."""
    items, troubles = _settled(enumerate(values, 1))
    if troubles:
        told = [f"question {number}: {trouble}" for number, trouble in troubles]
        raise UsageError(_listed(told), "See docs/evaluation.md")
    return items


def _settled(rows: Iterable[tuple[int, Any]]) -> tuple[list[Item], list[tuple[int, str]]]:
    """The questions of numbered values, and what is wrong with the others."""
    items: list[Item] = []
    troubles: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for number, value in rows:
        try:
            item = _item(value, str(number))
            if item.id in seen:
                raise _Trouble(f"the id {item.id!r} stands on line {seen[item.id]} already")
            seen[item.id] = number
            items.append(item)
        except _Trouble as trouble:
            troubles.append((number, str(trouble)))
    return items, troubles


def _listed(told: Sequence[str]) -> str:
    more = f"; and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return "; ".join(told[:_TOLD]) + more


def chosen(
    items: Sequence[Item],
    *,
    half: Half | None = None,
    sample: int | None = None,
    limit: int | None = None,
) -> list[Item]:
    """Some of the questions, in their order.

    `half` takes those at the places 0, 2, 4 … ("even") or 1, 3, 5 … ("odd"), so that what was
    tuned on one is measured on the other; `sample` draws by lot, the same every time; `limit`
    takes the first ones. In this order.
    """
    kept = list(items)
    if half:
        kept = kept[1 if half == "odd" else 0 :: 2]
    if sample is not None and sample < len(kept):
        places = random.Random(0).sample(range(len(kept)), sample)
        kept = [kept[place] for place in sorted(places)]
    return kept[:limit]


def documents_folder(folder: Path, items: Sequence[Item]) -> Path:
    """Where the documents lie that the questions name: in `folder`, or in `folder/documents`.

    The one that holds more of them; the latter, if there is one, where both hold as many.
    """
    below = folder / "documents"
    if not below.is_dir():
        return folder
    named = {gold.document for item in items for gold in item.evidence}

    def held(place: Path) -> int:
        return sum((place / name).exists() for name in named)

    return folder if held(folder) > held(below) else below


def _objects(text: str) -> Iterator[tuple[int, Any]]:
    """The JSON values of a file by line; what is none comes as the error."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except ValueError as error:
            yield number, error


def _item(value: Any, fallback: str) -> Item:
    if isinstance(value, json.JSONDecodeError):
        raise _Trouble(f"no JSON ({value.msg} at column {value.colno})") from value
    if isinstance(value, ValueError):
        raise _Trouble(str(value)) from value
    if not isinstance(value, dict):
        raise _Trouble('not an object {"question": …}')
    for key in value.keys() - set(KEYS):
        if like := get_close_matches(str(key), KEYS, 1, _LIKE):
            raise _Trouble(f'"{key}" is unknown; is "{like[0]}" meant?')
    question = _text(value, "question")
    if not question:
        raise _Trouble('"question" is missing')
    answerable = value.get("answerable")
    if not isinstance(answerable, bool):
        raise _Trouble('"answerable" is to be true or false')
    evidence = tuple(_gold(each) for each in _list(value, "evidence"))
    answers = tuple(_answer(each) for each in _list(value, "answers"))
    if answerable and not evidence and not answers:
        raise _Trouble('an answerable question needs "evidence" or "answers"')
    if not answerable and evidence:
        raise _Trouble('a question that is not answerable has "evidence"')
    return Item(
        _text(value, "id", numbers=True) or fallback,
        question,
        answerable,
        evidence,
        answers,
        _text(value, "scope"),
        _text(value, "lang") or language_of(question),
        _text(value, "kind"),
    )


def _gold(value: Any) -> Gold:
    if not isinstance(value, dict):
        raise _Trouble('"evidence" is to hold objects {"document": …}')
    document = _text(value, "document")
    if not document:
        raise _Trouble('"document" is missing from "evidence"')
    page = value.get("page")
    if page is not None and not _whole(page):
        raise _Trouble('"page" is to be a number')
    lines = value.get("lines") or None
    if lines is not None and not (
        isinstance(lines, list)
        and len(lines) == 2
        and all(map(_whole, lines))
        and lines[0] <= lines[1]
    ):
        raise _Trouble('"lines" are to be the first and the last one, [12, 18]')
    return Gold(document, page, _text(value, "quote"), (lines[0], lines[1]) if lines else None)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: dict[str, Any], key: str, *, numbers: bool = False) -> str | None:
    found = value.get(key)
    if numbers and isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if found is not None and not isinstance(found, str):
        raise _Trouble(f'"{key}" is to be text')
    return found.strip() or None if found else None


def _list(value: dict[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _Trouble(f'"{key}" is to be a list, in [ ]')
    return found


def _answer(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise _Trouble('"answers" are to be texts')
