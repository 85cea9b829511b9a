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
from rag.desk.line import SERVER_AT_ONCE, Line, queued
from rag.desk.talks import Talks

if TYPE_CHECKING:
    from pathlib import Path

    from rag.models import Model


class Desk:
    """One app for each collection of the library at `home`, all with the same models."""

    def __init__(self, home: Path, settings: Settings | None = None) -> None:
        self.home = home
        self.settings = settings or Settings()
        self.talks = Talks()
        self._line, self._servers = Line(), Line(SERVER_AT_ONCE)
        self._loaded = Loaded(self._shared, self._line.turn)
        self._apps: dict[str, App] = {}
        self._lock = Lock()

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

    def _shared(self, model: Model) -> Model:
        """The model, asked through a fair line, which is the same whatever is set."""
        return queued(model, self._line, self._servers)

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
