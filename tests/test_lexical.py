from pathlib import Path

import pytest

from rag.prepare import words_of
from rag.query import understand
from rag.store.lexical import LexicalIndex, LexicalWriter
from rag.store.rows import ChunkRow
from rag.types import Chunk

TEXTS = {
    1: "Перенос отпуска согласует начальник отдела кадров.",
    2: "Отпуск начальника переносится на год, его согласует отдел.",
    3: "Иванов открыл выставку «Война и мир» 15 ноября 2025 года.",
    4: "Мир после войны: война окончилась, и мир настал 01.02.2020.",
    5: "Kuznetsov paid 5,000,000 in FY2018 for the milling cutter.",
    6: "The cutters were milled again; revenue fell by 12 percent.",
}
TITLES = {6: "Annual report of Borealis", 5: "Letters"}


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    writer = LexicalWriter(tmp_path / "words", None)
    for key, text in TEXTS.items():
        chunk = Chunk(str(key), "odd" if key % 2 else "even", 0, len(text), text, "Раздел кадры")
        writer.add(ChunkRow(key, chunk, TITLES.get(key, "")), words_of(text))
    writer.commit()
    return LexicalIndex(tmp_path / "words")


def found(index: LexicalIndex, question: str, documents: list[str] | None = None) -> list[int]:
    return [key for key, _ in index.search(understand(question, index), 10, documents)]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("переносы отпусков", 1),
        ("что открыл Ivanov", 3),
        ("Кузнецов", 5),
        ("ноябрь 2025", 3),
        ("November 15, 2025", 3),
        ("2020-02-01", 4),
        ("5 млн", 5),
        ("за 2018 год", 5),
        ("FY18", 5),
        ("на сколько процентов", 6),
        ("Borealis", 6),
        ("dscnfdre", 3),
        ("выстфвка", 3),
    ],
)
def test_a_question_finds_what_says_the_same_in_other_signs(
    index: LexicalIndex, question: str, best: int
) -> None:
    assert found(index, question)[0] == best


def test_the_form_that_was_typed_ranks_higher(index: LexicalIndex) -> None:
    assert found(index, "cutter")[0] == 5
    assert found(index, "cutters")[0] == 6


def test_quoted_words_stand_together_or_nothing_is_found_but_for_its_words(
    index: LexicalIndex,
) -> None:
    assert found(index, "«война и мир»") == [3]
    assert set(found(index, "война и мир")) == {3, 4}
    assert set(found(index, "«мир война»")) == {3, 4}
    assert found(index, "«войны»") == found(index, '"война"')


def test_of_several_quotations_one_is_enough_and_more_are_better(index: LexicalIndex) -> None:
    assert set(found(index, "«война и мир» или «отдела кадров»")) == {1, 3}
    assert found(index, "«отдела» и «начальник»")[:2] in ([1, 2], [2, 1])
    assert found(index, "«выставка» и «согласует»") == found(index, "«согласует» и «выставка»")


def test_a_quotation_of_another_document_is_searched_for_by_its_words(index: LexicalIndex) -> None:
    query = understand("«война и мир»", index, ["even"])
    assert query.missing == ("война и мир",)
    assert [key for key, _ in index.search(query, 10, ["even"])] == [4]


def test_chunks_that_hold_a_phrase_are_told(index: LexicalIndex) -> None:
    phrases = [("войн", "и", "мир")]
    assert index.holding(phrases, [1, 2, 3, 4]) == {3}
    assert index.holding(phrases, [1, 4]) == set()
    assert index.holding(phrases, []) == set()


def test_a_variant_counts_as_its_stem_and_not_beside_it(index: LexicalIndex) -> None:
    query = understand("Kuznetsov Кузнецов", index)
    (alone,) = index.search(understand("Кузнецов", index), 1)
    (both,) = index.search(query, 1)
    assert alone[0] == both[0] == 5
    assert both[1] < 3 * alone[1]


@pytest.mark.parametrize(
    "question",
    [
        "отпуск AND (",
        "stems:отпуск^5",
        "-отпуск +!",
        "отпуск*",
        'отпуск "',
        "отпуск\x00",
        "[a TO b]",
    ],
)
def test_signs_of_query_languages_mean_nothing(index: LexicalIndex, question: str) -> None:
    hits = found(index, question)
    assert not hits or set(hits[:2]) == {1, 2}


@pytest.mark.parametrize("question", ["", "🙂", "и в на", "«»", "שלום", "qqqqqq"])
def test_a_question_that_meets_nothing_finds_nothing(index: LexicalIndex, question: str) -> None:
    assert set(found(index, question)) <= {2, 3, 4}  # that hold «и» or «на»


def test_only_chunks_of_the_documents_are_found(index: LexicalIndex) -> None:
    assert set(found(index, "война и мир", ["even"])) == {4}
    assert found(index, "«война и мир»", ["even"]) == []


def test_ten_thousand_words_are_a_question_too(index: LexicalIndex) -> None:
    long = " ".join(f"слово{number}" for number in range(10_000))
    assert found(index, f"{long} выставка")[0] == 3


def test_words_are_told_by_their_beginnings(index: LexicalIndex) -> None:
    assert dict(index.words_from("отдел")) == {"отдела": 1, "отдел": 1}
    assert dict(index.stems_from("отдел")) == {"отдел": 2}
    assert index.spelled("кадр") == "кадров"
    assert index.spelled("nowhere") == "nowhere"
    assert (index.counted("отдел"), index.frequency("отдел")) == (1, 2)
    assert index.knows("раздел")
    assert not index.frequency("раздел")
