"""`rag job` and `rag jobs` as a person types them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from model_doubles import calls, scripted
from tiny_models import make_llama

from rag.models import Model

NOTES = """Иванов летел Аэрофлотом, карта 4276 3800 1234 5678.
Мария О'Нил, S7, карта 5536-9138-0000-1111.
"""
ROWS = [
    {"name": "Иванов", "airline": "Аэрофлот", "card": "4276 3800 1234 5678"},
    {"name": "Мария О'Нил", "airline": "S7", "card": "5536-9138-0000-9999"},
]
FIELDS = ("--fields", "name:text, airline:text, card:text")
RESULT = {
    *("document", "output", "by", "text", "value", "records", "flags", "sentences", "struck"),
    *("pieces", "agreement", "notes", "sent"),
}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text(NOTES, encoding="utf-8")
    return path


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let `-m` name a model that says this."""

    def use(*replies: str) -> Model:
        model = scripted(*replies)
        monkeypatch.setattr("rag.models.load_model", lambda *_, **__: model)
        return model

    return use


@pytest.fixture
def extracts(says: Any) -> Model:
    model: Model = says(json.dumps({"rows": ROWS}))
    return model


def test_records_are_inserted_into_a_table_of_a_database(
    rag: Any, notes: Path, extracts: Model
) -> None:
    typed = rag(
        "job", "extract", notes, *FIELDS, "--to", "sql", "--table", "customers", "-m", "x:y"
    )
    assert typed.code == 0
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE customers (name, airline, card)")
    base.executescript(typed.out)
    assert base.execute("SELECT * FROM customers").fetchall() == [
        ("Иванов", "Аэрофлот", "4276 3800 1234 5678"),
        ("Мария О'Нил", "S7", None),
    ]
    assert f"-- {notes}:2" in typed.out
    assert '"5536-9138-0000-9999": it does not stand in the text' in typed.err
    assert len(calls(extracts)) == 1


