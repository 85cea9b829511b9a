"""rag summarize as it is typed, and questions that ask for a summary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from model_doubles import calls, model_of, scripted
from test_map_reduce import fails_on, first_sentences, report

from rag.app import App
from rag.errors import ModelError
from rag.models import Model

SUMMARY = {
    *("schema", "documents", "language", "summary", "by", "refused", "instead", "sentences"),
    *("struck", "pieces", "gaps", "calls", "notes"),
}
SENTENCE = {"text", "verdict", "reason", "highlight", "citations", "place"}
RECEIPT = {"parts", "total", "window", "reserve", "free", "tokenizer", "exact", "left_out"}


@pytest.fixture
def filled(rag: Any, folder: Path) -> Any:
    (folder / "отчёт.txt").write_text(report(20).text, encoding="utf-8")
    assert rag("ingest", folder).code == 0
    return rag


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a model double be the one that is set."""

    def use(model: Model) -> Model:
        monkeypatch.setattr(App, "model", model)
        return model

    return use


def test_without_a_model_every_sentence_is_the_documents_own(filled: Any) -> None:
    value = filled("summarize", "правила.md", "--sentences", 2, "--json").json
    assert set(value) == SUMMARY
    assert value["documents"] == ["правила.md"]
    assert (value["by"], value["language"], value["calls"]) == ("documents", "ru", [])
    assert len(value["sentences"]) == 2
    text = filled("show", "правила.md", "--json").json["text"]
    for sentence in value["sentences"]:
        assert set(sentence) == SENTENCE
        (citation,) = sentence["citations"]
        assert text[citation["start"] : citation["end"]] == sentence["text"]


def test_the_place_of_every_sentence_is_printed(filled: Any) -> None:
    typed = filled("summarize", "планёрка.txt", "--length", "short")
    assert typed.code == 0
    assert "[1] meetings/планёрка.txt, строка" in typed.out


def test_folders_patterns_and_several_names_come_to_one_summary(filled: Any) -> None:
    found = filled("summarize", "*", "--json").json["documents"]
    assert set(found) == {"правила.md", "binder.txt", "meetings/планёрка.txt", "отчёт.txt"}
    assert filled("summarize", "meetings", "--json").json["documents"] == ["meetings/планёрка.txt"]
    both = filled("summarize", "binder.txt", "правила.md", "binder.txt", "--json").json
    assert both["documents"] == ["binder.txt", "правила.md"]


def test_a_file_beside_the_library_is_read_and_not_kept(filled: Any, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("The pump of hall nine weighs 640 kilograms.\n", encoding="utf-8")
    value = filled("summarize", file, "--json").json
    assert value["documents"] == ["note.txt"]
    assert value["sentences"][0]["citations"][0]["line"] == 1
    assert len(filled("list", "--json").json["documents"]) == 4


def test_a_file_needs_no_library(rag: Any, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("The pump of hall nine weighs 640 kilograms.\n", encoding="utf-8")
    assert rag("summarize", file).code == 0
    assert rag("summarize", "note.txt").code == 4
    (tmp_path / "bad.pdf").write_bytes(b"no")
    assert rag("summarize", tmp_path / "bad.pdf").code == 1


@pytest.mark.parametrize("names", [[], ["нет.txt"]])
def test_no_document_is_an_error_that_names_the_next_command(filled: Any, names: list[str]) -> None:
    typed = filled("summarize", *names)
    assert typed.code == 2
    assert "rag list" in typed.err


def test_a_topic_that_is_nowhere_is_not_in_the_documents(filled: Any) -> None:
    typed = filled("summarize", "правила.md", "--about", "цены на бензин")
    assert typed.code == 3
    found = filled("summarize", "правила.md", "--about", "перенос отпуска", "--sentences", 1)
    assert "не более 10 календарных дней" in found.out


def test_a_model_reads_piece_by_piece_and_a_second_run_asks_nothing(
    filled: Any, speak: Any
) -> None:
    speak(model_of(first_sentences, 1024))
    value = filled("summarize", "отчёт.txt", "--json").json
    assert set(value) == SUMMARY
    assert value["by"] == "model"
    assert value["pieces"] > 1
    assert {call["step"] for call in value["calls"]} == {"map", "final"}
    for call in value["calls"]:
        assert set(call) == {"step", "round", "kept", "receipt"}
        assert set(call["receipt"]) == RECEIPT
    second = speak(model_of(first_sentences, 1024))
    again = filled("summarize", "отчёт.txt")
    assert not calls(second)
    assert f"{len(value['calls'])} of {len(value['calls'])} replies were kept" in again.err
    assert filled("summarize", "отчёт.txt", "--fresh").code == 0
    assert len(calls(second)) == len(value["calls"])


def test_an_interrupted_run_says_what_it_goes_on_with(filled: Any, speak: Any) -> None:
    left = [2]

    def interrupted(messages: Any, options: Any) -> str:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return first_sentences(messages, options)

    speak(model_of(interrupted, 1024))
    typed = filled("summarize", "отчёт.txt")
    assert typed.code == 130
    assert "round 1: 1 of " in typed.err
    speak(model_of(first_sentences, 1024))
    assert "2 of 6 replies were kept" in filled("summarize", "отчёт.txt").err


@pytest.mark.parametrize("way", ["rm", "sync", "fresh"])
def test_replies_leave_with_their_document(
    filled: Any, speak: Any, folder: Path, tmp_path: Path, way: str
) -> None:
    def kept() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.rglob("replies*"))

    speak(scripted("Один станок весит 5 тонн."))
    assert filled("summarize", "binder.txt").code == 0
    assert "тонн".encode() in kept()
    if way == "rm":
        assert filled("rm", "binder.txt").code == 0
    else:
        (folder / "binder.txt").unlink()
        assert filled("ingest", folder, f"--{way}").code == 0
    assert "тонн".encode() not in kept()


def test_what_is_struck_is_listed_and_strict_says_so(filled: Any, speak: Any) -> None:
    true = "The Kestrel binder weighs 640 kilograms."
    speak(scripted(f"{true} The Kestrel binder weighs 900 tons in Paris."))
    typed = filled("summarize", "binder.txt", "--strict")
    assert typed.code == 7
    assert typed.out.startswith(true)
    assert "✗ The Kestrel binder weighs 900 tons in Paris." in typed.out


def test_gaps_are_told_with_their_lines(filled: Any, speak: Any) -> None:
    said, _ = fails_on("Сокол-10.", 2)
    speak(model_of(said, 1024))
    typed = filled("summarize", "отчёт.txt")
    assert typed.code == 0
    assert "Не прочитано моделью: отчёт.txt, строка" in typed.out


def test_a_question_for_a_summary_goes_the_same_way(filled: Any, speak: Any) -> None:
    model = speak(scripted("На следующий год переносится не более 10 календарных дней."))
    value = filled("ask", "кратко перескажи правила отпусков", "--json").json
    assert value["by"] == "model"
    assert value["sentences"][0]["citations"][0]["document"] == "правила.md"
    ((asked, _),) = calls(model)
    assert "краткое содержание" in str(asked[-1].content)


def test_a_model_that_is_down_ends_a_summary_with_its_own_code(filled: Any, speak: Any) -> None:
    def down(*_: Any) -> str:
        raise ModelError("The server is away", "Start it")

    speak(model_of(down))
    assert filled("summarize", "отчёт.txt").code == 5
