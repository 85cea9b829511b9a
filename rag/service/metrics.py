"""What is counted, for Prometheus. No label holds what a client or a document could choose.

Neither paths nor names of collections are labels: routes are the templates of this program, and a
collection would show those who may not know of it that it exists.

With several processes the values of all are summed: prometheus-client keeps them in files of the
folder that PROMETHEUS_MULTIPROC_DIR named when this process began.
"""

from __future__ import annotations

import shutil
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from rag.errors import RagError
from rag.service.admission import KINDS, Meter
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths, collections

if TYPE_CHECKING:
    from pathlib import Path

    from rag.desk.drops import Drop
    from rag.desk.line import Kind
    from rag.service.admission import Admission
    from rag.store.tasks import Task
    from rag.types import Answer

CONTENT_TYPE = CONTENT_TYPE_LATEST
#: Upper bounds of latencies in seconds: a search takes hundredths, a model's answer up to minutes.
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Seconds that the sizes of the library, and those of the process, are good for.
_SIZES, _PROCESS = 30.0, 5.0
_OTHER = "other"


class Metrics:
    """The counters of one process; `folder` is where those of several meet, "" for one alone."""

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._measured = self._looked = float("-inf")
        mine = self._registry = CollectorRegistry()
        self._process = ProcessCollector(registry=None)
        self._own: dict[str, Gauge] = {}
        counter = partial(Counter, registry=mine)
        seconds = partial(Histogram, registry=mine, buckets=_SECONDS)
        now = partial(Gauge, registry=mine, multiprocess_mode="livesum")
        last = partial(Gauge, registry=mine, multiprocess_mode="mostrecent")

        asked = ("route", "method")
        self.requests = counter("rag_requests", "Requests that were answered", (*asked, "status"))
        told = "From the head of a request to the end of its answer"
        self.seconds = seconds("rag_request_seconds", told, asked)
        self.in_flight = now("rag_requests_in_flight", "Requests being answered")
        self.received = counter("rag_received_bytes", "Bodies of requests")
        self.sent = counter("rag_sent_bytes", "Bodies of answers")
        self.connections = now("rag_connections", "Connections of clients")
        told = "Connections that were ended, by reason"
        self.cut = counter("rag_connections_cut", told, ("reason",))

        self.queued = seconds("rag_queue_seconds", "Waiting for a turn to work", ("kind",))
        self.waiting = now("rag_queue_waiting", "Requests that wait for a turn to work")
        told = "Requests that were told to come again"
        self.busy = counter("rag_queue_refused", told, ("kind",))
        self.worked = seconds("rag_work_seconds", "Working in a turn", ("kind",))

        told = "Questions answered, by what answered them"
        self.answers = counter("rag_answers", told, ("by",))
        told = "Sentences of models, by what the check made of them"
        self.sentences = counter("rag_sentences", told, ("verdict",))
        self.steps = seconds("rag_step_seconds", "Steps of an answer", ("step",))
        told = "Waiting for a model that writes for others"
        self.model_wait = seconds("rag_model_wait_seconds", told)
        told = "Tokens that models read and wrote"
        self.tokens = counter("rag_model_tokens", told, ("direction",))

        self.jobs = counter("rag_jobs", "Jobs that have ended, by how", ("kind", "state"))
        told = "Files that were sent in, by what became of them"
        self.files = counter("rag_files", told, ("state",))
        self.pages = counter("rag_pages", "Pages that were read of them")
        self.library = last("rag_library", "What all collections hold together", ("part",))
        self.free = last("rag_disk_free_bytes", "Room on the library's disk")

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is a template, "" where none fits."""
        where = (route or _OTHER, known_method(method))
        self.requests.labels(*where, str(status)).inc()
        self.seconds.labels(*where).observe(seconds)

    def answered(self, answer: Answer) -> None:
        """A question has its answer, or its refusal."""
        self.answers.labels("refusal" if answer.refusal else answer.by).inc()
        if answer.by == "model" or answer.struck:
            supported = len(answer.sentences) if answer.by == "model" else 0
            self.sentences.labels("supported").inc(supported)
            self.sentences.labels("struck").inc(len(answer.struck))

    def ended(self, task: Task) -> None:
        """A job has come to its end."""
        self.jobs.labels(task.kind, task.state).inc()

    def settled(self, drop: Drop) -> None:
        """A file that was sent in is done."""
        self.files.labels(drop.state).inc()
        self.pages.inc(drop.pages)

    def look(self) -> None:
        """Note how large this process is; quick enough to be called all the time."""
        now = time.monotonic()
        if now - self._looked < _PROCESS:
            return
        self._looked = now
        for metric in self._process.collect():
            for sample in metric.samples:
                if sample.name not in self._own:
                    # a counter of seconds is a gauge here, which alone can be set to a value
                    self._own[sample.name] = Gauge(
                        sample.name, metric.documentation,
                        registry=self._registry, multiprocess_mode="liveall",
                    )  # fmt: skip
                self._own[sample.name].set(sample.value)

    def measure(self, home: Path) -> None:
        """Note how large the library is, where that was not done a moment ago."""
        now = time.monotonic()
        if now - self._measured < _SIZES:
            return
        self._measured = now
        names = collections(home) if home.is_dir() else []
        documents = chunks = 0
        for name in names:
            try:
                with open_catalogue(LibraryPaths(home, name)) as catalogue:
                    counted = catalogue.counts()
            except RagError:  # one that is being made, or is damaged: readiness tells
                continue
            documents, chunks = documents + counted[0], chunks + counted[1]
        parts = {"collections": len(names), "documents": documents, "chunks": chunks}
        for part, count in parts.items():
            self.library.labels(part).set(count)
        if home.is_dir():
            self.free.set(shutil.disk_usage(home).free)

    def text(self) -> bytes:
        """All values as Prometheus reads them."""
        if not self._folder:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def known_method(method: str) -> str:
    """A method as it is counted and logged: a client may send any word for one."""
    return method if method in _METHODS else _OTHER


class Turns(Meter):
    """Counts how long requests wait for their turns to work, and how many do."""

    def __init__(self, metrics: Metrics, admission: Admission) -> None:
        self._metrics = metrics
        self._admission = admission

    def began(self, kind: Kind, waited: float) -> None:
        """A request has its turn."""
        self._metrics.queued.labels(kind).observe(waited)
        self._note()

    def ended(self, kind: Kind, worked: float) -> None:
        """A turn has ended."""
        self._metrics.worked.labels(kind).observe(worked)
        self._note()

    def refused(self, kind: Kind) -> None:
        """A request was told to come again."""
        self._metrics.busy.labels(kind).inc()
        self._note()

    def _note(self) -> None:
        self._metrics.waiting.set(sum(map(self._admission.waiting, KINDS)))
