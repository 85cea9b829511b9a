"""Statistics of the words of a library, in the catalogue: for an index that counts none itself.

How many chunks hold each term, field by field, and how many tokens a field has in all. They are
kept up by the publication that changes the chunks, and read one word or one prefix at a time. Each
term tells the generation it came with: who reads an older one does not see it. The
tables are made with the first statistics: a library whose index counts has none. Beside them are
noted the keys of chunks that are no longer live and are still to be taken out of the index.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from rag.store.catalogue import Catalogue

_TABLES = (
    "CREATE TABLE IF NOT EXISTS terms (field TEXT NOT NULL, term TEXT NOT NULL,"
    " chunks INTEGER NOT NULL, born INTEGER NOT NULL, PRIMARY KEY (field, term))",
    "CREATE TABLE IF NOT EXISTS tokens (field TEXT PRIMARY KEY, total BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS leaving (key BIGINT PRIMARY KEY)",
)
_ADD = (
    "INSERT INTO terms (field, term, chunks, born) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (field, term) DO UPDATE SET chunks = terms.chunks + excluded.chunks"
)
_ADD_TOKENS = (
    "INSERT INTO tokens (field, total) VALUES (?, ?)"
    " ON CONFLICT (field) DO UPDATE SET total = tokens.total + excluded.total"
)
_LONGEST = 500  # characters of a term that are kept: PostgreSQL indexes no longer ones
_LAST = "\U0010ffff"  # no term has a character above it


def make(catalogue: Catalogue) -> None:
    """Make the tables that are not there yet."""
    for table in _TABLES:
        catalogue.run(table)


def clear(catalogue: Catalogue) -> None:
    """Forget all statistics, and what is leaving: an index is begun anew."""
    for table in ("terms", "tokens", "leaving"):
        catalogue.run(f"DELETE FROM {table}")


def add(catalogue: Catalogue, counts: Counter[tuple[str, str]], generation: int) -> None:
    """Add to the numbers of chunks that hold a term; what comes to none is forgotten."""
    rows = [(field, _kept(term), n, generation) for (field, term), n in counts.items() if n]
    catalogue.run(_ADD, rows)
    if any(count < 0 for count in counts.values()):
        catalogue.run("DELETE FROM terms WHERE chunks <= 0")


def add_tokens(catalogue: Catalogue, totals: Counter[str]) -> None:
    """Add to the numbers of tokens of the fields."""
    catalogue.run(_ADD_TOKENS, list(totals.items()))


def tokens(catalogue: Catalogue) -> dict[str, int]:
    """How many tokens each field has in all."""
    return {field: int(total) for field, total in catalogue.rows("SELECT field, total FROM tokens")}


def chunks_with(
    catalogue: Catalogue, field: str, terms: Sequence[str], generation: int
) -> dict[str, int]:
    """How many chunks hold each of the terms that any held in a generation."""
    select = "SELECT term, chunks, born FROM terms WHERE field = ? AND term IN (%s)"
    kept = {_kept(term): term for term in terms if "\0" not in term}
    rows = catalogue.among(select, list(kept), (field,))
    return {kept[term]: int(chunks) for term, chunks, born in rows if born <= generation}


def beginning(
    catalogue: Catalogue, field: str, prefix: str, generation: int
) -> list[tuple[str, int]]:
    """The terms that begin so, the most frequent first, and how many chunks hold each."""
    if "\0" in prefix:
        return []
    rows = catalogue.rows(
        "SELECT term, chunks FROM terms WHERE field = ? AND term >= ? AND term < ?"
        " AND born <= ?"
        " ORDER BY chunks DESC, term",
        (field, prefix, prefix + _LAST, generation),
    )
    return [(term, int(chunks)) for term, chunks in rows]


def _kept(term: str) -> str:
    """A term as it is kept: one that is no word by its length, by its beginning and its hash."""
    if len(term) <= _LONGEST:
        return term
    return f"{term[:_LONGEST]}…{blake2b(term.encode(), digest_size=16).hexdigest()}"


def leave(catalogue: Catalogue, keys: Iterable[int]) -> None:
    """Note keys of chunks that are to be taken out of the index."""
    catalogue.run(
        "INSERT INTO leaving (key) VALUES (?) ON CONFLICT (key) DO NOTHING", [(k,) for k in keys]
    )


def leaving(catalogue: Catalogue) -> list[int]:
    """Keys of chunks that are still to be taken out of the index."""
    return [int(key) for (key,) in catalogue.rows("SELECT key FROM leaving ORDER BY key")]


def left(catalogue: Catalogue, keys: Iterable[int]) -> None:
    """Note that these have been taken out."""
    catalogue.run("DELETE FROM leaving WHERE key = ?", [(key,) for key in keys])
