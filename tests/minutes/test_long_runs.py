"""Texts of one thing over and over, which a rule that goes back over them would not get through."""

from __future__ import annotations

import pytest

from rag.minutes import extract
from rag.minutes.clauses import sentences_of
from rag.minutes.paper.layout import Grid, layout
from rag.minutes.paper.lines import rows_of
from rag.minutes.stretches import CLAUSES, FAR, LINE, SENTENCE, WORDS
from rag.readers.text.plain import read_text
from rag.types import Document

TALK = (
    "Встреча 12.11.2025\nУчастники: Анна, Пётр\n\n"
    "Анна: пришлю смету завтра.{}Спасибо.\nПётр: да.\nАнна: всё.\n"
)
PAPER = (
    "Протокол совещания 12.11.2025\nРЕШИЛИ:\n"
    "1. Подготовить отчёт. Отв.: Иванов А. А. Срок: 15.11.2025{}\n"
)


@pytest.mark.parametrize("filler", [" ", "\t", "\xa0", "\n", " \n", ".", "-", ": ", "| ", "(", "«"])
@pytest.mark.parametrize("text", [TALK, PAPER])
def test_a_long_run_of_nothing_costs_no_promise(text: str, filler: str) -> None:
    """Patterns that are tried from each of its places would take minutes or hours here."""
    document = read(text.format(filler * 60_000))
    who, what = ("Анна", "пришлю смету") if text is TALK else ("Иванов А. А.", "Подготовить отчёт")
    assert [(p.who, p.what) for p in extract(document).promises] == [(who, what)]


@pytest.mark.parametrize("words", ["а ", "а, ", "1 ", "слово" * 9_000, "[", "и " * 300 + "? "])
def test_no_sentence_is_without_bound(words: str) -> None:
    text = words * (40_000 // len(words) + 1)
    sentences = sentences_of(text, 0, len(text), "ru")
    assert all(0 < s.end - s.start <= SENTENCE for s in sentences)
    assert all(len(s.words) <= 2 * WORDS and len(s.clauses) <= CLAUSES for s in sentences)


def test_a_line_is_cut_at_a_run_of_nothing_and_where_it_is_too_long() -> None:
    gap = " " * FAR
    assert [(row.start, row.end) for row in rows_of(f"а{gap}б\nв")] == [
        (0, 1),
        (1, 1),
        (FAR + 1, FAR + 2),
        (FAR + 3, FAR + 4),
    ]
    assert max(row.end - row.start for row in rows_of("слово " * LINE)) <= LINE


def test_a_table_without_labels_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its rows may be the first of a table; it was compared with all rows below."""
    calls = []
    monkeypatch.setattr("rag.minutes.paper.layout.label_of", calls.append)
    rows = 500
    assert not any(isinstance(part, Grid) for part in layout("стол | стул\n" * rows))
    assert len(calls) == rows


def read(text: str) -> Document:
    return read_text(text.encode(), "meeting.txt")
