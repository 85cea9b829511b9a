"""Reads files nobody vouches for in child processes with bounds on memory, time and output.

A file that crashes its reader, hangs it or makes it swell ends as one `ReadError`; the worker is
replaced and the other files are read as usual. Workers are plain interpreters started with
`subprocess`: 0.02 s each, where multiprocessing's spawn and forkserver import the caller's main
module again, and nothing goes between the processes but JSON.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Self

from rag.errors import ReadError
from rag.readers.wire import from_json
from rag.readers.worker import DOCUMENT, LENGTH_BYTES, frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rag.types import Document

MEMORY_LIMIT = 1024**3
TIME_LIMIT = 60.0
OUTPUT_LIMIT = 50_000_000
#: An answer longer than this many bytes for every allowed character is refused unread.
_ANSWER_RATIO = 16
_ANSWER_ROOM = 16 * 1024**2
#: Files given out for every worker before the first of them is back.
_AHEAD = 4
_READ_SIZE = 1024**2
_CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n" + (
    "from rag.readers.worker import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)


@dataclass(eq=False)
class _Task:
    """A file, and what came of it."""

    path: Path
    result: Document | ReadError | None = None


@dataclass(eq=False)
class _Worker:
    """A child process and the file it is at."""

    process: subprocess.Popen[bytes]
    task: _Task | None = None
    deadline: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    @property
    def output(self) -> int:
        """File descriptor its answers come from."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def send(self, task: _Task, time_limit: float) -> None:
        """Give the worker a file; a worker found dead shows at the next look at its output."""
        assert self.process.stdin is not None
        self.task, self.deadline = task, time.monotonic() + time_limit
        self.received.clear()
        with suppress(BrokenPipeError):
            self.process.stdin.write(frame(os.fsencode(task.path)))
            self.process.stdin.flush()

    def end(self) -> int:
        """Kill the process if it lives, and return its exit status."""
        self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        return status


class ReaderPool:
    """Child processes that read files; a context manager that leaves none behind.

    `workers` processes work at a time, started when first needed. Each may use `memory_limit`
    bytes beyond its own size (kept by Linux; macOS does not keep such limits), `time_limit`
    seconds a file, and return `output_limit` characters.
    """

    def __init__(
        self,
        workers: int,
        *,
        memory_limit: int = MEMORY_LIMIT,
        time_limit: float = TIME_LIMIT,
        output_limit: int = OUTPUT_LIMIT,
    ) -> None:
        if workers < 1:
            raise ValueError("a pool needs at least one worker")
        self._size = workers
        self._limits = (str(memory_limit), str(output_limit))
        self._time_limit = time_limit
        self._answer_limit = output_limit * _ANSWER_RATIO + _ANSWER_ROOM
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers at once, whatever they are doing."""
        while self._workers:
            self._workers.pop().end()

    def read_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Document | ReadError]]:
        """Every path with its document, or with the reason there is none, in the order given.

        Paths are taken as workers come free, at most four a worker ahead of the result handed
        out, so that memory stays bounded however many there are.
        """
        source = iter(paths)
        given: deque[_Task] = deque()
        waiting: deque[_Task] = deque()
        try:
            while True:
                for path in islice(source, self._size * _AHEAD - len(given)):
                    given.append(_Task(path))
                    waiting.append(given[-1])
                if not given:
                    return
                while given[0].result is None:
                    self._give_out(waiting)
                    self._collect()
                self._give_out(waiting)
                done = given.popleft()
                assert done.result is not None
                yield done.path, done.result
        finally:
            for worker in [worker for worker in self._workers if worker.task]:
                self._drop(worker)

    def _give_out(self, waiting: deque[_Task]) -> None:
        """Put every idle worker to work while there is any; start workers up to the number."""
        for worker in [idle for idle in self._workers if not idle.task]:
            if worker.process.poll() is not None:
                self._drop(worker)  # died between two files; neither is to blame
        while waiting:
            idle = next((worker for worker in self._workers if not worker.task), None)
            if idle is None and len(self._workers) < self._size:
                idle = self._start()
            if idle is None:
                return
            idle.send(waiting.popleft(), self._time_limit)

    def _start(self) -> _Worker:
        """A new worker that can import what this process can."""
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _CHILD, json.dumps(sys.path), *self._limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._workers.append(_Worker(process))
        return self._workers[-1]

    def _drop(self, worker: _Worker) -> int:
        self._workers.remove(worker)
        return worker.end()

    def _collect(self) -> None:
        """Wait until a worker says something or runs out of time, and take what there is."""
        busy = [worker for worker in self._workers if worker.task]
        with selectors.DefaultSelector() as selector:
            for worker in busy:
                selector.register(worker.output, selectors.EVENT_READ, worker)
            soonest = min(worker.deadline for worker in busy)
            ready = selector.select(max(0.0, soonest - time.monotonic()))
        for key, _ in ready:
            self._take(key.data)
        now = time.monotonic()
        for worker in busy:
            if worker.task and worker.deadline <= now:
                self._fail(worker, f"it could not be read within {self._time_limit:g} seconds")

    def _take(self, worker: _Worker) -> None:
        """Take what the worker has written; its answer may come in pieces."""
        piece = os.read(worker.output, _READ_SIZE)
        if not piece:
            self._fail(worker, "")
            return
        worker.received += piece
        worker.deadline = time.monotonic() + self._time_limit  # it has read; now it is only sending
        head = worker.received[:LENGTH_BYTES]
        length = int.from_bytes(head, "big") if len(head) == LENGTH_BYTES else 0
        if length > self._answer_limit:
            self._fail(worker, "its text takes more room than is allowed")
        elif length and len(worker.received) == LENGTH_BYTES + length and worker.task:
            worker.task.result = _result(bytes(worker.received[LENGTH_BYTES:]))
            worker.task = None
            worker.received.clear()

    def _fail(self, worker: _Worker, reason: str) -> None:
        """End the worker and record why its file was not read."""
        task = worker.task
        status = self._drop(worker)
        worker.task = None
        if task:
            task.result = ReadError(reason or f"its reader crashed ({_status_name(status)})")


def _result(answer: bytes) -> Document | ReadError:
    kind, payload = answer[:1], answer[1:]
    try:
        if kind == DOCUMENT:
            return from_json(payload)
        message, hint = json.loads(payload)
        return ReadError(str(message), str(hint))
    except ValueError:
        return ReadError("its reader answered nonsense")


def _status_name(status: int) -> str:
    """SIGSEGV for -11; «exit code 3» for 3."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
