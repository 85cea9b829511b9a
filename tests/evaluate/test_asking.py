"""Where the evidence of a question stands in what was found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from outcomes import item, none

from rag.evaluate import Gold, Item, Outcome
from rag.evaluate.asking import _highlight, outcome
from rag.types import Chunk, Citation, Evidence, Found, Passage

QUOTE = "On delivery the customer pays 308 euros for each of the pumps."


def passage(document: str, pages: tuple[int, ...], rank: int) -> Passage:
    chunk = Chunk(f"{document}{rank}", document, 0, 9, "some text")
    return Passage(chunk, document, pages, None, 1.0, rank, ("words",))


def sentence(place: int, quote: str, **where: Any) -> Found:
    at = {"document": "a.pdf", "page": None, "line": None, "start": 0, "end": 9, **where}
    return Found(Citation(**at, quote=quote), place, 1.0, 0.5)


def asked(evidence: Evidence, *golds: Gold, answers: tuple[str, ...] = ("308",)) -> Outcome:
    return outcome(item(evidence=golds, answers=answers), evidence, 0.5)


FOUND = Evidence(
    (passage("b.pdf", (1,), 1), passage("a.pdf", (4, 5), 2), passage("b.pdf", (2, 3), 3)),
    (
        sentence(1, "Nothing of use.", page=5, line=20),
        sentence(1, QUOTE, page=4, line=22),
        sentence(0, "Another one.", document="b.pdf", page=1, line=40),
    ),
    0.9,
)


def test_documents_are_ranked_once_each_and_all_that_are_sought_count() -> None:
    assert asked(FOUND, Gold("a.pdf")).document_ranks == (2,)
    assert asked(FOUND, Gold("b.pdf"), Gold("a.pdf"), Gold("c.pdf")).document_ranks == (1, 2)
    assert asked(FOUND, Gold("c.pdf")).document_rank is None


@pytest.mark.parametrize(
    ("document", "page", "rank"),
    [("b.pdf", 1, 1), ("a.pdf", 5, 2), ("a.pdf", 4, 3), ("b.pdf", 3, 5), ("c.pdf", 1, None)],
)
def test_of_a_passage_the_page_of_its_best_sentence_comes_first(
    document: str, page: int, rank: int | None
) -> None:
    assert asked(FOUND, Gold(document, page)).page_rank == rank


@pytest.mark.parametrize(
    ("lines", "rank"), [((23, 30), 2), ((24, 30), None), ((10, 16), 2), ((10, 15), None)]
)
def test_lines_are_found_where_eight_around_the_best_sentence_touch_them(
    lines: tuple[int, int], rank: int | None
) -> None:
    assert asked(FOUND, Gold("a.pdf", lines=lines)).span_rank == rank


@pytest.mark.parametrize(
    ("quote", "answers", "rank"),
    [
        (QUOTE, ("308",), 2),
        ("the customer pays 308 euros", ("308",), 2),  # inside the sentence
        (f"{QUOTE} They are blue.", ("308",), 2),  # the part of the quote with the answer
        (f"{QUOTE} They are blue.", ("blue",), None),
        ("The seller pays 308 euros.", ("308",), None),
    ],
)
def test_a_sentence_is_right_that_is_the_one_quoted(
    quote: str, answers: tuple[str, ...], rank: int | None
) -> None:
    assert asked(FOUND, Gold("a.pdf", quote=quote), answers=answers).sentence_rank == rank


def test_the_answer_is_the_first_sentence_and_the_top_that_of_the_first_passage() -> None:
    found = asked(FOUND, Gold("a.pdf"))
    assert (found.refused, found.answer) == (False, "Nothing of use.")
    assert found.top is not None
    assert found.top.quote == "Another one."
    assert found.seconds == 0.5


def test_the_words_marked_in_the_answer_are_taken_from_its_quote() -> None:
    citation = Citation("a.pdf", 3, None, 100, 117, "It takes 308 days")
    said: Any = SimpleNamespace(citations=(citation,), highlight=(109, 112))
    assert _highlight([said]) == "308"
    said.highlight = None
    assert _highlight([said]) == _highlight([]) == ""


def test_too_thin_evidence_is_a_refusal_without_an_answer() -> None:
    thin = Evidence(FOUND.passages, (sentence(0, "Hardly."),), 0.1)
    found = outcome(none(), thin, 0.5)
    assert (found.refused, found.answer, found.confidence) == (True, "", 0.1)
    assert outcome(Item("1", "?", False), Evidence((), ()), 0.5).top is None
