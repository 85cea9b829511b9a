"""Figures are what their definitions say, by hand and by another implementation."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import item, none, outcome, runs, steadily

from rag.evaluate import Gold, Outcome, auroc, groups, measures, squad
from rag.evaluate.measures import EXPLAINED, LESS, ndcg


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5], 0.5),
        ([0.9, 0.5], [0.5, 0.1], 0.875),
        ([], [0.5], None),
    ],
)
def test_auroc_is_the_chance_of_the_right_order(
    positive: list[float], negative: list[float], area: float | None
) -> None:
    assert auroc(positive, negative) == area


@pytest.mark.parametrize(
    ("ranks", "relevant", "gain"),
    [
        ((1,), 1, 1.0),
        ((2,), 1, 1 / math.log2(3)),
        ((3,), 1, 0.5),
        ((11,), 1, 0.0),
        ((), 1, 0.0),
        ((1, 2), 2, 1.0),
        ((1, 3), 2, 1.5 / (1 + 1 / math.log2(3))),
        ((1,), 2, 1 / (1 + 1 / math.log2(3))),  # one of two at the top is not all there is
        (tuple(range(1, 11)), 40, 1.0),  # ten places hold ten
        ((), 0, 0.0),
    ],
)
def test_ndcg_is_held_against_the_best_order_there_could_be(
    ranks: tuple[int, ...], relevant: int, gain: float
) -> None:
    assert ndcg(ranks, relevant) == pytest.approx(gain)


def test_a_run_by_hand() -> None:
    two = (Gold("a.pdf"), Gold("b.pdf"))
    found = measures(
        [
            outcome(item(1)),
            outcome(item(2, evidence=two), document_ranks=(2, 4), answer="308", confidence=0.5),
            outcome(item(3), document_ranks=(), page_rank=None, span_rank=7, sentence_rank=3),
            outcome(item(4), refused=True, answer="", confidence=0.3, page_rank=5),
            outcome(none(5)),
            outcome(none(6), refused=False, confidence=0.4),
        ]
    )
    half = (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))
    expected = {
        "ndcg@10": (1 + half + 0 + 1) / 4,
        "mrr@10": (1 + 0.5 + 0 + 1) / 4,
        "hit@1": 2 / 4,
        "hit@3": 3 / 4,
        "recall@1": 2 / 4,
        "recall@3": (1 + 0.5 + 0 + 1) / 4,
        "recall@5": 3 / 4,
        "page_hit@1": 1 / 3,
        "page_hit@5": 2 / 3,
        "span_hit@5": 2 / 3,
        "span_hit@10": 1.0,
        "sentence@1": 2 / 3,
        "sentence@3": 1.0,
        "answer_f1": (0.4 + 1.0 + 0.4 + 0.0) / 4,
        "answer_em": 1 / 4,
        "answer_contained": 3 / 4,
        "answered": 3 / 4,
        "refusal_auroc": 7 / 8,
        "refusal_accuracy": 4 / 6,
        "refusal_precision": 1 / 2,
        "refusal_recall": 1 / 2,
        "p50_ms": 10.0,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["n"] == 6
    assert found["struck"] is found["answer_p50_ms"] is None


def test_a_set_whose_questions_all_have_answers_has_no_figures_of_refusal() -> None:
    found = measures([outcome(item(1)), outcome(item(2), refused=True)])
    assert {name for name, value in found.items() if value is None} == {
        *("refusal_auroc", "refusal_accuracy", "refusal_precision", "refusal_recall"),
        *("struck", "answer_p50_ms", "answer_p95_ms"),
    }
    assert found["answered"] == 0.5


def test_the_words_marked_in_a_sentence_are_the_answer_and_the_sentence_holds_it() -> None:
    found = measures([outcome(item(1), highlight="308")])
    assert found["answer_f1"] == found["answer_em"] == found["answer_contained"] == 1.0
    found = measures([outcome(item(1), highlight="days")])
    assert (found["answer_f1"], found["answer_em"], found["answer_contained"]) == (0.0, 0.0, 1.0)


def test_struck_sentences_count_by_sentence() -> None:
    asked = [
        outcome(item(1), sentences=3, struck=1, answer_seconds=2.0),
        outcome(item(2), sentences=0, struck=0, answer_seconds=1.0),
        outcome(item(3), sentences=0, struck=4, answer_seconds=3.0),
    ]
    found = measures(asked)
    assert found["struck"] == 5 / 8
    assert found["answer_p50_ms"] == 2000.0


def test_groups_are_of_what_the_set_has_several_of() -> None:
    asked = [outcome(item(1, lang="ru")), outcome(item(2, lang="en"), document_ranks=(2,))]
    by = groups(asked)
    assert set(by) == {"lang"}
    assert {name: held["hit@1"] for name, held in by["lang"].items()} == {"en": 0.0, "ru": 1.0}
    by = groups([outcome(item(1, kind="summary")), outcome(item(2))])
    assert {name: held["n"] for name, held in by["kind"].items()} == {"summary": 1, "–": 1}


def test_every_measure_is_explained_in_the_order_it_is_told() -> None:
    assert list(measures([outcome(item())])) == list(EXPLAINED)
    assert set(EXPLAINED) >= LESS


@steadily
@given(runs())
def test_measures_lie_between_0_and_1_and_rise_with_k(run: list[Outcome]) -> None:
    found = measures(run)
    for name, value in found.items():
        if name != "n" and not name.endswith("_ms"):
            assert value is None or 0.0 <= value <= 1.0, name
    for family in ("hit", "recall", "page_hit", "span_hit", "sentence"):
        curve = [found[name] for name in EXPLAINED if name.partition("@")[0] == family]
        assert len(curve) >= 2
        known = [value for value in curve if value is not None]
        assert known == sorted(known)
        assert len(known) in (0, len(curve))


@steadily
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_questions_changes_nothing(run: list[Outcome], lot: random.Random) -> None:
    mixed = list(run)
    lot.shuffle(mixed)
    assert measures(mixed) == pytest.approx(measures(run))


@steadily
@given(st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.9]), min_size=2, max_size=30), st.data())
def test_auroc_agrees_with_another_implementation(scores: list[float], data: Any) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    marks = data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    marks[:2] = [True, False]
    paired = list(zip(scores, marks, strict=True))
    found = auroc([s for s, up in paired if up], [s for s, up in paired if not up])
    assert found == pytest.approx(metrics.roc_auc_score(marks, scores))


@steadily
@given(st.sets(st.integers(1, 20), min_size=1, max_size=20))
def test_ndcg_agrees_with_another_implementation(ranks: set[int]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    gains = np.array([[float(rank in ranks) for rank in range(1, 21)]])
    order = -np.arange(20.0)[None]
    assert ndcg(sorted(ranks), len(ranks)) == pytest.approx(metrics.ndcg_score(gains, order, k=10))


@steadily
@given(st.lists(st.integers(1, 10), min_size=1, max_size=10))
def test_mrr_agrees_with_another_implementation(ranks: list[int]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    marks = np.array([[place == rank for place in range(1, 11)] for rank in ranks])
    scores = np.tile(-np.arange(10.0), (len(ranks), 1))
    found = measures([outcome(item(n), document_ranks=(r,)) for n, r in enumerate(ranks)])
    other = metrics.label_ranking_average_precision_score(marks, scores)
    assert found["mrr@10"] == pytest.approx(other)  # with one relevant each they are the same


@pytest.mark.parametrize(
    ("said", "answers", "f1", "exact", "contained"),
    [
        ("308", ["308"], 1.0, 1.0, 1.0),
        ("The Panthers gave up 308 points.", ["308"], 1 / 3, 0.0, 1.0),
        ("the Red-Cross, a body", ["redcross body"], 1.0, 1.0, 1.0),
        ("В воскресенье, 21 декабря, в 14:00.", ["21 декабря"], 0.5, 0.0, 1.0),
        ("Зелёный", ["зеленый"], 1.0, 1.0, 1.0),
        ("1 500 рублей", ["1,500", "тысяча"], 2 / 3, 0.0, 1.0),
        ("номер 1 50", ["150"], 0.0, 0.0, 0.0),
        ("one two two", ["two two three"], 2 / 3, 0.0, 0.0),
        ("a tarred road", ["red"], 0.0, 0.0, 0.0),
        ("", ["308"], 0.0, 0.0, 0.0),
        ("308", [], 0.0, 0.0, 0.0),
        ("anything", ["the"], 0.0, 0.0, 0.0),  # an answer of which nothing is left
    ],
)
def test_answers_are_compared_as_squad_does(
    said: str, answers: list[str], f1: float, exact: float, contained: float
) -> None:
    assert squad.f1(said, answers) == pytest.approx(f1)
    assert squad.exact(said, answers) == exact
    assert squad.contained(said, answers) == contained


@steadily
@given(st.text("ab 1ё,", max_size=12), st.text("ab 1ё,", max_size=12))
def test_f1_is_symmetric_and_1_where_the_answer_is_exact(one: str, other: str) -> None:
    assert squad.f1(one, [other]) == squad.f1(other, [one])
    if squad.exact(one, [other]):
        assert squad.f1(one, [other]) == 1.0
