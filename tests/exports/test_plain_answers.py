"""An answer as plain text, for the clipboard."""

from __future__ import annotations

from rag.exports.plain import plain_answer
from rag.types import Answer, Citation, Due, Entry, Promise, Sentence

FIRST = Citation("договор.pdf", 4, None, 10, 30, "Срок — четырнадцать\nдней.")
SECOND = Citation("письмо.txt", None, 2, 0, 5, "Дней.")


def where(citation: Citation) -> str:
    return f"{citation.document}, {citation.page or citation.line}"


def test_sentences_carry_numbers_and_the_places_stand_below_with_their_words() -> None:
    said = (
        Sentence("Срок две\nнедели.", "supported", (FIRST, SECOND)),
        Sentence("Дней.", "partly", (SECOND,)),
        Sentence("Верно?", "unchecked", ()),
    )
    struck = (Sentence("Срок год.", "contradicted", ()),)
    assert plain_answer(Answer("", said, struck), where) == (
        "Срок две недели. [1][2]\n"
        "Дней. [2]\n"
        "Верно?\n"
        "\n"
        "[1] договор.pdf, 4: «Срок — четырнадцать дней.»\n"
        "[2] письмо.txt, 2"
    )


def test_a_promise_is_a_line_with_its_place_and_is_not_said_twice() -> None:
    due = Due("до пятницы", None, "2025-11-14")
    promise = Promise("Борис", "Анна", "прислать смету", due, "self", "open", "Пришлю.", 4, 0, 7)
    entry = Entry("планёрка.txt", "Планёрка", None, promise, "Борис", "Анна", "open")
    row = Sentence("Борис: прислать смету", "supported", (SECOND,))
    assert plain_answer(Answer("", (row,), entries=(entry,)), where) == (
        "Борис → Анна: прислать смету, 2025-11-14 (до пятницы) — планёрка.txt:4"
    )


def test_a_refusal_is_its_words_and_nothing_that_acts_is_copied() -> None:
    assert (
        plain_answer(Answer("", refusal="Not in your documents."), where)
        == "Not in your documents."
    )
    evil = Sentence("a\x1b[31mb\u202ec", "unchecked", ())
    assert plain_answer(Answer("", (evil,)), where) == "abc"
