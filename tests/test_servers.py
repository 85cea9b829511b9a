"""What servers tell of themselves: their window, and how many tokens a prompt has."""

from __future__ import annotations

from typing import Any

import pytest
from model_server import Route, as_json, says, serving

from rag.errors import ModelError, UsageError
from rag.models import ByteCounter, load_model
from rag.models.servers import defused
from rag.prompt import build_prompt
from rag.types import Chunk, Message, Passage

MESSAGES = [Message("system", "Кратко."), Message("user", "Когда поставка 15 ноября?")]


def passages(count: int) -> list[Passage]:
    texts = [f"Партия {n}: поставка {n} ноября, пеня {n} % за неделю." for n in range(count)]
    return [
        Passage(Chunk(str(n), "d", 0, len(text), text), "a.txt", (), n, 1.0, n, ("words",))
        for n, text in enumerate(texts, 1)
    ]


def words_of(text: str) -> int:
    """What the tokenizer of these servers counts."""
    return len(text.split())


def templated(messages: Any) -> str:
    return "".join(f" <{each['role']}> {each['content']} <end>" for each in messages) + " <answer>"


def listed(owner: str, **more: Any) -> Route:
    return lambda _: {"data": [{"id": "any", "owned_by": owner, **more}]}


def vllm(**more: Any) -> dict[str, Route]:
    def tokenize(body: Any) -> Any:
        text = templated(body["messages"]) if "messages" in body else body["prompt"]
        return {"count": words_of(text), "max_model_len": 4000, "tokens": []}

    return {"/v1/models": listed("vllm", max_model_len=4000), "/tokenize": tokenize, **more}


def llama_cpp() -> dict[str, Route]:
    def tokenize(body: Any) -> Any:
        tokens = ["<bos>"] * body["add_special"] + body["content"].split()
        return {"tokens": list(range(len(tokens)))}

    return {
        "/v1/models": listed("llamacpp", meta={"n_ctx_train": 32_768}),
        "/props": lambda _: {"default_generation_settings": {"n_ctx": 3000}, "total_slots": 2},
        "/apply-template": lambda body: {"prompt": templated(body["messages"])},
        "/tokenize": tokenize,
    }


def kobold() -> dict[str, Route]:
    return {
        "/v1/models": listed("koboldcpp"),
        "/api/extra/true_max_context_length": lambda _: {"value": 8192},
        "/api/extra/tokencount": lambda body: {"value": words_of(body["prompt"]), "ids": []},
    }


def text_generation() -> dict[str, Route]:
    return {
        "/v1/models": listed("user"),
        "/v1/internal/token-count": lambda body: {"length": words_of(body["text"])},
    }


def ollama(running: bool = False, parameters: str = "") -> dict[str, Route]:
    about = {"model_info": {"llama.context_length": 131_072}, "parameters": parameters}
    at_work = [{"name": "any:latest", "context_length": 16_384}] if running else []
    return {
        "/v1/models": listed("library"),
        "/api/show": lambda _: about,
        "/api/ps": lambda _: {"models": at_work},
    }


@pytest.mark.parametrize(
    ("routes", "window", "tokenizer", "tokens"),
    [
        (vllm(), 4000, "vLLM server's own", 10),
        (llama_cpp(), 3000, "llama.cpp server's own", 11),
        (kobold(), 8192, "KoboldCpp server's own, the chat template estimated", 5 + 24),
        (
            text_generation(),
            4096,
            "text-generation-webui server's own, the chat template estimated",
            5 + 24,
        ),
        (ollama(), 4096, ByteCounter.name, None),
        (ollama(parameters="num_ctx 8192"), 8192, ByteCounter.name, None),
        (ollama(running=True), 16_384, ByteCounter.name, None),
        ({"/v1/models": listed("who", context_window=9000)}, 9000, ByteCounter.name, None),
        ({}, 4096, ByteCounter.name, None),
    ],
    ids=["vllm", "llama.cpp", "kobold", "webui", "ollama", "set", "running", "hosted", "unknown"],
)
def test_a_server_is_known_by_what_it_tells(
    routes: dict[str, Route], window: int, tokenizer: str, tokens: int | None
) -> None:
    with serving(routes=routes) as server:
        model = load_model("openai:any", base_url=server.url)
        counter = model.counter
        assert (model.window, counter.name) == (window, tokenizer)
        assert counter.exact == (tokens in (10, 11))
        estimate = ByteCounter().count(MESSAGES)
        assert counter.count(MESSAGES) == (estimate if tokens is None else tokens)
        if tokens is not None:
            assert counter.count_text("пять слов в этой строке") == 5
            assert counter.count_text("") == 0


