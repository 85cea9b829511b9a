"""What a mistake in the page shows, and what it writes down."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from streamlit import config, error_util
from streamlit.testing.v1 import AppTest

from rag.errors import LibraryMissing, ModelError
from ui.broken import hide_messages, places
from ui.parts import error_text
from ui.texts import TEXTS

SECRET = "Ежегодный отпуск составляет 28 дней"


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as cause:
        raise ValueError(f"cannot show {SECRET}") from cause


def caught() -> ValueError:
    with pytest.raises(ValueError, match="cannot show") as raised:
        fail()
    return raised.value


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What Streamlit's log of mistakes says."""
    logger, stream = logging.getLogger("streamlit.error_util"), io.StringIO()
    handler, filters = logging.StreamHandler(stream), list(logger.filters)
    rich = config.get_option("logger.enableRich")
    config.set_option("logger.enableRich", False)
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    logger.filters[:] = filters
    config.set_option("logger.enableRich", rich)


def test_places_name_the_kinds_and_the_lines_of_code_and_no_message() -> None:
    told = places(caught())
    assert SECRET not in told
    assert "cannot show" not in told.replace('raise ValueError(f"cannot show {SECRET}")', "")
    assert "KeyError\nthen\n" in told
    assert told.endswith("ValueError")
    assert "in fail" in told


def test_the_log_of_mistakes_has_their_places_and_no_word_of_a_document(
    written: io.StringIO,
) -> None:
    error_util._log_uncaught_app_exception(caught())
    assert SECRET in written.getvalue()  # so it would be
    written.truncate(0)
    hide_messages()
    hide_messages()
    error_util._log_uncaught_app_exception(caught())
    assert "in fail" in written.getvalue()
    assert SECRET not in written.getvalue()


def broken_page(language: str, kind: str) -> None:
    import streamlit as st

    from rag.errors import UsageError
    from ui.broken import on_script_error

    st.session_state.language = language
    errors = {"ours": UsageError("Занято *кем-то*", "rag doctor"), "other": ValueError("тайна")}
    assert on_script_error(errors[kind]) is True


@pytest.mark.parametrize(
    ("language", "title", "step"),
    [
        ("ru", "Здесь что-то пошло не так", "Обновите страницу"),
        ("en", "Something went wrong here", "Reload the page"),
    ],
)
def test_a_mistake_is_told_in_our_words_with_a_next_step(
    language: str, title: str, step: str
) -> None:
    page = AppTest.from_function(broken_page, args=(language, "other")).run()
    assert not page.exception
    assert title in page.error[0].proto.title
    assert step in page.error[0].value
    assert "тайна" not in page.error[0].value


def test_an_error_of_ours_says_what_it_says() -> None:
    page = AppTest.from_function(broken_page, args=("ru", "ours")).run()
    assert page.error[0].value.endswith("rag doctor")


def test_what_went_wrong_is_said_in_russian() -> None:
    russian = TEXTS["ru"]
    title, hint = error_text(LibraryMissing("There is no library at /x", "rag ingest"), russian)
    assert title == russian["library_trouble_missing"]
    title, hint = error_text(ModelError("connection refused", "start it"), russian)
    assert title == "Модель не ответила"
    assert hint.startswith(russian["error_model_hint"])
    assert hint.endswith("Сообщение программы: connection refused. start it")
    title, hint = error_text(ModelError("connection refused", "start it"), TEXTS["en"])
    assert (title, hint) == ("connection refused", "start it")
