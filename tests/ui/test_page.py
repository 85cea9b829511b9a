"""The page, run as Streamlit runs it, over a library of files made here."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_driver import FILES, chip, drop, html, open_page, sound

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


def test_a_document_can_be_removed_and_its_kept_copy_goes_with_it(home: Path) -> None:
    page = drop(open_page(), FILES)
    page.session_state["tab-en"] = "Library"
    sound(page.run())
    names = list(page.dataframe[0].value["Document"])
    assert names == sorted(FILES)
    page.session_state["documents"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    sound(page.run())
    chip(page, "Remove what is ticked: 1").click()
    sound(page.run())
    assert list(page.dataframe[0].value["Document"]) == names[1:]
    assert {path.name for path in (home / "default+uploads").iterdir()} == set(names[1:])


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
