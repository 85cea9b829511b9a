"""A head of a Ray cluster that goes away is told, before Ray ends the process without a word."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest

from rag.cluster import streaming
from rag.cluster.joining import HeadGone

pytest.importorskip("ray")


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """What stands for the head, looked for at each question."""
    found = socket.create_server(("127.0.0.1", 0))
    context = SimpleNamespace(gcs_address=f"127.0.0.1:{found.getsockname()[1]}")
    ray = SimpleNamespace(get_runtime_context=lambda: context)
    monkeypatch.setattr(streaming, "installed", lambda: ray)
    monkeypatch.setattr(streaming, "_LOOK_EVERY", 0.0)
    return found


def test_a_head_that_does_not_answer_for_long_is_told(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = streaming._Head("10.0.0.5:6379")
    assert not head.is_away()
    listener.close()
    assert head.is_away()
    monkeypatch.setattr(streaming, "_HEADLESS", 0.0)
    with pytest.raises(HeadGone, match=r"10\.0\.0\.5:6379 does not answer") as caught:
        head.is_away()
    assert "run it again" in caught.value.hint


def test_a_head_that_comes_back_is_waited_for(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    head = streaming._Head("")
    listener.close()
    assert head.is_away()
    with socket.create_server(("127.0.0.1", port)):
        assert not head.is_away()
