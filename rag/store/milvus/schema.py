"""What a library has in Milvus: one collection an epoch, and an entity in it for each chunk."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from rag.errors import LibraryMismatch
from rag.store.lexical import LEXICAL_VERSION
from rag.store.milvus.bm25 import NOTHING
from rag.store.milvus.connection import ASKING, BUILDING, WRITING, CollectionGone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.store.catalogue import Catalogue
    from rag.store.milvus.address import Address
    from rag.store.milvus.bm25 import Terms
    from rag.store.milvus.connection import Connection
    from rag.store.rows import ChunkRow

SCHEMA_VERSION = 1
#: Recorded facts: the name of the library in Milvus, and the epoch that is current.
LIBRARY, FACT = "milvus_library", "milvus"
#: Vectors from which on an index is used that may miss some; fewer are compared one by one.
#: Hashed vectors lie everywhere, and no graph leads to them: of 100,000, HNSW gave the same ten as
#: FLAT for 17 questions of 57.
APPROXIMATE, APPROXIMATE_HASHED = 100_000, 2_000_000
_TEXT_BYTES = 65_535  # Milvus's limit for a string
_DELETED = 1000  # entities taken out at once
_SHORT = 256  # bytes of ids and kinds
#: What an entity has of the lengths of its fields, in the order of `bm25.BOOSTS`.
LENGTHS = ("tokens_stems", "tokens_forms", "tokens_title", "tokens_context")
_HNSW = {"M": 32, "efConstruction": 200}
_LISTS = 1024  # of an IVF index
_EFFORT = 256  # of a search: candidates in an HNSW or DISKANN index
_UTMOST = 8192
_PROBES = 64  # lists of an IVF index that a search looks through


@dataclass(frozen=True, slots=True)
class Epoch:
    """One collection of a library, as its catalogue notes it.

    `library` is the library's name in Milvus, `averages` the lengths of the fields that its sparse
    vectors were made with, `index` that of its vectors, `versions` those of schema and words.
    `mark` keeps apart what several begin by one number: one of them may have lost its turn, as its
    connection to the catalogue was lost, and not know it yet.
    """

    library: str
    number: int
    dimension: int
    index: str
    averages: dict[str, float]
    versions: tuple[int, str] = (SCHEMA_VERSION, LEXICAL_VERSION)
    mark: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def name(self) -> str:
        """The name of the collection."""
        return f"{prefix(self.library)}{self.number}_{self.mark}".rstrip("_")

    def told(self) -> str:
        """The recorded fact."""
        return json.dumps(asdict(self), sort_keys=True)


def prefix(library: str) -> str:
    """What the names of all collections of a library begin with."""
    return f"rag_{library}_"


def current(catalogue: Catalogue) -> Epoch | None:
    """The epoch that is current; None where there is none that this version reads.

    Raises LibraryMismatch where a newer version made it.
    """
    told = json.loads(catalogue.meta(FACT) or "{}")
    if not told:
        return None
    versions = (int(told["versions"][0]), str(told["versions"][1]))
    if versions[0] > SCHEMA_VERSION:
        raise LibraryMismatch(
            f"The library's collection in Milvus has version {versions[0]},"
            f" this rag reads {SCHEMA_VERSION}",
            "A newer version made it: bring rag up to date.",
        )
    if versions != (SCHEMA_VERSION, LEXICAL_VERSION):
        return None
    return Epoch(**{"mark": "", **told, "versions": versions})


def library_of(catalogue: Catalogue) -> str:
    """The name of a library in Milvus; "" where it has none yet."""
    return catalogue.meta(LIBRARY) or ""


def named(catalogue: Catalogue) -> None:
    """Have a name for the library in Milvus, before anything is there that goes by it."""
    if not library_of(catalogue):
        catalogue.change(lambda: rename(catalogue))


def rename(catalogue: Catalogue) -> None:
    """Give the library a new name; what it has under another one stays and is another's."""
    catalogue.set_meta({LIBRARY: secrets.token_hex(8)})


def last_number(catalogue: Catalogue) -> int:
    """The number of the epoch that is current, of whatever version; 0 for none."""
    return int(json.loads(catalogue.meta(FACT) or "{}").get("number", 0))


def forget(catalogue: Catalogue) -> None:
    """Know nothing of Milvus: another library may have what this catalogue speaks of."""
    catalogue.change(lambda: catalogue.run("DELETE FROM meta WHERE key = ?", [(LIBRARY,), (FACT,)]))


def index_for(address: Address, chunks: int, *, hashed: bool) -> str:
    """The index of so many vectors, of the built-in embedder if `hashed`, unless one is set."""
    least = APPROXIMATE_HASHED if hashed else APPROXIMATE
    return address.index or ("HNSW" if chunks >= least else "FLAT")


