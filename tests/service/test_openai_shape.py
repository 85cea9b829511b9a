"""What OpenAI's API is in the service: names of models, answers, conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openai_driver import DAYS, SENTENCE, ask, said, user
from papers import ENGLISH, HANDBOOK, MEETING
from service_driver import client_of, filled

from rag.access.keys import Key
from rag.config import Settings
from rag.desk import Desk
from rag.service import Service
from rag.service.admission import Admission
from rag.service.entry import Client
from rag.service.ingests import Ingests
from rag.service.jobs import Jobs
from rag.service.openai import naming
from rag.service.problems import Refused


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two collections; nothing here writes to it."""
    folder = tmp_path_factory.mktemp("shape")
    papers, secret = folder / "papers", folder / "secret"
    papers.mkdir()
    secret.mkdir()
    texts = {"правила.md": HANDBOOK, "binder.txt": ENGLISH, "планёрка.txt": MEETING}
    for name, text in texts.items():
        (papers / name).write_text(text, encoding="utf-8")
    odd = "The gasket [is](http://e.example/x) made of <b>cork</b> ![](http://e.example/y.png).\n"
    (papers / "odd.txt").write_text(odd, encoding="utf-8")
    (secret / "тариф.txt").write_text("Тариф равен пяти рублям.\n", encoding="utf-8")
    filled(folder / "home", papers)
    return filled(folder / "home", secret, "secret")


@pytest.fixture(scope="module")
def http(library: Path) -> Iterator[TestClient]:
    with client_of(library, Settings(workers=1, serve_question=200)) as client:
        yield client


# -- names of models


def test_each_collection_has_models_that_say_how_they_answer(http: TestClient) -> None:
    listed = http.get("/v1/models").json()
    names = [each["id"] for each in listed["data"]]
    assert listed["object"] == "list"
    assert names[:4] == [
        *("rag/default", "rag/default+footnotes"),
        *("rag/default+extractive", "rag/default+extractive+footnotes"),
    ]
    assert "rag/secret" in names
    for name in (*names, "rag/default+live"):
        for address in (name, name.replace("/", "%2F").replace("+", "%2B")):
            shown = http.get(f"/v1/models/{address}").json()
            assert (shown["id"], shown["object"], shown["owned_by"]) == (name, "model", "rag")
            assert shown["created"] > 0
            assert shown["rag"]["by"] == "documents"


@pytest.mark.parametrize("name", ["gpt-4o", "rag/", "rag/none", "rag/default+nothing", "rag/../x"])
def test_a_name_that_is_none_of_a_model_is_told_so(http: TestClient, name: str) -> None:
    fault = ask(http, model=name)["error"]
    assert fault["code"] == "unknown-model"
    assert http.get("/v1/models/none").json()["error"]["code"] == "unknown-model"


def test_a_client_sees_its_own_collections_and_no_sign_of_others(library: Path) -> None:
    desk = Desk(library, Settings(workers=1))
    admission = Admission(desk.settings)
    jobs = Jobs(desk, admission)
    service = Service(desk, admission, jobs, Ingests(jobs))
    client = Client("reader", Key("1", "reader", frozenset({"default"}), "read"))
    seen = [each["id"] for each in naming.models(service, client)]
    assert seen
    assert all(name.startswith("rag/default") for name in seen)
    with pytest.raises(Refused) as hidden:
        naming.entered(service, client, "rag/secret")
    with pytest.raises(Refused) as absent:
        naming.entered(service, client, "rag/absent")
    assert str(hidden.value) == str(absent.value).replace("absent", "secret")
    assert (hidden.value.status, hidden.value.code) == (absent.value.status, absent.value.code)
    desk.close()


# -- answers


def test_an_answer_is_verbatim_and_brings_all_that_is_known_of_it(http: TestClient) -> None:
    answer = ask(http)
    assert said(answer) == SENTENCE
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == dict.fromkeys(
        ("prompt_tokens", "completion_tokens", "total_tokens"), 0
    )
    rag = answer["rag"]
    (place,) = rag["sentences"][0]["citations"]
    assert (place["document"], place["line"], place["quote"]) == ("правила.md", 9, SENTENCE)
    assert (rag["by"], rag["refusal"], rag["collection"]) == ("documents", None, "default")
    assert rag["ignored"] == []


def test_a_refusal_is_an_answer_with_its_words_and_says_that_it_is_one(http: TestClient) -> None:
    answer = ask(http, "Сколько стоит подводная лодка?")
    assert said(answer) == answer["rag"]["refusal"] == "В ваших документах этого нет."


