"""Reader processes that outlive their pool and serve the next one like it.

To start a process, to import what reads documents and to compile its patterns takes longer than to
read the documents of most tests. In a run of the program one process reads many files of one pool;
here it reads those of many pools, one after another, as long as all that it was started with is the
same: options, niceness, the path of modules and the environment. What is busy, dead or has read
much is ended with its pool as ever.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from unittest import mock

from rag.workers import wire
from rag.workers.pool import ReaderPool

#: Processes that wait for a pool, and pools that one serves.
_WAITING, _SERVED = 4, 200
#: Of the environment, what readers do not look at and each test sets anew.
_OURS = ("RAG_", "XDG_", "PYTEST_", "HOME")
_START, _CLOSE = ReaderPool._start, ReaderPool.close


@contextmanager
def kept_warm() -> Iterator[None]:
    """Keep reader processes from pool to pool."""
    waiting: list[tuple[object, Any]] = []
    lock = Lock()

    def started_with(pool: ReaderPool) -> object:
        around = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        return wire.options_to_json(pool._options), pool._nice, sys.path[:], around

    def take(pool: ReaderPool) -> Any:
        wanted = started_with(pool)
        with lock:
            for place, (key, worker) in enumerate(waiting):
                if key == wanted and worker.process.poll() is None:
                    del waiting[place]
                    pool._workers.append(worker)
                    return worker
        worker: Any = _START(pool)
        worker.started_with, worker.served = wanted, 0
        return worker

    def close(pool: ReaderPool) -> None:
        while pool._workers:
            worker: Any = pool._workers.pop()
            worker.served += 1
            idle = worker.task is None and not worker.received and worker.process.poll() is None
            with lock:
                if idle and worker.served < _SERVED:
                    waiting.insert(0, (worker.started_with, worker))
                    worker = waiting.pop()[1] if len(waiting) > _WAITING else None
            if worker:
                worker.end()

    with mock.patch.multiple(ReaderPool, _start=take, close=close):
        yield
    for _, worker in waiting:
        worker.end()


@contextmanager
def kept_cold() -> Iterator[None]:
    """Start and end them as the program does, for tests of that."""
    with mock.patch.multiple(ReaderPool, _start=_START, close=_CLOSE):
        yield
