"""Any text against the library, sentence by sentence, without a model."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pytest
from papers import ENGLISH, HANDBOOK
from pdf_files import make_pdf

from rag.app import App
from rag.cite.clean import claims
from rag.config import Settings
from rag.errors import ReadError, UsageError
from rag.readers.options import DEFAULT
from rag.readers.text.plain import read_markdown
from rag.types import Document, Scope
from rag.verify import pieces

DRAFT = """---
title: Черновик
---
# Отпуск 99 дней

Ежегодный отпуск составляет **28 календарных дней**[^1].
На следующий год переносится не более 12 календарных дней отпуска [3].
А кто это решил? Спасибо!

- Заявление о переносе подают в отдел кадров до 1 декабря.
- Летом сотрудникам выдают мороженое и панамы.

```
Отпуск длится 99 дней.
```

| Что | Сколько |
|-----|---------|
| Ежегодный отпуск | 28 календарных дней |
| Ежегодный отпуск | 31 календарный день |

> The Kestrel binder weighs
> 640 kilograms.

---
[^1]: Ежегодный отпуск составляет 28 календарных дней.
[site]: http://example.com
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> App:
    """A library that no test changes."""
    papers = tmp_path_factory.mktemp("papers")
    (papers / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (papers / "binder.txt").write_text(ENGLISH, encoding="utf-8")
    made = App(Settings(workers=1), tmp_path_factory.mktemp("home"))
    made.ingest([papers])
    return made


def verdicts(app: App, text: str, **options: Any) -> dict[str, str]:
    return {each.text: each.verdict for each in app.verify(text.encode(), **options)}


def test_every_sentence_of_a_draft_has_its_verdict_in_the_order_of_the_text(library: App) -> None:
    found = library.verify(DRAFT.encode())
    assert [(each.text, each.verdict) for each in found] == [
        ("Отпуск 99 дней", "unchecked"),
        ("Ежегодный отпуск составляет 28 календарных дней.", "supported"),
        ("На следующий год переносится не более 12 календарных дней отпуска.", "contradicted"),
        ("А кто это решил?", "unchecked"),
        ("Спасибо!", "unchecked"),
        ("Заявление о переносе подают в отдел кадров до 1 декабря.", "supported"),
        ("Летом сотрудникам выдают мороженое и панамы.", "unsupported"),
        ("Отпуск длится 99 дней.", "unchecked"),
        ("Что; Сколько", "unchecked"),
        ("Ежегодный отпуск; 28 календарных дней", "supported"),
        ("Ежегодный отпуск; 31 календарный день", "contradicted"),
        ("The Kestrel binder weighs 640 kilograms.", "supported"),
        ("Ежегодный отпуск составляет 28 календарных дней.", "supported"),
    ]
    reasons = {each.text: each.reason for each in found if each.verdict == "unchecked"}
    assert reasons["Отпуск 99 дней"] == "заголовок"
    assert reasons["Отпуск длится 99 дней."] == "код"
    assert reasons["А кто это решил?"] == "вопрос"


def test_a_citation_is_a_place_in_the_library(library: App) -> None:
    (found,) = library.verify(b"A milling cutter can be sharpened four times.")
    (citation,) = found.citations
    _, document = library.document(citation.document)
    assert document.text[citation.start : citation.end] == citation.quote
    assert citation.quote == "A milling cutter may be sharpened four times."


def test_only_the_documents_named_are_looked_at(library: App) -> None:
    text = "The binder weighs 640 kilograms."
    assert verdicts(library, text) == {text: "supported"}
    assert verdicts(library, text, scope=Scope(("правила.md",))) == {text: "unsupported"}
    with pytest.raises(UsageError, match="No document matches"):
        library.verify(text.encode(), scope=Scope(("nowhere.txt",)))


def test_a_text_is_no_proof_of_itself(app: App, tmp_path: Path) -> None:
    draft = tmp_path / "papers" / "draft.txt"
    draft.parent.mkdir()
    draft.write_text("The moon was bought by Rita Osborne in 1999.", encoding="utf-8")
    app.ingest([draft.parent])
    assert [each.verdict for each in app.verify(draft)] == ["unsupported"]


@pytest.mark.parametrize("kind", ["txt", "md", "docx", "pdf", "tex"])
def test_drafts_of_every_kind_are_read(library: App, tmp_path: Path, kind: str) -> None:
    true, false = "The Kestrel binder weighs 640 kilograms.", "It draws 7.5 kilowatts."
    draft = tmp_path / f"draft.{kind}"
    if kind == "pdf":
        draft = make_pdf([[f"{true} {false}"]])
        draft = _written(tmp_path / "draft.pdf", draft)
    elif kind == "docx":
        document = docx.Document()
        document.add_paragraph(f"{true} {false}")
        document.save(str(draft))
    else:
        draft.write_text(f"{true} {false}\n", encoding="utf-8")
    assert [each.verdict for each in library.verify(draft)] == ["supported", "contradicted"]


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "error", "said"),
    [
        ("none.txt", None, UsageError, "There is no file"),
        ("empty.txt", b"", ReadError, "empty"),
        ("blank.txt", b" \n\n", ReadError, "empty"),
        ("binary.txt", bytes(range(256)) * 9, ReadError, "binary"),
        ("binary.bin", bytes(range(256)) * 9, ReadError, "binary"),
        ("broken.pdf", b"%PDF-1.7 nothing", ReadError, "cannot be read"),
    ],
)
def test_what_is_no_text_is_refused_and_says_why(
    library: App, tmp_path: Path, name: str, data: bytes | None, error: type, said: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(error, match=said):
        library.verify(tmp_path / name)
    with pytest.raises(UsageError, match="is a folder"):
        library.verify(tmp_path)


def test_the_pieces_of_markdown() -> None:
    text = "Площадь 20 м² и шум¹.\n\n~~~\n# no heading\n~~~\nSetext\n===\nend【1†】 [2, 3-5].\n"
    found = [
        (piece.kind, piece.text) for piece in pieces(read_markdown(text.encode(), "x", DEFAULT))
    ]
    assert found == [
        ("prose", "Площадь 20 м2 и шум.\n\n"),
        ("code", "# no heading\n"),
        ("heading", "Setext"),
        ("prose", "end【1†】 .\n"),
    ]


class Doubter:
    """A model of entailment that says of everything that it contradicts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
        self.asked += pairs
        return [(0.0, 0.1, 0.9) for _ in pairs]


def test_a_model_of_entailment_is_asked_about_a_draft(library: App) -> None:
    text = "The Kestrel weighs 640 kilograms."
    assert verdicts(library, text) == {text: "supported"}
    doubter = Doubter()
    doubting = App(library.settings, library.paths.home)
    doubting.__dict__["entailment"] = doubter
    assert verdicts(doubting, text) == {text: "contradicted"}
    assert [said for _, said in doubter.asked] == [text]


def test_the_command_shows_verdicts_places_and_counts(rag: Any, folder: Path) -> None:
    assert rag("ingest", folder).code == 0
    draft = folder.parent / "draft.md"
    draft.write_text(DRAFT, encoding="utf-8")
    typed = rag("verify", draft)
    assert typed.code == 0
    lines = typed.out.splitlines()
    assert "✓ Ежегодный отпуск составляет 28 календарных дней." in lines
    at = lines.index("≠ На следующий год переносится не более 12 календарных дней отпуска.")
    assert lines[at + 1].startswith("    в документах иначе: ")
    assert "правила.md" in lines[at + 2]
    assert "✗ Летом сотрудникам выдают мороженое и панамы." in lines
    assert lines[-1] == (
        "подтверждено: 5, не подтверждено: 1, в документах иначе: 2, проверять нечего: 5"
    )
    assert rag("verify", draft, "--strict").code == 7
    draft.write_text("The binder weighs 640 kilograms. Is it so?", encoding="utf-8")
    typed = rag("verify", draft, "--strict", "-d", "binder.txt")
    assert typed.code == 0
    assert "supported: 1, nothing to check: 1" in typed.out
    assert rag("verify", folder.parent / "none.md").code == 2


def test_standard_input_and_json(rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rag("ingest", folder).code == 0
    given = b"The binder weighs 650 kilograms."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    typed = rag("verify", "-", "--json")
    assert typed.code == 0
    assert set(typed.json) == {"schema", "sentences"}
    (sentence,) = typed.json["sentences"]
    assert set(sentence) == {"text", "verdict", "reason", "citations"}
    assert sentence["verdict"] == "contradicted"
    assert "650" in sentence["reason"]


@pytest.mark.parametrize("filler", [" ", "\t", "."])
def test_no_text_makes_cutting_into_sentences_slow(filler: str) -> None:
    """Patterns that backtrack over a long run would take a while here."""
    found = pieces(Document("x", "t", f"{filler * 50_000}\nb.\n"))
    assert claims(found[-1].text)[-1].text.endswith("b.")
