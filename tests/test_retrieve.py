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


@pytest.mark.parametrize("mode", ["hybrid", "words", "vectors"])
def test_passages_alone_are_those_that_come_with_sentences(retriever: Retriever, mode: str) -> None:
    for question in ("отпуск дней cutter смета", "milling cutter", "нет такого"):
        whole = retriever.retrieve(question, k=3, mode=mode)  # type: ignore[arg-type]
        alone = retriever.find(question, k=3, mode=mode)  # type: ignore[arg-type]
        assert (alone.passages, alone.query) == (whole.passages, whole.query)
        assert alone.sentences == ()


def test_the_turn_to_read_is_free_after_a_question_and_after_an_error(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    retriever.find("milling cutter", k=3)
    assert not retriever._known.turn.locked()

    def near(*_: object) -> None:
        raise UsageError("no vectors")

    monkeypatch.setattr(retriever, "_near", near)
    with pytest.raises(UsageError, match="no vectors"):
        retriever.find("milling cutter", k=3)
    assert not retriever._known.turn.locked()


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


def test_a_whole_name_means_that_document_alone(app: App, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    (papers / "old").mkdir(parents=True)
    for place in ("plan.txt", "old/plan.txt", "plan.tx[t].txt", "plan.txt.txt"):
        (papers / place).write_text(f"The budget of {place} is ten.", encoding="utf-8")
    app.ingest([papers])

    def found(*names: str) -> set[str]:
        scope = Scope(names)
        return {each.document for each in app.search("budget", k=9, scope=scope).passages}

    assert found("plan.txt") == {"plan.txt"}
    assert found("old/plan.txt") == {"old/plan.txt"}
    assert found("plan.tx[t].txt") == {"plan.tx[t].txt"}
    assert found("old") == {"old/plan.txt"}


def test_a_scope_without_documents_is_an_error(retriever: Retriever) -> None:
    with pytest.raises(UsageError, match="rag list"):
        retriever.retrieve("отпуск", scope=Scope(("нет.pdf",)))


def test_near_duplicates_are_shown_once(app: App, folder: Path) -> None:
    text = (folder / "binder.txt").read_text(encoding="utf-8")
    (folder / "binder2.txt").write_text(text + "\n", encoding="utf-8")
    app.ingest([folder])
    found = [p.document for p in app.search("milling cutter sharpened", k=10).passages]
    assert len({"binder.txt", "binder2.txt"} & set(found)) == 1


def test_two_neighbouring_chunks_become_one_passage(app: App, tmp_path: Path) -> None:
    sentence = "Насос номер {} качает воду из колодца в бак на крыше типографии и обратно. "
    text = "".join(sentence.format(number) for number in range(60))
    (tmp_path / "насосы.txt").write_text(text, encoding="utf-8")
    app.ingest([tmp_path / "насосы.txt"])
    chunks = app.documents()[0].chunks
    assert chunks > 2
    passages = app.search("насос качает воду", k=10).passages
    assert len(passages) < chunks
    spans = sorted((p.chunk.start, p.chunk.end) for p in passages)
    assert " ".join(text[a:b] for a, b in spans).split() == text.split()


def reports(folder: Path) -> Path:
    """Yearly reports of two companies that say the same things, and something else."""
    for company, year, sold in (
        ("NORDWIND", 2017, "41"),
        ("NORDWIND", 2018, "52"),
        ("BESTOVEN", 2017, "63"),
        ("BESTOVEN", 2018, "74"),
    ):
        text = f"Annual report. Revenue from ovens and sails was {sold} million for the year."
        (folder / f"{company}_{year}_10K.txt").write_text(text, encoding="utf-8")
    for number in range(8):
        text = f"Revenue grew in region {number}, said the paper, and sails sold well for a year."
        (folder / f"news{number}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What was the revenue of Nordwind in FY2018?", "NORDWIND_2018_10K.txt"),
        ("What was the revenue of Nordwind in 2017?", "NORDWIND_2017_10K.txt"),
        ("How large was Best Oven's revenue in FY17?", "BESTOVEN_2017_10K.txt"),
        ("revenue for the year in bestoven_2018_10K", "BESTOVEN_2018_10K.txt"),
    ],
)
def test_a_company_and_a_year_lead_to_their_document(
    app: App, tmp_path: Path, question: str, document: str
) -> None:
    app.ingest([reports(tmp_path)])
    assert app.search(question, k=5).passages[0].document == document


