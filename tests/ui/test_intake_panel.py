"""The field for files and its rows, run as Streamlit runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from desk_driver import PAPER, PATIENCE, Gate, pack, secret
from page_driver import FILES, chip, drop, html, intake, open_page, sound
from streamlit.testing.v1 import AppTest

from rag.desk.drops import Drop
from rag.desk.uploads import Cause
from rag.holdings import CAUSES
from rag.store.received import Kept
from ui.intake import _described, _so_far
from ui.texts import TEXTS

LARGE = PAPER + b"\n" + b"A line of a long file.\n" * 30_000  # for a lane that is not the quick one

pytestmark = pytest.mark.usefixtures("home")


def put(page: AppTest, files: dict[str, bytes]) -> AppTest:
    """Drop files and do not wait for them."""
    page.file_uploader[0].set_value([(name, data, "") for name, data in files.items()])
    return sound(page.run())


def texts_of(page: AppTest) -> list[str]:
    """The rows as a person reads them."""
    return [" | ".join(re.findall(r">([^<]+)<", row)) for row in html(page, "drop")]


def test_every_dropped_file_gets_a_row_with_its_outcome(home: Path) -> None:
    page = drop(open_page(), {**FILES, "broken.pdf": b"%PDF-1.4 nothing", "page.xyz": b"x"})
    rows = texts_of(page)
    assert "отпуск.txt | added" in rows
    assert re.fullmatch(r"kettle\.pdf \| added · pages: 2 · \d+ a second", rows[-1])
    assert any(row.startswith("broken.pdf | not taken. The file is broken") for row in rows)
    assert (
        "page.xyz | not taken: such files are not read here. Save it as PDF, DOCX or text." in rows
    )
    assert "In the library: 3 · not taken: 2" in [caption.value for caption in page.caption]
    kept = [path for path in (home / "default+uploads").iterdir() if path.suffix]
    assert len(kept) == len(FILES)
    assert all(re.fullmatch(r"[0-9a-f]{64}\.(pdf|txt)", path.name) for path in kept)


def test_the_same_file_is_taken_once_and_another_of_its_name_stands_beside_it() -> None:
    page = drop(open_page(), {"a.txt": b"One."})
    assert "b.txt | already in the library | in the library: a.txt" in texts_of(
        drop(page, {"b.txt": b"One."})
    )
    assert "a.txt | added | in the library: a (2).txt" in texts_of(drop(page, {"a.txt": b"Two."}))


def test_rows_are_there_after_a_reload_and_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, "book.txt")
    page = put(open_page(), {"book.txt": LARGE})
    assert gate.reached.wait(PATIENCE)
    assert texts_of(sound(page.run())) == ["book.txt | reading…"]
    assert "<progress aria-label=" in html(page, "drop reading")[0]
    other = open_page("ru-RU")
    assert texts_of(other) == ["book.txt | читаю…"]
    gate.opened.set()
    assert intake().wait(seconds=PATIENCE)
    assert texts_of(sound(other.run())) == ["book.txt | добавлен"]
    assert not other.chat_input[0].disabled


def test_what_is_ready_can_be_asked_while_another_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(monkeypatch, "book.txt")
    page = put(open_page(), {"book.txt": LARGE, "note.txt": PAPER})
    assert gate.reached.wait(PATIENCE)
    note = next(each for each in intake().drops if each.name == "note.txt")
    assert intake().wait([note], PATIENCE)
    assert texts_of(sound(page.run())) == ["book.txt | reading…", "note.txt | added"]
    assert not page.chat_input[0].disabled
    gate.opened.set()
    assert intake().wait(seconds=PATIENCE)


def test_a_file_that_is_read_can_be_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, "book.txt")
    page = put(open_page(), {"book.txt": LARGE})
    assert gate.reached.wait(PATIENCE)
    chip(sound(page.run()), r"Do not read it: book\.txt").click()
    sound(page.run())
    gate.opened.set()
    assert intake().wait(seconds=PATIENCE)
    assert texts_of(sound(page.run())) == []
    assert page.chat_input[0].disabled


def test_a_password_is_asked_for_and_opens_the_file() -> None:
    page = drop(open_page("ru"), {"secret.pdf": secret("moon")})
    needed = "secret.pdf | Файл зашифрован, нужен пароль. Введите пароль ниже и попробуйте снова."
    assert texts_of(page) == [needed]
    page.text_input[0].set_value("sun")
    chip(page, "Открыть").click()
    sound(page.run())
    assert intake().wait(seconds=PATIENCE)
    (wrong,) = texts_of(sound(page.run()))
    assert wrong == "secret.pdf | Этот пароль не подходит. Введите другой пароль ниже."
    page.text_input[0].set_value("moon")
    chip(page, "Открыть").click()
    sound(page.run())
    assert intake().wait(seconds=PATIENCE)
    assert texts_of(sound(page.run()))[0].startswith("secret.pdf | добавлен · страниц: 1")
    assert not page.text_input


def test_a_row_can_be_dismissed_and_all_that_are_done() -> None:
    page = drop(open_page(), {"a.txt": b"One.", "b.txt": b"Two.", "c.xyz": b"?"})
    chip(page, r"Remove from the list: c\.xyz").click()
    assert len(texts_of(sound(page.run()))) == 2
    chip(page, "Clear what is done").click()
    assert texts_of(sound(page.run())) == []
    assert any("Documents in the library: 2" in said for said in html(page, "begin"))


def test_a_long_list_is_folded_and_paged() -> None:
    page = drop(open_page(), {f"{n}.xyz": b"?" for n in range(40)})
    assert len(texts_of(page)) == 5 + 20
    assert page.expander[0].label == "Other files: 35"


def test_a_name_that_is_markup_is_shown_and_not_obeyed() -> None:
    page = drop(open_page(), {"![x](http_a) & _b_ $c$.xyz": b"?"})
    assert "![x](http_a) &amp; _b_ $c$.xyz" in html(page, "drop")[0]
    label = next(b.label for b in page.button if b.label.startswith("Remove from the list"))
    assert r"\!\[x\]\(http\_a\)" in label


def test_a_folder_comes_without_what_the_system_left_in_it() -> None:
    files = {"папка/a.txt": b"One.", "папка/.DS_Store": b"x", "папка/ещё/a.txt": b"Two."}
    page = drop(open_page(), files)
    assert len(texts_of(page)) == 2
    assert sorted(name for each in intake().drops for name in each.documents) == [
        "a (2).txt",
        "a.txt",
    ]


def test_an_archive_says_how_much_is_in_it() -> None:
    inside = {"a.txt": PAPER, "b.txt": b"Two.", "broken.pdf": b"%PDF-1.4 nothing"}
    page = drop(open_page(), {"a.zip": pack(inside)})
    assert texts_of(page) == ["a.zip | added | documents in it: 2 | could not be read in it: 1"]


def test_the_limit_is_said_before_and_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_page().file_uploader[0].label == "Add files (up to 200 MB each)"
    monkeypatch.setenv("RAG_MAX_UPLOAD_MB", "1")
    page = open_page()
    assert page.file_uploader[0].label == "Add files (up to 1 MB each)"
    rows = texts_of(drop(page, {"huge.txt": b"x" * 1_100_000}))
    assert rows[0].startswith("huge.txt | not taken: it is larger than allowed.")


def two_fields() -> None:
    from pathlib import Path

    from rag.desk import Desk
    from ui import intake
    from ui.texts import TEXTS
    from ui.visit import Visit

    desk = Desk(Path("home"))
    visit = Visit(desk, desk.app(), "", "en", TEXTS["en"])
    intake.field(visit, "one")
    intake.field(visit, "two")


def test_the_field_can_stand_in_several_places() -> None:
    page = sound(AppTest.from_function(two_fields).run())
    assert len(page.file_uploader) == 4, "files and folders, twice"


@pytest.mark.parametrize("language", TEXTS)
def test_every_state_and_cause_has_words(language: str) -> None:
    texts = TEXTS[language]  # type: ignore[index]
    causes: list[Cause] = ["empty", "program", "media", "unknown", "mismatch", "size", "library"]
    drops = [Drop("a", 1, state="refused", cause=cause, reason="R") for cause in causes]
    kept = Kept("a", Path("a"), "0", 1)
    drops += [Drop("a", 1, kept, state="refused", cause=cause) for cause in CAUSES]
    drops += [Drop("a", 1, state="indexing", held=True), Drop("a", 1, state="indexing")]
    drops += [Drop("a", 1), Drop("a", 1, state="reading", pages=3, total_pages=9, began=0.0)]
    drops += [Drop("a", 1, state="failed", cause="library", reason="R")]
    drops += [Drop("a", 1, state="changed", documents=("b",), unread=2, kind="pdf")]
    said = [_described(each, texts) for each in drops]
    assert len(set(said)) == len(said)
    assert all("{" not in each for each in said)
    assert _so_far(drops, texts)


def test_the_russian_rows_hold_no_english() -> None:
    files = {"пусто.txt": b"", "обрыв.pdf": b"%PDF-1.4 nothing", "код.py": b"x = 1"}
    page = drop(open_page("ru"), {**files, "план.txt": PAPER, "ложь.pdf": b"text"})
    rows = " ".join(re.sub(r"\S+\.(txt|pdf|py)\b", "", row) for row in texts_of(page))
    assert set(re.findall(r"[A-Za-z]+", rows)) <= {"PDF", "DOCX", "txt"}
