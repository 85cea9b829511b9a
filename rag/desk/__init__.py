"""What all who use one running page or service share: collections, models, and what goes on.

A desk outlives every visit: what a visitor began goes on while the page is reloaded.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING

from rag import config
from rag.app import App
from rag.app.libraries import Libraries
from rag.app.loaded import Loaded
from rag.app.parts import wanted_model
from rag.breaker import Breaker
from rag.config import Settings
from rag.desk.ahead import import_ahead
from rag.desk.chores import Chores
from rag.desk.intake import Intake
from rag.desk.line import SERVER_AT_ONCE, Line, queued
from rag.desk.meetings import Meetings
from rag.desk.moving import Move
from rag.desk.talks import Talks
from rag.desk.trial import Trial
from rag.errors import LibraryBusy, RagError, UsageError
from rag.store import collections, place
from rag.store.place import UPLOADS, LibraryPaths
from rag.store.processes import Presence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.desk.drops import Drop
    from rag.models import Model


log = logging.getLogger(__name__)

#: Seconds between two looks at what other processes do to the library.
_LOOK = 1.0


class Desk:
    """One app for each collection of the library at `home`, all with the same models."""

    def __init__(self, home: Path, settings: Settings | None = None) -> None:
        import_ahead()
        self.home = home
        self.settings = settings or Settings()
        #: This process among those that use the library.
        self.presence = Presence(home)
        self.meetings = Meetings()
        self.talks = Talks()
        at_once = max(SERVER_AT_ONCE, self.settings.serve_answers)
        self._line, self._servers = Line(), Line(at_once)
        self._libraries = Libraries()
        self._loaded = Loaded(self._shared, self._line.turn, self._libraries)
        self._breakers: dict[str, Breaker] = {}  # by the name of the model
        self._apps: dict[str, App] = {}
        self._chores: dict[str, Chores] = {}
        self._intakes: dict[str, Intake] = {}
        self._there: set[str] = set()  # collections that were there at the last look
        self._closed = Event()
        self._lock = RLock()
        #: Told of each file that was sent in, once nothing more comes of it by itself.
        self.on_settled: Callable[[Drop], None] = lambda _: None
        #: The move to another embedder that goes on, or was the last.
        self.move: Move | None = None
        self._moved_from: str | None = None

    def settle(self, settings: Settings) -> None:
        """Go on with these settings. Models stay loaded whose own settings are the same.

        What goes on by others goes on by them to its end.
        """
        with self._lock:
            if settings == self.settings:
                return
            self.settings, self._apps = settings, {}
            if not settings.model:
                self._loaded.model.clear()
            if not settings.reranker:
                self._loaded.reranker.clear()
            if not settings.nli:
                self._loaded.entailment.clear()

    def try_model(self, settings: Settings, question: str, person: str) -> Trial:
        """Put a question to the model of these settings, which need not be those of the desk.

        It waits its turn, and takes the place of another one that is loaded.
        """
        return Trial(lambda: App(settings, self.home, self._loaded).model, question, person)

    def holds_model(self, settings: Settings) -> bool:
        """Whether the language model of these settings is loaded."""
        return self._loaded.model.holds(wanted_model(settings))

    def move_to(self, embedder: str, cwd: Path | None = None) -> Move:
        """Derive all indexes anew with another embedder, and then write it into rag.toml.

        Until a settled `embedder` is another, each library is asked by the one that made it, so
        that whatever is asked meanwhile is answered. Raises UsageError while it goes on already.
        """
        with self._lock:
            if self.move is not None and not self.move.done:
                raise UsageError(
                    "The index is being built already", "Wait until it is whole, or stop it."
                )
            self._moved_from, self._apps = self.settings.embedder, {}
            settings = replace(self.settings, embedder=embedder)
            keep = partial(config.save, {"embedder": embedder}, cwd=cwd)
            self.move = Move(self.home, settings, keep)
            return self.move

    def _shared(self, model: Model) -> Model:
        """The model, asked through a fair line, which is the same whatever is set."""
        with self._lock:
            breaker = self._breakers.setdefault(model.name, Breaker())
        return queued(model, self._line, self._servers, breaker)

    def app(self, collection: str = "") -> App:
        """The app of a collection, by default the one that is set.

        Raises UsageError for a name that no collection may have.
        """
        with self._lock:
            name = collection or self.settings.collection
            if name not in self._apps:
                chosen = replace(self.settings, collection=name)
                if self.settings.embedder == self._moved_from:
                    chosen = replace(chosen, embedder="")
                self._apps[name] = App(chosen, self.home, self._loaded)
            return self._apps[name]

    def chores(self, collection: str = "") -> Chores:
        """What goes on in the background in a collection, by default the one that is set."""
        with self._lock:
            return self._chores.setdefault(collection or self.settings.collection, Chores())

    def rename_collection(self, name: str, new: str) -> None:
        """Give a collection another name; see `rag.store.collections.rename`.

        Raises LibraryBusy while something is being done to it.
        """
        self._check_idle(name)
        self._libraries.forget(LibraryPaths(self.home, name))
        collections.rename(self.home, name, new)
        self._forget(name)

    def delete_collection(self, name: str) -> None:
        """Delete a collection; raises as `rename_collection`."""
        self._check_idle(name)
        self._libraries.forget(LibraryPaths(self.home, name))
        collections.delete(self.home, name)
        self._forget(name)

    def _check_idle(self, name: str) -> None:
        moving = self.move is not None and not self.move.done
        taking = name in self._intakes and self._intakes[name].busy
        if moving or taking or self.chores(name).running:
            raise LibraryBusy(
                f"Something is being done to the collection {name}",
                "Wait until it has ended, or stop it.",
            )

    def _forget(self, name: str) -> None:
        self._libraries.forget(LibraryPaths(self.home, name))
        with self._lock:
            self._apps.pop(name, None)
            self._chores.pop(name, None)
            intake = self._intakes.pop(name, None)
        if intake is not None:
            intake.close()  # or it would go on holding the claim to what was sent in

    def intake(self, collection: str = "") -> Intake:
        """The way into a collection for files that are sent in, by default the one that is set."""
        with self._lock:
            name = collection or self.settings.collection
            if name not in self._intakes:
                intake = Intake(partial(self.app, name), self.presence, self._settled)
                self._intakes[name] = intake
            return self._intakes[name]

    def _settled(self, drop: Drop) -> None:
        self.on_settled(drop)

    def resume(self) -> None:
        """Take up files that were sent in and not yet read when a process ended, now and later.

        From now on it is noticed what other processes do to the collections.
        """
        self._take_up(at_start=True)
        self._there = set(place.collections(self.home))
        Thread(target=self._look_around, name="rag-around", daemon=True).start()

    def close(self) -> None:
        """End all that goes on here; files that wait are taken up by another desk."""
        self._closed.set()
        for intake in list(self._intakes.values()):
            intake.close()
        self._libraries.close()
        self.presence.close()

    def _take_up(self, *, at_start: bool) -> None:
        self.presence.clear()
        for folder in self.home.glob(f"*{UPLOADS}"):
            try:
                intake = self.intake(folder.name.removesuffix(UPLOADS))
                intake.take_up(at_start=at_start)
            except UsageError:
                continue  # a folder of another program, or made by hand
            except RagError as error:
                log.warning("What was sent in before cannot be taken up: %s", error)

    def _look_around(self) -> None:
        while not self._closed.wait(_LOOK):
            try:
                self._take_up(at_start=False)
                self._forget_gone()
            except Exception:  # a thread that dies would notice nothing any more
                log.exception("Looking at the library failed")

    def _forget_gone(self) -> None:
        """Forget collections that another process has renamed or deleted."""
        there = set(place.collections(self.home))
        for name in self._there - there:
            if name not in self._intakes or not self._intakes[name].busy:
                self._forget(name)
        self._there = there
