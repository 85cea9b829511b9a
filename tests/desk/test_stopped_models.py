"""A model of this process behind the line: a stop ends its computing, the next one is served."""

from __future__ import annotations

import threading
from pathlib import Path

from held_models import PATIENCE, in_thread
from tiny_models import CHAT_TEMPLATE, make_llama

from rag.desk.line import Caller, Line, calling, queued
from rag.errors import Stopped
from rag.models import load_model
from rag.types import Message

ASKED = [Message("user", "When are the pumps delivered?")]
MOST, LET = 200, 8  # tokens of an answer, and steps that the model may take before the stop


def test_a_stop_ends_the_computing_and_the_next_one_is_served(tmp_path: Path) -> None:
    folder = make_llama(tmp_path, CHAT_TEMPLATE)
    model = load_model(f"transformers:{folder}", max_tokens=MOST, dtype="float32", device="cpu")
    line = Line()
    shared = queued(model, line)
    steps = threading.Semaphore(LET)
    taken: list[int] = []
    writing = threading.Event()

    def step(*_: object) -> None:
        if len(taken) == LET:
            writing.set()
        assert steps.acquire(timeout=PATIENCE)
        taken.append(1)

    hook = model.chat.model.register_forward_pre_hook(step)  # type: ignore[attr-defined]
    caller = Caller("first")

    def ask() -> str:
        with calling(caller):
            return shared.write(ASKED)

    asking = in_thread(ask)
    assert writing.wait(PATIENCE)
    caller.stop()
    assert isinstance(asking(), Stopped)  # though the model is in the middle of a step
    steps.release(MOST)
    line.leave(line.enter(Caller("second")))
    assert len(taken) < MOST // 4  # it hears at its next word, of a few tokens
    hook.remove()
    assert shared.write(ASKED) == model.write(ASKED) != ""
