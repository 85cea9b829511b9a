"""What all who use one running page or service share: collections, models, and what goes on.

A desk outlives every visit: what a visitor began goes on while the page is reloaded.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from rag.app import App
from rag.app.loaded import Loaded
from rag.config import Settings
from rag.desk.chores import Chores
from rag.desk.line import Line
from rag.desk.meetings import Meetings
from rag.desk.talks import Talks
from rag.errors import LibraryBusy
from rag.store import collections

if TYPE_CHECKING:
    from pathlib import Path

    from rag.models import Model


class Desk:
    """One app for each collection of the library at `home`, all with the same models."""

    def __init__(self, home: Path, settings: Settings | None = None) -> None:
        self.home = home
        self.settings = settings or Settings()
        self.meetings = Meetings()
        self.talks = Talks()
        self._line = Line()
        self._loaded = self._load()
        self._apps: dict[str, App] = {}
        self._chores: dict[str, Chores] = {}
        self._lock = Lock()

    def settle(self, settings: Settings) -> None:
        """Go on with these settings; where they are others, models are loaded anew when needed."""
        with self._lock:
            if settings != self.settings:
                self.settings, self._loaded, self._apps = settings, self._load(), {}

    def _load(self) -> Loaded:
        """Models that all apps share; a language model is asked through a fair line.

        The line of this machine stays when settings change: what goes on with the model before has
        its turns among those of the next one.
        """

        def shared(model: Model) -> Model:
            from rag.desk.line import queued

            return queued(model, self._line)

        return Loaded(shared)

    def app(self, collection: str = "") -> App:
        """The app of a collection, by default the one that is set.

        Raises UsageError for a name that no collection may have.
        """
        with self._lock:
            name = collection or self.settings.collection
            if name not in self._apps:
                chosen = replace(self.settings, collection=name)
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
        collections.rename(self.home, name, new)
        self._forget(name)

    def delete_collection(self, name: str) -> None:
        """Delete a collection; raises as `rename_collection`."""
        self._check_idle(name)
        collections.delete(self.home, name)
        self._forget(name)

    def _check_idle(self, name: str) -> None:
        if self.chores(name).running:
            raise LibraryBusy(
                f"Something is being done to the collection {name}",
                "Wait until it has ended, or stop it.",
            )

    def _forget(self, name: str) -> None:
        with self._lock:
            self._apps.pop(name, None)
            self._chores.pop(name, None)