def create(connection: Connection, epoch: Epoch) -> None:
    """Make the empty collection of an epoch. What a kill leaves of it is dropped by `tidy`."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.INT64, is_primary=True)
    for name in ("born", "start", "end", *LENGTHS):
        schema.add_field(name, DataType.INT64)
    for name in ("chunk", "document", "kind", "date"):
        schema.add_field(name, DataType.VARCHAR, max_length=_SHORT)
    for name in ("text", "context", "title"):
        schema.add_field(name, DataType.VARCHAR, max_length=_TEXT_BYTES)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=epoch.dimension)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("vector", index_type=epoch.index, metric_type="IP", params=_built(epoch))
    indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP", params={})
    address = connection.address
    connection.call(
        "create_collection",
        epoch.name,
        schema=schema,
        num_shards=address.shards,
        consistency_level=address.level,
        seconds=WRITING,
    )
    # nothing is there to be indexed: the client would look after half a second whether it is done
    connection.call("create_index", epoch.name, indexes, sync=False, seconds=WRITING)
    connection.call("load_collection", epoch.name, replica_number=address.replicas, seconds=WRITING)


def drop(connection: Connection, name: str) -> None:
    """Drop a collection if it is there."""
    if connection.call("has_collection", name, seconds=WRITING):
        connection.call("drop_collection", name, seconds=WRITING)


def delete(connection: Connection, epoch: Epoch, keys: Sequence[int]) -> None:
    """Take entities out by their keys."""
    for first in range(0, len(keys), _DELETED):
        some = list(keys[first : first + _DELETED])
        connection.call("delete", epoch.name, ids=some, seconds=WRITING)


def delete_strays(connection: Connection, epoch: Epoch, generation: int) -> None:
    """Take out what a kill left: entities of later generations than the one that is published."""
    connection.call("delete", epoch.name, filter=f"born > {generation}", seconds=WRITING)


def is_whole(connection: Connection, epoch: Epoch, chunks: int, *, seconds: float = ASKING) -> bool:
    """Whether the collection is there, of this epoch and with as many entities at least.

    It is loaded first where it is not. Only where some seem to be missing is it asked for its
    newest state, which may take a moment. Raises LibraryMismatch for one that something else made.
    """
    try:
        told = connection.call("describe_collection", epoch.name, seconds=seconds)
        check(told, epoch)
        state = connection.call("get_load_state", epoch.name, seconds=seconds)
        if "loaded" not in str(state.get("state", "")).lower().replace("notload", ""):
            connection.call("load_collection", epoch.name, seconds=WRITING)
        levels = dict.fromkeys((connection.address.level, "Strong"))
        return any(count(connection, epoch, level=level) >= chunks for level in levels)
    except CollectionGone:
        return False


def count(connection: Connection, epoch: Epoch, scope: str = "", *, level: str = "Strong") -> int:
    """How many entities there are, or are let through by a filter."""
    found = connection.call(
        "query",
        epoch.name,
        filter=scope,
        output_fields=["count(*)"],
        consistency_level=level,
        seconds=WRITING,
    )
    return int(found[0]["count(*)"])


def check(told: dict[str, Any], epoch: Epoch) -> None:
    """Raise LibraryMismatch unless a collection has the fields and the dimension of an epoch."""
    fields = {field["name"]: field.get("params", {}) for field in told.get("fields", ())}
    dimension = int(fields.get("vector", {}).get("dim", 0))
    if dimension != epoch.dimension or "words" not in fields or "born" not in fields:
        raise LibraryMismatch(
            f"The collection {epoch.name} in Milvus has other fields than this library's"
            f" ({dimension} floats a vector, not {epoch.dimension})",
            "Build it anew from the catalogue: rag reindex",
        )


def entity(row: ChunkRow, terms: Terms, about: tuple[str, str], born: int) -> dict[str, Any]:
    """A chunk without its vectors; `about` is the kind and the date of its document.

    A text that is longer than Milvus takes is cut: the catalogue has all of it.
    """
    chunk, (kind, date) = row.chunk, about
    return {
        "key": row.key,
        "born": born,
        "chunk": chunk.id,
        "document": chunk.document_id,
        "start": chunk.start,
        "end": chunk.end,
        "text": cut(chunk.text),
        "context": cut(chunk.context),
        "title": cut(row.title),
        "kind": cut(kind, _SHORT),
        "date": cut(date, _SHORT),
        **dict(zip(LENGTHS, terms.lengths.values(), strict=True)),
    }


def lengths_of(found: dict[str, Any]) -> dict[str, int]:
    """The lengths of the fields of an entity."""
    return {name.removeprefix("tokens_"): int(found[name]) for name in LENGTHS}


def warm(connection: Connection, epoch: Epoch) -> None:
    """Have Milvus Lite index the words now: it would do so while the first question waits."""
    if connection.lite:
        connection.call(
            "search",
            epoch.name,
            [{NOTHING: 1.0}],
            anns_field="words",
            limit=1,
            search_params={"metric_type": "IP", "params": {}},
            seconds=BUILDING,
        )


def cut(text: str, size: int = _TEXT_BYTES) -> str:
    """As much of a text as has so many bytes in UTF-8."""
    data = text.encode()
    return text if len(data) <= size else data[:size].decode(errors="ignore")


def effort(index: str, limit: int, *, exact: bool) -> dict[str, int]:
    """Parameters of a search by an index: how hard it looks."""
    candidates = _UTMOST if exact else max(_EFFORT, 2 * limit)
    if index == "HNSW":
        return {"ef": candidates}
    if index == "DISKANN":
        return {"search_list": candidates}
    if index == "IVF_FLAT":
        return {"nprobe": _LISTS if exact else _PROBES}
    return {}


def _built(epoch: Epoch) -> dict[str, int]:
    if epoch.index == "HNSW":
        return _HNSW
    return {"nlist": _LISTS} if epoch.index == "IVF_FLAT" else {}
