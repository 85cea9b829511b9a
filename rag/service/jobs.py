"""Work that outlives a request: begun by one, seen by all, and told of after a restart.

A job is on the disk before a client hears of it (`rag.store.tasks`), so that any process of the
service can tell how far it has come, and the next run what became of it. Each is worked by one
process. Where that one is killed, another, or the next run, takes the job over: an ingest goes on,
for its files are kept; what else was cut off has failed, and says so.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread

from rag.desk.line import Caller, calling
from rag.errors import RagError, Stopped, StorageError, UsageError
from rag.service.live import Live, changed, told
from rag.service.logs import tell
from rag.service.problems import Refused, no_collection, problem, unexpected
from rag.store.names import checked_name
from rag.store.place import JOBS, LibraryPaths, collections
from rag.store.tasks import Task, Tasks, new_id, now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from rag.desk import Desk
    from rag.service.admission import Admission
    from rag.service.entry import Client
    from rag.service.running import Tell
    from rag.store.tasks import Json, State

log = logging.getLogger(__name__)

#: Seconds between two looks at what goes on, here and in another process.
_LOOK, _LOOK_AWAY = 0.1, 0.2
#: Seconds between two looks for jobs that a process which is gone was at.
_ADOPT = 2.0
#: Seconds between two notes of how far a job has come.
_NOTE = 0.3
#: Seconds after which a job that found too many before it asks for its turn again.
_TURN = 1.0
#: Bodies of requests that are written to the disk at the same moment.
_WRITERS = 8
_CUT_OFF = Refused(
    500, "cut-off", "The service ended before this was done", "Begin it again; nothing came of it."
)


class Jobs:
    """The jobs of all collections, for one process of the service."""

    def __init__(self, desk: Desk, admission: Admission) -> None:
        self.desk = desk
        self._admission = admission
        self._live: dict[str, Live] = {}
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = Event()
        self._looking: Thread | None = None
        self._adopted = 0.0
        #: How to go on with a job that was cut off, by kind; gives whether it goes on.
        self.resumers: dict[str, Callable[[Live], bool]] = {}
        #: Told of each job that has ended here.
        self.on_ended: Callable[[Task], None] = lambda _: None
        #: Bounds how many threads write what is being sent.
        self.writers = CapacityLimiter(_WRITERS)

    def start(self) -> None:
        """Take up what was cut off, and look after what goes on; called in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._adopt_all()
        self._looking = Thread(target=self._look_after, name="rag-jobs", daemon=True)
        self._looking.start()

    def close(self, seconds: float = 5.0) -> None:
        """End all that goes on here. An ingest is taken up by the next run, the rest has failed."""
        self._closing.set()
        if self._looking is not None:
            self._looking.join()
        with self._lock:
            working = [live for live in self._live.values() if live.task.kind not in self.resumers]
        for live in working:
            live.caller.stop()
        end = time.monotonic() + seconds
        for live in working:
            if not live.ended.wait(max(end - time.monotonic(), 0.0)):
                self.end(live, "failed", error=problem(_CUT_OFF))

    # -- what clients do

    def begin(
        self, client: Client, collection: str, kind: str, work: Callable[[Tell], Any]
    ) -> Task:
        """Begin work in the background; what it returns, a JSON value, is the job's result.

        The work is done in a thread, for the client, once it is its turn as a long one. It tells
        how far it has come by an event's name and a JSON value; where the job is cancelled that
        raises Stopped. What it raises ends the job as failed. Raises Refused: 429 where too many
        go on already, 404 where the collection is gone; StorageError.

        This writes to the disk: call it in a thread, as `rag.service.running.run` does.
        """
        with self.desk.intake(collection).custody.door():
            self.check_known(collection)
            live = self.open(client, collection, kind)
        self._call(self._in_turn(live, work))
        return live.task

    def find(self, collection: str, task_id: str) -> Task:
        """A job of a collection. Raises Refused (404) where there is none of this id."""
        live = self._live.get(task_id)
        if live is not None and live.collection == collection:
            return live.task
        task = self.tasks(collection).find(task_id)
        if task is None:
            raise Refused(404, "no-job", "There is no job of this id")
        return task

    def all(self, collection: str) -> list[Task]:
        """The jobs of a collection, the newest first."""
        with self._lock:
            here = {each.task.id: each.task for each in self._live.values()}
        return [here.get(task.id, task) for task in self.tasks(collection).all()]

    def running(self, collection: str) -> int:
        """How many jobs of a collection have not ended."""
        return len(self.tasks(collection).open())

    def cancel(self, collection: str, task_id: str) -> Task:
        """Let a job end soon, whichever process is at it; what is done stays done."""
        task = self.find(collection, task_id)
        live = self._live.get(task_id)
        if live is not None:
            live.caller.stop()
        elif not task.ended:
            self.tasks(collection).cancel(task_id)
        return task

    async def follow(
        self, collection: str, task_id: str, seen: int | None = None
    ) -> AsyncIterator[Task]:
        """A job now, unless its revision was `seen`, and whenever it has changed, to its end.

        Ends at once where there is no such job any more.
        """
        stamp: tuple[int, int] | None = None
        task: Task | None = None
        while True:
            live = self._live.get(task_id)
            if live is not None:
                task = live.task
            elif (found := self.tasks(collection).stamp(task_id)) != stamp:
                stamp = found
                task = await to_thread.run_sync(self.tasks(collection).find, task_id)
            if task is None:
                return
            if task.ended or task.revision != seen:
                seen = task.revision
                yield task
            if task.ended:
                return
            await asyncio.sleep(_LOOK if live else _LOOK_AWAY)

    async def wait(self, collection: str, task_id: str, seconds: float) -> None:
        """Wait for the end of a job, for so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for _ in self.follow(collection, task_id):
                    pass

    # -- for those who do the work

    def tasks(self, collection: str) -> Tasks:
        """What is kept of the jobs of a collection."""
        return Tasks(LibraryPaths(self.desk.home, collection).jobs)

    def open(
        self,
        client: Client,
        collection: str,
        kind: str,
        *,
        task_id: str = "",
        files: Sequence[Json] = (),
    ) -> Live:
        """A job that is queued and on the disk, for whoever goes on with it; raises as `begin`.

        The caller stands in the collection's door, so that it is not taken away meanwhile.
        """
        settings, tasks = self.desk.settings, self.tasks(collection)
        if len(tasks.open()) >= settings.serve_jobs:
            raise Refused(
                429,
                "too-many-jobs",
                f"{settings.serve_jobs} jobs go on in this collection already",
                "Wait until one of them has ended, or cancel it.",
                {"Retry-After": "10"},
            )
        tasks.prune(settings.serve_jobs_kept, settings.serve_jobs_days)
        time_ = now()
        task = Task(
            task_id or new_id(), kind, client.name, "queued", time_, time_, files=tuple(files)
        )
        tasks.begin(task, self.desk.presence.token)
        live = Live(collection, task, Caller(client.name))
        with self._lock:
            self._live[task.id] = live
        return live

    def check_known(self, collection: str) -> None:
        """Raise Refused (404) where a collection is gone."""
        if collection not in collections(self.desk.home):
            raise no_collection(collection)

    def tell(self, live: Live, **changes: Any) -> None:
        """Note how far a job has come: fields of the task that have changed."""
        with self._lock:
            if live.final is not None:
                return
            live.task = changed(live.task, changes)
            live.dirty = True
        self._note(live)

    def end(self, live: Live, state: State, **changes: Any) -> None:
        """A job has come to its end, which is told once it is on the disk."""
        with self._lock:
            if live.final is not None:
                return
            live.final = changed(live.task, {**changes, "state": state})
        self._keep_end(live)

    # -- inside

    async def _in_turn(self, live: Live, work: Callable[[Tell], Any]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            ended = loop.create_future()
            try:
                async with self._admission.turn(live.caller, "long"):
                    do = partial(self._do, live, work, partial(_settle, loop, ended))
                    Thread(target=do, name=f"rag-job-{live.task.kind}", daemon=True).start()
                    await ended
                return
            except Refused:  # too many wait: this one is in no hurry
                await asyncio.sleep(_TURN)
            except Stopped:
                pass
            if live.caller.stopped:
                await to_thread.run_sync(self._stop, live)
                return

    def _do(self, live: Live, work: Callable[[Tell], Any], on_end: Callable[[], None]) -> None:
        def note(name: str, value: object) -> None:
            live.caller.heed()
            self.tell(live, progress=told(name, value))

        try:
            live.caller.heed()
            self.tell(live, state="running")
            with calling(live.caller):
                result = work(note)
            json.dumps(result)  # or the job would end with what nobody can be told
            self.end(live, "done", result=result)
        except Stopped:
            self._stop(live)
        except RagError as error:
            self.end(live, "failed", error=problem(error))
        except BaseException as error:
            tell("job-failed", logging.ERROR, cause=error, job=live.task.id, kind=live.task.kind)
            self.end(live, "failed", result=None, error=problem(unexpected("job")))
        finally:
            on_end()

    def _stop(self, live: Live) -> None:
        """A job was called off by somebody, or because the service ends."""
        if self._closing.is_set():
            self.end(live, "failed", error=problem(_CUT_OFF))
        else:
            self.end(live, "cancelled")

    def _call(self, work: Any) -> None:
        assert self._loop is not None, "jobs begin when the service has"
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def _note(self, live: Live) -> None:
        """Write down how far a job has come, unless that was done a moment ago."""
        if not live.dirty or live.final or time.monotonic() < live.noted + _NOTE:
            return
        live.noted, live.dirty = time.monotonic(), False
        try:
            self.tasks(live.collection).note(live.task)
        except StorageError as error:
            log.warning("%s", error)

    def _keep_end(self, live: Live) -> None:
        """Write down the end of a job, and tell of it; where that cannot be it is tried again."""
        assert live.final is not None
        try:
            self.tasks(live.collection).end(live.final, self.desk.presence.token)
        except StorageError as error:
            log.warning("%s", error)
            if self.tasks(live.collection).folder.is_dir():
                return
        with self._lock:  # whoever looks after the jobs may be here at the same time
            if live.told:
                return
            live.told = True
        live.on_end()
        self.on_ended(live.final)
        with self._lock:
            live.task = live.final
            self._live.pop(live.task.id, None)
        live.ended.set()

    def _look_after(self) -> None:
        while not self._closing.wait(_LOOK):
            try:
                self._look()
            except Exception:  # a thread that dies would leave its jobs without an end
                log.exception("Looking after the jobs failed")

    def _look(self) -> None:
        with self._lock:
            lives = list(self._live.values())
        for live in lives:
            if live.final is not None:
                self._keep_end(live)
                continue
            if self.tasks(live.collection).is_cancelled(live.task.id):
                live.caller.stop()
            live.look()
            self._note(live)
        if time.monotonic() >= self._adopted + _ADOPT:
            self._adopt_all()

    def _adopt_all(self) -> None:
        """Take up the jobs of processes that are gone."""
        self._adopted = time.monotonic()
        for folder in self.desk.home.glob(f"*{JOBS}"):
            name = folder.name.removesuffix(JOBS)
            with suppress(UsageError):  # a folder of another program, or made by hand
                self._adopt(checked_name(name), Tasks(folder))

    def _adopt(self, collection: str, tasks: Tasks) -> None:
        for task_id, token in tasks.open().items():
            if self.desk.presence.lives(token):
                continue
            own = self.desk.presence.token
            if not tasks.adopt(task_id, token, own):
                continue
            task = tasks.find(task_id)
            if task is None or task.ended:
                tasks.drop(task_id, own)
                continue
            live = Live(collection, task, Caller(task.client))
            with self._lock:
                self._live[task_id] = live
            resume = self.resumers.get(task.kind)
            if resume is None or not resume(live):
                self.end(live, "failed", error=problem(_CUT_OFF))


def _settle(loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]) -> None:
    def settle() -> None:
        if not ended.done():
            ended.set_result(None)

    with suppress(RuntimeError):  # the service is gone by now
        loop.call_soon_threadsafe(settle)
