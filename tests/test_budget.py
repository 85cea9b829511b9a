"""The bill of a prompt against the ids that real checkpoints read, and how it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from model_doubles import scripted
from tiny_models import CHAT_TEMPLATE, NO_SYSTEM_TEMPLATE, make_llama, make_t5

from rag import budget
from rag.app import App
from rag.errors import ModelError
from rag.models import load_model
from rag.prompt import build_prompt
from rag.types import REFUSAL, Answer, Chunk, LeftOut, Message, Part, Passage, Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from rag.models import Model

FAMILIES = {"chat": CHAT_TEMPLATE, "no system": NO_SYSTEM_TEMPLATE, "plain": None, "t5": None}
LEAVE = "сколько дней отпуска переносится?"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {
        name: make_t5(tmp_path_factory.mktemp("t5"))
        if name == "t5"
        else make_llama(tmp_path_factory.mktemp("llama"), template, window=8192)
        for name, template in FAMILIES.items()
    }


class _Read(Exception):
    """The network has been given its ids; there is no need to go on."""


def ids_read(model: Model, messages: tuple[Message, ...]) -> list[int]:
    """The ids that reach the network's first layer when the model is asked."""
    seen: list[list[int]] = []

    def stop(_layer: Any, inputs: Any) -> None:
        seen.append(inputs[0][0].tolist())
        raise _Read

    inner = model.chat.model
    first = inner.encoder if inner.config.is_encoder_decoder else inner.model
    hook = first.embed_tokens.register_forward_pre_hook(stop)
    try:
        with pytest.raises(ModelError):
            model.write(messages)
    finally:
        hook.remove()
    return seen[0]


def passages(language: str, many: int = 20) -> list[Passage]:
    line = {
        "ru": "Поставщик передаёт насосы до 15 ноября 2025 года и платит пени 5 % за неделю. ",
        "en": "The supplier delivers the pumps by 15 November 2025 and pays 5 % for each week. ",
    }[language]
    texts = [(f"{number}. " + line * (2 + number)).strip() for number in range(many)]
    return [
        Passage(Chunk(f"c{n}", "d", 0, len(text), text), "contract.pdf", (n,), None, 1.0, n, ())
        for n, text in enumerate(texts, 1)
    ]


HISTORY = [
    Message("user", "When are the pumps delivered?"),
    Message("assistant", "The supplier delivers the pumps by 15 November 2025."),
] * 3


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    ("family", "window"),
    [("t5", 512), *((f, w) for f in FAMILIES if f != "t5" for w in (512, 1024, 2048, 8192))],
)
def test_the_bill_is_the_number_of_ids_the_network_reads(
    folders: dict[str, Path], family: str, window: int, language: str
) -> None:
    spec = f"transformers:{folders[family]}"
    model = load_model(spec, device="cpu", max_tokens=64, window=window)
    prompt = build_prompt(
        {"ru": "Когда передают насосы?", "en": "When do the pumps come?"}[language],
        passages(language),
        counter=model.counter,
        window=model.window,
        reserve=model.reserve,
        language=language,
        history=HISTORY,
        instructed=family in ("chat", "no system"),
    )
    receipt = prompt.receipt
    assert receipt.exact
    assert len(ids_read(model, prompt.messages)) == receipt.total
    assert sum(part.tokens for part in receipt.parts) == receipt.total
    assert receipt.total + receipt.reserve <= window
    names = [part.name for part in receipt.parts]
    if window >= 2048:
        assert ("examples" in names) == (family == "plain")
        assert "history" in names
        assert receipt.total + receipt.reserve > 0.9 * window or not receipt.left_out
    assert bool(receipt.left_out) == (window < 8192)
    assert names[-1].startswith("passage ")


