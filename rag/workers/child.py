"""The child process of `rag.readers.pool`: reads one file after another within its limits.

A request is a path, an answer one byte (D a document, E an error) and JSON; both are framed by
their length in eight bytes. The child ends when its standard input does, even in the middle of a
file, so that none outlives a parent that was killed.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

from rag.errors import ReadError
from rag.readers import read_document
from rag.readers.wire import to_json

LENGTH_BYTES = 8
DOCUMENT, ERROR = b"D", b"E"


def frame(payload: bytes) -> bytes:
    """The payload with its length before it."""
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def main(memory_limit: int, output_limit: int) -> None:
    """Answer requests until standard input ends; limits in bytes and in characters."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    requests: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    _limit_resources(memory_limit)
    while True:
        path = Path(os.fsdecode(requests.get()))
        answers.write(frame(_answer(path, output_limit)))
        answers.flush()


def _receive(stream: BinaryIO, requests: SimpleQueue[bytes]) -> None:
    """Pass requests on; end the process, whatever it is doing, when there are no more."""
    while head := stream.read(LENGTH_BYTES):
        requests.put(stream.read(int.from_bytes(head, "big")))
    os._exit(0)


def _limit_resources(memory_limit: int) -> None:
    """No more than `memory_limit` bytes beyond what is in use now; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS knows the limit and does not keep it
        allowed = _address_space() + memory_limit
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def _address_space() -> int:
    """Bytes of address space in use; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _answer(path: Path, output_limit: int) -> bytes:
    try:
        document = read_document(path)
        if len(document.text) > output_limit:
            raise ReadError(f"too much text: more than {output_limit:,} characters")
        return DOCUMENT + to_json(document)
    except ReadError as error:
        message, hint = error.message, error.hint
    except MemoryError:
        message, hint = "reading it takes more memory than is allowed", ""
    except Exception as error:
        message, hint = f"the reader failed: {type(error).__name__}: {error}"[:300], ""
    return ERROR + json.dumps([message, hint]).encode()