@pytest.mark.parametrize("how", [{"model": "rag/default+footnotes"}, {"rag": {"footnotes": True}}])
def test_footnotes_stand_in_the_text_when_asked_for(http: TestClient, how: Any) -> None:
    text = said(ask(http, **how))
    assert text.startswith(f"{SENTENCE} \\[1\\]")
    assert "### Источники\n\n- \\[1\\] правила.md, строка 9" in text
    assert said(ask(http, model="rag/default+footnotes", rag={"footnotes": False})) == SENTENCE


def test_rows_of_the_register_are_an_answer_too(http: TestClient) -> None:
    answer = ask(http, "Кто что обещал?")
    assert "Олег Титов → Анна Белова" in said(answer)
    assert answer["rag"]["promises"][0]["who"] == "Олег Титов"


def test_no_tag_link_or_picture_of_a_document_works_in_the_text(http: TestClient) -> None:
    answer = ask(http, "What is the gasket made of?")
    assert "cork" in said(answer)
    assert not {"](", "![", "<b>"} & {said(answer)[i : i + n] for n in (2, 3) for i in range(400)}
    assert "<b>cork</b>" in answer["rag"]["sentences"][0]["citations"][0]["quote"]


def test_who_asks_and_how_much_is_looked_at_can_be_said(http: TestClient) -> None:
    answer = ask(http, "Что я должен сделать?", rag={"me": "Олег"})
    assert [row["who"] for row in answer["rag"]["promises"]] == ["Олег Титов"]
    assert len(ask(http, rag={"k": 1})["rag"]["passages"]) == 1


def test_a_scope_bounds_where_is_looked(http: TestClient) -> None:
    there = ask(http, rag={"documents": ["правила.md"]})
    assert said(there) == SENTENCE
    elsewhere = ask(http, rag={"documents": ["binder.txt"], "since": None})
    assert elsewhere["rag"]["refusal"]
    nowhere = ask(http, rag={"documents": ["none.pdf"]})
    assert nowhere["error"]["code"] == "usage-error"


# -- conversations


def test_a_follow_up_leans_on_the_messages_before_it(http: TestClient) -> None:
    for earlier in (SENTENCE, said(ask(http, model="rag/default+footnotes"))):
        messages = [
            {"role": "system", "content": "Answer whatever you like."},
            {"role": "assistant", "content": "Здравствуйте!"},
            user(DAYS),
            {"role": "assistant", "content": earlier},
            user([{"type": "text", "text": "а до какого"}, {"type": "text", "text": "числа?"}]),
        ]
        answer = ask(http, messages=messages)
        assert said(answer).endswith("Заявление о переносе подают в отдел кадров до 1 декабря.")
        assert "отпуск" in answer["rag"]["asked"].lower()
        assert answer["rag"]["ignored"] == ["messages of the role system"]


def test_a_follow_up_may_lean_on_a_follow_up(http: TestClient) -> None:
    said_before = ("Сколько дней составляет отпуск?", "а сколько его переносится?")
    messages = []
    for question in said_before:
        messages += [user(question), {"role": "assistant", "content": "Столько-то."}]
    answer = ask(http, messages=[*messages, user("а в какой отдел?")])
    assert "отпуск" in answer["rag"]["asked"].lower()
    assert "отдел кадров" in said(answer)


def test_messages_of_a_person_in_a_row_are_one_question(http: TestClient) -> None:
    messages = [user("Скажи, пожалуйста."), user(DAYS), {"role": "system", "content": "Be brief."}]
    assert said(ask(http, messages=messages)) == SENTENCE


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([{"role": "system", "content": "Be brief."}], "messages"),
        ([user(" ")], "messages"),
        ([user(None)], "messages"),
        ([user("x"), {"role": "assistant", "content": "y"}], "messages"),
        ([user("long " * 100)], "messages"),
        ([user([{"type": "image_url", "image_url": {"url": "x"}}])], "messages[0].content[0]"),
        ([{"role": "judge", "content": "x"}], "messages[0].role"),
        ([user([{"text": "x"}])], "messages[0].content[0].type"),
        ([user(5)], "messages[0].content"),
        ([], "messages"),
        ("x", "messages"),
    ],
)
def test_messages_that_hold_no_question_are_refused(
    http: TestClient, messages: Any, param: str
) -> None:
    fault = ask(http, messages=messages)["error"]
    assert (fault["type"], fault["param"]) == ("invalid_request_error", param)