@pytest.mark.usefixtures("extracts")
def test_a_file_of_csv_opens_in_a_spreadsheet(rag: Any, notes: Path, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    typed = rag("job", "extract", notes, *FIELDS, "-o", target, "-m", "x:y")
    assert (typed.code, typed.out) == (0, "")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == ["Иванов", "Мария О'Нил"]
    assert [row["source"] for row in rows] == [f"{notes}:1", f"{notes}:2"]


@pytest.mark.usefixtures("extracts")
def test_rows_come_as_a_table_as_json_and_strictly(rag: Any, notes: Path) -> None:
    typed = rag("job", "extract", notes, *FIELDS, "-m", "x:y")
    assert typed.code == 0
    assert "Аэрофлот" in typed.out
    assert "—" in typed.out
    typed = rag("job", "extract", notes, *FIELDS, "-m", "x:y", "--to", "json", "--strict")
    assert typed.code == 7
    assert typed.json == [ROWS[0], {**ROWS[1], "card": None}]


@pytest.mark.usefixtures("extracts")
def test_the_fields_may_be_a_json_schema(rag: Any, notes: Path, tmp_path: Path) -> None:
    schema = tmp_path / "row.json"
    schema.write_text('{"properties": {"name": {"type": "string"}}}', encoding="utf-8")
    typed = rag("job", "extract", notes, "--schema", schema, "-m", "x:y", "--to", "json")
    assert typed.json == [{"name": "Иванов"}, {"name": "Мария О'Нил"}]
    assert rag("job", "extract", notes, "--schema", schema, *FIELDS).code == 2
    schema.write_text("{", encoding="utf-8")
    assert rag("job", "extract", notes, "--schema", schema, "-m", "x:y").code == 2


@pytest.mark.usefixtures("extracts")
def test_the_keys_of_json_are_those_that_are_promised(rag: Any, notes: Path) -> None:
    value = rag("job", "extract", notes, *FIELDS, "-m", "x:y", "--json").json
    assert set(value) == {"schema", "job", "model", "results"}
    assert (value["schema"], value["job"], value["model"]) == (1, "extract", "x:y")
    (result,) = value["results"]
    assert set(result) == RESULT
    assert set(result["records"][0]) == {"values", "place"}
    assert set(result["records"][0]["place"]) == {
        *("document", "page", "line", "start", "end", "quote"),
    }
    assert result["flags"] == [
        {
            "line": 2,
            "field": "card",
            "value": "5536-9138-0000-9999",
            "reason": "it does not stand in the text",
            "fate": "null",
        }
    ]
    assert set(result["sent"]) == {
        *("prompts", "total", "longest", "window", "reserve", "tokenizer", "exact"),
    }


def test_a_text_comes_with_its_sources_and_what_was_struck(
    rag: Any, folder: Path, says: Any
) -> None:
    assert rag("ingest", folder).code == 0
    says("Ежегодный отпуск составляет 28 календарных дней. Отпуск составляет 77 дней.")
    typed = rag("job", "summarise", "правила.md", "-m", "x:y")
    assert typed.code == 0
    assert typed.out.startswith("Ежегодный отпуск составляет 28 календарных дней. [1]")
    assert "[1] правила.md, строка 5" in typed.out
    assert "✗ Отпуск составляет 77 дней." in typed.out
    assert rag("job", "summarise", "правила.md", "-m", "x:y", "--strict").code == 7
    says("Отпуск составляет 77 дней.")
    typed = rag("job", "summarise", "правила.md", "-m", "x:y")
    assert typed.code == 3
    assert typed.out.startswith("Документ не подтвердил ничего")


def test_what_a_model_adds_of_its_own_is_marked(rag: Any, notes: Path, says: Any) -> None:
    says("Спасибо за письмо!\nИванов летел Аэрофлотом.")
    typed = rag("job", "reply", notes, "-m", "x:y", "--set", "tone=сухой")
    assert typed.out.startswith("Спасибо за письмо!\nИванов летел Аэрофлотом.\n\nСлова модели")
    assert typed.out.rstrip().endswith("· Спасибо за письмо!")


def test_standard_input_and_files_of_any_suffix_are_texts(
    rag: Any, says: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "a.js"
    program.write_text("function f() {\n  return 1;\n}\n", encoding="utf-8")
    model = says("```\ndef f():\n    return 1\n```")
    typed = rag("job", "translate-code", program, "-m", "x:y")
    assert typed.out == "def f():\n    return 1\n"
    assert "  return 1;" in calls(model)[0][0][-1].text
    given = io.TextIOWrapper(io.BytesIO(NOTES.encode("cp1251")), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", given)
    says('{"label": "письмо", "quote": "летел Аэрофлотом"}')
    typed = rag("job", "classify", "-", "-m", "x:y")
    assert typed.out == "label: письмо\nquote: летел Аэрофлотом\n[stdin:1]\n"


def test_a_label_comes_as_json_too(rag: Any, notes: Path, says: Any) -> None:
    says('{"label": "письмо"}')
    arguments = ("--to", "json", "-m", "x:y")
    assert rag("job", "classify", notes, *arguments).json == {"label": "письмо", "quote": None}
    assert len(rag("job", "classify", notes, notes, *arguments).json) == 2
    assert rag("job", "reply", notes, *arguments).code == 2


def test_several_documents_go_into_one_table(
    rag: Any, notes: Path, tmp_path: Path, says: Any
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Сидоров летел Победой.\n", encoding="utf-8")
    says('{"rows": [{"name": "Иванов"}]}', '{"rows": [{"name": "Сидоров"}]}')
    typed = rag("job", "extract", notes, other, "--fields", "name", "--to", "csv", "-m", "x:y")
    assert typed.out.splitlines() == [
        "name,source",
        f"Иванов,{notes}:1",
        f"Сидоров,{other}:1",
    ]


def test_a_job_of_a_user_lies_beside_the_settings(rag: Any, notes: Path, says: Any) -> None:
    Path("rag.toml").write_text("", encoding="utf-8")
    typed = rag("jobs", "new", "news")
    assert typed.code == 0
    assert Path("jobs/news.toml").is_file()
    assert "news" in [row["name"] for row in rag("jobs", "--json").json["jobs"]]
    says("Иванов летел Аэрофлотом.")
    assert rag("job", "news", notes, "-m", "x:y").out.startswith("Иванов летел Аэрофлотом. [1]")
    Path("own").mkdir()
    Path("own/short.toml").write_text('instruction = "Кратко."', encoding="utf-8")
    Path("rag.toml").write_text('jobs_folder = "own"', encoding="utf-8")
    names = [row["name"] for row in rag("jobs", "--json").json["jobs"]]
    assert "short" in names
    assert "news" not in names


def test_jobs_are_listed_and_shown(rag: Any) -> None:
    typed = rag("jobs")
    assert typed.code == 0
    assert "extract" in typed.out
    value = rag("jobs", "--json").json
    keys = {
        *("name", "file", "fault", "description", "needs", "output", "check", "long", "rows"),
        *("temperature", "options", "fields"),
    }
    assert set(value) == {"schema", "jobs"}
    assert all(set(row) == keys for row in value["jobs"])
    typed = rag("jobs", "show", "reply")
    assert "--set tone=…" in typed.out
    assert "instruction model of 7B" in typed.out
    assert set(rag("jobs", "show", "reply", "--json").json) == {"schema", "instruction", *keys}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing", "DOC"], 2, "rag jobs"),
        (["extract", "DOC"], 5, "an instruction model of 3B and up"),
        (["reply", "missing.txt"], 4, "rag ingest"),
        (["reply", "."], 2, "is a folder"),
        (["extract", "DOC", "--fields", "a b"], 2, "no name for a field"),
        (["reply", "DOC", "--set", "tone"], 2, "OPTION=VALUE"),
        (["reply", "DOC", "--to", "sql"], 2, "makes no rows"),
        (["reply", "DOC", "--samples", "0"], 2, "--samples"),
        (["reply", "DOC", "--examples", "missing.toml"], 2, "cannot be read"),
        (["reply"], 2, "DOC"),
    ],
)
def test_what_cannot_be_says_what_to_do(
    rag: Any, notes: Path, arguments: list[str], code: int, said: str
) -> None:
    typed = rag("job", *(str(notes) if each == "DOC" else each for each in arguments))
    assert (typed.code, typed.out) == (code, "")
    assert said in typed.err


def test_a_file_that_is_not_there_is_told_where_there_is_no_library(rag: Any) -> None:
    typed = rag("job", "summarise", "notes.txt")
    assert typed.code == 4
    assert "no file notes.txt" in typed.err


def test_a_binary_file_is_refused(rag: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 10)
    typed = rag("job", "reply", path)
    assert typed.code == 1
    assert "binary" in typed.err


def test_a_summary_needs_no_model(rag: Any, folder: Path) -> None:
    typed = rag("job", "summarise", folder / "правила.md")
    assert typed.code == 0
    assert "Ежегодный отпуск составляет 28 календарных дней. [1]" in typed.out


def test_the_noise_of_a_model_without_training_is_refused(
    rag: Any, notes: Path, tmp_path: Path
) -> None:
    folder = make_llama(tmp_path / "llama")
    typed = rag(
        *("job", "extract", notes, *FIELDS, "--max-tokens", 24),
        *("-m", f"transformers:{folder}"),
    )
    assert (typed.code, typed.out) == (5, "")
    assert "asked 3 times and gave nothing usable" in typed.err
    assert "It wrote:" in typed.err
