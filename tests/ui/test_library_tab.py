"""The library tab, run as Streamlit runs it: found, looked at, renamed, deleted, mended."""

from __future__ import annotations

import re
import shutil
import string
from pathlib import Path
from typing import Any

import pytest
from page_driver import FILES, chip, drop, html, open_page, sound
from streamlit.testing.v1 import AppTest

from rag.app import App
from rag.config import Settings
from rag.desk.chores import Chores
from rag.holdings import CAUSES, KINDS, ORDERS, PROBLEMS, Holding, Remark, remark_of
from rag.store import collections
from rag.store.catalogue import Catalogue
from rag.store.disk import PARTS
from rag.store.folders import note_folders
from ui.library import dialogs, listing, shelves, words
from ui.page import open_desk
from ui.texts import TEXTS

RU, EN = TEXTS["ru"], TEXTS["en"]
CYRILLIC, LATIN = re.compile("[а-яё]", re.IGNORECASE), re.compile("[a-z]{3,}", re.IGNORECASE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a note, a meeting, a page that hides text, and a file that is none; read."""
    folder = tmp_path_factory.mktemp("template")
    papers = folder / "papers"
    papers.mkdir()
    (papers / "отпуск.txt").write_bytes(FILES["отпуск.txt"])
    (papers / "планёрка.txt").write_bytes(FILES["планёрка.txt"])
    hidden = '<p>Погода в мае.</p><p style="display:none">тайный текст</p>'
    (papers / "погода.html").write_text(f"<html><body>{hidden}</body></html>", encoding="utf-8")
    (papers / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    App(Settings(workers=1), folder / "home").ingest([papers])
    return folder


@pytest.fixture
def papers(template: Path, tmp_path: Path) -> Path:
    """A copy of the folder."""
    return shutil.copytree(template / "papers", tmp_path / "papers")


@pytest.fixture
def filled(template: Path, home: Path, papers: Path) -> App:
    """The library of that folder, in the collection that is shown first."""
    shutil.copytree(template / "home", home)
    app = App(Settings(workers=1), home)
    with Catalogue.open_or_create(app.paths.catalogue, {}) as catalogue:
        catalogue.move_root(str(template / "papers"), str(papers))
    note_folders(app.paths, [papers], list, anew=True)
    return app


def library(locale: str = "en-US") -> AppTest:
    page = open_page(locale)
    language = "ru" if locale.startswith("ru") else "en"
    page.session_state[f"tab-{language}"] = TEXTS[language]["library"]
    return sound(page.run())


def shown(page: AppTest, column: str = "Document") -> list[str]:
    return list(page.dataframe[0].value[column]) if page.dataframe else []


def tick(page: AppTest, *rows: int) -> AppTest:
    key = page.dataframe[0].proto.id.rsplit("-", 3)
    name = "-".join(key[1:])
    page.session_state[name] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return sound(page.run())


def press(page: AppTest, label: str) -> AppTest:
    chip(page, label).click()
    return sound(page.run())


def unfold(page: AppTest, key: str) -> AppTest:
    page.session_state[key] = True
    return sound(page.run())


def chores(home: Path, name: str = "default") -> Chores:
    return open_desk(home).chores(name)


def finish(page: AppTest, home: Path, kind: Any) -> AppTest:
    chore = chores(home).last(kind)
    assert chore is not None
    assert chore.wait(60)
    return sound(page.run())


def said(page: AppTest) -> str:
    """All words beside the sidebar, those of a dialog among them."""
    aside = {id(element) for element in page.sidebar}
    kinds = ("markdown", "caption", "info", "warning", "error", "success")
    parts = [str(each.value) for kind in kinds for each in page.get(kind) if id(each) not in aside]
    parts += [
        re.sub("<style>.*?</style>|<[^>]+>", " ", each.value, flags=re.DOTALL)
        for each in page.get("html")
        if id(each) not in aside
    ]
    labels = ("button", "expander", "toggle")
    parts += [each.label for kind in labels for each in page.get(kind) if id(each) not in aside]
    return re.sub(r"\\([^\w\s])", r"\1", "\n".join(parts))


def test_an_empty_collection_says_what_to_do_next(home: Path) -> None:
    page = library()
    assert "Drop files into the field on the left" in page.info[0].value
    unfold(page, "library_folders")
    assert page.code[0].value == "rag ingest ~/Documents"
    assert not home.exists()


@pytest.mark.usefixtures("filled")
def test_documents_are_listed_with_what_is_known_of_them() -> None:
    page = library()
    table = page.dataframe[0].value
    assert list(table["Document"]) == ["отпуск.txt", "планёрка.txt", "погода.html"]
    assert list(table["Kind"]) == ["Text", "Meeting", "Web page"]
    assert list(table["Problems"]) == ["", "", "hidden text"]
    assert list(table["Date"]) == ["", "12 Nov 2025", ""]
    assert set(table["Coverage"]) == {"100 %"}
    assert list(table["Size"])[:1] == [f"{len(FILES['отпуск.txt'])} B"]
    assert "Showing 1–3 of 3" in [caption.value for caption in page.caption]


@pytest.mark.usefixtures("filled")
def test_the_list_is_searched_filtered_and_sorted() -> None:
    page = library("ru-RU")
    page.text_input(key="library_search").set_value("отпуска")
    assert shown(sound(page.run()), "Документ") == ["отпуск.txt"]
    page.text_input(key="library_search").set_value("встреча")  # a kind, as it is shown
    assert shown(sound(page.run()), "Документ") == ["планёрка.txt"]
    page.text_input(key="library_search").set_value("такого нет")
    assert "Таких документов нет" in sound(page.run()).info[0].value
    press(page, "Показать все")
    page.toggle(key="library_troubled").set_value(True)
    assert shown(sound(page.run()), "Документ") == ["погода.html"]
    page.toggle(key="library_troubled").set_value(False)
    page.selectbox(key="library_order").set_value("date")
    assert shown(sound(page.run()), "Документ")[0] == "планёрка.txt"


def test_a_long_list_comes_in_pages(home: Path, papers: Path) -> None:
    for number in range(listing.PAGE):
        (papers / f"n{number:03}.txt").write_text(f"Запись номер {number}.", encoding="utf-8")
    App(Settings(workers=1), home).ingest([papers])
    page = library()
    assert len(shown(page)) == listing.PAGE
    page.session_state["library_page"] = 2
    assert shown(sound(page.run())) == ["отпуск.txt", "планёрка.txt", "погода.html"]
    page.text_input(key="library_search").set_value("отпуск")
    assert shown(sound(page.run())) == ["отпуск.txt"]  # of which there is but one page


@pytest.mark.usefixtures("filled")
def test_a_row_that_is_ticked_shows_all_that_is_known_of_it(papers: Path) -> None:
    page = tick(library("ru-RU"), 2)
    assert str(papers / "погода.html") in said(page)
    assert "учтён весь текст" in said(page)
    assert "Скрытый текст отложен и не ищется" in said(page)
    assert "Погода в мае." in html(page, "around")[0]
    tick(page, 1)
    assert "Обещаний" in said(page)


def test_a_page_of_a_pdf_is_drawn_when_asked_for() -> None:
    page = drop(open_page(), {"kettle.pdf": FILES["kettle.pdf"]})
    page.session_state["tab-en"] = "Library"
    tick(sound(page.run()), 0)
    assert not page.image
    page.number_input[0].set_value(2)
    page.toggle[0].set_value(True)
    sound(page.run())
    assert page.image[0].captions == ["page 2 of 2"]


def test_a_document_can_be_renamed(filled: App) -> None:
    page = press(tick(library(), 0), "Rename")
    page.text_input[-1].set_value("  Отпуска   сотрудников.txt ")
    page.button(key="library-yes").click()
    assert "Отпуска сотрудников.txt" in shown(sound(page.run()))
    assert filled.document("Отпуска сотрудников.txt")[0].title == "отпуск"


def test_a_name_that_is_taken_is_refused_in_the_persons_language(filled: App) -> None:
    page = press(tick(library("ru-RU"), 0), "Переименовать")
    page.text_input[-1].set_value("планёрка.txt")
    page.button(key="library-yes").click()
    assert sound(page.run()).error[0].title == "Так назвать документ нельзя"
    assert len(filled.documents()) == 3


def test_deleting_asks_first_and_says_what_goes_and_what_stays(
    home: Path, filled: App, papers: Path
) -> None:
    page = drop(library(), {"kettle.pdf": FILES["kettle.pdf"]})
    assert shown(page)[0] == "kettle.pdf"
    kept = filled.file("kettle.pdf")
    assert kept.is_relative_to(home)
    press(tick(page, 0, 1), "Delete (2)")
    told = said(page)
    assert "the uploaded copies of their files: 1" in told
    assert "kettle" in told
    assert "their files stay: 1" in told
    assert len(filled.documents()) == 4  # nothing is done yet
    page.button(key="library-yes").click()
    assert shown(sound(page.run())) == ["планёрка.txt", "погода.html"]
    assert not kept.exists()
    assert (papers / "отпуск.txt").exists()


def test_what_becomes_of_each_file_is_told_apart() -> None:
    row = Holding("1", "a", "A", "text", None, 0, 1, 1, 1.0, 0.0, None, (), "/p/a", "", False)
    box = Holding("2", "b/c", "C", "text", None, 0, 1, 1, 1.0, 0.0, None, (), "/p/b", "c", True)
    kept = Holding("3", "d", "D", "text", None, 0, 1, 1, 1.0, 0.0, None, (), "/u/d", "", True)
    assert dialogs.deleted([row, box, kept]) == {
        "library_copies_go": ["d"],
        "library_files_stay": ["a — /p/a"],
        "library_parts_stay": ["b/c"],
    }


def test_documents_are_read_anew_in_the_background_and_a_reload_shows_it(
    home: Path, filled: App
) -> None:
    page = press(tick(library(), 0, 1), "Read anew (2)")
    finish(page, home, "reread")
    assert any("The documents are read anew." in each.value for each in page.markdown)
    again = library()  # another visit
    assert any("2 changed" in each.value for each in again.markdown)
    press(again, "OK")
    assert not any("read anew." in each.value for each in again.markdown)
    assert len(filled.documents()) == 3


def test_files_that_were_not_read_come_with_the_reason_and_the_next_step(
    home: Path, filled: App, papers: Path
) -> None:
    page = library("ru-RU")
    assert "Не прочитаны файлы: 1" in [each.label for each in page.expander]
    row = html(page, "library-unread")[0]
    assert "<b>bad.pdf</b><br>Файл испорчен" in row
    assert "сохраните заново" in row
    (papers / "bad.pdf").write_bytes(FILES["kettle.pdf"])
    finish(press(page, "Попробовать снова"), home, "reread")
    assert "bad.pdf" in shown(page, "Документ")
    assert filled.holdings().unread == ()


@pytest.mark.usefixtures("filled")
def test_what_differs_in_a_folder_is_shown_and_brought_in(home: Path, papers: Path) -> None:
    (papers / "ключи.txt").write_text("Ключи лежат в сейфе.", encoding="utf-8")
    (papers / "отпуск.txt").unlink()
    page = unfold(library(), "library_folders")
    finish(press(page, "Compare with the folders"), home, "compare")
    assert "Bringing up to date: 1 new, 1 taken out, 2 unchanged, 1 not read." in said(page)
    assert {"New: 1", "Gone: 1", "Not readable: 1"} <= {each.label for each in page.expander}
    finish(press(page, "Bring up to date with this folder"), home, "sync")
    assert shown(page) == ["ключи.txt", "планёрка.txt", "погода.html"]
    press(page, "OK")
    papers.rename(papers.with_name("elsewhere"))
    assert "The folder is not there." in sound(page.run()).warning[0].value
    press(page, "Watch this folder no longer")
    assert page.code[0].value == "rag ingest ~/Documents"
    assert len(shown(page)) == 3


@pytest.mark.usefixtures("filled")
def test_the_doctor_tells_what_it_finds_and_mends_it(home: Path, filled: App) -> None:
    page = unfold(library("ru-RU"), "library_health")
    with filled.library() as held:
        stamp = filled.paths.index(held.catalogue.generation) / "stamp.json"
    stamp.unlink()  # whoever asks would mend it unasked; this tab only looks
    finish(press(page, "Проверить"), home, "doctor")
    assert "**Указатели** — их нет, они испорчены" in said(page)
    assert not page.success
    finish(press(page, "Построить указатели заново"), home, "reindex")
    finish(press(page, "Проверить"), home, "doctor")
    assert page.success[0].value == "Библиотека цела."


def test_the_collection_is_chosen_at_the_side_and_kept_in_the_address(
    home: Path, filled: App
) -> None:
    collections.create(home, "work")
    page = library()
    field = page.selectbox(key="collection")
    assert field.options == ["Main", "work"]
    field.set_value("work")
    assert "the collection “work”" in sound(page.run()).info[0].value
    assert page.query_params["collection"] == "work"
    again = AppTest.from_file(page._script_path, default_timeout=60)
    again.query_params["collection"] = "work"
    assert sound(again.run()).selectbox(key="collection").value == "work"
    collections.delete(home, "work")
    assert sound(again.run()).selectbox(key="collection").value == "default"
    assert "no longer there" in again.warning[0].value
    assert len(filled.documents()) == 3


@pytest.mark.usefixtures("filled")
def test_collections_are_made_renamed_and_deleted_in_the_tab(home: Path) -> None:
    page = unfold(library(), "library_collections")
    press(page, "New collection")
    page.text_input[-1].set_value("no such name")
    page.button(key="library-yes").click()
    assert sound(page.run()).error[0].title == "The collection cannot be called that"
    press(page, "New collection")
    page.text_input[-1].set_value("work")
    page.button(key="library-yes").click()
    assert sound(page.run()).selectbox(key="collection").value == "work"
    press(page, "Open")
    assert page.selectbox(key="collection").value == "default"
    press(page, "Rename “Main”")
    page.text_input[-1].set_value("архив")
    page.button(key="library-yes").click()
    assert sound(page.run()).selectbox(key="collection").value == "архив"
    assert len(shown(page)) == 3
    press(page, "Delete “архив”")
    assert "3 documents" in said(page)
    page.button(key="library-yes").click()
    assert sound(page.run()).selectbox(key="collection").value == "default"
    assert [row.name for row in collections.collections(home)] == ["work"]
    assert len(list((home.parent / "papers").iterdir())) == 4


def test_a_damaged_collection_leaves_ways_out(home: Path, filled: App) -> None:
    page = library("ru-RU")
    filled.paths.catalogue.write_bytes(b"no database at all" * 100)
    sound(page.run())
    assert page.error[0].title == "Каталог этой коллекции испорчен"
    unfold(page, "library_health")
    finish(press(page, "Проверить"), home, "doctor")
    assert "**Библиотека** — открыть не удалось." in said(page)
    unfold(page, "library_collections")
    assert "не открывается" in said(page)
    press(page, "Удалить «Основная»")
    page.button(key="library-yes").click()
    assert "пока нет документов" in sound(page.run()).info[0].value


@pytest.mark.usefixtures("filled")
def test_the_disk_used_is_a_bar_with_figures() -> None:
    page = unfold(library("ru-RU"), "library_disk")
    told = html(page, "meter")[0]
    assert "Каталог и тексты" in told
    assert re.search(r"Всего занято \d+(,\d)? [КМ]Б", told)


def test_the_bar_shows_the_parts_by_their_size() -> None:
    told = shelves.bar({"catalogue": 3, "uploads": 1}, EN)
    assert 'catalogue" style="width:75.00%"' in told
    assert 'uploads" style="width:25.00%"' in told
    assert "4 B in all" in told


def test_what_a_document_is_called_is_shown_and_not_obeyed(home: Path, papers: Path) -> None:
    evil = "<img src=x> ![a](http://example.com/a.png) $x$ :red[y].txt".replace("/", "_")
    (papers / evil).write_text("Текст с <b>разметкой</b> внутри.", encoding="utf-8")
    App(Settings(workers=1), home).ingest([papers])
    page = library()
    press(tick(page, 0), "Delete (1)")
    assert "<img" not in "".join(block.value for block in page.get("html"))
    assert "![a]" not in "".join(each.value for each in page.markdown)
    assert ":red[" not in "".join(each.value for each in page.markdown)


@pytest.mark.usefixtures("filled")
def test_no_english_is_left_on_the_russian_tab(home: Path, papers: Path) -> None:
    (papers / "ещё.txt").write_text("Ещё один документ.", encoding="utf-8")
    page = tick(library("ru-RU"), 2)
    for key in ("library_folders", "library_collections", "library_disk", "library_health"):
        unfold(page, key)
    finish(press(page, "Сверить с папками"), home, "compare")
    finish(press(page, "Проверить"), home, "doctor")
    told = said(page).replace(str(papers), "").replace(str(home), "")
    told = re.sub(r":material/\w+:", "", told)
    allowed = {"pdf", "docx", "xlsx", "pptx", "html", "bad", "txt"}
    assert {found.lower() for found in LATIN.findall(told)} <= allowed


def test_both_languages_have_the_same_words_for_everything_that_may_be_found() -> None:
    assert {key for key in RU if key.startswith("library_")} == {
        key for key in EN if key.startswith("library_")
    }
    keys = [
        *(f"library_{kind}_{cause}" for kind in ("cause", "step") for cause in CAUSES),
        *(f"library_remark_{kind}" for kind in KINDS if kind != "other"),
        *(f"library_problem_{kind}" for kind in PROBLEMS),
        *(f"library_order_{order}" for order in ORDERS),
        *(f"library_part_{part}" for part in PARTS),
    ]
    assert [key for key in keys if key not in RU] == []
    for key in RU:
        if key.startswith("library_"):
            assert _fields(RU[key]) == _fields(EN[key]), key
            assert not CYRILLIC.search(EN[key]), key


def _fields(text: str) -> set[str | None]:
    if "%" in text:
        return set()
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (
            "no text on pages 3, 4 and 12 more (scans)",
            "Сканы, текст с них не распознан; страницы: 3, 4 и ещё 12.",
        ),
        (
            "hidden text set aside: 1,234 characters on page 3",
            "Скрытый текст отложен и не ищется: знаков 1\N{NO-BREAK SPACE}234, с. 3.",
        ),
        (
            "hidden text set aside: 12 characters",
            "Скрытый текст отложен и не ищется: знаков 12.",
        ),
    ],
)
def test_remarks_are_said_in_the_persons_language(note: str, expected: str) -> None:
    assert words.remark(remark_of(note), RU) == expected


def test_a_remark_that_nobody_knows_is_shown_as_it_is() -> None:
    assert words.remark(Remark("other", "a note"), RU) == "a note"
