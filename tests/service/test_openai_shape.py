"""What OpenAI's API is in the service: names of models, requests, errors, texts of answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from papers import ENGLISH, HANDBOOK, MEETING
from service_driver import client_of, filled

from rag.access.keys import Key
from rag.config import Settings
from rag.desk import Desk
from rag.errors import LibraryBusy
from rag.service import Service
from rag.service.admission import Admission
from rag.service.entry import Client
from rag.service.openai import naming
from rag.service.openai.errors import Edge
from rag.service.problems import Refused, response

DAYS = "Сколько дней отпуска переносится?"
SENTENCE = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."
CHAT = "/v1/chat/completions"


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


def ask(http: TestClient, question: str = DAYS, **more: Any) -> Any:
    """The answer to a question, as JSON."""
    body = {"model": "rag/default", "messages": [user(question)], **more}
    return http.post(CHAT, json=body).json()


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def said(answer: Any) -> str:
    text = answer["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


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
    service = Service(desk, Admission(desk.settings))
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


# -- parameters


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 2},
        {"logprobs": True},
        {"response_format": {"type": "json_object"}},
        {"modalities": ["text", "audio"]},
        {"web_search_options": {}},
        {"tool_choice": "required"},
        {"function_call": {"name": "f"}},
        {"temperature": 3},
        {"temperature": "0.5"},
        {"max_tokens": 0},
        {"stop": ["x"] * 17},
        {"stream": "yes"},
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_name(http: TestClient, wrong: Any) -> None:
    reply = http.post(CHAT, json={"model": "rag/default", "messages": [user(DAYS)], **wrong})
    fault = reply.json()["error"]
    assert reply.status_code == 400
    assert fault["param"] == next(iter(wrong))
    assert fault["code"] in ("unsupported", "invalid-request")


@pytest.mark.parametrize(
    "field", [{"footnote": True}, {"since": "yesterday"}, {"until": 5}, {"documents": "a"}]
)
def test_a_field_of_rag_that_is_mistyped_is_refused(http: TestClient, field: Any) -> None:
    assert ask(http, rag=field)["error"]["param"] == f"rag.{next(iter(field))}"


def test_what_does_no_harm_is_taken_and_what_changes_nothing_is_named(http: TestClient) -> None:
    more = {
        "n": 1,
        "stream": None,
        "stop": None,
        "seed": -5,
        "temperature": 0.3,
        "user": "anna",
        "response_format": {"type": "text"},
        "presence_penalty": 0,
        "frequency_penalty": 1.5,
        "tools": [{"type": "function"}],
        "tool_choice": "auto",
        "store": False,
        "made_up": 1,
        "max_completion_tokens": 5,
        "metadata": {"a": "b"},
        "logprobs": False,
    }
    answer = ask(http, **more)
    assert said(answer) == SENTENCE
    assert answer["rag"]["ignored"] == [
        *("frequency_penalty", "made_up", "tools"),
        *("temperature", "seed", "max_completion_tokens"),
    ]


# -- errors


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"model":', "application/json"),
        (b'{"model": "rag/default"}', "application/x-www-form-urlencoded"),
        (b"[" * 200_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[1]", "application/json"),
    ],
)
def test_a_body_that_is_no_object_is_a_mistake_of_the_client(
    http: TestClient, body: bytes, kind: str
) -> None:
    reply = http.post(CHAT, content=body, headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid-request")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CHAT, 405),
        ("POST", "/v1/models", 405),
        ("DELETE", "/v1/models/rag/default", 405),
        ("POST", "/v1/responses", 404),
        ("GET", "/v1/", 404),
    ],
)
def test_an_address_where_nothing_is_answers_in_the_same_shape(
    http: TestClient, method: str, path: str, status: int
) -> None:
    reply = http.request(method, path)
    assert reply.status_code == status
    assert reply.json()["error"]["type"] == "invalid_request_error"


def test_errors_before_the_routes_are_reshaped_and_others_are_let_be() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        error = LibraryBusy("It is busy", "Wait.")
        if scope["path"].endswith("key"):
            refused = {"WWW-Authenticate": "Bearer"}
            error = Refused(401, "no-key", "A key is missing", "Send one.", refused)  # type: ignore[assignment]
        await response(error)(scope, receive, send)

    client = TestClient(Edge(app, "/v1/"))
    reply = client.get("/v1/key")
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json()["error"] == {
        "message": "A key is missing. Send one.",
        "type": "authentication_error",
        "param": None,
        "code": "no-key",
        "hint": "Send one.",
        "exit_code": 1,
    }
    assert client.get("/v1/models").json()["error"]["type"] == "server_error"
    assert client.get("/api/v1/models").json()["code"] == "library-busy"


def test_an_empty_collection_cannot_answer_yet(tmp_path: Path) -> None:
    (tmp_path / "new.folders.json").write_text("{}", encoding="utf-8")
    with client_of(tmp_path) as http:
        assert http.get("/v1/models/rag/new").json()["created"] == 0
        for stream in (False, True):
            reply = http.post(
                CHAT, json={"model": "rag/new", "messages": [user(DAYS)], "stream": stream}
            )
            assert reply.status_code == 404
            assert reply.json()["error"]["code"] == "library-missing"


# -- vectors


def vectors(http: TestClient, given: Any, **more: Any) -> Any:
    return http.post("/v1/embeddings", json={"model": "rag/default", "input": given, **more}).json()


def test_vectors_are_those_of_the_library_as_numbers_or_bytes(http: TestClient) -> None:
    texts = [SENTENCE, "подводная лодка"]
    numbers = vectors(http, texts)
    assert [row["index"] for row in numbers["data"]] == [0, 1]
    floats = np.array([row["embedding"] for row in numbers["data"]], np.float32)
    coded = vectors(http, texts, encoding_format="base64", dimensions=floats.shape[1])["data"]
    raw = [np.frombuffer(base64.b64decode(row["embedding"]), "<f4") for row in coded]
    assert np.array_equal(np.stack(raw), floats)
    assert np.allclose(np.linalg.norm(floats, axis=1), 1, atol=1e-5)
    (query,) = vectors(http, DAYS, input_type="query")["data"]
    near, far = floats @ np.array(query["embedding"], np.float32)
    assert near > far
    assert numbers["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize(
    ("given", "more", "param"),
    [
        ([1, 2, 3], {}, "input"),
        ([[1, 2], [3]], {}, "input"),
        ("", {}, "input"),
        (["x", " "], {}, "input"),
        ([], {}, "input"),
        (["x"] * 2049, {}, "input"),
        (None, {}, "input"),
        ("x", {"dimensions": 3}, "dimensions"),
        ("x", {"encoding_format": "int8"}, "encoding_format"),
        ("x", {"model": "rag/none"}, None),
    ],
)
def test_texts_that_cannot_be_embedded_are_refused(
    http: TestClient, given: Any, more: Any, param: str | None
) -> None:
    fault = vectors(http, given, **more)["error"]
    assert (fault["type"], fault["param"]) == ("invalid_request_error", param)


def test_the_api_is_described_with_its_errors(http: TestClient) -> None:
    described = http.get("/openapi.json").json()
    chat = described["paths"][CHAT]["post"]
    assert {"200", "4XX", "5XX"} == set(chat["responses"])
    assert "Completion" in str(chat["requestBody"])
