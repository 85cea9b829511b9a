from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.app import App
from rag.errors import UsageError
from rag.retrieve import Retriever
from rag.types import Scope


@pytest.fixture
def retriever(app: App, folder: Path) -> Iterator[Retriever]:
    app.ingest([folder])
    with app.library() as library:
        yield Retriever(library, app.embedder)


@pytest.mark.parametrize("mode", ["hybrid", "words", "vectors"])
@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("перенос неиспользованного отпуска", "правила.md"),
        ("milling cutters", "binder.txt"),
        ("кто пришлёт смету", "meetings/планёрка.txt"),
    ],
)
def test_the_right_document_comes_first(
    retriever: Retriever, mode: str, question: str, document: str
) -> None:
    evidence = retriever.retrieve(question, k=3, mode=mode)  # type: ignore[arg-type]
    assert evidence.passages[0].document == document
    scores = [passage.score for passage in evidence.passages]
    assert scores == sorted(scores, reverse=True)
    assert [passage.rank for passage in evidence.passages] == list(range(1, len(scores) + 1))


def test_every_sentence_is_its_span_of_its_document(retriever: Retriever) -> None:
    for found in retriever.retrieve("отпуск дней cutter смета", k=10).sentences:
        citation = found.citation
        document = retriever.document(citation.document)
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.line == document.text.count("\n", 0, citation.start) + 1


def test_a_passage_says_which_search_found_it(retriever: Retriever) -> None:
    passages = retriever.retrieve("milling cutter", k=10).passages
    assert passages[0].via == ("words", "vectors")
    assert retriever.retrieve("cutter", k=1, mode="words").passages[0].via == ("words",)


@pytest.mark.parametrize("question", ["???", "и в на", "🙂", "שלום עולם", "слово " * 10_000])
def test_odd_questions_do_no_harm(retriever: Retriever, question: str) -> None:
    retriever.retrieve(question, k=3)


def test_more_passages_than_there_are_is_all_of_them(retriever: Retriever) -> None:
    assert 0 < len(retriever.retrieve("отпуск", k=1000).passages) < 10


@pytest.mark.parametrize(
    ("scope", "documents"),
    [
        (Scope(("binder.txt",)), {"binder.txt"}),
        (Scope(("meetings",)), {"meetings/планёрка.txt"}),
        (Scope(("*.md", "*.txt")), {"binder.txt", "правила.md", "meetings/планёрка.txt"}),
        (Scope(("планёрка.txt",)), {"meetings/планёрка.txt"}),
        (Scope(since="2025-11-12", until="2025-11-12"), {"meetings/планёрка.txt"}),
    ],
)
def test_nothing_outside_the_scope_is_found(
    retriever: Retriever, scope: Scope, documents: set[str]
) -> None:
    for mode in ("hybrid", "words", "vectors"):
        evidence = retriever.retrieve("отпуск cutter смета", k=10, scope=scope, mode=mode)  # type: ignore[arg-type]
        assert {passage.document for passage in evidence.passages} <= documents
        assert evidence.passages


def test_a_scope_without_documents_is_an_error(retriever: Retriever) -> None:
    with pytest.raises(UsageError, match="rag list"):
        retriever.retrieve("отпуск", scope=Scope(("нет.pdf",)))


def test_near_duplicates_are_shown_once(app: App, folder: Path) -> None:
    text = (folder / "binder.txt").read_text(encoding="utf-8")
    (folder / "binder2.txt").write_text(text + "\n", encoding="utf-8")
    app.ingest([folder])
    found = [p.document for p in app.search("milling cutter sharpened", k=10).passages]
    assert len({"binder.txt", "binder2.txt"} & set(found)) == 1


def test_neighbouring_chunks_become_one_passage(app: App, tmp_path: Path) -> None:
    sentence = "Насос номер {} качает воду из колодца в бак на крыше типографии и обратно. "
    text = "".join(sentence.format(number) for number in range(60))
    (tmp_path / "насосы.txt").write_text(text, encoding="utf-8")
    app.ingest([tmp_path / "насосы.txt"])
    assert app.documents()[0].chunks > 1
    (passage,) = app.search("насос качает воду", k=10).passages
    assert passage.chunk.text == text.strip()
