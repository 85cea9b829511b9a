"""The set of answers with planted falsehoods: what it is, and how well it is seen through."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import grounding
import pytest

#: Share of falsehoods to be struck at least, and of true sentences to be lost at most.
STRUCK, LOST = 0.90, 0.09
ROWS = grounding.load()


def test_the_set_is_even_over_languages_kinds_and_documents() -> None:
    assert Counter(row["lang"] for row in ROWS) == {"ru": 60, "en": 60}
    assert len({row["id"] for row in ROWS}) == len({row["question"] for row in ROWS}) == 120
    false = [
        (row["lang"], each["kind"]) for row in ROWS for each in row["sentences"] if "kind" in each
    ]
    assert len(false) == 120
    counts = Counter(false)
    assert set(counts) == {(lang, kind) for lang in ("ru", "en") for kind in grounding.KINDS}
    assert set(counts.values()) == {8, 9}
    halves = (Counter(false[::2]), Counter(false[1::2]))
    assert all(half[pair] >= 4 for half in halves for pair in counts)
    held = {p.relative_to(grounding.CORPORA).as_posix() for p in grounding.CORPORA.glob("*/*")}
    assert {name for row in ROWS for name in row["documents"]} == held


def test_every_answer_has_one_falsehood_among_what_is_true() -> None:
    places = Counter()
    for row in ROWS:
        told = [each["true"] for each in row["sentences"]]
        assert 2 <= len(told) <= 5
        assert told.count(False) == 1
        assert all(each["true"] == ("kind" not in each) for each in row["sentences"])
        places[told.index(False) / (len(told) - 1)] += 1
    assert min(places[0.0], places[1.0]) >= 20


def test_falsehoods_are_struck_and_true_sentences_kept(tmp_path: Path) -> None:
    judged = [each for answer in grounding.judge(ROWS, tmp_path) for each in answer]
    struck, false, lost, true = grounding.rates(judged)
    assert (false, true) == (120, 265)
    assert struck / false >= STRUCK, grounding.report(judged)
    assert lost / true <= LOST, grounding.report(judged)


def test_the_table_counts_by_kind_and_language() -> None:
    judged = [
        grounding.Judged("a", "ru", "date", "x", True, ""),
        grounding.Judged("a", "ru", None, "y", False, ""),
        grounding.Judged("b", "en", "date", "z", False, ""),
        grounding.Judged("b", "en", None, "z", True, ""),
    ]
    assert grounding.rates(judged) == (1, 2, 1, 2)
    lines = {line.split("|")[1].strip(): line for line in grounding.report(judged).splitlines()}
    assert lines["date"].split() == "| date | 1/1 (100.0%) | 0/1 (0.0%) | 1/2 (50.0%) |".split()
    assert lines["true sentences lost"].split("|")[-2].strip() == "1/2 (50.0%)"
    assert lines["unit"].count("–") == 3


@pytest.mark.parametrize("text", ["Переходит 14 дней.", "The tank takes 45 seconds."])
def test_a_sentence_that_was_split_counts_as_struck_where_a_part_was(text: str) -> None:
    from rag.types import Sentence

    row = {"id": "a", "lang": "ru"}
    struck = [Sentence(text, "unsupported", (), "why")]
    whole = {"text": f"{text} И ещё.", "kind": "number"}
    assert grounding._judged(row, whole, struck).struck
    assert not grounding._judged(row, {"text": "Иное."}, struck).struck
