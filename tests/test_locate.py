"""Quotes and spans are found in a text that breaks lines, words and letters in its own way."""

from __future__ import annotations

import pytest

from rag.locate import find_quote, find_span


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("one two", "two", [(4, 7)]),
        ("one\r\ntwo three", "one two", [(0, 8)]),
        ("a twofold two", "two", [(10, 13)]),
        ("пере-\r\nнос слова", "перенос", [(0, 10)]),
        ("пере\ufffeнос слова", "перенос слова", [(0, 14)]),
        ("1.5 or 15", "15", [(7, 9)]),
        ("yes and yes", "yes", [(0, 3), (8, 11)]),
        ("eﬃcient work", "efficient", [(0, 7)]),
        ("и\u0306од", "йод", [(0, 4)]),
        ("one two", "two one", []),
        ("one two", " - ", []),
    ],
)
def test_a_quote_is_found_across_breaks_but_only_as_whole_words(
    text: str, quote: str, expected: list[tuple[int, int]]
) -> None:
    assert find_quote(text, quote) == expected


def found(characters: str, text: str, words: str, occurrence: int = 0) -> list[str]:
    """What is found for an occurrence of words in a text, its neighbours with it in brackets."""
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(words, start + 1)
    spans = find_span(characters, text, (start, start + len(words)))
    return [characters[max(a - 2, 0) : a] + f"[{characters[a:b]}]" for a, b in spans]


@pytest.mark.parametrize(
    ("characters", "text", "words", "occurrence", "expected"),
    [
        # the same words twice: the letters around tell which, then the place on the page
        ("a cat\r\nb cat\r\nc cat", "a cat\nb cat\nc cat", "cat", 1, ["b [cat]"]),
        ("b cat\r\na cat", "a cat\nb cat", "cat", 1, ["b [cat]"]),
        ("-cat-cat-cat-", "cat cat cat", "cat", 2, ["t-[cat]"]),
        # broken and joined words, ligatures
        ("the ket-\r\ntle boils", "the kettle boils", "kettle boils", 0, ["e [ket-\r\ntle boils]"]),
        ("an eﬃcient way", "an efficient way", "efficient", 0, ["n [eﬃcient]"]),
        # a part of a word, where the span says so
        ("kettles", "kettles", "kettle", 0, ["[kettle]"]),
        # a table that the page writes column by column: each line, else each word
        ("pump\r\nvalve\r\n12\r\n34", "pump | 12\nvalve | 34", "pump", 0, ["[pump]"]),
        ("red one blue two", "blue two\nred one", "two\nred", 0, ["e [two]", "[red]"]),
        ("pump valve 12 34", "pump 12\nvalve 34", "pump 12", 0, ["[pump]", "e [12]"]),
        # words that stand nowhere are not marked elsewhere
        ("a sea of tea", "no ale", "no ale", 0, []),
        ("", "words", "words", 0, []),
        ("a b", "a - b", "-", 0, []),
    ],
)
def test_a_span_of_the_text_is_found_among_the_characters_of_the_page(
    characters: str, text: str, words: str, occurrence: int, expected: list[str]
) -> None:
    assert found(characters, text, words, occurrence) == expected


def test_a_single_word_out_of_order_is_not_marked_where_nothing_around_it_agrees() -> None:
    characters = "x1 of y2 z3 of w4"
    assert found(characters, "lost words of nothing", "words of") == []
