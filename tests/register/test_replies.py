"""Questions whose words stand in somebody's question: the answer is what was replied to it."""

from __future__ import annotations

import pytest

from rag.readers.text.plain import read_text
from rag.register import replied, told
from rag.types import Document, Found, Sentence

TALK = """Летучка теплицы, 12.11.2025

Вера: Сколько у нас мешков торфа осталось?
Игорь: Сейчас гляну. Четырнадцать, и два порванных.
Вера: Второй вопрос, новая плёнка.
Игорь: Плёнка обойдётся в девять тысяч.
Вера: А скважина? Кто-нибудь чистит скважину?
Лев: Никто, место там такое, пожалуйста, не шутите.
Вера: Насос привезут в четверг.
Лев: Навес держится.
"""


@pytest.fixture(scope="module")
def talk() -> Document:
    return read_text(TALK.encode(), "talk.txt")


def found(document: Document, words: str) -> Sentence:
    start = document.text.index(words)
    return Sentence(words, "supported", (document.citation("talk.txt", start, start + len(words)),))


def told_for(document: Document, question: str, words: str) -> list[str]:
    kept = replied(question, [found(document, words)], lambda _: document)
    return [each.text for each in kept]


@pytest.mark.parametrize(
    ("question", "words", "answer"),
    [
        (
            "сколько мешков торфа осталось?",
            "Сколько у нас мешков торфа осталось?",
            "Четырнадцать, и два порванных.",
        ),
        (
            "сколько стоит новая плёнка?",
            "Второй вопрос, новая плёнка.",
            "Плёнка обойдётся в девять тысяч.",
        ),
        ("что с торфом?", "Сколько у нас мешков торфа осталось?", "Сейчас гляну."),
    ],
)
def test_what_only_asks_or_opens_is_followed_by_the_reply(
    talk: Document, question: str, words: str, answer: str
) -> None:
    assert told_for(talk, question, words) == [words, answer]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("сколько стоит навес?", "Навес держится."),
        ("когда починят навес?", "Навес держится."),
        ("сколько стоит чистка скважины?", "Кто-нибудь чистит скважину?"),
    ],
)
def test_talk_about_a_thing_that_does_not_say_it_is_no_answer(
    talk: Document, question: str, words: str
) -> None:
    assert told_for(talk, question, words) == []


def test_what_says_it_stays_alone(talk: Document) -> None:
    said = "Насос привезут в четверг."
    assert told_for(talk, "когда привезут насос?", said) == [said]
    assert told_for(talk, "что с насосом?", said) == [said]


def test_text_without_turns_is_left_alone() -> None:
    plain = read_text("Навес держится.\n".encode(), "talk.txt")
    assert told_for(plain, "сколько стоит навес?", "Навес держится.") == ["Навес держится."]


def test_an_unsure_sentence_must_name_the_thing_and_tell_what_is_asked(talk: Document) -> None:
    def unsure(question: str, words: str) -> list[str]:
        (place,) = found(talk, words).citations
        kept = told(question, [Found(place, 0, 0.1, 0.1)], lambda _: talk)
        return [each.text for each in kept]

    said = "Насос привезут в четверг."
    assert unsure("когда привезут насос?", said) == [said]
    assert unsure("когда привезут торф?", said) == []
    assert unsure("сколько стоит насос?", said) == []
    assert unsure("кто привезёт насос?", said) == []
