"""What all who use one running page or service share: collections, models, and what goes on.

A desk outlives every visit: what a visitor began goes on while the page is reloaded.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING

from rag.app import App
from rag.app.loaded import Loaded
from rag.config import Settings
from rag.desk.intake import Intake
from rag.errors import UsageError
from rag.store.place import UPLOADS

if TYPE_CHECKING:
    from pathlib import Path


class Desk:
    """One app for each collection of the library at `home`, all with the same models."""

    def __init__(self, home: Path, settings: Settings | None = None) -> None:
        self.home = home
        self.settings = settings or Settings()
        self._loaded = Loaded()
        self._apps: dict[str, App] = {}
        self._intakes: dict[str, Intake] = {}
        self._lock = RLock()

    def settle(self, settings: Settings) -> None:
        """Go on with these settings; where they are others, models are loaded anew when needed."""
        with self._lock:
            if settings != self.settings:
                self.settings, self._loaded, self._apps = settings, Loaded(), {}

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

    def intake(self, collection: str = "") -> Intake:
        """The way into a collection for files that are sent in, by default the one that is set."""
        name = collection or self.settings.collection
        app = self.app(name)
        with self._lock:
            if app.settings.collection not in self._intakes:
                self._intakes[name] = Intake(partial(self.app, name))
            return self._intakes[name]

    def resume(self) -> None:
        """Take up files that were sent in and not yet read when an earlier process ended."""
        for folder in self.home.glob(f"*{UPLOADS}"):
            with suppress(UsageError):  # a folder of another program, or made by hand
                self.intake(folder.name.removesuffix(UPLOADS)).claim()

    def close(self) -> None:
        """End all that goes on here; files that wait are taken up by the next desk."""
        for intake in list(self._intakes.values()):
            intake.close()
