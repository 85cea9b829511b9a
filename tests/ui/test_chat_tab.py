"""The conversation, run as Streamlit runs it, over a library of files made here."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from injected import INJECTED, document, obey, question
from model_doubles import model_of, scripted
from page_driver import FACT, FILES, answered, ask, chip, drop, html, open_page, press, sound
from streamlit.testing.v1 import AppTest

from rag.app import App
from rag.app.parts import Parts
from rag.errors import ModelError
from rag.types import Answer, Citation, Exchange, Sentence
from ui.texts import TEXTS

pytestmark = pytest.mark.usefixtures("home")
KETTLE = "How fast does the kettle boil?"
NORWAY = "Does the kettle of the king of Norway sing opera?"


def keys(page: AppTest, part: str) -> list[str]:
    return [button.key for button in page.button if button.key and part in button.key]


def questions(page: AppTest) -> list[str]:
    return [re.sub("<[^>]+>", "", block) for block in html(page, "question")]


def with_model(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    monkeypatch.setattr(Parts, "model", property(lambda _: model))


# -- an answer and its sources


def test_a_sentence_comes_with_its_citation_and_the_marked_page() -> None:
    page = ask(drop(open_page(), FILES), KETTLE)
    said = html(page, "sentence")[0]
    assert "<strong>four</strong>" in said
    assert FACT in re.sub("</?strong>", "", said)
    assert not page.get("imgs")
    label = next(each.label for each in page.button if each.key == "turn-0-0-chip-1")
    assert label == r":gray[Source] 1:gray[\: kettle\.pdf\, p\. 2]"
    press(page, "turn-0-0-chip-1")
    assert 'class="source-place">kettle.pdf, p. 2</div>' in html(page, "source-place")[0]
    assert f"<mark>{FACT}</mark>" in html(page, "around")[0]
    picture = page.image[0]
    assert picture.captions == ["Page 2. The quote is marked in yellow."]
    said = "kettle.pdf, p. 2. Page 2. The quote is marked in yellow."
    assert [each.alt for each in picture.proto.imgs] == [said]


def test_a_place_below_the_answer_opens_the_same_source() -> None:
    page = ask(drop(open_page(), FILES), KETTLE)
    chip(page, r"1 · kettle\.pdf\, p\. 2").click()
    assert f"<mark>{FACT}</mark>" in html(sound(page.run()), "around")[0]


def test_the_drawer_leads_from_source_to_source(monkeypatch: pytest.MonkeyPatch) -> None:
    page = drop(open_page("ru"), FILES)
    places = [Citation("отпуск.txt", None, line, 0, 6, "Отпуск") for line in (1, 2)]
    said = tuple(Sentence(f"{place.line}.", "supported", (place,)) for place in places)
    monkeypatch.setattr(App, "answer", lambda *_, **__: Answer("", said))
    press(ask(page, "Что?"), "turn-0-0-chip-1")
    assert "отпуск.txt, строка 1<" in html(page, "source-place")[0]
    assert next(each for each in page.button if each.key == "source-left").disabled
    press(page, "source-right")
    assert "отпуск.txt, строка 2<" in html(page, "source-place")[0]
    assert next(each for each in page.button if each.key == "source-right").disabled
    assert "2 из 2" in "".join(block.value for block in page.get("html"))


def test_a_text_file_is_shown_by_the_lines_around_the_quote() -> None:
    page = ask(drop(open_page("ru"), FILES), "На сколько дней переносится отпуск?")
    press(page, "turn-0-0-chip-1")
    assert "отпуск.txt, строка 1" in html(page, "source-place")[0]
    assert (
        "<mark>Отпуск переносится на четырнадцать дней.</mark>\nЗаявление подают"
        in html(page, "around")[0]
    )
    assert not page.image


def test_a_quote_of_a_meeting_stands_among_the_turns_and_more_can_be_seen() -> None:
    page = ask(drop(open_page("ru"), FILES), "кто что обещал на встрече")
    press(page, "turn-0-said-0")
    turns = html(page, "around turns")[0]
    assert '<div class="turn quoted"><div><b>Борис</b>' in turns
    assert "<mark>Хорошо, пришлю.</mark>" in turns
    assert "Отлично, на этом всё" not in turns
    press(page, next(iter(keys(page, "source-more"))))
    assert "Отлично, на этом всё" in html(page, "around turns")[0]
    assert not keys(page, "source-more")


def test_a_pdf_that_has_gone_is_quoted_without_its_page(home: Path) -> None:
    page = ask(drop(open_page(), FILES), "What is the lid made of?")
    kept = [path for path in home.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"%PDF"]
    assert kept
    for path in kept:
        path.unlink()
    press(page, "turn-0-0-chip-1")
    assert "The lid is made of steel" in html(page, "around")[0]
    assert any("no longer where it was" in caption.value for caption in page.caption)


def test_promises_come_as_rows_with_who_what_and_when_and_each_opens_its_line() -> None:
    page = ask(drop(open_page("ru"), FILES), "кто что обещал на встрече")
    row = html(page, "promise")[1]
    assert '<div class="who"><span class="unseen">Кто: </span>Борис → Анна</div>' in row
    assert "смету" in row
    assert "14.11.2025" in row
    assert chip(page, r"планёрка\.txt\, строка 4").key == "turn-0-said-0"


# -- what does not stand


def test_what_is_not_in_the_documents_is_refused_with_passages_that_open() -> None:
    page = ask(drop(open_page(), FILES), NORWAY)
    assert page.info[0].value == r"Not in your documents\."
    captions = [caption.value for caption in page.caption]
    assert TEXTS["en"]["nearest"] in captions
    assert TEXTS["en"]["refused_next"] in captions
    assert f"A word before. Something else. {FACT}" in html(page, "passage")[0]
    press(page, "turn-0-passage-0")
    assert f"Something else. {FACT}" in html(page, "around")[0]


def test_a_models_doubtful_and_struck_sentences_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = drop(open_page(), FILES)
    doubtful = Sentence("It boils fast.", "partly", (), "no speed is given")
    struck = Sentence("It <b>whistles</b>.", "unsupported", (), "nobody says so")
    found = Answer("", (doubtful,), (struck,), by="model", notes=("A *note*.",))
    monkeypatch.setattr(App, "answer", lambda *_, **__: found)
    ask(page, "How does it boil?")
    assert "supported only in part: no speed is given" in html(page, "sentence")[0]
    assert "<s>It &lt;b&gt;whistles&lt;/b&gt;.</s> — nobody says so" in html(page, "struck")[0]
    assert page.expander[0].label == "Struck, not supported by the documents: 1"
    assert html(page, "note") == ['<div class="note">A *note*.</div>']
    assert html(page, "by")[0].startswith('<span class="by">Written by the model')


def test_a_question_that_leans_on_the_one_before_says_how_it_was_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = drop(open_page("ru"), FILES)
    monkeypatch.setattr(App, "answer", lambda *_, **__: Answer("", asked="Кто <пришлёт> смету?"))
    ask(page, "А кто?")
    assert html(page, "note") == ['<div class="note">Понято как: Кто &lt;пришлёт&gt; смету?</div>']


def test_a_failure_stands_in_the_conversation_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = drop(open_page(), FILES)

    def fail(*_: object, **__: object) -> Answer:
        raise ModelError("The model is gone", "Name another: RAG_MODEL=…")

    monkeypatch.setattr(App, "answer", fail)
    ask(page, "How does it boil?")
    assert questions(page) == ["How does it boil?"]
    assert page.error[0].title == "The model is gone"
    assert "RAG" in page.error[0].value


# -- a conversation


def test_a_reload_finds_the_conversation_by_its_address() -> None:
    page = ask(drop(open_page(), FILES), KETTLE)
    again = AppTest.from_file(page._script_path, default_timeout=60)
    again.query_params["talk"] = page.query_params["talk"]
    assert questions(sound(again.run())) == [KETTLE]
    assert FACT in re.sub("</?strong>", "", html(again, "sentence")[0])
    elsewhere = AppTest.from_file(page._script_path, default_timeout=60)
    elsewhere.query_params["talk"] = "made-up"
    assert not questions(sound(elsewhere.run()))


def test_a_new_conversation_can_begin_and_the_earlier_one_come_back() -> None:
    page = ask(ask(drop(open_page(), FILES), KETTLE), NORWAY)
    assert questions(page) == [KETTLE, NORWAY]
    press(page, "new-talk")
    assert not questions(page)
    ask(page, "What is the lid made of?")
    assert questions(page) == ["What is the lid made of?"]
    (earlier,) = [key for key in keys(page, "talk-") if key.startswith("talk-")]
    press(page, earlier)
    assert questions(page) == [KETTLE, NORWAY]


def test_of_a_long_conversation_the_last_turns_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    page = drop(open_page(), FILES)
    monkeypatch.setattr(App, "answer", lambda _, said, **__: Answer(said))
    for number in range(8):
        ask(page, f"Number {number}?")
    assert questions(page) == [f"Number {number}?" for number in range(3, 8)]
    press(page, "show-earlier")
    assert questions(page) == [f"Number {number}?" for number in range(8)]
    assert not keys(page, "show-earlier")


def test_a_model_is_told_what_was_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    page = drop(open_page(), FILES)
    told: list[list[tuple[str, str]]] = []

    def answer(_: App, asked: str, *, past: list[Exchange], **__: Any) -> Answer:
        told.append([(each.question, each.answer) for each in past])
        return Answer(f"{asked}!")

    monkeypatch.setattr(App, "answer", answer)
    ask(ask(page, "One?"), "Two?")
    assert told == [[], [("One?", "One?!")]]


def test_words_of_a_model_are_shown_as_they_come_and_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = drop(open_page(), FILES)
    written, go_on = Event(), Event()

    def answer(_: App, __: str, *, on_text: Any, **___: Any) -> Answer:
        on_text("A <b>draft</b>.")
        written.set()
        go_on.wait(30)
        on_text("More.")
        return Answer("Never seen.")

    monkeypatch.setattr(App, "answer", answer)
    page.chat_input[0].set_value("How does it boil?")
    sound(page.run())
    assert written.wait(30)
    sound(page.run())
    assert html(page, "draft") == ['<div class="draft">A &lt;b&gt;draft&lt;/b&gt;.</div>']
    assert TEXTS["en"]["turn_writing"] in html(page, "working")[0]
    page.chat_input[0].set_value("Another question?")
    sound(page.run())
    assert page.toast[0].value.startswith("The question before is still being answered")
    press(page, "stop")
    go_on.set()
    while keys(page, "stop"):
        sound(page.run())
    assert TEXTS["en"]["stopped"] in html(page, "stopped")[0]
    assert questions(page) == ["How does it boil?"]


def test_a_conversation_is_saved_in_every_form_once_the_menu_is_open() -> None:
    page = ask(drop(open_page(), FILES), KETTLE)
    assert not page.get("download_button")
    page.session_state["save-menu"] = True
    forms = [each.proto.label for each in sound(page.run()).get("download_button")]
    assert forms == ["Markdown", "Word (DOCX)", "JSON"]


def test_a_question_can_be_put_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = drop(open_page(), FILES)
    monkeypatch.setattr(App, "answer", lambda _, said, **__: Answer(said))
    press(ask(page, "Once?"), "ask-again")
    assert questions(page) == ["Once?", "Once?"]


# -- where it looks


def test_a_question_looks_where_it_was_told_to_and_so_does_the_next() -> None:
    page = drop(open_page(), FILES)
    page.session_state["scope"] = True
    sound(page.run())
    page.multiselect[0].set_value(["отпуск.txt"])
    ask(sound(page.run()), KETTLE)
    assert page.info[0].value == r"Not in your documents\."
    assert html(page, "asked-in") == ['<div class="asked-in">Look in: отпуск.txt</div>']
    ask(page, KETTLE)
    assert len(html(page, "asked-in")) == 2
    answered(press(page, "ask-everywhere"))
    assert FACT in re.sub("</?strong>", "", html(page, "sentence")[0])
    assert len(html(page, "asked-in")) == 2


# -- the beginning


def test_an_empty_library_has_a_field_for_files_and_takes_no_question(home: Path) -> None:
    page = open_page()
    assert TEXTS["en"]["begin_empty"] in html(page, "begin")[0]
    assert len(page.file_uploader) == 2
    assert page.chat_input[0].disabled
    assert not home.exists()


def test_first_questions_are_made_of_the_documents_and_pressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(App, "openers", lambda *_: (KETTLE, "*What* else?"))
    page = drop(open_page(), FILES)
    assert chip(page, r"\*What\* else\?").key == "opener-1"
    answered(press(page, "opener-0"))
    assert questions(page) == [KETTLE]
    assert FACT in re.sub("</?strong>", "", html(page, "sentence")[0])


# -- hostile text


def test_a_documents_own_markup_is_shown_and_not_obeyed() -> None:
    evil = "The tariff is <img src=x onerror=alert(1)> ![seen](http://example.com/a.png) roubles."
    page = ask(drop(open_page(), {"tariff *x*.txt": evil.encode()}), "What is the tariff?")
    press(page, "turn-0-0-chip-1")
    shown = "".join(block.value for block in page.get("html") if "tariff" in block.value)
    assert "&lt;img src=x" in shown
    assert "<img" not in shown
    hints = [button.help for button in page.button if "-chip-" in str(button.key)]
    assert hints
    picture = r"\!\[seen\]\(http\:\/\/" + "\N{WORD JOINER}" + r"example\.com\/a\.png\)"
    assert all(picture in hint for hint in hints)


@pytest.mark.parametrize(
    ("name", "lang", "order"), [each for each in INJECTED if each[0] in {"html", "image", "bidi"}]
)
def test_what_an_obedient_model_says_is_shown_as_text(
    name: str, lang: str, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_model(monkeypatch, model_of(obey, window=8192))
    page = drop(open_page(), {f"{name}.txt": document(name, lang, order).encode()})
    ask(page, question(name, lang))
    style = next(each.value for each in page.get("html") if each.value.startswith("<style>"))
    shown = "".join(block.value for block in page.get("html") if block.value != style)
    assert not re.search(r"<(?:img|a|script|iframe)\b", shown)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
    words = [each.value for each in (*page.markdown, *page.caption, *page.info)]
    assert not any(re.search(r"(?<!\\)!\[|(?<!\\)\]\(", text) for text in words)


def test_a_model_is_named_below_what_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_MODEL", "some-model")
    with_model(monkeypatch, scripted(f"{FACT} [1]"))
    page = ask(drop(open_page(), FILES), KETTLE)
    assert FACT in html(page, "sentence")[0]
    below = next(block for block in html(page, "by"))
    assert below.startswith('<span class="by">Written by the model some-model, checked')
