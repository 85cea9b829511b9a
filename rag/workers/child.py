"""The child process: reads one file after another, prepares what is in it, within its limits.

It ends when its standard input does, even in the middle of a file, and takes the programs that it
started with it, so that none outlives a parent that was killed.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO

from rag.errors import ReadError
from rag.prepare import prepare
from rag.readers import load, original, parts
from rag.workers import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.readers import Part
    from rag.readers.options import Options

_MAX_REASON = 300
_GARBAGE_THRESHOLD = 100_000
_TELL_EVERY = 0.1  # seconds


def main() -> None:
    """Answer requests until standard input ends; its first frame holds the options."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    requests: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()

    def write(kind: bytes, payload: bytes = b"") -> None:
        answers.write(wire.frame(kind, payload))
        answers.flush()

    pages = _Pages(write)

    def answer(kind: bytes, payload: bytes = b"") -> None:
        pages.tell()
        write(kind, payload)

    given = wire.options_from_json(requests.get())
    options = replace(given, on_page=pages.add, on_count=pages.expect)
    limit_resources(options.limits.memory)
    gc.set_threshold(_GARBAGE_THRESHOLD)  # what is read is many small things that all stay
    embed = _Embedding()
    while True:
        request = requests.get()
        kind, payload = request[:1], request[1:]
        try:
            if kind == wire.EMBED:
                answer(wire.BYTES, embed(payload))
            elif kind == wire.DRAW:
                answer(wire.BYTES, _draw(payload, options))
            else:
                _read(payload, options, answer)
        except BaseException as error:  # a library may raise what is no Exception
            answer(wire.ERROR, _told("", error))
            answer(wire.DONE)


class _Pages:
    """Tells of pages that are done, some at a time."""

    def __init__(self, write: Callable[[bytes, bytes], None]) -> None:
        self._write = write
        self._counts = [0, 0]
        self._told = time.monotonic()

    def add(self, recognised: bool) -> None:
        """Count a page, and tell of it unless that was done a moment ago."""
        self._counts[recognised] += 1
        if time.monotonic() - self._told >= _TELL_EVERY:
            self.tell()

    def expect(self, count: int) -> None:
        """Tell how many pages there will be."""
        self._write(wire.COUNT, wire.dump(count))

    def tell(self) -> None:
        """Tell of the pages that are counted."""
        if any(self._counts):
            self._write(wire.PAGES, wire.dump(self._counts))
            self._counts = [0, 0]
        self._told = time.monotonic()


def _read(payload: bytes, options: Options, answer: Callable[[bytes, bytes], None]) -> None:
    """Answer with every document in a file, and at last with the hash of its bytes."""
    where, name = wire.reading_from_bytes(payload)
    data = load(Path(os.fsdecode(where)))
    for kind, reply in _replies(data, name, options):
        answer(kind, reply)
    answer(wire.DONE, hashlib.sha256(data).hexdigest().encode())


def _draw(payload: bytes, options: Options) -> bytes:
    """A page as a PNG after one byte, whether anything is marked; nothing of another file."""
    from rag.picture import page_png

    where, document, number, span = wire.drawing_from_json(payload)
    path = Path(os.fsdecode(where))
    data = original(load(path), path.name, document.id, options)
    if data is None:
        return b""
    drawing = page_png(data, document, number, span, password=options.password)
    return bytes([drawing.marked]) + drawing.png


def _receive(stream: BinaryIO, requests: SimpleQueue[bytes]) -> None:
    """Pass requests on; end the process and its children, whatever they do, after the last."""
    while head := stream.read(wire.LENGTH_BYTES):
        requests.put(stream.read(int.from_bytes(head, "big")))
    os.killpg(0, signal.SIGKILL)


def limit_resources(memory_limit: int) -> None:
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


def _replies(data: bytes, name: str, options: Options) -> Iterator[tuple[bytes, bytes]]:
    """Every document in a file, prepared, or the reason why there is none."""
    room = options.limits.characters
    for part in parts(data, name, options):
        room -= 0 if isinstance(part.result, ReadError) else len(part.result.text)
        if room < 0:
            most = options.limits.characters
            raise ReadError(f"too much text: more than {most:,} characters")
        yield _reply(part, options.day)


def _reply(part: Part, day: str) -> tuple[bytes, bytes]:
    if isinstance(part.result, ReadError):
        return wire.ERROR, _told(part.member, part.result)
    try:
        return wire.DOCUMENT, wire.prepared_to_json(part.member, prepare(part.result, day or None))
    except (MemoryError, Exception) as error:
        return wire.ERROR, _told(part.member, error)


def _told(member: str, error: BaseException) -> bytes:
    """What went wrong as the reason of a row."""
    if isinstance(error, ReadError):
        message, hint = error.message, error.hint
    elif isinstance(error, MemoryError):
        message, hint = "reading it takes more memory than is allowed", ""
    else:
        message, hint = f"the reader failed: {type(error).__name__}: {error}"[:_MAX_REASON], ""
    return wire.dump([member, message, hint])


class _Embedding:
    """Embeds texts with the built-in embedder, whose frequencies it reads once a file."""

    def __init__(self) -> None:
        self._source = ""

    def __call__(self, payload: bytes) -> bytes:
        """Vectors of texts as bytes of float32, row by row."""
        import numpy as np

        from rag.hashing import Hasher

        source, texts = json.loads(payload)
        if source != self._source:
            self._hasher = Hasher(np.load(source, allow_pickle=False))
            self._source = source
        return self._hasher.encode(texts).tobytes()
