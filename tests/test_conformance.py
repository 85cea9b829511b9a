"""Every family of models that people run, asked over a real library by the real command.

What the network's first layer was fed is compared to the receipt; no step feeds a token more than
the window holds; the text streams and is the same whether a known beginning is read again or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from families import FAMILIES, Family, table
from tiny_models import TEXT, make_tokenizer

from rag.app import App
from rag.config import Settings
from rag.errors import EXIT_ANSWERED
from rag.models import ByteCounter
from rag.prompt import build_prompt
from rag.types import Message

QUESTION = "When does the supplier deliver the pumps?"
FOLLOW_UP = "Какую пеню платит поставщик за каждую неделю?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of a few contracts, of which any question finds more than a window holds."""
    folder = tmp_path_factory.mktemp("contracts")
    for number in range(12):
        sections = [
            f"Section {part}. {TEXT[0]} Pump {number}-{part} weighs {600 + part} kilograms.\n\n"
            f"Раздел {part}. {TEXT[2]} Насос {number}-{part} весит {600 + part} килограммов.\n\n"
            for part in range(12)
        ]
        (folder / f"contract-{number}.txt").write_text("".join(sections), encoding="utf-8")
    app = App(Settings(workers=1), tmp_path_factory.mktemp("home"))
    app.ingest([folder])
    return app.paths.home


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Knows the words of the instructions, as any published tokenizer does."""
    prompts = [
        build_prompt(question, (), counter=ByteCounter(), window=9999, reserve=0, language=language)
        for question, language in ((QUESTION, "en"), (FOLLOW_UP, "ru"))
    ]
    said = [message.content for prompt in prompts for message in prompt.messages]
    return make_tokenizer(text=[*TEXT, *said], size=1000)


class Fed:
    """What token ids the embedding layer of a model was given, step by step."""

    def __init__(self, vocabulary: int) -> None:
        self._vocabulary = vocabulary
        self.steps: list[list[int]] = []

    def __call__(self, module: Any, inputs: tuple[Any, ...]) -> None:
        if getattr(module, "num_embeddings", 0) == self._vocabulary and inputs:
            self.steps.append(inputs[0][0].tolist())


@pytest.fixture
def fed(tokenizer: Any) -> Iterator[Fed]:
    from torch.nn.modules.module import register_module_forward_pre_hook

    seen = Fed(len(tokenizer))
    hook = register_module_forward_pre_hook(seen)
    yield seen
    hook.remove()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_answers_within_its_window(
    family: Family, home: Path, tokenizer: Any, fed: Fed, tmp_path: Path, rag: Any
) -> None:
    folder = family.make(tmp_path / "model", tokenizer, window=2048)
    spec = f"transformers:{folder}"
    flags = ("--home", home, "-m", spec, "--dtype", "float32", "--device", "cpu", "--json")
    wide = ("--window", 2048) if family.encodes else ()  # others name it in their configuration
    asked = rag("ask", QUESTION, *flags, *wide, "--max-tokens", 8)
    assert asked.code == EXIT_ANSWERED, asked.err
    receipt = asked.json["receipt"]
    assert asked.json["answer"]
    assert len(fed.steps[0]) == receipt["total"] == sum(p["tokens"] for p in receipt["parts"])
    assert (receipt["exact"], receipt["window"]) == (True, 2048)
    within(fed, 2048, family)

    fed.steps.clear()
    settings = Settings(
        model=spec, window=512, max_tokens=24, dtype="float32", device="cpu", workers=1
    )
    app = App(settings, home)
    pieces: list[str] = []
    answer = app.answer(QUESTION, on_text=pieces.append)
    assert answer.text
    assert answer.receipt is not None
    assert len(fed.steps[0]) == answer.receipt.total <= answer.receipt.window == 512
    assert answer.receipt.left_out
    assert pieces
    within(fed, 512, family)
    check_reuse(app, fed, family)
    assert app.model is not None
    assert len(list(app.model.stream([Message("user", QUESTION)]))) > 1  # as it is written


def within(fed: Fed, window: int, family: Family) -> None:
    """Prompt and answer together keep to the window; an answer is fed a token a step.

    An answer of noise may be asked for once more: then a second prompt follows the first answer.
    """
    prompt, *rest = fed.steps
    rest = list(takewhile(lambda step: len(step) == 1, rest))
    assert rest
    assert sum(len(step) > 1 for step in fed.steps) <= 2
    assert len(prompt) <= window
    if not family.encodes:
        assert len(prompt) + len(rest) <= window


def check_reuse(app: App, fed: Fed, family: Family) -> None:
    """A conversation's next prompt is read from where it differs, and answered as if whole."""
    model = app.model
    assert model is not None
    writer, drawing = model.chat.writer, replace(model.chat.drawing, max_new_tokens=6)
    opening = [Message("system", TEXT[1]), Message("user", QUESTION)]
    longer = [*opening, Message("assistant", TEXT[0]), Message("user", FOLLOW_UP)]
    first, second = (model.counter.encode(each) for each in (opening, longer))
    writer.forget()
    "".join(writer.write(first, drawing))
    fed.steps.clear()
    with_reuse = "".join(writer.write(second, drawing))
    read = len(fed.steps[0])
    writer.forget()
    fed.steps.clear()
    assert "".join(writer.write(second, drawing)) == with_reuse
    assert len(fed.steps[0]) == len(second)
    if family.encodes:
        assert read == len(second)
    else:
        same = [left == right for left, right in zip(first, second, strict=False)]
        shared = [*same, False].index(False)
        assert shared > len(second) / 4
        assert read == len(second) - shared


def test_the_table_of_the_documentation_is_that_of_this_suite() -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "generation.md"
    assert table() in page.read_text(encoding="utf-8")
