"""Reads files nobody vouches for in child processes with bounds on memory, time and output.

A file that crashes its reader, hangs it or makes it swell ends as one `ReadError`; the worker is
replaced and the other files are read as usual. Workers are plain interpreters started with
`subprocess`: 0.02 s each, where multiprocessing's spawn and forkserver import the caller's main
module again, and nothing goes between the processes but JSON and vectors.
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

from rag.errors import RagError, ReadError
from rag.picture import Drawing
from rag.readers.options import DEFAULT
from rag.workers import wire
from rag.workers.events import Event, Frame, event_of, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from rag.locate import Span
    from rag.readers.options import Options
    from rag.types import Document

#: An answer longer than this many bytes for every allowed character is refused unread.
_ANSWER_RATIO = 16
_ANSWER_ROOM = 16 * 1024**2
#: Files given out for every worker before the first of them is back.
_AHEAD = 8
#: Requests for vectors given out for every worker.
_EMBED_AHEAD = 2
#: Bytes of answers kept for later, beyond which nobody gets a new task but the one waited for.
_BUFFER = 256 * 1024**2
_READ_SIZE = 1024**2
#: Processes that read where nobody says how many: beyond that, one that writes is waited for.
_MOST = 4
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n"
    "import os; hasattr(os, 'nice') and os.nice(int(sys.argv[2]))\n"
    "from rag.workers.child import main; main()"
)


def processes(wanted: int = 0) -> int:
    """How many processes read files: as wanted, else one a processor, but not many."""
    return wanted or min(os.cpu_count() or 1, _MOST)


@dataclass(eq=False)
class _Task:
    """A request, and what came of it so far. `path` is None where no file is to be read.

    `reply` and `error` are what came of such a request. `size` is in bytes of answers, `seconds`
    are what it may take.
    """

    request: bytes
    path: Path | None = None
    frames: deque[Frame] = field(default_factory=deque)
    reply: bytes = b""
    error: ReadError | None = None
    size: int = 0
    seconds: float = 0.0
    done: bool = False

    def add(self, kind: bytes, payload: bytes) -> None:
        """Note what came of a member, or that this was all."""
        if self.path is not None:
            self.frames.append(Frame(self.path, kind, payload))
        elif kind == wire.ERROR:
            _, result = result_of(kind, payload)
            assert isinstance(result, ReadError)
            self.error = result
        self.done = self.done or kind == wire.DONE


@dataclass(eq=False)
class _Worker:
    """A child process and the request it is at.

    `deadline` moves on with every page and document that is done.
    """

    process: subprocess.Popen[bytes]
    task: _Task | None = None
    deadline: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    @property
    def output(self) -> int:
        """File descriptor its answers come from."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def send(self, task: _Task, seconds: float) -> None:
        """Give the worker a task; a worker found dead shows at the next look at its output."""
        self.task, self.deadline = task, time.monotonic() + seconds
        task.seconds = seconds
        self.received.clear()
        self.write(task.request)

    def write(self, message: bytes) -> None:
        """Write to its standard input."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(message)
            self.process.stdin.flush()

    def end(self) -> int:
        """Kill the process and what it started, and return its exit status."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        return status


