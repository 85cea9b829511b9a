"""Settings change while the page runs: what did not change stays loaded, what goes on goes on."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_models import CHAT_TEMPLATE, make_llama

from rag.config import Settings
from rag.desk import Desk
from rag.types import Message

ASKED = [Message("user", "Привет")]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "llama"
    return f"transformers:{make_llama(folder, CHAT_TEMPLATE)}"


@pytest.fixture
def settings(spec: str) -> Settings:
    return Settings(model=spec, device="cpu", max_tokens=6)


def weights(desk: Desk) -> Any:
    model: Any = desk.app().model
    return model.chat.model


def test_a_model_stays_loaded_while_its_own_settings_stay(
    settings: Settings, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, settings)
    loaded = weights(desk)
    for change in (
        {"passages": 3},
        {"me": "Анна"},
        {"temperature": 0.7, "seed": 5, "top_p": 0.9},
        {"max_tokens": 4, "stop": "x"},
    ):
        desk.settle(replace(desk.settings, **change))
        assert weights(desk) is loaded, change
    desk.settle(replace(desk.settings, window=600))
    assert weights(desk) is not loaded


def test_how_answers_are_drawn_counts_at_once(settings: Settings, tmp_path: Path) -> None:
    desk = Desk(tmp_path, settings)
    before: Any = desk.app().model
    desk.settle(replace(settings, max_tokens=3, temperature=0.5, stop="Q|W"))
    after: Any = desk.app().model
    assert (before.reserve, after.reserve) == (6, 3)
    assert (after.chat.drawing.temperature, after.chat.drawing.stop) == (0.5, ("Q", "W"))
    assert before.chat.drawing.temperature == 0
    assert after.chat.writer is before.chat.writer


def test_an_answer_that_is_being_written_is_not_disturbed(
    settings: Settings, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, settings)
    model = desk.app().model
    assert model is not None
    whole = model.write(ASKED)
    stream = model.stream(ASKED)
    pieces = [next(stream)]
    desk.settle(replace(settings, model="", temperature=1.0))
    assert desk.app().model is None
    assert "".join([*pieces, *stream]) == whole


def test_a_model_that_is_no_longer_set_leaves_memory(settings: Settings, tmp_path: Path) -> None:
    desk = Desk(tmp_path, settings)
    gone = weakref.ref(weights(desk))
    desk.settle(replace(settings, model=""))
    assert gone() is None
