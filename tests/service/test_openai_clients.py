"""Programs that speak OpenAI's protocol, over a real socket: its own client, langchain, curl."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from openai_driver import DAYS, SENTENCE, handbook, user
from service_driver import serving

FIELDS = ("prompt_tokens", "completion_tokens", "total_tokens")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of OpenAI's API over a library with a handbook."""
    home = handbook(tmp_path_factory.mktemp("clients"))
    with serving(home) as address:
        yield f"{address}/v1"


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key="none", max_retries=0) as client:
        yield client


def question(text: str = DAYS) -> Any:
    return [user(text)]


# -- the openai client


def test_it_lists_models_and_shows_one(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert "rag/default+extractive" in names
    assert client.models.retrieve("rag/default").owned_by == "rag"
    with pytest.raises(NotFoundError) as missing:
        client.models.retrieve("gpt-4o")
    assert missing.value.code == "unknown-model"


def test_it_is_answered(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="rag/default", messages=question(), extra_body={"rag": {"documents": ["правила.md"]}}
    )
    assert answer.choices[0].message.content == SENTENCE
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "rag/default"
    rag = (answer.model_extra or {})["rag"]
    assert rag["sentences"][0]["citations"][0]["document"] == "правила.md"


def test_it_is_told_what_is_wrong(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as wrong:
        client.chat.completions.create(model="rag/default", messages=question(), n=2)
    assert (wrong.value.code, wrong.value.param) == ("unsupported", "n")
    with pytest.raises(NotFoundError):
        client.chat.completions.create(model="rag/none", messages=question(), stream=True)


@pytest.mark.parametrize("with_usage", [False, True])
def test_it_reads_a_stream(client: OpenAI, with_usage: bool) -> None:
    stream = client.chat.completions.create(
        model="rag/default+extractive",
        messages=question(),
        stream=True,
        stream_options={"include_usage": with_usage},
    )
    chunks = list(stream)
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == SENTENCE
    assert all(delta.role is None for delta in deltas[1:])
    ends = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    assert [chunk.choices[0].finish_reason for chunk in ends] == ["stop"]
    assert (ends[0].model_extra or {})["rag"]["answer"] == SENTENCE
    if with_usage:
        assert chunks[-1].choices == []
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.total_tokens == 0
        assert all(chunk.usage is None for chunk in chunks[:-1])
    else:
        assert chunks[-1] is ends[0]
        assert all(chunk.usage is None for chunk in chunks)


def test_it_is_answered_asynchronously_beside_others(url: str) -> None:
    async def asked() -> list[str]:
        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            create = client.chat.completions.create
            whole = create(model="rag/default", messages=question())

            async def streamed() -> str:
                stream = await create(model="rag/default", messages=question(), stream=True)
                return "".join([c.choices[0].delta.content or "" async for c in stream])

            first, *others = await asyncio.gather(whole, *(streamed() for _ in range(3)))
            return [first.choices[0].message.content or "", *others]

    assert asyncio.run(asked()) == [SENTENCE] * 4


def test_its_helper_for_streams_ends_with_the_same_answer(client: OpenAI) -> None:
    with client.chat.completions.stream(model="rag/default", messages=question()) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == SENTENCE


def test_it_gets_vectors(client: OpenAI, url: str) -> None:
    coded = client.embeddings.create(model="rag/default", input=[DAYS, SENTENCE])
    plain = client.embeddings.create(
        model="rag/default", input=[DAYS, SENTENCE], encoding_format="float"
    )
    for one, other in zip(coded.data, plain.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding)

    async def single() -> list[float]:
        async with AsyncOpenAI(base_url=url, api_key="none") as other:
            found = await other.embeddings.create(model="rag/default", input=DAYS)
            return found.data[0].embedding

    assert asyncio.run(single()) == coded.data[0].embedding
    with pytest.raises(BadRequestError) as wrong:
        client.embeddings.create(model="rag/default", input=[1, 2])
    assert "text" in wrong.value.message


# -- langchain


def test_langchain_is_answered_in_every_way(url: str) -> None:
    chat = ChatOpenAI(base_url=url, api_key="none", model="rag/default", max_retries=0)
    talk = [
        SystemMessage("Be brief."),
        HumanMessage(DAYS),
        AIMessage(SENTENCE),
        HumanMessage("а сколько он составляет?"),
    ]
    assert chat.invoke(DAYS).content == SENTENCE
    assert chat.invoke(talk).content == "Ежегодный отпуск составляет 28 календарных дней."
    assert "".join(str(chunk.content) for chunk in chat.stream(DAYS)) == SENTENCE

    async def streamed() -> str:
        return "".join([str(chunk.content) async for chunk in chat.astream(DAYS)])

    assert asyncio.run(streamed()) == SENTENCE


def shown_code(begin: str) -> str:
    """The piece of code in docs/openai.md that begins so."""
    page = Path(__file__).parents[2] / "docs" / "openai.md"
    blocks = page.read_text(encoding="utf-8").split("```python\n")[1:]
    return next(code for block in blocks if begin in (code := block.split("\n```")[0]))


def test_langchain_gets_the_field_rag_as_the_documents_say(url: str) -> None:
    known: dict[str, Any] = {}
    exec(shown_code("class ChatRag"), known)
    chat = known["ChatRag"](base_url=url, api_key="none", model="rag/default", max_retries=0)
    for message in (chat.invoke(DAYS), sum_of(chat.stream(DAYS))):
        rag = message.response_metadata["rag"]
        assert rag["sentences"][0]["citations"][0]["quote"] == SENTENCE


def sum_of(chunks: Iterator[Any]) -> Any:
    whole = next(chunks)
    for chunk in chunks:
        whole += chunk
    return whole


def test_langchain_gets_vectors(url: str) -> None:
    embeddings = OpenAIEmbeddings(
        base_url=url, api_key="none", model="rag/default", check_embedding_ctx_length=False
    )
    (document,) = embeddings.embed_documents([SENTENCE])
    assert sum(x * y for x, y in zip(document, embeddings.embed_query(DAYS), strict=True)) > 0.2


# -- curl


def curl(*arguments: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    done = subprocess.run(
        ["curl", "--silent", "--no-buffer", "--noproxy", "*", *arguments],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_curl_is_answered_and_reads_a_stream(url: str) -> None:
    body = {"model": "rag/default", "messages": question()}
    head = ("-H", "Content-Type: application/json", "-H", "Authorization: Bearer none")
    answer = json.loads(curl(f"{url}/chat/completions", *head, "-d", json.dumps(body)))
    assert answer["choices"][0]["message"]["content"] == SENTENCE
    assert set(answer["usage"]) == set(FIELDS)
    lines = curl(f"{url}/chat/completions", "-i", *head, "-d", json.dumps({**body, "stream": True}))
    headers, _, events = lines.partition("\r\n\r\n")
    assert "text/event-stream" in headers
    assert events.endswith("\n\ndata: [DONE]\n\n")
    assert all(line.startswith("data: ") for line in events.split("\n") if line)


# -- the page about it


def test_the_code_of_the_page_runs_as_it_is_written(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known: dict[str, Any] = {}
    for begin in ("from openai import OpenAI", "class ChatRag", "chat = ChatRag"):
        exec(shown_code(begin).replace("http://127.0.0.1:8600/v1", url), known)
    said = capsys.readouterr().out
    assert "Not in your documents." in said  # its questions are English, and the handbook is not
