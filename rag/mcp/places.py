"""Citations and passages with their addresses, within a budget of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import schema, types
from rag.errors import UsageError
from rag.mcp import addresses
from rag.mcp.results import Passage, Place, Promised, Sentence
from rag.mcp.texts import cut, line_of
from rag.orders import ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.app import App
    from rag.promised import Listed
    from rag.store.rows import DocumentRow

#: Characters of one quote; its address has all of it.
QUOTE = 600
_SHORTEST_ID = 8  # characters of the beginning of an id
_HEXADECIMAL = frozenset("0123456789abcdef")


class Places:
    """Addresses of the documents of one collection."""

    def __init__(self, collection: str, rows: Iterable[DocumentRow]) -> None:
        self.collection = collection
        self._ids = {row.name: row.id for row in rows}

    @classmethod
    def of(cls, collection: str, app: App) -> Places:
        """Those of a library. Raises LibraryError where it cannot be opened."""
        return cls(collection, app.documents())

    def uri(self, name: str, start: int, end: int) -> str:
        """The address of characters of a document by its name; one that has gone keeps its name."""
        return addresses.uri(self.collection, self._ids.get(name, name), start, end)

    def place(self, citation: types.Citation) -> Place:
        """A citation; a long quote is cut, and its end is that of what is left."""
        quote = cut(citation.quote, QUOTE)
        told = {**schema.citation(citation), "quote": quote, "end": citation.start + len(quote)}
        uri = self.uri(citation.document, citation.start, citation.end)
        cut_off, orders = len(quote) < len(citation.quote), ordered(quote, 0, len(quote))
        return Place(**told, uri=uri, cut=cut_off, orders=orders)

    def passage(self, found: types.Passage, most: int) -> Passage:
        """A passage of at most so many characters."""
        text = cut(found.chunk.text, most)
        start, end = found.chunk.start, found.chunk.end
        told = {**schema.passage(found), "text": text, "end": start + len(text)}
        del told["via"]
        return Passage(
            **told,
            uri=addresses.uri(self.collection, found.chunk.document_id, start, end),
            cut=len(text) < len(found.chunk.text),
            orders=ordered(text, 0, len(text)),
        )

    def near(self, found: types.Passage) -> Place:
        """The place of a passage that was looked at, with its first words."""
        return self.place(_citation(found))

    def sentence(self, value: types.Sentence) -> Sentence:
        """A sentence with its citations."""
        places = [self.place(each) for each in value.citations]
        return Sentence(
            text=value.text, verdict=value.verdict, reason=value.reason, citations=places
        )

    def promise(self, entry: types.Entry, groups: Sequence[str] = ()) -> Promised:
        """A row of the register."""
        told = schema.entry(entry)
        elsewhere = [
            f"{link.kind}: {line_of(link.document)}, line {link.line}" for link in entry.links
        ]
        names = Promised.model_fields.keys() & told.keys()
        kept = {name: told[name] for name in names}
        kept["quote"] = cut(told["quote"], QUOTE)
        return Promised(
            **kept | {"end": told["start"] + len(kept["quote"])},
            groups=list(groups),
            elsewhere=elsewhere,
            uri=self.uri(entry.document, told["start"], told["end"]),
        )

    def promises(self, listed: Listed, entries: Sequence[types.Entry]) -> list[Promised]:
        """Rows of the register with the groups that they belong to."""
        return [self.promise(each, listed.groups_of(each)) for each in entries]


def _citation(found: types.Passage) -> types.Citation:
    """A passage as a citation of itself."""
    chunk = found.chunk
    page = found.pages[0] if found.pages else None
    return types.Citation(found.document, page, found.line, chunk.start, chunk.end, chunk.text)


def where(document: str, page: int | None, line: int | None) -> str:
    """A place as a person says it: "a.pdf, p. 4"."""
    told = f", p. {page}" if page is not None else f", line {line}" if line is not None else ""
    return f"{line_of(document)}{told}"


def document_of(app: App, named: str) -> tuple[DocumentRow, types.Document]:
    """A document by its id, the beginning of one, or a name as in `App.document`.

    Raises UsageError for none or several, LibraryError where the library cannot be opened.
    """
    rows = _by_id(app.documents(), named)
    if len({row.id for row in rows}) > 1:
        raise UsageError(f"{named} may be any of several documents", "Give more of the id.")
    return app.document(rows[0].name if rows else named)


def _by_id(rows: Iterable[DocumentRow], named: str) -> list[DocumentRow]:
    if len(named) < _SHORTEST_ID or not _HEXADECIMAL.issuperset(named):
        return []
    return [row for row in rows if row.id.startswith(named)]


def counted(values: Mapping[str, int]) -> str:
    """Counts as words: "3 supported, 1 unsupported"."""
    return ", ".join(f"{count} {name}" for name, count in values.items())
