"""A process of several that serve: it is told its plan by its supervisor, and ends with it.

Its standard input brings the plan in one line, and its end when the supervisor is gone. What it
tells goes through a pipe of its own: `READY`, then a beat for as long as its loop goes round.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Final

from rag.errors import RagError
from rag.service.logs import tell
from rag.service.process import Plan, serve

READY: Final = b"r"
BEAT: Final = b"b"
#: Exit codes, for the supervisor: it could not start, and would not a second time.
CANNOT_START: Final = 3


def main() -> None:
    """Serve as the arguments and the standard input say: the socket, and the pipe to tell by."""
    bound, told = (int(word) for word in sys.argv[2:4])
    plan = Plan.from_json(sys.stdin.readline())
    listening = socket.socket(fileno=bound)

    def say(what: bytes) -> None:
        with suppress(OSError):  # the supervisor is gone, which the other thread sees
            os.write(told, what)

    threading.Thread(target=_end_with_supervisor, daemon=True, name="supervisor").start()
    try:
        serve(plan, listening, lambda: say(READY), lambda: say(BEAT))
    except RagError as error:
        print(f"rag: {error}", file=sys.stderr, flush=True)  # noqa: T201 (there is no log yet)
        sys.exit(CANNOT_START)
    sys.exit(0)


def _end_with_supervisor() -> None:
    sys.stdin.read()
    tell("supervisor-gone")
    signal.raise_signal(signal.SIGTERM)
