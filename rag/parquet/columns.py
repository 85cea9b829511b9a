"""The tables of an export: their columns, and how much of them is in memory at once.

Vectors are float32: every number that a store holds is one exactly, half floats too, and programs
that know no half floats read them. Parted into the bytes of the numbers (BYTE_STREAM_SPLIT) those
of half floats take 3 % more room than half floats would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

#: Names of the tables, in the order in which they are written and read.
TABLES = ("frequencies", "documents", "chunks", "files", "names", "corrections")
#: Bytes of a row group, about; a column of it is in memory whole.
GROUP_BYTES = 16 << 20
#: The most rows of a row group.
GROUP_ROWS = 8192
#: Bytes of a file beyond which another one is begun.
PART_BYTES = 256 << 20

_FIELDS = {
    "documents": (
        *("id title kind", "date? encoding?", "notes[] text layout", "minutes?"),
        *("chunks#", "readers chunker attempt"),
    ),
    "chunks": ("id document_id start# end# text context",),
    "files": ("name root path size# mtime_ns# digest document_id? member reason attempt",),
    "names": ("former present",),
    "corrections": ("document name kind value? quote what start# was? time by",),
}
_VECTOR, _ITEM = "vector", "element"


def schema(table: str, dimension: int) -> pa.Schema:
    """The columns of a table; vectors have so many numbers."""
    import pyarrow as pa

    if table == "frequencies":
        return pa.schema([pa.field("idf", pa.float32(), nullable=False)])
    fields = [_field(told) for told in " ".join(_FIELDS[table]).split()]
    if table == "chunks":
        number = pa.field(_ITEM, pa.float32(), nullable=False)
        fields.append(pa.field(_VECTOR, pa.list_(number, dimension), nullable=False))
    return pa.schema(fields)


def _field(told: str) -> pa.Field:
    """A column by its name: `#` counts, `[]` holds several texts, `?` may be nothing."""
    import pyarrow as pa

    name = told.rstrip("#?[]")
    kind = {"": pa.string(), "?": pa.string(), "#": pa.int64(), "[]": pa.list_(pa.string())}
    end = told[len(name) :]
    return pa.field(name, kind[end], nullable=end == "?")


def written(table: str) -> dict[str, Any]:
    """How Parquet files of a table are written."""
    options: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "version": "2.6"}
    if table == "chunks":
        leaf = f"{_VECTOR}.list.{_ITEM}"
        plain = ["document_id"]  # many in a row alike
        options |= {
            "column_encoding": {leaf: "BYTE_STREAM_SPLIT"},
            "use_dictionary": plain,
            "write_statistics": ["id", "document_id", "start", "end"],
        }
    if table == "documents":
        options |= {"use_dictionary": ["kind", "readers", "chunker"], "write_statistics": ["id"]}
    if table == "frequencies":
        options |= {"use_dictionary": False}
    return options
