"""The example documents: their questions point at real places, and the build script makes them."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from rag.readers import read_document as read

if TYPE_CHECKING:
    from types import ModuleType

    from rag.types import Document

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT / "corpora"
GOLD = ROOT / "tests" / "data" / "meetings"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (CORPORA / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
EVIDENCE: dict[str, dict[str, Any]] = {
    f"{question['id']}-{number}": evidence
    for question in QUESTIONS
    for number, evidence in enumerate(question["evidence"], start=1)
}
LINED = {name: evidence for name, evidence in EVIDENCE.items() if "lines" in evidence}
CARRY_OVER = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."
#: what shows that a text was decoded with the right code page
OPENINGS = {
    "meetings/protokol-27.txt": "ПРОТОКОЛ № 27",
    "documents/pismo-biblioteki.txt": "Светлоозёрская центральная городская библиотека",
}


def folded(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


@cache
def document(path: str) -> Document:
    """A document of the corpora, read once."""
    return read(CORPORA / path)


@cache
def script() -> ModuleType:
    """scripts/make_corpora.py as a module; the test is skipped where its fonts are absent."""
    pytest.importorskip("fpdf")
    spec = importlib.util.spec_from_file_location(
        "make_corpora", ROOT / "scripts" / "make_corpora.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up there
    spec.loader.exec_module(module)
    absent = [name for name in module.FONT_FILES.values() if not (module.FONT_DIR / name).is_file()]
    if absent:
        pytest.skip(f"no {absent[0]} in {module.FONT_DIR}")
    return module


@cache
def made() -> dict[str, bytes]:
    """What the script makes here and now, by path below corpora/."""
    module = script()
    built: dict[str, bytes] = module.build(module.FONT_DIR)
    return built


def pdf_content(data: bytes) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """Label and text of each page, and the bookmarks with their levels."""
    with pypdfium2.PdfDocument(data) as pdf:
        pages = [
            (pdf.get_page_label(number), page.get_textpage().get_text_bounded())
            for number, page in enumerate(pdf)
        ]
        return pages, [(mark.level, mark.get_title()) for mark in pdf.get_toc()]


def docx_content(data: bytes) -> dict[str, bytes]:
    """The parts of a DOCX package, unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def content(path: str, data: bytes) -> object:
    """What a file holds, without the compression, which may differ between library versions."""
    if path.endswith(".pdf"):
        return pdf_content(data)
    return docx_content(data) if path.endswith(".docx") else data


def test_questions_are_counted_as_the_readme_says() -> None:
    assert Counter(question["lang"] for question in QUESTIONS) == {"ru": 24, "en": 16}
    assert sum(not question["answerable"] for question in QUESTIONS) == 10


def test_question_ids_and_wordings_are_unique() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_evidence_and_answers_are_there_exactly_where_a_question_is_answerable(
    question: dict[str, Any],
) -> None:
    assert bool(question["evidence"]) == question["answerable"]
    assert bool(question["answers"]) == question["answerable"]


def test_every_document_has_a_question() -> None:
    asked = {evidence["document"] for q in QUESTIONS for evidence in q["evidence"]}
    assert asked == {path.relative_to(CORPORA).as_posix() for path in CORPORA.glob("*/*")}


@pytest.mark.parametrize("evidence", EVIDENCE.values(), ids=EVIDENCE)
def test_a_quote_stands_where_its_evidence_says(evidence: dict[str, Any]) -> None:
    source = document(evidence["document"])
    assert (evidence["page"] is not None) == bool(source.pages)
    text = source.text
    if evidence["page"] is not None:
        page = source.pages[evidence["page"] - 1]
        text = source.text[page.start : page.end]
    assert folded(evidence["quote"]) in folded(text)


@pytest.mark.parametrize("evidence", LINED.values(), ids=LINED)
def test_the_lines_of_an_evidence_hold_its_quote(evidence: dict[str, Any]) -> None:
    encoding = {"protokol-27.txt": "cp1251", "pismo-biblioteki.txt": "koi8-r"}
    path = CORPORA / evidence["document"]
    lines = path.read_text(encoding=encoding.get(path.name, "utf-8")).splitlines()
    first, last = evidence["lines"]
    assert folded(evidence["quote"]) in folded(" ".join(lines[first - 1 : last]))


def test_the_carry_over_of_leave_is_one_sentence_beyond_page_three() -> None:
    rules = document("documents/правила-распорядка.pdf")
    holding = [
        page.number
        for page in rules.pages
        if CARRY_OVER in folded(rules.text[page.start : page.end])
    ]
    assert len(holding) == 1
    assert holding[0] > 3


@pytest.mark.parametrize(("path", "opening"), OPENINGS.items(), ids=["cp1251", "koi8-r"])
def test_old_code_pages_are_read_as_russian(path: str, opening: str) -> None:
    assert document(path).text.startswith(opening)


@pytest.mark.parametrize("gold", sorted(GOLD.glob("*.gold.json")), ids=lambda path: path.name)
def test_annotated_promises_quote_the_lines_they_name(gold: Path) -> None:
    meeting = json.loads(gold.read_text(encoding="utf-8"))
    (path,) = (CORPORA / "meetings").glob(f"{meeting['id']}.*")
    encoding = "cp1251" if meeting["format"] == "protocol" else "utf-8"
    lines = path.read_text(encoding=encoding).splitlines()
    for promise in meeting["promises"]:
        own = [lines[number - 1] for number in (promise["line"], *promise["support"])]
        for key in ("what", "when_raw", "condition"):
            assert promise[key] is None or any(promise[key] in line for line in own), promise
    for decision in meeting["decisions"]:
        assert decision["text"] in lines[decision["line"] - 1]


def test_the_committed_files_hold_what_the_script_makes() -> None:
    for path, data in made().items():
        committed = (CORPORA / path).read_bytes()
        assert content(path, committed) == content(path, data), path


def test_building_twice_gives_the_same_bytes() -> None:
    module = script()
    assert module.build(module.FONT_DIR) == made()


def test_a_missing_font_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["make_corpora.py", "--font-dir", str(tmp_path)])
    with pytest.raises(SystemExit, match="1"):
        script().main()
    assert "fonts-dejavu-core" in capsys.readouterr().err


def test_the_corpora_stay_small() -> None:
    assert sum(path.stat().st_size for path in CORPORA.rglob("*") if path.is_file()) < 1_500_000
    assert all(path.stat().st_size < 300_000 for path in CORPORA.rglob("*.pdf"))
