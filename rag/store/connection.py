"""A connection to a catalogue, wherever it lies: what `rag.store.catalogue` needs of a database.

There are two homes: a file of SQLite for one writer (`rag.store.database`), and PostgreSQL for
many (`rag.store.postgres`). The statements are the same for both, with `?` for each value; the few
words that the two do not share are in a `Dialect`. Every method raises what `rag.errors` has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

T = TypeVar("T")
Value = str | int | bytes | None
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one home says in words of its own.

    `mine` is the condition on documents that this writer has staged. `bytes_of` and `promises` are
    of a text, and of minutes: expressions with `{}` for the column.
    """

    mine: str
    bytes_of: str
    promises: str


class Connection(Protocol):
    """An open connection. One that reads sees one state from `snapshot` to `rest`."""

    #: Whether others may write beside this one.
    shared: bool

    @property
    def dialect(self) -> Dialect:
        """What this home says in words of its own."""

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """What a statement gives."""

    def run(self, statement: str, rows: Iterable[Sequence[Value]] | None = None) -> None:
        """Run a statement once, or for each of the rows of values."""

    def transacted(self, work: Callable[[], T]) -> T:
        """Do all of the work in one transaction, or none of it.

        The work may be done again from its beginning where the connection or a race was lost.
        """

    def publishing(self) -> AbstractContextManager[None]:
        """A transaction that is on the disk at its end, while nobody else publishes.

        Raises LibraryBusy where another one does so for too long.
        """

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else publishes now, and nobody else will until the end."""

    def reserve(self, count: int, /) -> int:
        """The first of so many keys in a row for chunks, above all there ever were. To `stage`."""

    def take_over(self, document_id: str, /) -> bool:
        """Make that mine which a writer that is gone staged of a document; tells if there was."""

    def holds(self, table: str) -> bool:
        """Whether there is such a table."""

    def snapshot(self) -> None:
        """Read the newest state from now on, and no other until `rest`."""

    def rest(self) -> None:
        """Hold no state any more."""

    def check(self) -> list[str]:
        """What is wrong with the database; empty where it is sound."""

    def close(self) -> None:
        """Let go of it."""
