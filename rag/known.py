"""What one state of a library tells every question alike, read once and for all threads.

A command asks once and throws it away; a service keeps it for as long as the library stays as it
is.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from rag.route import Entry, Router, is_titled_by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.rank import Cut
    from rag.store.catalogue import Catalogue
    from rag.types import Document, Minutes

    Meetings = tuple[tuple[str, str, Minutes], ...]

K = TypeVar("K")
V = TypeVar("V")

_OPENED = 10_000  # documents without a title whose first words are looked at
_OPENING = 200  # characters
#: Characters of documents held in memory; with the places of its lines one takes some five bytes a
#: character.
_DOCUMENTS = 10_000_000
#: Characters of passages whose sentences are held: some thousand of them. One takes some 20 bytes
#: a character.
_PASSAGES = 1_500_000
_BESIDE = 2  # threads that search vectors, which needs no interpreter for the most part


@contextmanager
def let_go(turn: Lock) -> Iterator[None]:
    """Give a turn that is held to others while something is waited for."""
    turn.release()
    try:
        yield
    finally:
        turn.acquire()


class Recent(Generic[K, V]):
    """What was used last, as much of it as there is room for; always the very last."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._taken = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K, make: Callable[[], V], size: Callable[[V], int]) -> V:
        """The value of a key, made where it is not held: by two at once rather than in turn."""
        with self._lock:
            if (found := self._held.get(key)) is not None:
                self._held.move_to_end(key)
                return found[0]
        made = make()
        with self._lock:
            if key not in self._held:
                self._held[key] = (made, size(made))
                self._taken += self._held[key][1]
            while self._taken > self._room and len(self._held) > 1:
                self._taken -= self._held.popitem(last=False)[1][1]
        return made


class Known:
    """The documents of one state of a library: their rows and names, and what was read last.

    What is read later is read through a catalogue that the caller gives, of the same state.
    """

    def __init__(
        self, catalogue: Catalogue, before: Known | None = None, turn: Lock | None = None
    ) -> None:
        """`before` is what was known of an earlier state: a chunk never changes under its key.

        `turn` is shared with others that are searched in this process.
        """
        #: Held while passages are read, which is the interpreter's work. Threads that do it at once
        #: are no quicker together, and hand the interpreter back and forth at every row of SQLite.
        self.turn = turn or Lock()
        self.identity = catalogue.meta("identity")
        self.rows = catalogue.documents()
        #: The first name of each document, by id; and its id, by each of its names.
        self.names: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        for row in self.rows:
            self.names.setdefault(row.id, row.name)
            self.ids[row.name] = row.id
        #: Where vectors are searched while words are.
        self.beside = ThreadPoolExecutor(_BESIDE, thread_name_prefix="rag-vectors")
        self._documents: Recent[str, Document] = Recent(_DOCUMENTS)
        same = before is not None and before.identity == self.identity
        self._cuts: Recent[int, Cut] = before._cuts if before and same else Recent(_PASSAGES)
        self._router: Router | None = None
        self._meetings: tuple[tuple[int, int], Meetings] | None = None

    def close(self) -> None:
        """Let go of the threads; what still searches comes to its end."""
        self.beside.shutdown(wait=False)

    def document(self, catalogue: Catalogue, document_id: str) -> Document:
        """A whole document by its id. Raises KeyError where there is none."""
        return self._documents.get(
            document_id,
            lambda: catalogue.document(document_id),
            lambda document: len(document.text),
        )

    def cut(self, key: int, characters: int, make: Callable[[], Cut]) -> Cut:
        """The sentences of a chunk by its key, which `make` finds in so many characters."""
        return self._cuts.get(key, make, lambda _: characters)

    def meetings(self, catalogue: Catalogue) -> Meetings:
        """All meetings: name, title, minutes; read again when what was corrected is another."""
        stamp = catalogue.corrected_at()
        held = self._meetings
        if held is None or held[0] != stamp:
            titles = {row.name: row.title for row in self.rows}
            read = tuple((name, titles[name], each) for name, each in catalogue.minutes())
            held = self._meetings = (stamp, read)
        return held[1]

    def router(self, catalogue: Catalogue) -> Router:
        """The documents by name and title, or by what they begin with where it says no more."""
        router = self._router
        if router is None:
            untitled = [r.id for r in self.rows if r.pages and is_titled_by_name(r.name, r.title)]
            openings = catalogue.openings(untitled[:_OPENED], _OPENING)
            entries = [Entry(r.id, r.name, openings.get(r.id, r.title)) for r in self.rows]
            router = self._router = Router(entries)  # two threads at once make the same
        return router
