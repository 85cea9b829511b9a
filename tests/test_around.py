"""What stands around a quote: lines, turns, headings, and its place in a person's words."""

from __future__ import annotations

import pytest

from rag.around import (
    Excerpt,
    Place,
    excerpt,
    exchanges,
    flowed,
    headings_of,
    pages_of,
    place_of,
)
from rag.types import Document, Line, Mark, Page, Turn

QUOTE = "Отпуск — четырнадцать дней."


def text_of(before: str, after: str) -> tuple[Document, int, int]:
    document = Document("id", "title", f"{before}{QUOTE}{after}")
    return document, len(before), len(before) + len(QUOTE)


def meeting(turns: int = 12) -> Document:
    """Turns «Анна: реплика 0.», «Борис: реплика 1.» …, a line each, behind a head."""
    text, said = "Планёрка\n", []
    for number in range(turns):
        speaker = ("Анна", "Борис")[number % 2]
        words = f"Реплика {number}."
        start = len(text) + len(speaker) + 2
        text += f"{speaker}: {words}\n"
        stamp = f"00:{number:02}" if number else None
        said.append(Turn(speaker, words, number + 2, stamp, start, start + len(words)))
    return Document("id", "title", text, turns=tuple(said), kind="meeting")


def test_a_short_text_is_shown_whole() -> None:
    found = excerpt(*text_of("Первое.\n", "\nПоследнее."))
    assert found == Excerpt("Первое.\n", QUOTE, "\nПоследнее.")


def test_two_lines_with_words_stand_on_either_side_and_every_step_shows_more() -> None:
    document, start, end = text_of("a\nb\n\nc\n\nd ", " e\nf\n\ng\nh")
    assert excerpt(document, start, end) == Excerpt("b\n\nc\n\nd ", QUOTE, " e\nf\n\ng", True, True)
    further = excerpt(document, start, end, steps=2)
    assert further == Excerpt("a\nb\n\nc\n\nd ", QUOTE, " e\nf\n\ng\nh")


def test_a_long_line_is_cut_between_words_and_says_so() -> None:
    document, start, end = text_of("слово " * 500, " слово" * 500)
    found = excerpt(document, start, end)
    assert set(found.before.split()) == set(found.after.split()) == {"слово"}
    assert 300 < len(found.before) <= 400
    assert 300 < len(found.after) <= 400
    assert found.cut_before
    assert found.cut_after


def test_nothing_of_the_text_is_changed_at_its_ends() -> None:
    document, start, end = text_of("", "")
    assert excerpt(document, start, end) == Excerpt("", QUOTE, "")


def test_a_document_with_pages_is_quoted_from_the_pages_of_the_quote() -> None:
    text = f"Первая.\n\n{QUOTE} Вторая.\n\nТретья."
    start = text.index(QUOTE)
    page_end = text.index("\n\nТретья")
    pages = (
        Page(1, "i", 0, 7),
        Page(2, "ii", start, page_end),
        Page(3, "1", page_end + 2, len(text)),
    )
    document = Document("id", "title", text, pages=pages, kind="pdf")
    assert excerpt(document, start, start + len(QUOTE)) == Excerpt("", QUOTE, " Вторая.")
    assert pages_of(document, start, start + len(QUOTE)) == (2,)
    assert pages_of(document, start, len(text)) == (2, 3)
    assert pages_of(document, page_end, page_end + 1) == ()


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("идёт дальше\nпо строке", "идёт дальше по строке"),
        ("The tank needs 45\nminutes.", "The tank needs 45 minutes."),
        ("Конец.\nНовое", "Конец.\nНовое"),
        ("пере-\nнос", "пере-\nнос"),
        ("список\n1. пункт", "список\n1. пункт"),
        ("абзац\n\nабзац", "абзац\n\nабзац"),
    ],
)
def test_lines_of_print_run_on_where_the_sentence_does(printed: str, shown: str) -> None:
    assert flowed(Excerpt(printed, printed, printed, True)) == Excerpt(shown, shown, shown, True)


def test_the_turns_beside_a_quote_come_with_speaker_and_time() -> None:
    document = meeting()
    turn = document.turns[5]
    found = exchanges(document, turn.start + 8, turn.end)
    assert found is not None
    assert [row.line for row in found.turns] == [5, 6, 7, 8, 9]
    assert (found.earlier, found.later) == (3, 4)
    assert [row.quoted for row in found.turns] == [False, False, True, False, False]
    quoted = found.turns[2]
    assert (quoted.speaker, quoted.time) == ("Борис", "00:05")
    assert quoted.words == Excerpt("Реплика ", "5.", "")


def test_every_step_shows_more_turns_until_there_are_no_more() -> None:
    document = meeting()
    turn = document.turns[5]
    further = exchanges(document, turn.start, turn.end, steps=2)
    assert further is not None
    assert (further.earlier, further.later, len(further.turns)) == (0, 0, 12)


def test_a_quote_over_several_turns_marks_its_part_of_each() -> None:
    document = meeting()
    first, last = document.turns[3], document.turns[4]
    found = exchanges(document, first.start + 8, last.start + 7)
    assert found is not None
    assert [row.words.quote for row in found.turns if row.quoted] == ["3.", "Реплика"]


def test_a_quote_outside_all_turns_has_none_beside_it() -> None:
    document = meeting()
    assert exchanges(document, 0, 8) is None
    assert exchanges(Document("id", "title", QUOTE), 0, 4) is None


def test_a_place_says_what_the_document_knows() -> None:
    document = meeting()
    assert place_of(document, document.turns[1].start) == Place(speaker="Борис", time="00:01")
    assert place_of(document, 0) == Place()
    lines = (Line(1, 0), Line(2, 5))
    assert place_of(Document("id", "title", "abcd\nefgh", lines=lines), 6) == Place(line=2)


def test_a_page_has_a_label_only_where_it_is_not_its_number() -> None:
    pages = (Page(1, "1", 0, 4), Page(2, "iv", 4, 8), Page(3, None, 8, 12))
    document = Document("id", "title", "a" * 12, pages=pages)
    assert place_of(document, 0) == Place(page=1)
    assert place_of(document, 5) == Place(page=2, label="iv")
    assert place_of(document, 9) == Place(page=3)


def test_a_quote_stands_under_its_headings() -> None:
    text = "# Отпуск\n## Сроки\nДни.\n# Иное\nСлова."
    marks = (
        Mark("heading", 0, 8, 1),
        Mark("heading", 9, 17, 2),
        Mark("heading", text.index("# Иное"), text.index("# Иное") + 6, 1),
    )
    document = Document("id", "title", text, marks=marks)
    assert headings_of(document, text.index("Дни")) == ("Отпуск", "Сроки")
    assert headings_of(document, text.index("Слова")) == ("Иное",)
    assert headings_of(Document("id", "title", text), 20) == ()
