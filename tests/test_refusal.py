"""Refusals in a model's own words are told from answers that merely deny something."""

from __future__ import annotations

import pytest
from refusal_cases import ANSWERS, REFUSALS

from rag.refusal import is_refusal


@pytest.mark.parametrize("text", REFUSALS)
def test_what_says_that_the_documents_do_not_hold_it_is_a_refusal(text: str) -> None:
    assert is_refusal(text)
    assert is_refusal(f"**{text}** [1]")


@pytest.mark.parametrize("text", ANSWERS)
def test_what_denies_something_else_is_an_answer(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize("answer", ANSWERS[:10])
def test_a_refusal_with_one_sentence_of_substance_is_an_answer(answer: str) -> None:
    assert not is_refusal(f"{REFUSALS[0]} {answer}")
