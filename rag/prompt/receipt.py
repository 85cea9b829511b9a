"""The account of a prompt: what each of its parts costs in tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.types import Message, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.prompt.counting import Meter
    from rag.prompt.wording import Frame
    from rag.types import Passage


def parts_of(frame: Frame, passages: Sequence[Passage], meter: Meter) -> tuple[Part, ...]:
    """What each part adds to the count, in order; the sum is the count of the whole prompt.

    That is by difference, since a tokenizer may join what two parts have at their border, and a
    template may write something around each message.
    """
    empty = Message("user", "")
    system = frame.opening()[0]
    stages: list[tuple[Part, tuple[Message, ...]]] = [
        (Part("template", 0), (replace(system, content=""), empty)),
        (Part("system", 0), (system, empty)),
    ]
    if frame.examples:
        stages.append((Part("examples", 0), (*frame.instructions(), empty)))
    if frame.history:
        stages.append((Part("history", 0), (*frame.opening(), empty)))
    stages.append((Part("question", 0), frame.messages(())))
    stages += [
        (_part(number, passage), frame.messages(passages[:number]))
        for number, passage in enumerate(passages, 1)
    ]
    parts, before = [], 0
    for part, messages in stages:
        total = meter(messages)
        parts.append(replace(part, tokens=total - before))
        before = total
    return tuple(parts)


def _part(number: int, passage: Passage) -> Part:
    page = passage.pages[0] if passage.pages else None
    return Part(f"passage {number}", 0, passage.document, page, passage.line)
