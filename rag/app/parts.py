"""What an app is made of: its library, and the models that settings name, each loaded once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rag import config
from rag.app.loaded import Loaded
from rag.embed import HASHED, load_embedder, load_entailment, load_reranker
from rag.errors import LibraryError, LibraryMissing
from rag.index import Library
from rag.retrieve import Retriever
from rag.store.checks import library_embedder
from rag.store.elsewhere import join
from rag.store.names import checked_name
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths, collections
from rag.store.where import wanted
from rag.tomlfile import IN_PROCESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import Self

    from rag.app.libraries import Lent, Libraries
    from rag.cite.entailment import Entailment
    from rag.config import Settings
    from rag.embed import Embedder, EncoderOptions, Reranker
    from rag.models import Model
    from rag.workers.pool import ReaderPool

#: Settings that a model is loaded by, and those that its answers are drawn by: a model in this
#: process needs not be loaded anew for the latter.
_LOADING = (
    *("model", "base_url", "window", "device", "dtype", "quantize", "offline", "tokenizer"),
    "server_seconds",
)
_DRAWING = ("max_tokens", "temperature", "seed", "top_p", "repetition_penalty", "stop")


def wanted_model(settings: Settings) -> tuple[object, ...]:
    """What tells the language model that is set from others: equal where one serves for both."""
    names = _LOADING if settings.model.startswith(IN_PROCESS) else (*_LOADING, *_DRAWING)
    return tuple(getattr(settings, name) for name in names)


class Parts:
    """A library with the settings it is used with."""

    def __init__(
        self, settings: Settings, home: Path | None = None, loaded: Loaded | None = None
    ) -> None:
        """The collection that is set, of the library at `home`, else of the one that is set.

        `loaded` holds the models of another app with the same settings but for the collection.
        Raises UsageError for a name that no collection may have.
        """
        checked_name(settings.collection)
        self.settings = settings
        self._home = home
        self.loaded = loaded or Loaded()

    @cached_property
    def paths(self) -> LibraryPaths:
        """Where the library lies; one that another machine made where it is set to be is joined."""
        home = self._home or config.library_home(self.settings)
        paths = LibraryPaths(home, self.settings.collection)
        if self.settings.catalogue:
            join(paths, wanted(self.settings.store, self.settings.catalogue))
        return paths

    def with_settings(self, **settings: object) -> Self:
        """The same library with some other settings; models that are loaded stay so."""
        others = replace(self.settings, **settings)  # type: ignore[arg-type]
        return type(self)(others, self.paths.home, self.loaded)

    @property
    def embedder(self) -> Embedder:
        """As set; else the library's own as it is now; else the built-in one. Loaded once."""
        chosen = self._wanted_embedder()
        return self.loaded.embedder.get(chosen, lambda: load_embedder(*chosen))

    def _wanted_embedder(self) -> tuple[str, EncoderOptions]:
        """Its name, and how to load it: as it made the library, but for what is set."""
        options = config.encoding(self.settings)
        if self.settings.embedder:
            return self.settings.embedder, options
        try:
            with open_catalogue(self.paths) as catalogue:
                identity = library_embedder(catalogue)
        except LibraryError:  # none yet, or one that will be replaced
            return HASHED, options
        return identity.source, options.as_made(identity.prefixes, identity.dimension)

    def made_by(self) -> str:
        """The folder or id of the embedder that made the library, as it is now.

        Raises LibraryError where there is no library that can be opened.
        """
        with open_catalogue(self.paths) as catalogue:
            return library_embedder(catalogue).source

    @cached_property
    def reranker(self) -> Reranker | None:
        """The cross-encoder that is set, loaded; None where none is."""
        if not self.settings.reranker:
            return None
        chosen = (self.settings.reranker, config.encoding(self.settings))
        return self.loaded.reranker.get(chosen, lambda: load_reranker(*chosen))

    @cached_property
    def entailment(self) -> Entailment | None:
        """The cross-encoder of inference that is set, loaded; None where none is."""
        if not self.settings.nli:
            return None
        chosen = (self.settings.nli, config.encoding(self.settings))
        return self.loaded.entailment.get(chosen, lambda: load_entailment(*chosen))

    @cached_property
    def model(self) -> Model | None:
        """The model that is set, loaded once for all threads; None where none is."""
        if not self.settings.model:
            return None
        from rag.models import redrawn

        settings = self.settings
        model = self.loaded.model.get(wanted_model(settings), self._load_model)
        drawn = redrawn(
            model,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            seed=settings.seed,
            top_p=settings.top_p,
            repetition_penalty=settings.repetition_penalty,
            stop=config.stops(settings),
        )
        return self.loaded.shared(drawn)

    def _load_model(self) -> Model:
        from rag.models import load_model

        return load_model(
            self.settings.model,
            base_url=self.settings.base_url or None,
            window=self.settings.window or None,
            max_tokens=self.settings.max_tokens,
            temperature=self.settings.temperature,
            seed=self.settings.seed,
            top_p=self.settings.top_p,
            repetition_penalty=self.settings.repetition_penalty,
            stop=config.stops(self.settings),
            device=self.settings.device,
            dtype=self.settings.dtype,
            quantize=self.settings.quantize,
            offline=self.settings.offline,
            tokenizer=self.settings.tokenizer or None,
            server_seconds=self.settings.server_seconds,
        )

    @property
    def exists(self) -> bool:
        """Whether there is a library to open."""
        try:
            open_catalogue(self.paths).close()
        except LibraryMissing:
            return False
        return True

    def can_begin(self, folder: Path) -> bool:
        """Whether to make a library of a folder unasked.

        No library is set or found above it, and it holds documents and is not a folder that holds
        everything else too. Raises LibraryMissing where a library has other collections than the
        one that is set: that is a slip of the pen, not a beginning.
        """
        from rag.readers import supported

        folder = folder.absolute()
        others = [name for name in collections(self.paths.home) if name != self.paths.collection]
        if others:
            raise LibraryMissing(
                f"There is no collection {self.paths.collection} in {self.paths.home}",
                f"Name one with --collection: {', '.join(others)}. Or make it:"
                f" rag ingest FOLDER --collection {self.paths.collection}",
            )
        if self.settings.home or (self.paths.home.is_dir() and self.paths.home.parent != folder):
            return False
        if folder in (Path.home(), Path(folder.anchor)):
            return False
        return any(
            path.is_file() and supported(path) and not path.name.startswith(".")
            for pattern in ("*", "*/*")
            for path in folder.glob(pattern)
        )

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The library, open for reading."""
        with self._opened() as (library, _):
            yield library

    @contextmanager
    def _opened(self) -> Iterator[tuple[Library, Retriever]]:
        """The library and what finds passages in it."""
        if self.loaded.libraries is not None:
            with self._lent(self.loaded.libraries) as (library, embedder, known):
                yield library, Retriever(library, embedder, self.reranker, known)
            return
        embedder = self.embedder
        with Library.open(self.paths, embedder) as library:
            yield library, Retriever(library, embedder, self.reranker)

    def _lent(self, libraries: Libraries) -> AbstractContextManager[Lent]:
        """The library as it is held open for all."""

        def embedder() -> Callable[[], Embedder]:
            name, options = self._wanted_embedder()
            slot = self.loaded.embedder  # not this app: it holds a model, and may be let go of
            return lambda: slot.get((name, options), lambda: load_embedder(name, options))

        chosen = (self.settings.embedder, config.encoding(self.settings))
        return libraries.lent(self.paths, chosen, embedder)

    def _readers(self, password: str = "", day: str = "") -> ReaderPool:
        """A child process for foreign files; `day` (ISO) is that of their meetings."""
        from rag.workers.pool import ReaderPool

        return ReaderPool(1, config.reading(self.settings, password, day))
