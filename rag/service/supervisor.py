"""Several processes that serve at one socket, and the one that looks after them.

Each is a fresh interpreter: a fork would take over locks that threads of torch, FAISS or tantivy
hold at that moment and nobody ever opens again. All take connections from the socket that the
supervisor opened before, so that none are refused while one of them is replaced. The supervisor
restarts a process that ends or hangs, passes signals on, and gives up where processes end as soon
as they are begun.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from prometheus_client.multiprocess import mark_process_dead

from rag import config
from rag.errors import RagError
from rag.service import logs
from rag.service.notify import FOR_ONE
from rag.service.process import EXIT
from rag.service.worker import CANNOT_START, READY

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from rag.service.process import Plan

#: Seconds without a beat after which a process hangs; imports of torch hold its loop for some.
_SILENCE: Final = 60.0
#: Seconds for a process to begin in, which loads its packages.
_BEGINNING: Final = 180.0
#: So many ends within so many seconds are no accident any more.
_ENDS, _WITHIN = 6, 60.0
#: Seconds before a process is begun anew, doubled for each end a moment ago.
_PAUSE = 0.25
_TICK = 0.5
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n"
    "from rag.service.worker import main; main()"
)


@dataclass(eq=False, slots=True)
class _Worker:
    """A process that serves; `heard` is when it last told that it does."""

    process: subprocess.Popen[str]
    told: int  # the end of the pipe by which it tells
    heard: float
    ready: bool = False

    def hear(self) -> bool:
        """Take what it tells; whether it may tell more."""
        found = os.read(self.told, 4096)
        self.heard = time.monotonic()
        self.ready = self.ready or READY in found
        return bool(found)

    @property
    def hangs(self) -> bool:
        """Whether nothing has been heard for too long."""
        return time.monotonic() - self.heard > (_SILENCE if self.ready else _BEGINNING)

    def close(self) -> None:
        """Let go of what is left of it."""
        os.close(self.told)
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()


class Supervisor:
    """Keeps `count` processes going until a signal."""

    def __init__(
        self,
        plan: Plan,
        bound: socket.socket,
        count: int,
        on_ready: Callable[[], None],
        on_beat: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._bound = bound
        self._count = count
        self._on_ready, self._on_beat, self._on_end = on_ready, on_beat, on_end
        self._workers: list[_Worker] = []
        self._ends: deque[float] = deque()  # when processes ended of late
        self._again = 0.0  # before which none is begun
        self._all_ready = False
        self._signals: list[int] = []
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Serve until a signal; which one it was. Raises RagError where it cannot go on."""
        logs.set_up(self._plan.form, self._plan.level)
        with tempfile.TemporaryDirectory(prefix="rag-metrics-") as folder, self._heeding():
            self._plan = replace(self._plan.shared(self._count), metrics=folder)
            try:
                while not self._signals:
                    self._keep_up()
                    self._wait()
                return self._end(self._signals[0])
            finally:
                self._kill()

    # -- beginning and ending

    def _keep_up(self) -> None:
        """See that there are as many as there are to be."""
        while len(self._workers) < self._count and time.monotonic() >= self._again:
            self._begin()

    def _begin(self) -> None:
        hear, tell = os.pipe()
        passed = (self._bound.fileno(), tell)
        process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, json.dumps(sys.path), *map(str, passed)],
            stdin=subprocess.PIPE,
            text=True,
            pass_fds=passed,
            process_group=0,  # Ctrl-C comes through the supervisor alone
            env=config.variables(
                **dict.fromkeys(FOR_ONE),
                PROMETHEUS_MULTIPROC_DIR=self._plan.metrics,
                **self._share(),
            ),
        )
        os.close(tell)
        worker = _Worker(process, hear, time.monotonic())
        self._workers.append(worker)
        self._selector.register(hear, selectors.EVENT_READ, worker)
        assert process.stdin is not None
        with suppress(OSError):  # it has ended already, which shows
            process.stdin.write(self._plan.to_json() + "\n")
            process.stdin.flush()
        logs.tell("worker-begun", worker=process.pid)

    def _share(self) -> dict[str, str]:
        """Each computes with its share of the processors, unless something else is set."""
        if config.variable("OMP_NUM_THREADS"):
            return {}
        return {"OMP_NUM_THREADS": str(max((os.cpu_count() or 1) // self._count, 1))}

    def _wait(self) -> None:
        """Until somebody tells something, or a moment has passed."""
        for key, _ in self._selector.select(_TICK):
            worker = key.data
            if worker is None:
                os.read(key.fd, 4096)  # a signal, which its handler has noted
            elif not worker.hear():
                self._has_ended(worker)
        for worker in list(self._workers):
            if worker.hangs:
                logs.tell("worker-hangs", logging.ERROR, worker=worker.process.pid)
                worker.process.kill()
        if not self._all_ready and sum(each.ready for each in self._workers) == self._count:
            self._all_ready = True
            self._on_ready()
        self._on_beat()

    def _has_ended(self, worker: _Worker) -> None:
        """Take note that a process has closed its pipe. Raises RagError where too many have."""
        self._forget(worker)
        code = worker.process.wait()
        level = logging.INFO if self._signals else logging.ERROR
        logs.tell("worker-ended", level, worker=worker.process.pid, code=code, ready=worker.ready)
        if self._signals:
            return
        now = time.monotonic()
        self._ends.append(now)
        while self._ends and now - self._ends[0] > _WITHIN:
            self._ends.popleft()
        if code == CANNOT_START or len(self._ends) >= _ENDS:
            raise RagError(
                f"Processes of the service end again and again, the last one with {code}",
                "What went wrong stands above.",
            )
        self._again = now + _PAUSE * 2 ** (len(self._ends) - 1)

    def _forget(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        self._selector.unregister(worker.told)
        worker.close()
        mark_process_dead(worker.process.pid, self._plan.metrics)  # type: ignore[no-untyped-call]

    def _end(self, number: int) -> int:
        """Pass the signal on and wait for all to end; those that do not are killed."""
        self._on_end()
        self._bound.close()  # or those who wait there would wait for nobody
        until = time.monotonic() + self._plan.settings.serve_drain_seconds + EXIT + _TICK
        for worker in self._workers:
            worker.process.send_signal(signal.SIGTERM)
        while self._workers and time.monotonic() < until and len(self._signals) < 2:
            self._wait_for_ends()
        if len(self._signals) > 1:
            self._kill()
            os._exit(128 + self._signals[1])
        return number

    def _wait_for_ends(self) -> None:
        for key, _ in self._selector.select(_TICK):
            if key.data is None:
                os.read(key.fd, 4096)
            elif not key.data.hear():
                self._has_ended(key.data)

    def _kill(self) -> None:
        for worker in list(self._workers):
            worker.process.kill()
            worker.process.wait()
            self._forget(worker)

    # -- signals

    @contextmanager
    def _heeding(self) -> Iterator[None]:
        """Note signals, and have them wake whoever waits."""
        wake, write = os.pipe()
        os.set_blocking(write, False)
        handlers = {
            signal.SIGINT: self._note,
            signal.SIGTERM: self._note,
            signal.SIGHUP: self._hang_up,
        }
        before = {each: signal.signal(each, handler) for each, handler in handlers.items()}
        woken = signal.set_wakeup_fd(write)
        self._selector.register(wake, selectors.EVENT_READ, None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken)
            for each, handler in before.items():
                signal.signal(each, handler)
            self._selector.close()
            os.close(wake)
            os.close(write)

    def _note(self, number: int, _: object) -> None:
        self._signals.append(number)

    def _hang_up(self, number: int, _: object) -> None:
        """All take the certificate anew; without one it is the end."""
        if self._plan.tls is None:
            self._note(number, None)
            return
        for worker in self._workers:
            worker.process.send_signal(signal.SIGHUP)
