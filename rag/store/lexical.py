"""Word search over chunks: a tantivy index with BM25 (Robertson, Zaragoza, 2009; k1 1.2, b 0.75).

Text arrives here as words already folded and stemmed by `rag.words`; tantivy only splits at spaces,
and no text is ever parsed as a query. A chunk has four fields: the stems of its text, with their
positions; its words as written, since an exact form ranks higher; the stems of its document's
title; and those of its headings.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy

from rag.errors import LibraryCorrupt
from rag.prepare import words_of
from rag.store.ties import settled
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.prepare import Words
    from rag.query import Query
    from rag.store.rows import ChunkRow

LEXICAL_VERSION = "2"
_HEAP_BYTES = 64 << 20
_MERGE_THREADS = 1  # one, so that the same chunks give the same index
_TOKENIZER = "spaces"
FORM_BOOST = 0.15
TITLE_BOOST = 0.3
CONTEXT_BOOST = 0.3

Hit = tuple[int, float]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("stems", tokenizer_name=_TOKENIZER, index_option="position")
    for field in ("forms", "title", "context"):
        builder.add_text_field(field, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.build()


def _open(folder: Path) -> tantivy.Index:
    index = tantivy.Index(_schema(), path=str(folder), reuse=True)
    spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TOKENIZER, spaces)
    return index


class LexicalWriter:
    """Writes an index into a new folder: that of `base`, if any, and what is added.

    Segment files of tantivy never change once written, so `base` is carried over by hard links
    and stays whole for those who still read it. All methods raise OSError where the folder cannot
    be written.
    """

    def __init__(self, folder: Path, base: Path | None) -> None:
        folder.mkdir(parents=True)
        if base is not None:
            _carry_over(base, folder)
        with _as_os_error():
            self._writer = _open(folder).writer(_HEAP_BYTES, _MERGE_THREADS)

    def add(self, row: ChunkRow, found: Words) -> None:
        """Put a chunk in, by its words."""
        entry = tantivy.Document()
        entry.add_unsigned("key", row.key)
        entry.add_text("document", row.chunk.document_id)
        entry.add_text("stems", found.stems)
        entry.add_text("forms", found.forms)
        entry.add_text("title", _stems(row.title))
        entry.add_text("context", _stems(row.chunk.context))
        with _as_os_error():
            self._writer.add_document(entry)

    def remove(self, keys: Iterable[int]) -> None:
        """Take chunks out, those just added among them."""
        with _as_os_error():
            for key in keys:  # by query: deleting by the term of a number finds nothing
                query = tantivy.Query.term_query(_schema(), "key", key)
                self._writer.delete_documents_by_query(query)

    def commit(self) -> None:
        """Have it all on the disk; nothing can be added any more."""
        with _as_os_error():
            self._writer.commit()
            self._writer.wait_merging_threads()

    def close(self) -> None:
        """Write nothing any more to the folder, which may be removed; after `commit`, do nothing.

        Left to itself a writer goes on beside whoever removes its folder.
        """
        with suppress(ValueError, RuntimeError):  # it is closed already, or has failed
            self._writer.rollback()
            self._writer.wait_merging_threads()


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # what tantivy makes of every failure, a full disk among them
        raise OSError(str(error)) from error


def _carry_over(base: Path, folder: Path) -> None:
    for source in base.iterdir():
        if source.name.endswith(".lock"):
            continue
        target = folder / source.name
        if source.suffix == ".json" or source.name.startswith("."):
            shutil.copyfile(source, target)  # these are rewritten by the writer
            continue
        try:
            os.link(source, target)
        except OSError:  # a file system without links
            shutil.copyfile(source, target)


@lru_cache(maxsize=1024)
def _stems(text: str) -> str:
    """Stems of a title or of headings, which many chunks in a row share."""
    return words_of(text).stems


class LexicalIndex:
    """An index open for searching."""

    def __init__(self, folder: Path) -> None:
        self._schema = _schema()
        if not os.access(folder, os.W_OK):  # tantivy makes a lock file even to read
            copy = tempfile.mkdtemp(prefix="rag-words-")
            weakref.finalize(self, shutil.rmtree, copy, ignore_errors=True)
            folder = Path(shutil.copytree(folder, Path(copy) / "words"))
        self._searcher = _open(folder).searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def frequency(self, stem: str) -> int:
        """Number of chunks whose text holds the stem."""
        return int(self._searcher.doc_freq("stems", stem))

    def frequencies(self, stems: Sequence[str], documents: Sequence[str]) -> tuple[int, list[int]]:
        """Number of chunks of documents (ids), and of those among them that hold each stem."""
        of_them = tantivy.Query.term_set_query(self._schema, "document", list(documents))

        def count(*queries: tantivy.Query) -> int:
            every = tantivy.Query.boolean_query([(tantivy.Occur.Must, q) for q in queries])
            found: Any = self._searcher.search(every, 1, count=True)
            return int(found.count)

        return count(of_them), [
            count(of_them, tantivy.Query.term_query(self._schema, "stems", stem)) for stem in stems
        ]

    def knows(self, stem: str) -> bool:
        """Whether a chunk, its title or its headings hold the stem."""
        return any(self._searcher.doc_freq(name, stem) for name in ("stems", "title", "context"))

    def counted(self, word: str) -> int:
        """Number of chunks whose text holds the word itself."""
        return int(self._searcher.doc_freq("forms", word))

    def words_from(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin so, the most frequent first, and how many chunks hold each."""
        return list(self._searcher.terms_with_prefix("forms", prefix))

    def stems_from(self, prefix: str) -> list[tuple[str, int]]:
        """The same of stems."""
        return list(self._searcher.terms_with_prefix("stems", prefix))

    def spelled(self, wanted: str) -> str:
        """The most frequent word with this stem; the stem itself where there is none."""
        for head in (wanted, wanted[:-1]):  # stemming may change the last letter
            for word, _ in self.words_from(head):
                if stem(word) == wanted:
                    return word
        return wanted

    def holds(self, phrase: Sequence[str], documents: Sequence[str] | None = None) -> bool:
        """Whether a chunk of the documents (ids, all for None) holds these stems in a row."""
        wanted = self._phrase(phrase)
        if documents is not None:
            wanted = self._within(wanted, "document", documents)
        return bool(self._hits(wanted, 1))

    def holding(self, phrases: Sequence[Sequence[str]], keys: Sequence[int]) -> set[int]:
        """Those of the chunks with these keys that hold one of the phrases."""
        wanted = self._within(self._one_of(phrases), "key", keys)
        return {key for key, _ in self._hits(wanted, len(keys))}

    def search(self, query: Query, limit: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """Keys and BM25 scores of the best chunks, best first; of `documents` (ids) if given."""
        wanted = self._query(query)
        if documents is not None:
            wanted = self._within(wanted, "document", documents)
        return settled(lambda size: self._hits(wanted, size), max(limit, 1))

    def close(self) -> None:
        """Let go of nothing: what is memory-mapped goes with the last use."""

    def _hits(self, query: tantivy.Query, limit: int) -> list[Hit]:
        try:
            hits = self._searcher.search(query, max(limit, 1), count=False).hits
            keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        except ValueError as error:
            raise LibraryCorrupt(
                f"The index of words is damaged ({error})", "Build it anew: rag reindex"
            ) from error
        return [
            (int(key), float(score))
            for key, (score, _) in zip(keys, hits, strict=True)
            if key is not None
        ]

    def _query(self, query: Query) -> tantivy.Query:
        """An OR of the question's stems, with its forms, the title and the headings counting less.

        A stem counts as much as its best variant. One of the phrases must be there.
        """
        meant = [(item, *query.variants.get(item, ())) for item in query.stems]
        clauses = [
            *(self._any("stems", items, 1.0) for items in meant),
            *(self._any("forms", (word,), FORM_BOOST) for word in query.words),
            *(self._any("title", items, TITLE_BOOST) for items in meant),
            *(self._any("context", items, CONTEXT_BOOST) for items in meant),
        ]
        parts = [(tantivy.Occur.Should, clause) for clause in clauses]
        if query.phrases:
            parts.append((tantivy.Occur.Must, self._one_of(query.phrases)))
        return tantivy.Query.boolean_query(parts)

    def _any(self, field: str, values: Sequence[str], boost: float) -> tantivy.Query:
        """The best of some terms of a field."""
        terms = [tantivy.Query.term_query(self._schema, field, value) for value in values]
        best = terms[0] if len(terms) == 1 else tantivy.Query.disjunction_max_query(terms)
        return tantivy.Query.boost_query(best, boost)

    def _one_of(self, phrases: Sequence[Sequence[str]]) -> tantivy.Query:
        """One phrase at least; a chunk with more of them ranks higher."""
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._phrase(phrase)) for phrase in phrases]
        )

    def _phrase(self, phrase: Sequence[str]) -> tantivy.Query:
        if len(phrase) == 1:
            return tantivy.Query.term_query(self._schema, "stems", phrase[0])
        return tantivy.Query.phrase_query(self._schema, "stems", list(phrase))

    def _within(
        self, query: tantivy.Query, field: str, values: Sequence[str] | Sequence[int]
    ) -> tantivy.Query:
        any_of = tantivy.Query.term_set_query(self._schema, field, list(values))
        scope = tantivy.Query.const_score_query(any_of, 0.0)
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.Must, scope)]
        )
