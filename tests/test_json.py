"""The keys that docs/json.md promises, for every command, as others see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from model_doubles import scripted

from rag import schema
from rag.app import App

CITATION = {"document", "page", "line", "start", "end", "quote"}
PASSAGE = {"document", "page", "line", "start", "end", "text", "score", "via"}
PROMISE = {
    *("document", "who", "to_whom", "what", "when_raw", "when_from", "when_to", "act", "status"),
    *("force", "condition", "line", "support", "history", "flags", "quote", "start", "end"),
    *("corrections", "title", "meeting_date", "state", "links"),
}
ANSWER = {
    *(
        "schema",
        "answer",
        "refusal",
        "sentences",
        "struck",
        "passages",
        "promises",
        "receipt",
        "query",
    ),
    *("timings", "by", "asked", "notes"),
}
RECEIPT = {
    *("parts", "total", "window", "reserve", "free", "tokenizer", "exact", "left_out"),
}
EVAL = {
    *("schema", "by", "how", "failed", "comparison", "ndcg@10", "mrr@10"),
    *(f"{name}@{k}" for name in ("hit", "recall", "page_hit") for k in (1, 3, 5, 10)),
    *("span_hit@1", "span_hit@5", "span_hit@10", "sentence@1", "sentence@3"),
    *("answer_f1", "answer_em", "answer_contained", "answered", "struck"),
    *("refusal_auroc", "refusal_accuracy", "refusal_precision", "refusal_recall"),
    *("p50_ms", "p95_ms", "answer_p50_ms", "answer_p95_ms", "n"),
}


@pytest.fixture
def filled(rag: Any, folder: Path) -> Any:
    assert rag("ingest", folder).code == 0
    return rag


def text_of(rag: Any, name: str) -> str:
    return str(rag("show", name, "--json").json["text"])


def test_an_answer(filled: Any) -> None:
    value = filled("ask", "сколько дней отпуска переносится?", "--json").json
    assert set(value) == ANSWER
    assert value["schema"] == 1
    assert value["refusal"] is None
    assert value["receipt"] is None
    for sentence in value["sentences"]:
        assert set(sentence) == {"text", "verdict", "reason", "highlight", "citations", "place"}
        for citation in sentence["citations"]:
            assert set(citation) == CITATION
            text = text_of(filled, citation["document"])
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    for passage in value["passages"]:
        assert set(passage) == PASSAGE
        text = text_of(filled, passage["document"])
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_a_refusal_keeps_the_shape_and_lists_the_nearest(filled: Any) -> None:
    typed = filled("ask", "Какая столица у Австралии?", "--json")
    assert typed.code == 3
    assert set(typed.json) == ANSWER
    assert typed.json["refusal"] == typed.json["answer"] == "В ваших документах этого нет."
    assert typed.json["sentences"] == []


def test_promises(filled: Any) -> None:
    value = filled("ask", "кто что обещал на встрече", "--json").json
    assert len(value["promises"]) == 2
    for promise in value["promises"]:
        assert set(promise) == PROMISE
        text = text_of(filled, promise["document"])
        assert text[promise["start"] : promise["end"]] == promise["quote"]
    calls = {p["who"]: p for p in value["promises"]}["Анна Белова"]
    assert (calls["when_from"], calls["when_to"], calls["line"]) == ("2025-11-13",) * 2 + (7,)


def test_the_register_of_promises(filled: Any, folder: Path) -> None:
    later = "Планёрка\nДата: 26.11.2025\n\nОлег: Смету пришлю к пятнице.\nАнна: Хорошо.\n"
    later += "Олег: Подрядчик молчит.\nАнна: Понятно.\n"
    (folder / "meetings" / "вторая.txt").write_text(later, encoding="utf-8")
    assert filled("ingest", folder).code == 0
    value = filled("promises", "--today", "2025-11-27", "--json").json
    assert set(value) == {"schema", "today", "me", "promises"}
    assert (value["schema"], value["today"], value["me"]) == (1, "2025-11-27", None)
    rows = {row["document"]: row for row in value["promises"]}
    assert all(set(row) == {*PROMISE, "groups"} for row in rows.values())
    row = rows["meetings/вторая.txt"]
    assert (row["who"], row["state"], row["groups"]) == ("Олег Титов", "open", ["open"])
    (link,) = row["links"]
    assert set(link) == {
        *("kind", "document", "title", "meeting_date", "line", "start", "end", "quote"),
        *("who", "when_raw", "when_from", "when_to"),
    }
    assert (link["kind"], link["when_to"], link["line"]) == ("moved", "2025-11-14", 6)
    text = text_of(filled, link["document"])
    assert text[link["start"] : link["end"]] == link["quote"]


def test_the_receipt_of_a_prompt(app: App, folder: Path) -> None:
    app.ingest([folder])
    app.model = scripted("Переносится не более 10 дней.", window=600)  # type: ignore[misc]
    answer = app.answer("сколько дней отпуска переносится?")
    value = json.loads(json.dumps(schema.answer(answer)))["receipt"]
    assert set(value) == RECEIPT
    assert sum(part["tokens"] for part in value["parts"]) == value["total"]
    assert value["total"] + value["reserve"] + value["free"] == value["window"] == 600
    for part in value["parts"]:
        assert set(part) == {"name", "tokens", "share", "document", "page", "line"}
        assert part["share"] == round(part["tokens"] / 600, 4)
        assert (part["document"] is None) is not part["name"].startswith("passage")
    assert value["left_out"]
    for row in value["left_out"]:
        assert set(row) == {"name", "tokens", "reason"}


def test_a_history(filled: Any) -> None:
    filled("ask", "сколько дней отпуска переносится?")
    value = filled("ask", "-c", "а до какого числа заявление?", "--json").json
    assert value["asked"]
    (conversation,) = filled("logs", "--json").json["conversations"]
    assert set(conversation) == {"id", "begun", "exchanges"}
    for exchange in conversation["exchanges"]:
        assert set(exchange) == {
            *("time", "question", "asked", "answer", "refusal", "by", "model", "citations"),
        }
        assert all(set(citation) == CITATION for citation in exchange["citations"])
    assert set(filled("logs", "--clear", "--json").json) == {"schema", "forgotten"}


def test_a_search(filled: Any) -> None:
    value = filled("search", "отпуск", "-k", 2, "--json").json
    assert set(value) == {"schema", "passages", "query"}
    assert len(value["passages"]) <= 2
    assert set(value["passages"][0]) == PASSAGE
    assert set(value["passages"][0]["via"]) <= {"words", "vectors", "page"}


def test_an_ingest_has_one_entry_a_file(rag: Any, folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(b"no")
    value = rag("ingest", folder, "--json").json
    lists = ["added", "changed", "unchanged", "removed", "skipped"]
    figures = {"pages", "page_kinds", "chunks", "characters", "set_aside", "coverage", "seconds"}
    assert set(value) == {"schema", "dry_run", "read", *lists, *figures}
    assert [row["path"] for row in value["read"]] == value["added"]
    assert sum(len(value[name]) for name in lists) == 4
    assert value["skipped"][0]["path"] == "bad.pdf"
    assert value["coverage"] == 1.0


def test_an_evaluation(rag: Any, folder: Path) -> None:
    (folder / "questions.jsonl").write_text(
        '{"id": "1", "lang": "ru", "question": "сколько дней отпуска переносится?",'
        ' "answerable": true, "answers": ["10"], "evidence": [{"document": "правила.md",'
        ' "page": null, "lines": [9, 9], "quote": "На следующий год переносится не более 10'
        ' календарных дней неиспользованного отпуска."}]}\n'
        '{"id": "2", "lang": "en", "question": "Who won the cup in Brazil?",'
        ' "answerable": false, "answers": [], "evidence": []}\n',
        encoding="utf-8",
    )
    value = rag("eval", folder, "--json").json
    assert set(value) == EVAL
    assert value["n"] == 2
    assert value["sentence@1"] == value["span_hit@5"] == value["hit@1"] == 1.0
    assert value["refusal_auroc"] == value["refusal_accuracy"] == 1.0
    assert value["page_hit@1"] is value["failed"] is value["comparison"] is None
    assert set(value["by"]) == {"lang"}
    assert set(value["by"]["lang"]) == {"en", "ru"}
    assert value["how"] == {"set": "papers", "mode": "hybrid", "embedder": "hashed"}
    row = {
        *("id", "question", "lang", "kind", "scope", "answerable", "expected", "answers"),
        *("document_rank", "page_rank", "span_rank", "sentence_rank", "confidence", "refused"),
        *("wrong", "found", "passage", "answer", "highlight", "seconds", "answer_seconds"),
    }
    kept, rows = folder.parent / "run.json", folder.parent / "rows.jsonl"
    set_ = folder / "questions.jsonl"
    text = set_.read_text(encoding="utf-8")
    set_.write_text(
        text.replace("Who won the cup in Brazil?", "Сколько дней отпуска переносится?"),
        encoding="utf-8",
    )
    value = rag("eval", folder, "--failed", "--save", kept, "--rows", rows, "--json").json
    assert [set(each) for each in value["failed"]] == [row]
    lines = rows.read_text(encoding="utf-8").splitlines()
    assert [set(json.loads(line)) for line in lines] == [row, row]
    value = rag("eval", "compare", kept, kept, "--json").json
    assert set(value) == {"schema", "comparisons"}
    assert set(value["comparisons"][0]) == {"runs", "n", "measures"}
    for measure in value["comparisons"][0]["measures"].values():
        assert set(measure) == {"first", "second", "change", "low", "high", "verdict"}


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["list"], {"schema", "documents"}),
        (["rm", "binder.txt"], {"schema", "removed"}),
        (["reindex"], {"schema", "documents", "chunks"}),
        (["doctor"], {"schema", "ok", "checks"}),
        (["config", "show"], {"schema", "settings", "origins"}),
    ],
)
def test_the_other_commands(filled: Any, arguments: list[str], keys: set[str]) -> None:
    value = filled(*arguments, "--json").json
    assert set(value) == keys
    assert value["schema"] == 1


def test_a_document(filled: Any) -> None:
    (row, *_) = filled("list", "--json").json["documents"]
    value = filled("show", row["document"], "--json").json
    assert set(value) == {*row, "schema", "text", "start", "end", "page_list"}
    assert value["lost"] == 0
