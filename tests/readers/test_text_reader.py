"""Plain text and Markdown: lines, headings, titles, meetings."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from rag.errors import ReadError
from rag.readers.text.plain import lines_of, read_markdown, read_text
from rag.types import Document, Line

if TYPE_CHECKING:
    from collections.abc import Callable

MARKDOWN = """\
---
title: ignored
---
# Отчёт *за год* #

Введение
========

## Часть 1

```sh
# not a heading
```

~~~
## nor this
```
### nor that
~~~

Вторая
часть
---

- item
---
| cell |
---
    # code
#no space
"""


def headings(document: Document) -> list[tuple[int, str]]:
    return [
        (mark.level, document.text[mark.start : mark.end])
        for mark in document.marks
        if mark.kind == "heading"
    ]


def test_markdown_headings_of_both_kinds_outside_code() -> None:
    document = read_markdown(MARKDOWN.encode(), "report.md")
    assert headings(document) == [
        (1, "# Отчёт *за год* #"),
        (1, "Введение"),
        (2, "## Часть 1"),
        (2, "часть"),
    ]
    assert document.title == "Отчёт за год"


def test_plain_text_headings_are_taken_with_caution() -> None:
    text = (
        "ОБЩИЕ ПОЛОЖЕНИЯ\n\nТекст положений.\n\n2.1 Сроки поставки\n\nТекст о сроках.\n\n"
        "3. Купить хлеба.\n\nОК\n\nPlain short line\n\n4 Not alone\nthe line goes on\n"
    )
    document = read_text(text.encode(), "terms.txt")
    assert headings(document) == [(1, "ОБЩИЕ ПОЛОЖЕНИЯ"), (2, "2.1 Сроки поставки")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", [(1, 0)]),
        ("a\n", [(1, 0)]),
        ("a\n\nb", [(1, 0), (2, 2), (3, 3)]),
        ("\n\na\n", [(1, 0), (2, 1), (3, 2)]),
    ],
)
def test_every_physical_line_has_its_number(text: str, expected: list[tuple[int, int]]) -> None:
    assert lines_of(text) == tuple(Line(number, start) for number, start in expected)


def test_line_numbers_hold_after_crlf() -> None:
    document = read_text("раз\r\nдва\r\nтри".encode("cp1251"), "a.txt")
    assert document.line_at(document.text.index("три")) == 3
    assert document.encoding == "cp1251"


def test_a_meeting_is_recognised_by_its_turns() -> None:
    text = (
        "Созвон, 12.11.2025\n\nОлег: Кто пришлёт смету?\nАнна: Я пришлю завтра.\n"
        "Олег: Хорошо, спасибо.\nАнна: И договор тоже.\n"
    )
    document = read_text(text.encode(), "call.txt")
    assert document.kind == "meeting"
    assert document.date == "2025-11-12"
    assert [turn.speaker for turn in document.turns] == ["Олег", "Анна", "Олег", "Анна"]
    assert all(document.text[turn.start : turn.end] == turn.text for turn in document.turns)


def test_prose_is_no_meeting_and_takes_its_title_from_the_file() -> None:
    data = "Завод построен в 1954 году. Цех работает до сих пор.".encode()
    document = read_text(data, "история завода.txt")
    assert (document.kind, document.title, document.turns) == ("text", "история завода", ())
    assert document.id == sha256(data).hexdigest()


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    document = read_markdown(b"---\n# Title\n---\n", "a.md")
    assert headings(document) == [(1, "# Title")]


@pytest.mark.parametrize("reader", [read_text, read_markdown])
@pytest.mark.parametrize(
    "line", ["# a{}b", "{}", "a{}", "a:{}b", "1.{}b", "a: b\n{}", "[{}", "-{}b"]
)
@pytest.mark.parametrize("filler", [" ", "\t", "#", "- ", "\u00a0"])
def test_no_line_makes_reading_slow(
    reader: Callable[[bytes, str], Document], line: str, filler: str
) -> None:
    """A pattern that backtracks over a long run would take hours here."""
    text = f"x\n{line.format(filler * 100_000)}\ny: z\n"
    assert "y: z" in reader(text.encode(), "a.txt").text


def test_a_binary_named_txt_is_named_in_the_reason() -> None:
    with pytest.raises(ReadError, match=r"notes\.txt is a binary file, not text"):
        read_text(b"PK\x03\x04" + bytes(100), "notes.txt")
