"""What comes of a file that is read: events, and the frames in which a child sends them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError
from rag.workers import wire

if TYPE_CHECKING:
    from pathlib import Path

    from rag.prepare import Prepared


class Done(NamedTuple):
    """The file is dealt with; `digest` is the SHA-256 of its bytes, "" where it was not opened."""

    digest: str


class Event(NamedTuple):
    """What came of a file: of a member of it, "" for the file itself, or that it is done."""

    path: Path
    member: str
    result: Prepared | ReadError | Done


class Frame(NamedTuple):
    """An event as the child sent it, for who passes it on: of a kind of `rag.workers.wire`."""

    path: Path
    kind: bytes
    payload: bytes


def event_of(frame: Frame) -> Event:
    """What a child's answer says."""
    if frame.kind == wire.DONE:
        return Event(frame.path, "", Done(frame.payload.decode()))
    return Event(frame.path, *result_of(frame.kind, frame.payload))


def result_of(kind: bytes, payload: bytes) -> tuple[str, Prepared | ReadError]:
    """The member that an answer is about, and its document or why there is none."""
    try:
        if kind == wire.DOCUMENT:
            return wire.prepared_from_json(payload)
        member, message, hint = json.loads(payload)
        return str(member), ReadError(str(message), str(hint))
    except ValueError:
        return "", ReadError("its reader answered nonsense")
