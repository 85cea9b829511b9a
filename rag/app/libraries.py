"""Libraries that are held open for all who ask, each in the state that was published last.

A state is opened once and used by many threads: its indexes are only read, and what it tells every
question alike is kept with it. Whoever asks is lent a connection to the catalogue of their own,
which reads that state until they are through. Before that it is looked at whether the state is
still the last one, and the file still that of this collection; if not, the library is opened anew,
and the state before is closed by the last who uses it.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import RagError
from rag.index import Library
from rag.known import Known
from rag.store.checks import check_embedder
from rag.store.opening import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from rag.embed import Embedder, EmbedderIdentity
    from rag.store.backend import NearIndex, WordIndex
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths

#: States that are held open at most, beside those in use.
MOST = 16
#: Seconds after which one that nobody uses is closed, as soon as anybody asks anything.
UNUSED = 600.0
#: Connections to the catalogue of a state that are kept for the next who ask. Each is three files.
_CONNECTIONS = 4


class Lent(NamedTuple):
    """What one question is put to."""

    library: Library
    embedder: Embedder
    known: Known


@dataclass(eq=False, slots=True)
class _State:
    """One state of a library, open. `mark` is that of its file, `wanted` gives its embedder."""

    paths: LibraryPaths
    mark: tuple[int, int]
    name: str
    words: WordIndex
    vectors: NearIndex
    known: Known
    wanted: Callable[[], Embedder]
    identity: EmbedderIdentity
    idle: list[Catalogue] = field(default_factory=list)
    users: int = 0
    used: float = field(default_factory=time.monotonic)
    left: bool = False


class Libraries:
    """Lends libraries to any thread."""

    def __init__(self, most: int = MOST, unused: float = UNUSED) -> None:
        self._most, self._unused = most, unused
        self._lock = Lock()
        self._states: dict[Hashable, _State] = {}
        self._opening: dict[Hashable, Lock] = {}
        self._turn = Lock()

    def __len__(self) -> int:
        return len(self._states)

    @contextmanager
    def lent(
        self, paths: LibraryPaths, chosen: Hashable, wanted: Callable[[], Callable[[], Embedder]]
    ) -> Iterator[Lent]:
        """The library at `paths` as it is now, until the end.

        `chosen` tells the settings of its embedder from others. `wanted` finds out, where the
        library has to be opened, which embedder that is, and gives what loads it. Raises as
        `Library.open`.
        """
        state, catalogue = self._take((paths, chosen), paths, wanted)
        sound = False
        try:
            embedder = state.wanted()
            if embedder.identity != state.identity:  # its folder has changed meanwhile
                check_embedder(catalogue, embedder.identity)
            library = Library(paths, catalogue, state.words, state.vectors)
            yield Lent(library, embedder, state.known)
            sound = True
        finally:
            self._give_back(state, catalogue, sound=sound)

    def forget(self, paths: LibraryPaths) -> None:
        """Close a library as soon as nobody uses it: it is about to move, or to go."""
        with self._lock:
            going = [key for key, state in self._states.items() if state.paths == paths]
            for key in going:
                self._leave(key)

    def close(self) -> None:
        """Close all of them, each as soon as nobody uses it."""
        with self._lock:
            for key in list(self._states):
                self._leave(key)

    def _take(
        self, key: Hashable, paths: LibraryPaths, wanted: Callable[[], Callable[[], Embedder]]
    ) -> tuple[_State, Catalogue]:
        """A state and a connection that reads it; whoever comes first opens it for all."""
        if found := self._current(key):
            return found
        with self._lock:
            opening = self._opening.setdefault(key, Lock())
        with opening:
            if found := self._current(key):
                return found
            before = self._states.get(key)
            state = None
            try:
                state, catalogue = _opened(
                    paths, wanted(), before.known if before else None, self._turn
                )
            finally:
                with self._lock:
                    self._leave(key)
                    if state is not None:
                        self._states[key] = state
                        self._close_some()
                    self._opening.pop(key, None)  # who waits for it still holds it
            return state, catalogue

    def _current(self, key: Hashable) -> tuple[_State, Catalogue] | None:
        """The state that is held if it is the last one."""
        with self._lock:
            state = self._states.get(key)
            if state is None:
                return None
            state.users += 1
            state.used = time.monotonic()
            catalogue = state.idle.pop() if state.idle else None
        try:
            if _mark(state.paths) == state.mark:
                catalogue = catalogue or open_catalogue(state.paths)
                catalogue.refresh()
                if catalogue.state == state.name:
                    return state, catalogue
        except BaseException:
            self._give_back(state, catalogue, sound=False)
            raise
        self._give_back(state, catalogue, sound=False)
        return None

    def _give_back(self, state: _State, catalogue: Catalogue | None, *, sound: bool) -> None:
        """End a use of a state. A connection that something was wrong with is not used again."""
        if sound and catalogue is not None:
            try:
                catalogue.rest()
            except RagError:  # what was read of it is right
                sound = False
        with self._lock:
            state.users -= 1
            keep = sound and not state.left and len(state.idle) < _CONNECTIONS
            if keep and catalogue is not None and _writable(state.paths):
                state.idle.append(catalogue)
                catalogue = None
            if state.left and not state.users:
                _close(state)
        if catalogue is not None:
            catalogue.close()

    def _close_some(self) -> None:
        """Close what nobody has used for long, and what is too much. Under the lock."""
        now = time.monotonic()
        by_use = sorted(self._states, key=lambda key: self._states[key].used)
        idle = [key for key in by_use if not self._states[key].users]
        over = len(self._states) - self._most
        for place, key in enumerate(idle):
            if place < over or now - self._states[key].used > self._unused:
                self._leave(key)

    def _leave(self, key: Hashable) -> None:
        """Lend a state no more; it is closed when nobody uses it. Under the lock."""
        state = self._states.pop(key, None)
        if state is not None:
            state.left = True
            if not state.users:
                _close(state)


def _opened(
    paths: LibraryPaths, wanted: Callable[[], Embedder], before: Known | None, turn: Lock
) -> tuple[_State, Catalogue]:
    """The library opened for its first user; `before` is what was known of its last state."""
    mark = _mark(paths)
    embedder = wanted()
    library = Library.open(paths, embedder)
    catalogue = library.catalogue
    try:
        state = _State(
            paths,
            mark or (0, 0),
            catalogue.state,
            library.words,
            library.vectors,
            Known(catalogue, before, turn),
            wanted,
            embedder.identity,
            users=1,
        )
    except BaseException:
        library.close()
        raise
    return state, catalogue


def _mark(paths: LibraryPaths) -> tuple[int, int] | None:
    """What tells the file of a library from another one that takes its place; None for none.

    It is that of the catalogue, or the note where that is.
    """
    for file in (paths.catalogue, paths.note):
        with suppress(OSError):
            told = os.stat(file)
            return told.st_dev, told.st_ino
    return None


def _writable(paths: LibraryPaths) -> bool:
    """Whether a connection sees what others publish: in a folder that cannot be written it does
    not, as there is no room for the log beside the file."""
    return os.access(paths.folder, os.W_OK)


def _close(state: _State) -> None:
    state.known.close()
    state.words.close()
    while state.idle:
        state.idle.pop().close()