class ReaderPool:
    """Child processes that read files; a context manager that leaves none behind.

    `workers` processes work at a time, started when first needed, each within `options.limits`
    (of memory kept by Linux; macOS does not keep such limits). `on_pages` is told how many pages of
    a file have been read since it was told before, `on_count` how many it has where its reader
    knows. `called` tells a reader what a file is called, with the suffix that it is read by.
    """

    def __init__(
        self,
        workers: int,
        options: Options = DEFAULT,
        *,
        on_pages: Callable[[Path, int], None] = lambda *_: None,
        on_count: Callable[[Path, int], None] = lambda *_: None,
        called: Callable[[Path], str] = lambda path: path.name,
        nice: int = 0,
    ) -> None:
        if workers < 1:
            raise ValueError("a pool needs at least one worker")
        self._size = workers
        self._options = options
        self._limits = options.limits
        self._on_pages = on_pages
        self._on_count = on_count
        self._called = called
        self._nice = nice
        self._answer_limit = self._limits.characters * _ANSWER_RATIO + _ANSWER_ROOM
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers at once, whatever they are doing."""
        while self._workers:
            self._workers.pop().end()

    def read_all(self, paths: Iterable[Path]) -> Iterator[Event]:
        """What came of every path, in the order given, each ended by its `Done`.

        Paths are taken as workers come free, at most eight a worker ahead of the one whose events
        are handed out, so that memory stays bounded however many there are.
        """
        for frame in self.read_frames(paths):
            yield event_of(frame)

    def read_frames(self, paths: Iterable[Path]) -> Iterator[Frame]:
        """The same as the children sent it."""
        for task in self._work(map(self._reading, paths), self._size * _AHEAD):
            while task.frames:
                yield task.frames.popleft()

    def _reading(self, path: Path) -> _Task:
        request = wire.reading_to_bytes(os.fsencode(path), self._called(path))
        return _Task(wire.frame(wire.READ, request), path)

    def embed_all(self, requests: Iterable[tuple[str, list[str]]]) -> Iterator[bytes]:
        """Vectors of texts by the built-in embedder, as rows of float32, in the order given.

        A request names the file of the embedder's frequencies, and the texts. Raises RagError
        where a worker fails: texts are no foreign files.
        """
        tasks = (_Task(wire.frame(wire.EMBED, wire.dump(request))) for request in requests)
        for task in self._work(tasks, self._size * _EMBED_AHEAD):
            if task.error:
                raise RagError(f"A process that embeds texts failed: {task.error}", "Run it again.")
            yield task.reply

    def draw(
        self, path: Path, document: Document, number: int, span: Span | None
    ) -> Drawing | None:
        """A page of a document that was read from the file at a path; see `rag.picture.page_png`.

        None where the file is gone or is no longer the one that was read. Raises ReadError where
        the page cannot be drawn.
        """
        if not path.exists():
            return None
        request = wire.drawing_to_json(os.fsencode(path), document, number, span)
        (task,) = self._work(iter([_Task(wire.frame(wire.DRAW, request))]), 1)
        if task.error:
            raise task.error
        return Drawing(task.reply[1:], bool(task.reply[0])) if task.reply else None

    def _work(self, tasks: Iterator[_Task], ahead: int) -> Iterator[_Task]:
        """The first of the tasks that is not done, whenever something came of it, and again."""
        given: deque[_Task] = deque()
        waiting: deque[_Task] = deque()
        try:
            while True:
                for task in islice(tasks, ahead - len(given)):
                    given.append(task)
                    waiting.append(task)
                if not given:
                    return
                if waiting and (waiting[0] is given[0] or sum(t.size for t in given) < _BUFFER):
                    self._give_out(waiting)
                if not (given[0].done or given[0].frames):
                    self._collect()
                    continue
                yield given[0]
                if given[0].done:
                    given.popleft()
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
            idle.send(waiting.popleft(), self._limits.seconds)

    def _start(self) -> _Worker:
        """A new worker that can import what this process can, in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _CHILD, json.dumps(sys.path), str(self._nice)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        worker = _Worker(process)
        options = wire.options_to_json(self._options)
        worker.write(len(options).to_bytes(wire.LENGTH_BYTES, "big") + options)
        self._workers.append(worker)
        return worker

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
            ready = {key.data for key, _ in selector.select(max(0.0, soonest - time.monotonic()))}
        for worker in ready:
            self._take(worker)
        now = time.monotonic()
        for worker in busy:  # what one has said already is not held against it
            if worker.task and worker not in ready and worker.deadline <= now:
                allowed = worker.task.seconds
                self._fail(worker, f"it could not be read within {allowed:g} seconds")

    def _take(self, worker: _Worker) -> None:
        """Take what the worker has written; its answers may come in pieces."""
        piece = os.read(worker.output, _READ_SIZE)
        if not piece:
            self._fail(worker, "")
            return
        worker.received += piece
        while worker.task and len(worker.received) >= wire.LENGTH_BYTES:
            length = int.from_bytes(worker.received[: wire.LENGTH_BYTES], "big")
            end = wire.LENGTH_BYTES + length
            if length > self._answer_limit:
                self._fail(worker, "its text takes more room than is allowed")
            elif len(worker.received) < end:
                return
            else:
                answer = bytes(worker.received[wire.LENGTH_BYTES : end])
                del worker.received[:end]
                self._hear(worker, worker.task, answer[:1], answer[1:])

    def _hear(self, worker: _Worker, task: _Task, kind: bytes, payload: bytes) -> None:
        """Note one answer of a worker."""
        limits = self._limits
        task.size += len(payload)
        if kind == wire.PAGES:
            plain, recognised = json.loads(payload)
            earned = plain * limits.page_seconds + recognised * limits.ocr_page_seconds
            self._allow(worker, earned)
            if task.path is not None:
                self._on_pages(task.path, plain + recognised)
        elif kind == wire.COUNT:
            if task.path is not None:
                self._on_count(task.path, int(payload))
        elif kind == wire.BYTES:
            task.reply, task.done = payload, True
        elif kind == wire.DONE:
            task.add(kind, payload)
        else:
            task.add(kind, payload)
            self._allow(worker, limits.member_seconds)
        if task.done:
            worker.task = None

    def _allow(self, worker: _Worker, seconds: float) -> None:
        """Move the end of a worker's time on."""
        worker.deadline += seconds
        if worker.task:
            worker.task.seconds += seconds

    def _fail(self, worker: _Worker, reason: str) -> None:
        """End the worker and record why its file was not read."""
        task = worker.task
        status = self._drop(worker)
        worker.task = None
        if task:
            reason = reason or f"its reader crashed ({_status_name(status)}){_why(status)}"
            task.add(wire.ERROR, wire.dump(["", reason, ""]))
            task.add(wire.DONE, b"")


def _why(status: int) -> str:
    """What libraries written in C do where memory runs out."""
    return ", perhaps for want of memory" if status == -signal.SIGABRT else ""


def _status_name(status: int) -> str:
    """SIGSEGV for -11; «exit code 3» for 3."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
