"""Which questions ask for a summary."""

from __future__ import annotations

import pytest

from rag.summary.requests import asks_for_summary


@pytest.mark.parametrize(
    "question",
    [
        "О чём этот документ?",
        "о чём эти документы?",
        "О чем все эти документы?",
        "О чём мои файлы?",
        "What is this document about?",
        "What are these documents about?",
        "What are all the files about?",
    ],
)
def test_what_it_is_about_is_a_request_for_a_summary(question: str) -> None:
    assert asks_for_summary(question)


@pytest.mark.parametrize(
    "question",
    ["О чём эти двое договорились?", "О чём все спорили?", "What are these valves made of?"],
)
def test_a_question_about_something_is_none(question: str) -> None:
    assert not asks_for_summary(question)
