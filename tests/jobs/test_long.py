"""Jobs on documents longer than a model's window, and templates with a shape of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from job_doubles import FIELDS, NOTES, do, inside, source, template, transcriber
from langchain_core.messages import BaseMessage
from model_doubles import calls, model_of, scripted

from rag.errors import DoesNotFit, ModelError
from rag.jobs.fields import parse
from rag.jobs.result import Request
from rag.jobs.running import run
from rag.jobs.shelf import load


def people(count: int) -> tuple[str, list[dict[str, str]]]:
    rows = [{"name": f"Клиент{n}", "card": f"{n:04} 1111 2222 3333"} for n in range(1, count + 1)]
    return "\n".join(f"{row['name']}; {row['card']}" for row in rows) + "\n", rows


def test_every_record_of_a_long_document_comes_once_in_order() -> None:
    text, rows = people(60)
    told: list[tuple[int, int]] = []
    result = run(
        load("extract", []),
        source(text),
        model := transcriber(window=1200),
        Request(fields=parse("name, card")),
        on_piece=lambda done, total: told.append((done, total)),
    )
    assert result.value == rows
    assert result.pieces == len(calls(model)) > 3
    assert [each.place.line for each in result.records if each.place] == list(range(1, 61))
    assert told[0] == (0, result.pieces)
    assert told[-1] == (result.pieces, result.pieces)
    assert result.sent is not None
    assert result.sent.longest + result.sent.reserve <= result.sent.window == 1200
    for messages, _ in calls(model):
        assert model.counter.count([_message(each) for each in messages]) <= 900


def _message(message: BaseMessage) -> Any:
    from rag.types import Message

    roles: dict[str, Any] = {"system": "system", "human": "user", "ai": "assistant"}
    return Message(roles[message.type], message.text)


def test_an_answer_that_was_cut_is_asked_for_in_halves() -> None:
    text, rows = people(12)
    model = transcriber(limit=300)
    assert do("extract", text, model, fields=parse("name, card")).value == rows
    assert len(calls(model)) > 4
    hopeless = transcriber(limit=20)
    with pytest.raises(ModelError, match="--max-tokens"):
        do("extract", "Клиент1; 0001 1111 2222 3333", hopeless, fields=parse("name, card"))


def test_a_long_document_is_labelled_by_the_vote_of_its_pieces() -> None:
    text = "\n\n".join(["Договор поставки. " * 20, "Письмо. " * 20, "Договор аренды. " * 20])

    def say(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
        return "договор" if "Договор" in inside(messages) else "письмо"

    result = do("classify", text, model_of(say, 900))
    assert result.pieces >= 3
    assert result.value["label"] == "договор"
    assert result.agreement is not None
    assert 0.5 < result.agreement < 1


def test_a_long_document_is_condensed_and_the_last_text_held_against_the_original() -> None:
    facts = [f"Завод номер {n} выпустил за год {n * 7 + 3} насосов." for n in range(1, 31)]
    filler = "Об этом долго говорили на совещании, но ничего не решили, и все разошлись по домам."
    text = "\n\n".join(f"{fact} {filler}" for fact in facts)

    def say(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
        if "Выпиши из текста всё" in messages[0].text:
            found = re.findall(r"Завод номер \d+ выпустил за год \d+ насосов\.", inside(messages))
            return " ".join([*found[:1], "Завод номер 99 выпустил 1 насос."])
        assert "номер 99" not in inside(messages)
        return inside(messages).replace("за год 10 насосов", "за год 11 насосов")

    result = do("summarise", text, model_of(say, 1000))
    assert result.pieces > 3
    assert facts[0] not in result.text
    assert [each.text for each in result.struck] == [facts[0].replace("10 насосов", "11 насосов")]
    for sentence in result.sentences:
        assert sentence.citations[0].quote in text


def test_a_model_that_makes_nothing_shorter_is_refused() -> None:
    text = "\n\n".join(f"Завод номер {n} выпустил {n} насосов." for n in range(1, 200))
    with pytest.raises(ModelError, match="any shorter"):
        do("summarise", text, model_of(lambda messages, _: inside(messages), 1000))


def test_a_long_program_is_translated_function_by_function() -> None:
    program = "\n\n".join(f"function f{n}(x) {{\n  return x + {n};\n}}" for n in range(1, 30))

    def say(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
        return "```\n" + inside(messages).replace("function ", "fn ") + "\n```"

    result = do("translate-code", program + "\n", model_of(say, 900))
    assert result.pieces > 2
    assert result.text == program.replace("function ", "fn ")


def test_a_job_that_refuses_long_documents_says_so(tmp_path: Path) -> None:
    made = template(tmp_path, 'instruction = "x"\nlong = "refuse"\n')
    with pytest.raises(DoesNotFit, match="longer than the window"):
        run(made, source("Слово. " * 2000), scripted("…", window=800), Request())
    with pytest.raises(DoesNotFit):
        do("extract", NOTES["ru"], scripted("…", window=100), fields=FIELDS)


def test_a_job_may_ask_for_one_record(tmp_path: Path) -> None:
    made = template(
        tmp_path,
        'instruction = "О встрече."\noutput = "json"\n[[fields]]\nname = "day"\ntype = "date"\n'
        '[[fields]]\nname = "copies"\ntype = "integer"\n[[fields]]\nname = "price"\n'
        'type = "number"\n',
    )
    text = "Встреча 21.12.2025. Просим 40 экземпляров.\n"
    model = scripted('{"day": "21.12.2025", "copies": "40", "price": 5}')
    result = run(made, source(text), model, Request())
    assert result.value == {"day": "2025-12-21", "copies": 40, "price": None}
    assert [flag.field for flag in result.flags] == ["price"]
    pieces = run(
        made,
        source(text + "Ни о чём. " * 400),
        scripted(
            '{"day": "2025-12-21", "copies": 40, "price": null}', '{"copies": null}', window=1200
        ),
        Request(),
    )
    assert pieces.pieces > 1
    assert pieces.value == {"day": "2025-12-21", "copies": 40, "price": None}


def test_a_job_with_a_schema_of_its_own_is_held_to_it(tmp_path: Path) -> None:
    made = template(
        tmp_path,
        'instruction = "Кто и сколько."\noutput = "json"\n[schema]\ntype = "object"\n'
        'required = ["people"]\n[schema.properties.people]\ntype = "array"\n'
        'items = { type = "object" }\n',
    )
    model = scripted('{"persons": []}', '{"people": [{"name": "Иванов"}, {"name": "Сидоров"}]}')
    result = run(made, source(NOTES["ru"]), model, Request())
    assert result.value == {"people": [{"name": "Иванов"}, {"name": None}]}
    assert "'people' is a required property" in calls(model)[1][0][-1].text
    assert result.unsupported