def test_a_base_model_is_shown_examples_that_answer_and_refuse(app: App, folder: Path) -> None:
    app.ingest([folder])
    model = replace(scripted("Переносится не более 10 дней."), instructed=False)
    app.model = model  # type: ignore[misc]
    answer = app.answer(LEAVE)
    assert answer.receipt is not None
    assert [part.name for part in answer.receipt.parts][:4] == [
        *("template", "system", "examples", "question"),
    ]
    shown = model.chat.calls[0][0]
    assert [each.type for each in shown] == ["system", "human", "ai", "human", "ai", "human"]
    assert shown[2].content == REFUSAL["ru"]
    assert str(shown[4].content).endswith("[1].")
    app.model = scripted("Переносится не более 10 дней.")  # type: ignore[misc]
    receipt = app.answer(LEAVE).receipt
    assert receipt is not None
    assert "examples" not in [part.name for part in receipt.parts]


# -- as a person sees it


def shown(answer: Answer, model: str, question: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    budget.show(answer, model, question)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (LEAVE, ["указания", "отрывок 1", "правила.md", "на ответ", "свободно", "окно", "Оценка"]),
        ("How many times may a cutter be sharpened?", ["system", "passage 1", "binder.txt, line"]),
    ],
)
def test_every_part_of_the_bill_is_shown(
    app: App, folder: Path, question: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    app.ingest([folder])
    app.model = scripted("Переносится не более 10 дней.")  # type: ignore[misc]
    answer = app.answer(question)
    out = shown(answer, "double", question, capsys)
    assert all(word in out for word in words), out
    assert answer.receipt is not None
    assert f"{answer.receipt.total:,}" in out


def test_what_was_left_out_is_named_with_the_reason_in_the_persons_words(
    app: App, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "много.txt").write_text(
        "\n\n".join(f"Перенос отпуска на следующий год, пункт {n}. " * 12 for n in range(8)),
        encoding="utf-8",
    )
    app.ingest([folder])
    app.model = scripted("Переносится не более 10 дней.", window=900)  # type: ignore[misc]
    answer = app.answer(LEAVE)
    assert answer.receipt is not None
    assert answer.receipt.left_out
    out = shown(answer, "double", LEAVE, capsys)
    assert "Не вошло:" in out
    assert "не помещается в окно" in out or "оставлены предложения" in out
    assert "window" not in out


def test_left_out_examples_and_turns_are_named_in_the_persons_words_and_documents_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = ("examples, 1 of 2", "history, 3 of 4", "page of rome.txt")
    left_out = tuple(LeftOut(name, 9, "does not fit the window") for name in named)
    receipt = Receipt((Part("system", 5),), 5, 100, 20, "words", True, left_out)
    out = shown(Answer("", receipt=receipt), "double", LEAVE, capsys)
    assert "примеры 1 из 2:" in out
    assert "разговор 3 из 4:" in out
    assert "page of rome.txt:" in out


def test_where_nothing_was_sent_the_reason_is_told(
    rag: Any, app: App, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag("ingest", folder).code == 0
    out = rag("ask", LEAVE, "--explain-budget").out
    assert "не более 10" in out
    assert out.endswith("Модели ничего не отправлено: она не названа.\n")
    typed = rag("ask", "Who won the football championship in Brazil?", "--explain-budget")
    assert typed.code == 3
    assert typed.out.endswith("Nothing was sent to a model: none is named.\n")
    value = rag("ask", LEAVE, "--explain-budget", "--json").json
    assert value["receipt"] is None
    app.ingest([folder])
    app.model = scripted("Brazil won it.")  # type: ignore[misc]
    question = "Who won the football championship in Brazil?"
    assert "hold no answer" in shown(app.answer(question), "double", question, capsys)
    question = "кто что обещал на встрече?"
    assert "ответ дан без неё" in shown(app.answer(question), "double", question, capsys)


def test_every_reason_has_its_words_in_russian() -> None:
    from rag.prompt import _BRIEFLY, _NO_EXAMPLES, _NO_HISTORY, _NO_ROOM
    from rag.prompt.packing import CUT, LEFT_OUT

    assert {_BRIEFLY, _NO_EXAMPLES, _NO_HISTORY, _NO_ROOM, CUT, LEFT_OUT} == set(budget._REASONS)
