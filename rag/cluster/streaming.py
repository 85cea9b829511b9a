"""A dataset of Ray as an iterator that can be left at any moment, and never waits for nobody."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from rag.cluster.joining import HeadGone, installed
from rag.errors import RagError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import pyarrow as pa

#: Seconds between looks at a cluster that says nothing, and looks without a node until it is lost.
_LOOK_EVERY, _LOOKS = 5.0, 6
#: Seconds without the head. After a minute Ray itself ends this process, without a word of ours.
_HEADLESS = 30.0
_CONNECT = 2.0  # seconds for a connection to the head
#: Seconds after which a thread sees that nobody takes what it has.
_STOP_EVERY = 0.1
_ABSENT = "No module named 'rag"


class Lost(Exception):
    """Work that Ray could not make good itself. It can be given out again."""


def pumped(data: Any, needs: Mapping[str, int], address: str) -> Generator[pa.Table]:
    """The tables of a dataset, at most two ahead, that needs so much of resources of the cluster.

    Raises Lost where Ray gives up, and where it waits for GPUs that are gone; RagError where no
    node is left to work, or one lacks this program.
    """
    came: Queue[object] = Queue(2)
    stop = Event()
    Thread(target=_pump, args=(data, came, stop), daemon=True).start()
    silent, head = 0, _Head(address)
    try:
        while True:
            head.is_away()
            try:
                item = came.get(timeout=_LOOK_EVERY)
            except Empty:
                if head.is_away():
                    continue  # nothing can be asked of it
                lacking = _lacking(needs)
                silent = silent + 1 if lacking else 0
                if silent == _LOOKS:
                    raise _gone(lacking, address) from None
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise _told(item) from item
            yield item
    finally:
        stop.set()


def _pump(data: Any, came: Queue[object], stop: Event) -> None:
    """Put the tables of a dataset into a queue, and what ended it: None or an error."""
    end: BaseException | None = None
    try:
        tables = data.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=1)
        with closing(iter(tables)) as each:
            for table in each:
                if not _put(table, came, stop):
                    return
    except BaseException as error:  # Ray may raise what is no Exception
        end = error
    _put(end, came, stop)


def _put(item: object, came: Queue[object], stop: Event) -> bool:
    while not stop.is_set():
        try:
            came.put(item, timeout=_STOP_EVERY)
            return True
        except Full:
            continue
    return False


class _Head:
    """The head of the cluster, looked for now and then: what Ray has to ask it waits for it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._looked = self._seen = time.monotonic()

    def is_away(self) -> bool:
        """Whether it was away at the last look. Raises HeadGone where it is so for long."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return self._looked > self._seen
        self._looked = now
        if self._answers():
            self._seen = now
        elif now - self._seen > _HEADLESS:
            where = f" at {self._address}" if self._address else ""
            raise HeadGone(
                f"The head of the Ray cluster{where} does not answer any more",
                "Start it and its nodes anew (docs/ray.md), then run it again to go on:"
                " nothing is lost.",
            )
        return self._looked > self._seen

    def _answers(self) -> bool:
        head = str(installed().get_runtime_context().gcs_address)
        host, _, port = head.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), _CONNECT).close()
        except OSError:
            return False
        return True


def _lacking(needs: Mapping[str, int]) -> list[str]:
    """What the cluster has less of than is needed."""
    resources = installed().cluster_resources()
    return [name for name, count in needs.items() if resources.get(name, 0) < count]


def _gone(lacking: list[str], address: str) -> Exception:
    if "CPU" not in lacking:
        return Lost("GPUs are gone")
    return RagError(
        "No node of the Ray cluster is left that could read files",
        f"Start one (ray start --address={address or 'HOST:PORT'}) and run it again to go on.",
    )


def _told(error: BaseException) -> Exception:
    said = str(error)
    if _ABSENT in said:
        return RagError(
            "A node of the Ray cluster cannot import rag",
            "Install it there (pip install 'rag[ray]') in the version of this machine.",
        )
    lines = said.strip().splitlines() or [type(error).__name__]
    return Lost(lines[-1])
