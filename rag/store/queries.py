"""What can be read of a catalogue: its facts, files, documents, chunks and meetings.

Readers see what is live: a document that is staged is in none of it, but for how it was tried.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

import numpy as np

from rag.store import database, layout
from rag.store.corrections import of_meeting
from rag.store.rows import ChunkRow, DocumentRow, FileRow, Held, Meeting, Versions
from rag.types import Chunk, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from rag.store.connection import Connection, Row, Value
    from rag.store.corrections import Corrections
    from rag.types import Minutes

    Spans = NDArray[np.int64]

#: The recorded fact that holds the names documents had before.
FORMER_NAMES = "former_names"
_SQL_VARIABLES = 500  # names bound in one statement
_FILES = (
    "SELECT name, root, path, size, mtime_ns, digest, document_id, member, reason, attempt"
    " FROM files"
)


class Queries:
    """A catalogue that is read through a connection; `corrections` are put over its minutes."""

    def __init__(self, connection: Connection, corrections: Corrections | None = None) -> None:
        self._db = connection
        self._corrections = corrections

    def meta(self, key: str) -> str | None:
        """A recorded fact, or None."""
        if not self._db.holds("meta"):
            return None  # killed before the catalogue was filled
        found = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found else None

    @property
    def shared(self) -> bool:
        """Whether several machines fill it, whose files others may not see."""
        return self._db.shared

    @property
    def generation(self) -> int:
        """Number of the last publication."""
        return int(self.meta("generation") or 0)

    @property
    def state(self) -> str:
        """A name for what is in here: of which library, and of which publication."""
        facts: dict[str, str] = dict(
            self.rows("SELECT key, value FROM meta WHERE key IN ('identity', 'generation')")
        )
        return f"{facts.get('identity')} {int(facts.get('generation', 0))}"

    def check(self) -> list[str]:
        """What is found wrong with the database; empty when it is sound."""
        return self._db.check()

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """What a statement selects, for the tables of `rag.store.terms`."""
        return self._db.rows(statement, values)

    def among(
        self, statement: str, values: Sequence[int] | Sequence[str], before: Sequence[str] = ()
    ) -> Iterator[Row]:
        """Rows of a statement with `IN (%s)` for any number of values, and those bound `before`."""
        for first in range(0, len(values), _SQL_VARIABLES):
            some = values[first : first + _SQL_VARIABLES]
            yield from self.rows(statement % ",".join("?" * len(some)), (*before, *some))

    def files(self) -> list[FileRow]:
        """All files, by name, those that could not be read among them."""
        return [FileRow(*row) for row in self.rows(f"{_FILES} ORDER BY name")]

    def files_of(self, digest: str) -> list[FileRow]:
        """Files with these bytes (SHA-256), or inside one, by name."""
        rows = self.rows(f"{_FILES} WHERE digest = ? ORDER BY name", (digest,))
        return [FileRow(*row) for row in rows]

    def unread(self) -> list[FileRow]:
        """Files that could not be read, by name, each with the reason."""
        rows = self.rows(f"{_FILES} WHERE document_id IS NULL ORDER BY name")
        return [FileRow(*row) for row in rows]

    def former_names(self) -> dict[str, str]:
        """Names that documents had before they were given others, with the present ones."""
        with database.mapped():
            return dict(json.loads(self.meta(FORMER_NAMES) or "{}"))

    def promises(self) -> dict[str, int]:
        """Numbers of promises of the live meetings, by id."""
        rows = self.rows(
            f"SELECT d.id, {self._db.dialect.promises.format('m.data')}"
            " FROM minutes m JOIN documents d ON d.key = m.document WHERE d.live"
        )
        return dict(rows)

    def versions(self) -> dict[Versions, int]:
        """What live documents were read and cut with, and how many."""
        rows = self.rows(
            "SELECT readers, chunker, count(*) FROM documents WHERE live GROUP BY 1, 2"
        )
        return {Versions(*made): count for *made, count in rows}

    def cut_otherwise(self, chunker: str) -> list[tuple[str, str, str]]:
        """Live documents cut by another version: id, version of the readers, `attempt`."""
        select = "SELECT id, readers, attempt FROM documents WHERE live AND chunker <> ?"
        return [(key, readers, tried) for key, readers, tried in self.rows(select, (chunker,))]

    def held(self, after: int, limit: int) -> list[Held]:
        """How live documents are held, by key, ascending: the first ones above a key."""
        rows = self.rows(
            "SELECT key, id, readers, chunker, attempt, first, chunks FROM documents"
            " WHERE live AND key > ? ORDER BY key LIMIT ?",
            (after, limit),
        )
        return [
            Held(key, document_id, Versions(readers, chunker), *rest)
            for key, document_id, readers, chunker, *rest in rows
        ]

    def attempt_of(self, document_id: str) -> str | None:
        """How what a document lacks was looked for, "" where nothing is missing, None for none.

        Of a document that is staged and live, the staged one counts.
        """
        rows = self.rows(
            "SELECT attempt FROM documents"
            f" WHERE id = ? AND (live OR {self._db.dialect.mine}) ORDER BY live",
            (document_id,),
        )
        return str(rows[0][0]) if rows else None

    def documents(self) -> list[DocumentRow]:
        """Live documents, one row a file, by name."""
        rows = self.rows(
            "SELECT d.id, f.name, d.title, d.kind, d.date, d.pages, d.chunks, d.characters,"
            " d.aside, d.lost, d.notes"
            " FROM files f JOIN documents d ON d.id = f.document_id AND d.live ORDER BY f.name"
        )
        with database.mapped():
            decoded = [
                (*fields, () if notes == "[]" else tuple(json.loads(notes)))
                for *fields, notes in rows
            ]
        return [DocumentRow(*fields) for fields in decoded]

    def document(self, document_id: str) -> Document:
        """A whole live document. Raises KeyError where there is none of this id."""
        found = self.rows(
            "SELECT title, text, layout, kind, date, encoding, notes"
            " FROM documents JOIN texts ON document = key WHERE id = ? AND live",
            (document_id,),
        )
        if not found:
            raise KeyError(document_id)
        title, text, packed, kind, date, encoding, notes = found[0]
        with database.mapped():
            places = layout.unpack(json.loads(zlib.decompress(packed)), text)
            told = tuple(json.loads(notes))
        return Document(
            document_id, title, text, kind=kind, date=date, encoding=encoding, notes=told, **places
        )

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """The chunks of a document, in order."""
        rows = self.rows(
            'SELECT c.id, d.id, start, "end", c.text, context FROM chunks c'
            " JOIN documents d ON d.key = c.document WHERE d.id = ? AND d.live ORDER BY start",
            (document_id,),
        )
        return [Chunk(*row) for row in rows]

    def chunks(self, keys: Iterable[int] | None = None) -> Iterator[ChunkRow]:
        """Live chunks by key, ascending: those of `keys`, or all of them."""
        wanted = self.live_keys() if keys is None else sorted(keys)
        select = (
            'SELECT c.key, c.id, d.id, c.start, c."end", c.text, c.context, d.title'
            " FROM chunks c JOIN documents d ON d.key = c.document"
            " WHERE d.live AND c.key IN (%s) ORDER BY c.key"
        )
        for key, *fields, title in self.among(select, wanted):
            yield ChunkRow(key, Chunk(*fields), title)

    def live_keys(self) -> tuple[int, ...]:
        """Keys of all live chunks, ascending."""
        return self._keys("d.live")

    def live_spans(self) -> Spans:
        """Keys of all live chunks as spans, shape (m, 2), ascending, `end` exclusive."""
        select = "SELECT first, first + chunks FROM documents WHERE live AND chunks > 0 ORDER BY 1"
        return np.array(self.rows(select), np.int64).reshape(-1, 2)

    def spans_of(self, documents: Sequence[str]) -> Spans:
        """Keys of all live chunks of documents (ids) as spans, shape (m, 2), `end` exclusive."""
        select = "SELECT first, first + chunks FROM documents WHERE live AND id IN (%s)"
        spans = list(self.among(select, documents))
        return np.array(spans, np.int64).reshape(-1, 2)

    def keys_within(self, document_id: str, start: int, end: int) -> list[int]:
        """Keys of the live chunks of a document that share characters with a span, in order."""
        rows = self.rows(
            "SELECT c.key FROM chunks c JOIN documents d ON d.key = c.document"
            ' WHERE d.live AND d.id = ? AND c.start < ? AND c."end" > ? ORDER BY c.start',
            (document_id, end, start),
        )
        return [key for (key,) in rows]

    def kinds_of(self, documents: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Kind and date of live documents, by id; "" for no date."""
        rows = self.among(
            "SELECT id, kind, date FROM documents WHERE live AND id IN (%s)",
            list(dict.fromkeys(documents)),
        )
        return {document_id: (kind, date or "") for document_id, kind, date in rows}

    def openings(self, documents: Sequence[str], characters: int) -> dict[str, str]:
        """The first characters of the first chunk of live documents (ids) that have any."""
        select = (
            f"SELECT d.id, substr(c.text, 1, {characters:d}) FROM documents d JOIN chunks c"
            " ON c.key = (SELECT key FROM chunks WHERE document = d.key ORDER BY start LIMIT 1)"
            " WHERE d.live AND d.id IN (%s)"
        )
        return dict(self.among(select, documents))

    def text_sizes(self, documents: Sequence[str]) -> dict[str, int]:
        """How many bytes the texts of live documents have in UTF-8, by id."""
        rows = self.among(
            f"SELECT d.id, {self._db.dialect.bytes_of.format('t.text')} FROM documents d"
            " JOIN texts t ON t.document = d.key WHERE d.live AND d.id IN (%s)",
            list(dict.fromkeys(documents)),
        )
        return dict(rows)

    def counts(self) -> tuple[int, int]:
        """Numbers of live documents and live chunks."""
        rows = self.rows("SELECT count(*), coalesce(sum(chunks), 0) FROM documents WHERE live")
        return int(rows[0][0]), int(rows[0][1])

    def minutes(self) -> list[tuple[str, Minutes]]:
        """The minutes of all live meetings with the name of their file, by name; corrected."""
        return [(each.name, each.corrected.minutes) for each in self.meetings()]

    def meetings(self) -> list[Meeting]:
        """All live meetings by name: their minutes as they were read, and what was corrected."""
        rows = self.rows(
            "SELECT min(f.name), d.id, m.data FROM minutes m JOIN documents d ON d.key = m.document"
            " JOIN files f ON f.document_id = d.id WHERE d.live"
            " GROUP BY d.key, m.document ORDER BY 1"
        )
        with database.mapped():
            read = [(n, key, layout.minutes_from_json(json.loads(data))) for n, key, data in rows]
        held = self._corrections.all() if self._corrections else []
        live = self._live_ids() if held else frozenset()
        return [
            Meeting(name, key, minutes, of_meeting(held, key, name, live), self.document)
            for name, key, minutes in read
        ]

    def _live_ids(self) -> frozenset[str]:
        return frozenset(key for (key,) in self.rows("SELECT id FROM documents WHERE live"))

    def corrected_at(self) -> tuple[int, int]:
        """Another pair of numbers whenever what was corrected in meetings is something else."""
        return self._corrections.stamp() if self._corrections else (0, 0)

    def meeting_ids(self) -> frozenset[str]:
        """Ids of the live documents that have minutes."""
        rows = self.rows(
            "SELECT d.id FROM minutes m JOIN documents d ON d.key = m.document AND d.live"
        )
        return frozenset(document_id for (document_id,) in rows)

    def minutes_of(self, document_id: str) -> Minutes | None:
        """The minutes of a live meeting; None for what is none."""
        rows = self.rows(
            "SELECT m.data FROM minutes m JOIN documents d ON d.key = m.document"
            " WHERE d.id = ? AND d.live",
            (document_id,),
        )
        with database.mapped():
            return layout.minutes_from_json(json.loads(rows[0][0])) if rows else None

    def _keys(self, condition: str) -> tuple[int, ...]:
        rows = self.rows(
            # CROSS JOIN: by way of the documents, which are few, and never through all chunks
            "SELECT c.key FROM documents d CROSS JOIN chunks c"
            f" WHERE c.document = d.key AND ({condition}) ORDER BY c.key"
        )
        return tuple(row[0] for row in rows)
