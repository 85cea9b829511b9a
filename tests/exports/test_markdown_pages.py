"""Minutes as Markdown, read back by a parser of Markdown."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from meeting_records import ENGLISH, RUSSIAN, filled, promising, record_of

from rag.cite.clean import inert
from rag.exports.markdown import escape, page
from rag.types import Promise

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = (
    "a | b\n| --- |\n<script>alert(1)</script> ![x](http://evil) [y](javascript:x) `code` **c** "
    "\x1b[31mred\x1b[0m <img src=x onerror=y> # h $x$ &lt;b&gt; </td> \\ ~~s~~ [z]: http://e"
)


def blocks(text: str, kind: str) -> list[str]:
    tokens = PARSER.parse(text)
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == f"{kind}_open"]


def kinds(text: str) -> set[str]:
    tokens = PARSER.parse(text)
    return {t.type for t in tokens} | {c.type for t in tokens for c in t.children or ()}


def test_a_russian_meeting_has_russian_headings_and_a_box_for_each_promise() -> None:
    record = filled(record_of(RUSSIAN))
    text = page([record])
    assert blocks(text, "heading") == [
        *("Летучка теплицы", "Кратко", "Темы", "Решения", "Обещания"),
        *("К сроку", "Без срока", "При условии", "Открытые вопросы"),
    ]
    boxes = [line for line in text.splitlines() if line.startswith("- [ ] ")]
    assert len(boxes) == len(record.minutes.promises) == 5
    for promise in record.minutes.promises:
        assert any(f"{promise.quote}»" in box and f"строка {promise.line}" in box for box in boxes)


def test_every_item_tells_its_line() -> None:
    text = page([filled(record_of(ENGLISH))])
    facts, _, sections = text.partition("## Summary")
    assert "2025-11-12" in facts
    items = [line for line in sections.splitlines() if line.startswith("- ")]
    assert items
    assert all(re.search(r"\(line \d+(?:, [\d:]+)?(?:; see [\d, ]+)?\)$", item) for item in items)


def test_each_row_of_a_table_has_all_columns() -> None:
    tokens = PARSER.parse(page([record_of(RUSSIAN)]))
    rows, cells = 0, 0
    for token in tokens:
        rows += token.type == "tr_open"
        cells += token.type in ("td_open", "th_open")
    assert rows == 3 + 5  # heads and promises
    assert cells == 7 * rows


def test_a_meeting_without_promises_says_so() -> None:
    text = page([promising(record_of(RUSSIAN))])
    assert "Обещаний не нашлось." in text
    assert "Решения" not in text


def test_what_is_done_is_ticked() -> None:
    record = record_of(RUSSIAN)
    done = replace(record.minutes.promises[0], status="done")
    assert "- [x] 1. " in page([promising(record, done)])


def test_several_meetings_stand_apart() -> None:
    text = page([record_of(RUSSIAN), record_of(ENGLISH, "weekly.txt")])
    assert blocks(text, "heading").count("Greenhouse weekly") == 1
    assert [token.type for token in PARSER.parse(text)].count("hr") == 1


def test_text_of_the_document_does_nothing() -> None:
    promise = Promise(HOSTILE, HOSTILE, HOSTILE, None, "self", "open", HOSTILE, 5, 0, 10)
    text = page([promising(record_of(RUSSIAN), promise)])
    assert not kinds(text) & {
        "html_inline",
        "html_block",
        "link_open",
        "image",
        "code_inline",
        "s_open",
    }
    assert "\x1b" not in text
    assert len(blocks(text, "tr")) == 2
    assert len(blocks(text, "th")) == len(blocks(text, "td")) == 7


@pytest.mark.parametrize(
    "text",
    [
        "1. раз",
        "12) два",
        "- три",
        "+ четыре",
        "# пять",
        "> шесть",
        "* семь",
        "=== восемь",
        HOSTILE,
    ],
)
def test_a_text_that_begins_like_a_block_is_a_paragraph(text: str) -> None:
    assert kinds(escape(text)) <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
    }


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_reader_sees_the_text_itself(text: str) -> None:
    seen = html.unescape(
        PARSER.render("x " + escape(text)).removeprefix("<p>").removesuffix("</p>\n")
    )
    assert seen.split() == ["x", *inert(text).split()]