def test_a_name_leads_nowhere_outside_the_days_asked_for(app: App, folder: Path) -> None:
    app.ingest([folder])
    scope = Scope(since="2025-11-12", until="2025-11-12")
    found = app.search("что в файле binder о смете", k=5, scope=scope).passages
    assert {passage.document for passage in found} == {"meetings/планёрка.txt"}


def test_a_word_that_all_of_a_document_says_decides_nothing_in_it(app: App, tmp_path: Path) -> None:
    other = "Остальное здесь говорит о другом и к делу не относится. " * 24
    chapters = [f"Гироскоп номер {n} вращается. {other}" for n in range(40)]
    chapters[31] = f"Смазка номер 31 густеет. {other}"
    (tmp_path / "прибор.txt").write_text("\n\n".join(chapters), encoding="utf-8")
    for n in range(120):
        text = f"Смазка станка {n} меняется чаще, чем думают."
        (tmp_path / f"станок{n}.txt").write_text(text, encoding="utf-8")
    app.ingest([tmp_path])
    (first, *_) = app.search("смазка гироскопа", k=3, scope=Scope(("прибор.txt",))).passages
    assert "Смазка" in first.chunk.text


def test_what_a_speaker_said_is_found_at_the_turns_of_that_speaker(
    app: App, tmp_path: Path
) -> None:
    idle = ["Anna: Good, next point please.", "Boris: Yes, I agree with that, go on."] * 12
    lines = [
        *idle,
        "Boris: The budget for the fair is too small, in my opinion, we need more money.",
        *idle,
        "Clara: About the budget for the fair I think it is fine as it stands.",
        *idle,
    ]
    (tmp_path / "meeting.txt").write_text("\n".join(lines), encoding="utf-8")
    app.ingest([tmp_path])
    for name, said in (("Clara", "fine as it stands"), ("Boris", "too small")):
        (first, *_) = app.search(f"What did {name} say about the budget?", k=3).passages
        assert said in first.chunk.text


def book(folder: Path) -> Path:
    """A PDF of six pages that say nearly the same, numbered from 3 in their footers."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.set_font("helvetica", size=11)
    for number in range(1, 7):
        pdf.add_page()
        said = f"The valve of kind {number} is described here. Mind the valve. " * 12
        pdf.multi_cell(0, 6, said)
        pdf.set_y(-20)
        pdf.cell(0, 6, str(number + 2), align="C")
    path = folder / "valves.pdf"
    pdf.output(str(path))
    return path


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What valve is on the first page?", {1}),
        ("Which valve does the last page describe?", {6}),
        ("Какой valve описан на странице 2?", {2}),
        ("the valve on page 8", {6}),
        ("the valve on page five", {3, 5}),
    ],
)
def test_a_page_that_is_named_comes_first(
    app: App, tmp_path: Path, question: str, pages: set[int]
) -> None:
    app.ingest([book(tmp_path)])
    (first, *_) = app.search(question, k=5, scope=Scope(("valves.pdf",))).passages
    assert set(first.pages) <= pages
    assert "page" in first.via


def test_scores_fall_and_stay_between_0_and_1(retriever: Retriever) -> None:
    for question in ("отпуск", "milling cutters sharpened", "🙂", "кто пришлёт смету?"):
        scores = [p.score for p in retriever.retrieve(question, k=10).passages]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_an_empty_library_finds_nothing(app: App, tmp_path: Path) -> None:
    (tmp_path / "пусто.txt").write_text("слово", encoding="utf-8")
    app.ingest([tmp_path])
    app.remove("пусто.txt")
    assert app.search("слово", k=3).passages == ()
