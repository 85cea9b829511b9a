"""Files out to the nodes of a cluster, what came of them back in order, through Ray Data.

Files go out in windows, each one dataset that streams: a task reads a few files, and no more comes
back than this process takes. The next window is put together while one is under way. A file counts
as dealt with when all that came of it is here, and nothing of it is handed on before: what Ray runs
twice is taken once, and what a node that died had on its way is read again.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rag.cluster.joining import installed, joined, sees_all
from rag.cluster.streaming import Lost, pumped
from rag.cluster.windows import Window, tasks
from rag.errors import RagError
from rag.prepare import Prepared
from rag.workers import wire
from rag.workers.events import Done, Event, Frame, event_of
from rag.workers.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from rag.cluster.joining import Cluster
    from rag.cluster.node import Told
    from rag.cluster.table import Row, Sent
    from rag.embed import Embedder, EncoderOptions
    from rag.plan import Pass
    from rag.readers.options import Options
    from rag.store.backend import EmbedAll

log = logging.getLogger(__name__)

#: A file of more bytes that the nodes do not see is not sent, but read here.
MOST_SENT = 256 * 1024**2
#: Bytes of answers in a block of Ray Data.
_BLOCK = 16 * 1024**2
#: Rows that a model embeds at once.
_EMBED_ROWS = 64
#: Times in a row that files go out again where Ray itself cannot make good what was lost.
_TRIES = 4
#: Files that nodes are asked for before the first window, to see whether they have the same disk.
_SAMPLES = 8
#: Of the resource that stands for a node, so that many tasks may go there at once.
_SHARE = 0.001
_GO_ON = "What was read is kept: look at ray status, then run it again to go on."
_READ_HERE = (
    "Some files are read on this machine: the nodes do not see them as they are here, or they are"
    " too long to be sent"
)


class RayEngine:
    """Reads files with Ray: on this machine for the address "", or on all nodes of a cluster."""

    def __init__(
        self, address: str, embedder: Embedder, options: EncoderOptions, workers: int
    ) -> None:
        """Take an address as `address_of` gives it, and the embedder with how it is loaded."""
        self.address = address
        self.workers = workers
        identity = embedder.identity
        made = options.as_made(identity.prefixes, identity.dimension)
        self.model = None if embedder.needs_fit else (identity, made)

    def open(self, orders: Pass) -> _Reading:
        """What reads the files of one pass; Ray is started or joined for the first of them."""
        return _Reading(self, orders)


class _Reading:
    """One pass over files; a context manager that lets go of Ray."""

    def __init__(self, engine: RayEngine, orders: Pass) -> None:
        self._engine = engine
        self._orders = orders
        self._stack = ExitStack()
        self._cluster: Cluster | None = None
        self._sending: bool | None = None
        self._warned = False
        self._needs = {"CPU": 1}  # without so much of each nothing would ever come
        self._here = ReaderPool(1, orders.options, on_pages=orders.on_pages, called=orders.called)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._here.close()
        self._stack.__exit__(*raised)

    @property
    def embed_all(self) -> EmbedAll | None:
        """Processes of the cluster for the built-in embedder; None where no file was read."""
        return self._embed_all if self._cluster else None

    def read_all(self, paths: Iterable[Path]) -> Iterator[Event]:
        """What came of every path, in the order given, each ended by its `Done`.

        Raises UsageError where Ray is not installed, RagError where no cluster can be joined, where
        a node has another version of this program, and where no node is left.
        """
        coming = iter(paths)
        first = next(coming, None)
        if first is None:
            return
        if self._cluster is None:
            joining = joined(self._engine.address, self._engine.workers)
            self._cluster = self._stack.enter_context(joining)
        files = map(self._sent, _before(first, coming))
        window = Window(self._cluster.slots)
        window.fill(files)
        while window.files:
            following = Window(self._cluster.slots)
            for event in self._read(window.files):
                yield event
                if isinstance(event.result, Done):
                    following.fill(files, 1)
            following.fill(files)
            window = following

    def _sent(self, path: Path) -> Sent:
        from rag.cluster.table import Sent

        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        orders = self._orders
        name = os.fsencode(orders.called(path))
        return Sent(0, os.fsencode(path), name, size, orders.digest(path))

    def _read(self, files: Sequence[Sent]) -> Iterator[Event]:
        """Events of files in order; what was lost on the way goes out again."""
        left = deque(files)
        tries = 0
        while left:
            before = len(left)
            try:
                with closing(self._stream(list(left))) as came:
                    for rows in came:
                        yield from self._events(left.popleft(), rows)
            except Lost as error:
                tries = 1 if len(left) < before else tries + 1
                if tries == _TRIES:
                    raise RagError(f"The Ray cluster lost its work: {error}", _GO_ON) from error

    def _events(self, file: Sent, rows: Sequence[Row]) -> Iterator[Event]:
        """What came of a file that is whole here; it is read here where no node could have it."""
        from rag.cluster.table import UNSEEN

        path = Path(os.fsdecode(file.path))
        if rows[-1].kind == UNSEEN:
            if not self._warned:
                log.warning(_READ_HERE)
            self._warned = True
            yield from self._here.read_all([path])
            return
        for row in rows:
            if row.kind == wire.PAGES:
                self._orders.on_pages(path, int(row.payload))
            else:
                yield _event(path, row)

    def _stream(self, files: Sequence[Sent]) -> Generator[list[Row]]:
        """The rows of one file after the other. Raises Lost where some do not come."""
        from rag.cluster.table import FAULT, UNSEEN, rows_of

        rows: list[Row] = []
        place = 0
        with closing(pumped(self._dataset(files), self._needs, self._engine.address)) as tables:
            for row in (row for table in tables for row in rows_of(table)):
                if row.kind == FAULT:
                    raise RagError(
                        row.payload.decode(errors="replace"),
                        "Bring it up to what this machine has (docs/ray.md), and start it anew.",
                    )
                rows.append(row)
                if row.kind in (wire.DONE, UNSEEN):
                    if any(each.place != place for each in rows):
                        raise Lost("answers came out of order")
                    yield rows
                    rows, place = [], place + 1
        if place < len(files):
            raise Lost("some answers never came")

    def _dataset(self, files: Sequence[Sent]) -> Any:
        """Files as a dataset of what comes of them."""
        from rag.cluster import node
        from rag.cluster.table import files_table

        assert self._cluster is not None
        ray, slots = installed(), self._cluster.slots
        if self._sending is None:
            some = files[:: len(files) // _SAMPLES + 1]
            self._sending = not sees_all(
                node.VERSIONS, [Path(os.fsdecode(file.path)) for file in some]
            )
        _settle(ray.data.DataContext.get_current())
        given: dict[str, Any] = {"batch_size": None, "batch_format": "pyarrow"}
        data = ray.data.from_arrow([files_table(task) for task in tasks(files, slots)])
        if self._sending:
            here = {self._cluster.here: _SHARE}
            told = {"most": MOST_SENT}
            data = data.map_batches(node.load, fn_kwargs=told, num_cpus=0, resources=here, **given)
        orders = {"told": _told(self._orders.options, slots // len(files))}
        data = data.map_batches(node.read, fn_kwargs=orders, num_cpus=1, concurrency=slots, **given)
        return self._embedded(data, given)

    def _embedded(self, data: Any, given: dict[str, Any]) -> Any:
        """The dataset with vectors, where the embedder is a model: on GPUs where there are any."""
        if self._engine.model is None:
            return data
        from rag.cluster import node

        assert self._cluster is not None
        gpus = self._needs["GPU"] = int(installed().cluster_resources().get("GPU", 0))
        return data.map_batches(
            node.Embedding,
            fn_constructor_args=[node.Wanted(*self._engine.model)],
            num_cpus=0,
            num_gpus=1 if gpus else 0,
            concurrency=gpus or max(1, self._cluster.slots // 2),
            **given | {"batch_size": _EMBED_ROWS},
        )

    def _embed_all(self, requests: Iterable[tuple[str, list[str]]]) -> Iterator[bytes]:
        """Vectors of texts by the built-in embedder; as `ReaderPool.embed_all`."""
        from rag.cluster import node

        assert self._cluster is not None
        ray = installed()
        task = ray.remote(num_cpus=1, max_retries=-1)(node.embed)
        given: deque[Any] = deque()
        known, idf = "", None
        try:
            for source, texts in requests:
                if source != known:
                    known, idf = source, ray.put(np.load(source, allow_pickle=False))
                given.append(task.remote(idf, texts))
                if len(given) > self._cluster.slots:
                    yield ray.get(given.popleft())
            while given:
                yield ray.get(given.popleft())
        except ray.exceptions.RayError as error:
            raise RagError(f"The Ray cluster lost its work: {error}", _GO_ON) from error


def _before(first: Path, coming: Iterator[Path]) -> Iterator[Path]:
    yield first
    yield from coming


def _event(path: Path, row: Row) -> Event:
    """A row as an event, the document with its vectors where it has any."""
    event = event_of(Frame(path, row.kind, row.payload))
    if row.vectors is None or not isinstance(event.result, Prepared):
        return event
    made = np.frombuffer(row.vectors, np.float32).reshape(len(event.result.chunks), -1)
    return event._replace(result=replace(event.result, vectors=made))


def _told(options: Options, jobs: int) -> Told:
    """What nodes are told, with processes that recognise pages of one file as it has processors."""
    from rag.cluster.node import Told
    from rag.readers.ocr import available

    own = replace(options, ocr_jobs=max(1, min(options.ocr_jobs, jobs)))
    languages = "" if options.ocr == "never" or available(options.languages) else options.languages
    return Told(wire.options_to_json(own), languages)


def _settle(context: Any) -> None:
    """Answers in order and in small blocks, and nothing on the terminal."""
    context.execution_options.preserve_order = True
    context.target_max_block_size = _BLOCK
    context.enable_progress_bars = False
    context.print_on_execution_start = False
