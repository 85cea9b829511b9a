"""The page, run as Streamlit runs it, over a library of files made here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from page_driver import FACT, FILES, ask, chip, drop, html, open_page, sound

from rag.app import App
from rag.errors import ModelError
from rag.types import Answer, Exchange, Sentence

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("ru-RU", "Вопросы к вашим документам"),
        ("ru", "Вопросы к вашим документам"),
        ("en-GB", "Ask your documents"),
        ("de", "Ask your documents"),
        (None, "Ask your documents"),
    ],
)
def test_the_first_language_is_the_browsers(locale: str | None, title: str) -> None:
    assert open_page(locale).header[0].value == title


def test_the_language_can_be_switched() -> None:
    page = open_page("en-US")
    page.segmented_control[0].set_value("ru")
    assert sound(page.run()).header[0].value == "Вопросы к вашим документам"


def test_an_empty_library_asks_for_files_and_takes_no_question(home: Path) -> None:
    page = open_page()
    assert "no documents yet" in page.info[0].value
    assert page.chat_input[0].disabled
    assert not home.exists()


def test_every_dropped_file_gets_a_row_with_its_outcome(home: Path) -> None:
    page = drop(open_page(), {**FILES, "broken.pdf": b"%PDF-1.4 nothing", "page.xyz": b"x"})
    rows = "".join(html(page, "taken"))
    for name in FILES:
        assert f'taken added"><b>{name}</b><br>added' in rows
    assert 'taken skipped"><b>broken.pdf</b><br>not taken: ' in rows
    assert 'taken skipped"><b>page.xyz</b><br>not taken: unknown suffix .xyz' in rows
    kept = {path.name for path in (home / "default+uploads").iterdir()}
    assert kept == set(FILES)


def test_the_same_file_is_taken_once_and_another_of_its_name_stands_beside_it(home: Path) -> None:
    page = drop(open_page(), {"a.txt": b"One."})
    assert "already in the library" in html(drop(page, {"a.txt": b"One."}), "taken")[0]
    drop(page, {"a.txt": b"Two."})
    kept = {path.name: path.read_text() for path in (home / "default+uploads").iterdir()}
    assert kept == {"a.txt": "One.", "a (2).txt": "Two."}


def test_a_sentence_comes_with_its_citation_and_the_marked_page() -> None:
    page = ask(drop(open_page(), FILES), "How fast does the kettle boil?")
    said = html(page, "sentence")[0]
    assert "<strong>four</strong>" in said
    assert FACT in re.sub("</?strong>", "", said)
    assert "kettle" in page.expander[0].label
    assert not page.image
    chip(page, r"\[1\]").click()
    sound(page.run())
    assert f"<mark>{FACT}</mark>" in html(page, "around")[0]
    captions = [caption for image in page.image for caption in image.captions]
    assert captions == ["Page 2. The quote is marked in yellow."]


def test_a_text_file_is_shown_by_the_lines_around_the_quote() -> None:
    page = ask(drop(open_page("ru"), FILES), "На сколько дней переносится отпуск?")
    assert page.expander[0].label.endswith("строка 1")
    chip(page, r"\[1\]").click()
    shown = html(sound(page.run()), "around")[0]
    assert "<mark>Отпуск переносится на четырнадцать дней.</mark>\nЗаявление подают" in shown
    assert not page.image


def test_a_pdf_that_has_gone_is_quoted_without_its_page(home: Path) -> None:
    page = ask(drop(open_page(), FILES), "How fast does the kettle boil?")
    (home / "default+uploads" / "kettle.pdf").unlink()
    chip(page, r"\[1\]").click()
    sound(page.run())
    assert FACT in html(page, "around")[0]
    assert any("no longer where it was" in caption.value for caption in page.caption)


def test_what_is_not_in_the_documents_is_refused_with_the_nearest_passages() -> None:
    page = ask(drop(open_page(), FILES), "Does the kettle of the king of Norway sing opera?")
    assert page.info[0].value == r"Not in your documents\."
    assert "The nearest there is:" in [caption.value for caption in page.caption]
    nearest = html(page, "passage")[0]
    assert f"<b>kettle.pdf, p. 1</b><br>A word before. Something else. {FACT}" in nearest


def test_promises_come_as_a_table_with_who_what_when_and_where() -> None:
    page = ask(drop(open_page("ru"), FILES), "кто что обещал на встрече")
    table = page.dataframe[0].value
    assert list(table.columns) == ["Кто", "Кому", "Что", "Срок", "Где сказано"]
    row = table.iloc[0]
    assert row["Кто"] == "Борис"
    assert row["Кому"] == "Анна"
    assert "смету" in row["Что"]
    assert "2025-11-14" in row["Срок"]
    assert row["Где сказано"] == "планёрка.txt:4"


def test_a_row_of_the_table_shows_where_it_was_said() -> None:
    page = ask(drop(open_page("ru"), FILES), "кто что обещал на встрече")
    page.session_state["turn-0-promises"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert "<mark>Хорошо, пришлю.</mark>" in html(sound(page.run()), "around")[0]


def test_the_conversation_survives_reruns_and_begins_anew_when_asked() -> None:
    page = ask(drop(open_page(), FILES), "How fast does the kettle boil?")
    ask(page, "Who is the king of Norway?")
    sound(page.run())
    asked = [text.value for text in page.text]
    assert asked == ["How fast does the kettle boil?", "Who is the king of Norway?"]
    chip(page, "New conversation").click()
    assert not sound(page.run()).text


def test_a_models_doubtful_and_struck_sentences_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = drop(open_page(), FILES)
    doubtful = Sentence("It boils fast.", "partly", (), "no speed is given")
    struck = Sentence("It <b>whistles</b>.", "unsupported", (), "nobody says so")
    monkeypatch.setattr(App, "answer", lambda *_, **__: Answer("", (doubtful,), (struck,)))
    sentences = html(ask(page, "How does it boil?"), "sentence")
    assert "supported only in part: no speed is given" in sentences[0]
    assert "<s>It &lt;b&gt;whistles&lt;/b&gt;.</s> — nobody says so" in sentences[1]
    assert "Struck" in page.expander[0].label


def test_a_failure_stands_in_the_conversation_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = drop(open_page(), FILES)

    def fail(*_: object, **__: object) -> Answer:
        raise ModelError("The model is gone", "Name another: RAG_MODEL=…")

    monkeypatch.setattr(App, "answer", fail)
    ask(page, "How does it boil?")
    assert page.text[0].value == "How does it boil?"
    assert page.error[0].title == "The model is gone"
    assert "RAG" in page.error[0].value


def test_a_model_is_told_what_was_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    page = drop(open_page(), FILES)
    told: list[list[Exchange]] = []

    def answer(_: App, question: str, *, past: list[Exchange], on_text: Any) -> Answer:
        on_text("A draft.")
        told.append(past)
        return Answer(f"{question}!")

    monkeypatch.setattr(App, "answer", answer)
    ask(ask(page, "One?"), "Two?")
    assert told == [[], [Exchange("One?", "One?", "One?!")]]


def test_a_documents_own_markup_is_shown_and_not_obeyed() -> None:
    evil = "The tariff is <img src=x onerror=alert(1)> ![seen](http://example.com/a.png) roubles."
    page = ask(drop(open_page(), {"tariff *x*.txt": evil.encode()}), "What is the tariff?")
    shown = "".join(block.value for block in page.get("html") if "tariff" in block.value)
    assert "&lt;img src=x" in shown
    assert "<img" not in shown
    assert r"tariff _x_\.txt" in page.expander[0].label.replace(r"\_", "_")


def test_an_error_says_what_to_do(home: Path) -> None:
    drop(open_page(), {"a.txt": b"One."})
    (home / "default" / "catalogue.sqlite").write_bytes(b"not a database, by any means" * 40)
    page = open_page()
    assert page.error[0].value.strip()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("отчёт за 2025.pdf", "отчёт за 2025.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\план.docx", "план.docx"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\n.txt", "ab.txt"),
        ("left\u202etxt.exe", "lefttxt.exe"),
        ('a<b>:"|?*.md', "a_b______.md"),
        ("  two   spaces .txt", "two spaces.txt"),
        ("и\u0306.txt", "й.txt"),
        ("ж" * 300 + ".pdf", "ж" * 88 + ".pdf"),
        ("a." + "ж" * 300, "a." + "ж" * 89),
    ],
)
def test_a_name_from_outside_is_never_a_path(name: str, expected: str) -> None:
    from rag.desk.uploads import safe_name

    assert safe_name(name) == expected
