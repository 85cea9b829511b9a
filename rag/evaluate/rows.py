"""A row for each question, for a spreadsheet or a script: what was sought, found and said."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.evaluate.failures import reasons

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.evaluate.asking import Outcome
    from rag.evaluate.items import Gold
    from rag.types import Citation

_SUFFIXES = (".csv", ".jsonl")
#: Begins a cell that a spreadsheet would compute.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check(path: Path) -> None:
    """Raise UsageError where rows of another form are asked for."""
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            f"{path} is no name for rows of questions", "Name a .csv or .jsonl file: --rows out.csv"
        )


def write(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write the rows: UTF-8, a CSV with the mark by which spreadsheets know that."""
    rows = [row(outcome) for outcome in outcomes]
    if path.suffix.lower() == ".jsonl":
        lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in rows)
        path.write_text("".join(lines), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0] if rows else ())
        writer.writerows([_cell(value) for value in each.values()] for each in rows)


def row(outcome: Outcome) -> dict[str, Any]:
    """One question. A rank is null where the place was not found, or the set names none."""
    item = outcome.item
    return {
        "id": item.id,
        "question": item.question,
        "lang": item.lang,
        "kind": item.kind,
        "scope": item.scope,
        "answerable": item.answerable,
        "expected": [expected(gold) for gold in item.evidence],
        "answers": list(item.answers),
        "document_rank": outcome.document_rank,
        "page_rank": outcome.page_rank,
        "span_rank": outcome.span_rank,
        "sentence_rank": outcome.sentence_rank,
        "confidence": round(outcome.confidence, 4),
        "refused": outcome.refused,
        "wrong": reasons(outcome),
        "found": place(outcome.top) if outcome.top else None,
        "passage": outcome.top.quote if outcome.top else None,
        "answer": outcome.answer,
        "highlight": outcome.highlight,
        "seconds": round(outcome.seconds, 4),
        "answer_seconds": outcome.answer_seconds and round(outcome.answer_seconds, 4),
    }


def expected(gold: Gold) -> str:
    """A place that answers, as a person writes it."""
    where = gold.document
    if gold.page is not None:
        where += f", p. {gold.page}"
    if gold.lines:
        first, last = gold.lines
        where += f", line {first}" if first == last else f", lines {first}–{last}"
    return where


def place(citation: Citation) -> str:
    """Where something was found, in the same form."""
    if citation.page is not None:
        return f"{citation.document}, p. {citation.page}"
    if citation.line is not None:
        return f"{citation.document}, line {citation.line}"
    return citation.document


def _cell(value: Any) -> Any:
    """A value as a spreadsheet takes it; text of a document never becomes a formula."""
    if isinstance(value, list):
        value = " | ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