def test_prompt_and_answer_fit_the_window_together() -> None:
    with serving(routes=vllm()) as server:
        model = load_model("openai:any", base_url=server.url, window=1000, max_tokens=400)
        list(model.stream(MESSAGES))
        (sent,) = server.bodies("/v1/chat/completions")
    assert sent["max_tokens"] == model.reserve == 250


def test_a_window_longer_than_the_servers_is_refused() -> None:
    with serving(routes=vllm()) as server:
        assert load_model("openai:any", base_url=server.url, window=4000).window == 4000
        with pytest.raises(UsageError, match="at most 4000"):
            load_model("openai:any", base_url=server.url, window=4001)


def test_a_window_that_ollama_has_to_be_told_of_is_refused() -> None:
    routes = ollama(parameters="num_ctx 4096")
    with serving(routes=routes) as server, pytest.raises(UsageError, match="4096") as caught:
        load_model("openai:any", base_url=server.url, window=8192)
    assert "ollama:NAME" in caught.value.hint
    with serving(routes=ollama()) as server:  # which may give it more than it tells
        assert load_model("openai:any", base_url=server.url, window=8192).window == 8192


def test_a_prompt_is_counted_exactly_and_with_few_requests() -> None:
    with serving(routes=vllm()) as server:
        model = load_model("openai:any", base_url=server.url)
        before = len(server.asked)
        prompt = build_prompt(
            "Когда поставка?",
            passages(8),
            counter=model.counter,
            window=model.window,
            reserve=model.reserve,
            language="ru",
        )
        assert len(server.asked) - before <= 2 * len(prompt.passages) + 4
        list(model.stream(prompt.messages))
        (sent,) = server.bodies("/v1/chat/completions")
        assert prompt.receipt.exact
        assert prompt.receipt.tokenizer == "vLLM server's own"
        assert prompt.receipt.total == words_of(templated(sent["messages"]))
        assert sent["stream_options"] == {"include_usage": True}


def test_control_tokens_are_counted_as_they_are_sent() -> None:
    text = "конец<|im_end|> и [INST] ещё"
    with serving(routes=vllm()) as server:
        counter = load_model("openai:any", base_url=server.url).counter
        assert counter.count([Message("user", text)]) == words_of(defused(text)) + 3
        assert server.bodies("/tokenize")[-1]["messages"][0]["content"] == defused(text)


def test_a_template_that_refuses_a_system_message_is_given_none() -> None:
    def tokenize(body: Any) -> Any:
        if any(each["role"] == "system" for each in body.get("messages", [])):
            return as_json({"message": "System role not supported"}, 400)
        return {"count": 7}

    with serving(routes=vllm(**{"/tokenize": tokenize})) as server:
        model = load_model("openai:any", base_url=server.url)
        assert model.counter.exact
        assert model.counter.count(MESSAGES) == 7
        list(model.stream(MESSAGES))
        (sent,) = server.bodies("/v1/chat/completions")
    assert sent["messages"] == [{"role": "user", "content": "Кратко.\n\nКогда поставка 15 ноября?"}]


def test_a_server_that_hides_its_tokenizer_is_estimated() -> None:
    hidden = vllm(**{"/tokenize": lambda _: as_json({"detail": "Not Found"}, 404)})
    with serving(routes=hidden) as server:
        model = load_model("openai:any", base_url=server.url)
    assert (model.window, model.counter.name) == (4000, ByteCounter.name)


def test_a_server_that_stops_counting_is_an_error_of_the_model() -> None:
    with serving(routes=vllm()) as server:
        model = load_model("openai:any", base_url=server.url)
        del server.routes["/tokenize"]
        with pytest.raises(ModelError, match="no longer counts"):
            model.counter.count(MESSAGES)


def test_a_repetition_penalty_goes_by_the_servers_name_for_it() -> None:
    for routes, name in ((llama_cpp(), "repeat_penalty"), (kobold(), "rep_pen")):
        with serving(says("a"), routes) as server:
            model = load_model("openai:any", base_url=server.url)
            list(model.chat.stream("a", repetition_penalty=1.3))
            (sent,) = server.bodies("/v1/chat/completions")
        assert sent[name] == 1.3
