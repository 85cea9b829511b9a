"""`rag eval` as a person types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from rag.evaluate import Outcome, Trial
from rag.models import ByteCounter, Model

CARRY = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."
QUESTIONS = [
    {
        "id": "carry",
        "lang": "ru",
        "question": "Сколько дней отпуска переносится на следующий год?",
        "answerable": True,
        "answers": ["10"],
        "evidence": [{"document": "правила.md", "quote": CARRY, "lines": [9, 9]}],
    },
    {
        "id": "cutter",
        "lang": "en",
        "question": "How many times may a milling cutter be sharpened?",
        "answerable": True,
        "answers": ["four"],
        "scope": "binder.txt",
        "evidence": [{"document": "binder.txt", "lines": [3, 3]}],
    },
    {
        "id": "cup",
        "lang": "en",
        "question": "Who won the football championship in Brazil?",
        "answerable": False,
        "answers": [],
        "evidence": [],
    },
]
SHEET = "question,document,page,answer\nКогда подают заявление о переносе?,правила.md,,1 декабря\n"


@pytest.fixture
def asked(folder: Path) -> Path:
    """The folder with questions beside its documents."""
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in QUESTIONS)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    return folder


def table(out: str) -> dict[str, list[str]]:
    return {cells[0]: cells[1:] for line in out.splitlines() if (cells := line.split())}


def library(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache" / "rag").glob("eval-*/")
    return found


def test_a_table_holds_what_the_set_asks_for_by_language(rag: Any, asked: Path) -> None:
    typed = rag("eval", asked)
    assert typed.code == 0
    found = table(typed.out)
    assert found["papers:"] == ["hybrid,", "hashed"]
    assert found["all"] == ["en", "ru"]
    assert found["n"] == ["3", "2", "1"]
    assert found["ndcg@10"] == ["1.000"] * 3
    assert found["span_hit@1"] == ["1.000"] * 3
    assert found["sentence@1"] == ["1.000", "–", "1.000"]
    assert found["answer_contained"] == ["1.000"] * 3
    assert found["refusal_auroc"] == ["1.000", "1.000", "–"]
    assert not {"page_hit@1", "recall@1", "struck", "answer_p50_ms"} & set(found)
    assert "one over the rank" not in typed.out
    assert "one over the rank" in rag("eval", asked, "--explain").out


def test_the_library_is_kept_told_and_brought_up_to_date(
    rag: Any, asked: Path, tmp_path: Path
) -> None:
    typed = rag("eval", asked, "--json")
    kept = library(tmp_path)
    assert str(kept) in typed.err
    stamp = (kept / "catalogue.sqlite").stat().st_mtime_ns
    assert rag("eval", "run", asked, "--json").json["n"] == 3
    assert (kept / "catalogue.sqlite").stat().st_mtime_ns == stamp
    (asked / "binder.txt").write_text("Nothing of that is left.\n", encoding="utf-8")
    assert "never found: the lines of cutter (line 3)" in rag("eval", asked).err
    assert list((asked / ".rag").glob("*")) == []
    home = tmp_path / "elsewhere"
    assert str(home) in rag("eval", asked, "--home", home).err
    assert [path.name for path in home.glob("eval-*/")] == [kept.name]


def test_a_library_of_another_version_is_made_anew(
    rag: Any, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rag("eval", asked).code == 0
    monkeypatch.setattr("rag.store.checks.CHUNKER_VERSION", "another")
    assert rag("eval", asked, "--json").json["hit@1"] == 1.0
    assert rag("eval", asked, "--fresh", "--json").json["hit@1"] == 1.0


def test_a_sheet_of_questions_is_no_document(rag: Any, folder: Path, tmp_path: Path) -> None:
    (folder / "questions.csv").write_text(SHEET, encoding="cp1251")
    value = rag("eval", folder, "--json").json
    assert (value["n"], value["hit@1"], value["answer_contained"]) == (1, 1.0, 1.0)
    home = tmp_path / "cache" / "rag"
    listed = rag("list", "--home", home, "-c", library(tmp_path).name, "--json").json
    assert "questions.csv" not in {row["document"] for row in listed["documents"]}


def test_questions_can_be_put_to_the_library_there_is(
    rag: Any, folder: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "mine.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    assert rag("eval", sheet, "--library").code == 4
    assert rag("ingest", folder).code == 0
    value = rag("eval", sheet, "--library", "--json").json
    assert (value["hit@1"], value["how"]["set"]) == (1.0, "mine")
    assert not (tmp_path / "cache").exists()
    sheet.write_text(SHEET.replace("правила.md", "нет.md"), encoding="utf-8")
    typed = rag("eval", sheet, "--library")
    assert typed.code == 2
    assert "нет.md" in typed.err
    assert "rag list" in typed.err


def test_a_home_folder_is_not_read_as_the_documents_of_a_set(
    rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "questions.csv").write_text(SHEET, encoding="utf-8")
    typed = rag("eval", folder)
    assert (typed.code, typed.out) == (2, "")
    assert "--library" in typed.err


def test_what_the_set_gets_wrong_is_told(rag: Any, asked: Path) -> None:
    questions = asked / "questions.jsonl"
    text = questions.read_text(encoding="utf-8")
    questions.write_text(text.replace("binder.txt", "blinder.txt"), encoding="utf-8")
    typed = rag("eval", asked)
    assert (typed.code, typed.out) == (2, "")
    assert "1 question of the set name documents" in typed.err
    assert f"ls {asked}" in typed.err
    questions.write_text(text.replace("[9, 9]", "[90, 95]"), encoding="utf-8")
    typed = rag("eval", asked)
    assert typed.code == 0
    assert "never found: the lines of carry (line 90)" in typed.err


def test_a_document_that_cannot_be_read_is_a_miss_and_told(rag: Any, asked: Path) -> None:
    (asked / "binder.txt").write_bytes(b"%PDF-1.4 no")
    typed = rag("eval", asked, "--json")
    assert "binder.txt could not be read, which 1 question needs" in typed.err
    assert typed.json["hit@10"] == 0.5


def test_part_of_a_set_is_asked_and_a_scope_can_be_left_out(rag: Any, asked: Path) -> None:
    value = rag("eval", asked, "--half", "odd", "--json").json
    assert (value["n"], value["how"]["half"], value["how"]["asked"]) == (1, "odd", "1 of 3")
    assert rag("eval", asked, "--limit", 2, "--json").json["n"] == 2
    assert rag("eval", asked, "--sample", 2, "--json").json["n"] == 2
    typed = rag("eval", asked, "--unscoped")
    assert "of all documents" in typed.out
    assert rag("eval", asked, "--unscoped", "--json").json["hit@1"] == 1.0


def test_what_failed_is_shown_for_a_person(rag: Any, asked: Path) -> None:
    questions = asked / "questions.jsonl"
    text = questions.read_text(encoding="utf-8").replace("[3, 3]", "[99, 99]")
    questions.write_text(text, encoding="utf-8")
    typed = rag("eval", asked, "--failed")
    assert "1 of 3 questions have something wrong" in typed.out
    assert "cutter  How many times" in typed.out
    assert "wrong   lines not found" in typed.out
    assert "sought  binder.txt, line 99" in typed.out
    assert "found   binder.txt, line 3: «A milling cutter" in typed.out
    (row,) = rag("eval", asked, "--failed", "--json").json["failed"]
    assert (row["id"], row["wrong"]) == ("cutter", ["lines not found"])


def test_a_run_is_kept_and_another_held_against_it(rag: Any, asked: Path, tmp_path: Path) -> None:
    words, hybrid = tmp_path / "words.json", tmp_path / "hybrid.json"
    rows, drawn = tmp_path / "rows.csv", tmp_path / "recall.svg"
    assert rag("eval", asked, "--mode", "words", "--save", words, "--rows", rows).code == 0
    assert len(rows.read_text(encoding="utf-8-sig").splitlines()) == 4
    typed = rag("eval", asked, "--save", hybrid, "--against", words)
    assert "words: words, hashed\nnow: hybrid, hashed\n3 questions" in typed.out
    value = rag("eval", asked, "--against", words, "--json").json
    held = value["comparison"]["measures"]["hit@1"]
    expected = {"first": 1.0, "second": 1.0, "change": 0.0, "low": 0.0, "high": 0.0}
    assert held == {**expected, "verdict": ""}
    typed = rag("eval", "compare", words, hybrid)
    assert typed.code == 0
    assert table(typed.out)["hit@1"][:3] == ["1.000", "1.000", "+0.000"]
    value = rag("eval", "compare", words, hybrid, words, "--json").json
    assert set(value) == {"schema", "comparisons"}
    assert [c["runs"][1]["name"] for c in value["comparisons"]] == ["hybrid", "words"]
    pytest.importorskip("matplotlib")
    assert rag("eval", "compare", words, hybrid, "--plot", drawn).code == 0
    assert ">hybrid</text>" in drawn.read_text(encoding="utf-8")
    assert rag("eval", asked, "--against", words, "--plot", drawn).code == 0
    assert ">words</text>" in drawn.read_text(encoding="utf-8")


def test_runs_over_different_questions_are_refused(rag: Any, asked: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.json", tmp_path / "part.json"
    rag("eval", asked, "--save", whole)
    rag("eval", asked, "--limit", 2, "--save", part)
    typed = rag("eval", "compare", whole, part)
    assert (typed.code, typed.out) == (2, "")
    assert "3 and 2, of which 2 are the same" in typed.err
    assert "--common" in typed.err
    typed = rag("eval", "compare", whole, part, "--common")
    assert typed.code == 0
    assert "2 questions" in typed.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rows", "rows.txt"], ".csv or .jsonl"),
        (["--plot", "plot.pdf"], ".png or .svg"),
        (["--save", "absent/run.json"], "no folder absent"),
        (["--against", "absent.json"], "absent.json cannot be read"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(
    rag: Any, asked: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    typed = rag("eval", asked, *arguments)
    assert (typed.code, typed.out) == (2, "")
    assert said in typed.err
    assert not (tmp_path / "cache").exists()


def test_a_run_that_cannot_be_compared_or_drawn_is_not_begun(
    rag: Any, asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "run.json"
    assert rag("eval", asked, "--limit", 2, "--save", kept).code == 0
    monkeypatch.setattr(Trial, "run", lambda *_, **__: pytest.fail("it was begun"))
    typed = rag("eval", asked, "--against", kept)
    assert (typed.code, typed.out) == (2, "")
    assert "2 and 3, of which 2 are the same" in typed.err
    pytest.importorskip("matplotlib")
    (asked / "questions.jsonl").write_text(json.dumps(QUESTIONS[2]) + "\n", encoding="utf-8")
    typed = rag("eval", asked, "--plot", tmp_path / "recall.svg")
    assert (typed.code, typed.out) == (2, "")
    assert "names a place to be drawn" in typed.err


def test_nothing_is_written_among_the_documents(rag: Any, asked: Path) -> None:
    typed = rag("eval", asked, "--rows", asked / "rows.csv")
    assert (typed.code, typed.out) == (2, "")
    assert "read as one the next time" in typed.err
    assert not (asked / "rows.csv").exists()
    assert rag("eval", asked, "--rows", asked / "rows.jsonl").code == 0  # nobody reads these


def test_one_run_alone_cannot_be_compared(rag: Any, tmp_path: Path) -> None:
    typed = rag("eval", "compare", tmp_path / "a.json")
    assert typed.code == 2
    assert "Name two" in typed.err


def test_a_beginning_is_written_and_never_over_what_is_there(rag: Any, folder: Path) -> None:
    typed = rag("eval", "init", folder)
    assert typed.code == 0
    assert f"rag eval {folder}" in typed.out
    sheet = folder / "questions.csv"
    text = sheet.read_text(encoding="utf-8-sig")
    assert text.startswith("question,document,page,answer\n,binder.txt,,\n")
    assert ",meetings/планёрка.txt,," in text
    assert "holds no questions yet" in rag("eval", folder).err
    assert rag("eval", "init", folder).code == 2
    sheet.write_text(text.replace(",binder.txt,,", "What weighs 640 kg?,binder.txt,,"))
    assert rag("eval", folder, "--json").json["hit@1"] == 1.0
    empty = folder / "empty"
    empty.mkdir()
    assert "no documents" in rag("eval", "init", empty).err


def test_an_interrupt_leaves_the_figures_of_what_was_measured(
    rag: Any, asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Trial.run

    def cut(*given: Any, **more: Any) -> Iterator[Outcome]:
        run = whole(*given, **more)
        yield next(run)
        yield next(run)
        raise KeyboardInterrupt

    monkeypatch.setattr(Trial, "run", cut)
    kept = tmp_path / "run.json"
    typed = rag("eval", asked, "--save", kept)
    assert typed.code == 130
    assert "interrupted after 2 of 3 questions" in typed.err
    assert table(typed.out)["n"] == ["2", "1", "1"]
    assert len(json.loads(kept.read_text(encoding="utf-8"))["outcomes"]) == 2


def test_answers_are_measured_as_a_person_would_get_them(
    rag: Any, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["Переносится не более 10 дней. Заявление подают до 25 мая.", "Four times."]
    chat = FakeListChatModel(responses=said)
    model = Model("double", chat, 4096, 1024, ByteCounter(), local=True)
    monkeypatch.setattr("rag.models.load_model", lambda *_, **__: model)
    typed = rag("eval", asked, "--answers", "-m", "transformers:double", "--json").json
    assert typed["how"]["model"] == "transformers:double"
    assert typed["answer_contained"] == 1.0
    assert typed["struck"] == pytest.approx(1 / 3)
    assert typed["refusal_accuracy"] == 1.0
    assert typed["answer_p50_ms"] > 0.0
    plain = rag("eval", asked, "--answers", "--json").json
    assert plain["struck"] is None
    assert plain["answer_contained"] == 1.0


def test_a_model_that_fails_leaves_the_figures_and_its_error(
    rag: Any, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.errors import ModelError

    whole = Trial.run

    def fail(*given: Any, **more: Any) -> Iterator[Outcome]:
        yield next(whole(*given, **more))
        raise ModelError("The model is gone", "Start it again.")

    monkeypatch.setattr(Trial, "run", fail)
    typed = rag("eval", asked)
    assert typed.code == 5
    assert "The model is gone" in typed.err
    assert table(typed.out)["n"] == ["1"]
