"""A set and a library brought together: where that lies, and whether one fits the other.

A set that names a document that is not there would measure nothing but its own slip, so that is an
error; a page, a line or a quote that its document does not have is worth a word.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from rag import __version__
from rag.errors import LibraryCorrupt, LibraryMismatch, RagError, UsageError
from rag.evaluate.asking import Trial, plain
from rag.naming import is_name
from rag.store.checks import library_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.answer import Answerer
    from rag.config import Settings
    from rag.evaluate.items import Item
    from rag.index import Library
    from rag.report import Report
    from rag.retrieve import Retriever
    from rag.types import Document

_TOLD = 5  # names that are told; the rest are counted


def collection(folder: Path, settings: Settings) -> str:
    """A name for the library of a set: its folder, and all that decides what is in the library."""
    reading = (settings.ocr, settings.languages, settings.keep_hidden)
    vectors = (
        settings.embedder,
        settings.dimension,
        settings.query_prompt,
        settings.document_prompt,
    )
    told = (str(folder), *vectors, *reading, __version__)
    return "eval-" + hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def keep_up(ingest: Callable[..., Report], folder: Path, *, fresh: bool) -> None:
    """Bring the library of a set into step with its documents, as `ingest` does; see `App.ingest`.

    Raises RagError where none of them can be read, and UsageError for a folder that holds
    everything else too.
    """
    if folder in (Path.home(), Path(folder.anchor)):
        raise UsageError(
            f"The questions lie in {folder}, and all in there would be read as their documents",
            "Put them beside the documents, or ask the library there is: rag eval FILE --library",
        )
    try:
        report = ingest(fresh=fresh)
    except (LibraryMismatch, LibraryCorrupt):  # nothing in it cannot be made again
        report = ingest(fresh=True)
    if not (report.added or report.changed or report.unchanged):
        raise RagError(
            f"None of the documents in {folder} could be read",
            f"See why: rag --home NEW_FOLDER ingest {folder}",
        )


def prepare(
    items: Sequence[Item],
    library: Library,
    retriever: Retriever,
    answerer: Answerer | None,
    name: str,
    documents: Path | None,
) -> Trial:
    """The questions with the names the library has for their documents, ready to be put to it.

    Raises UsageError where documents are not there.
    """
    listing = f"See what there is: {f'ls {documents}' if documents else 'rag list'}"
    rows = library.catalogue.documents()
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.id, row.name)  # which a document that lies there twice is cited by
    names = {file.name: file.name for file in library.catalogue.files()}
    names |= {row.name: first[row.id] for row in rows}
    settled = named(items, names, listing)
    told = notes(settled, {row.name: row.pages for row in rows}, retriever.document)
    embedder = library_embedder(library.catalogue).model
    place = library.paths.folder
    return Trial(settled, retriever, answerer, name, place, documents, embedder, told)


def named(items: Sequence[Item], names: Mapping[str, str], listing: str) -> list[Item]:
    """The questions with the whole names of documents that they name by the end of a path.

    `names` are those that there are, each with the one that the document is cited by. Raises
    UsageError for names that none or several of them have; `listing` says how to see what is there.
    """

    @cache
    def alike(name: str) -> list[str]:
        if name in names:
            return [names[name]]
        sought = normalize("NFC", name)
        like = [held for each, held in names.items() if is_name(normalize("NFC", each), sought)]
        return list(dict.fromkeys(like))

    unknown: set[str] = set()
    settled, touched = [], 0
    for item in items:
        mentioned = [g.document for g in item.evidence] + ([item.scope] if item.scope else [])
        found = {name: alike(name) for name in mentioned}
        for name, like in found.items():
            if len(like) > 1:
                raise UsageError(
                    f"{name} may be any of {_listed(like)} (question {item.id})",
                    "Write the path as it is below the folder of the documents.",
                )
        missing = {name for name, like in found.items() if not like}
        unknown |= missing
        touched += bool(missing)
        if not missing:
            places = tuple(replace(g, document=found[g.document][0]) for g in item.evidence)
            scope = found[item.scope][0] if item.scope else None
            settled.append(replace(item, evidence=places, scope=scope))
    if unknown:
        raise UsageError(
            f"{_questions(touched)} of the set name documents that are not there:"
            f" {_listed(sorted(unknown))}",
            f"Correct the names, or put the documents there. {listing}",
        )
    return settled


def notes(
    items: Sequence[Item], pages: Mapping[str, int], document: Callable[[str], Document]
) -> list[str]:
    """What can never be found, and why; `pages` counts those of every document that was read."""
    unread: dict[str, set[str]] = defaultdict(set)
    absent: dict[str, list[str]] = defaultdict(list)

    @cache
    def text(name: str) -> str:
        return plain(document(name).text)

    for item in items:
        for gold in item.evidence:
            name = gold.document
            if name not in pages:
                unread[name].add(item.id)
                continue
            if gold.page is not None and not 1 <= gold.page <= pages[name]:
                absent["pages"].append(f"{item.id} (page {gold.page} of {pages[name]})")
            if gold.quote and plain(gold.quote) not in text(name):
                absent["quotes"].append(item.id)
            if gold.lines and not _has_line(document(name), gold.lines[0]):
                absent["lines"].append(f"{item.id} (line {gold.lines[0]})")
    told = [
        f"{name} could not be read, which {_questions(len(ids))} need{'s' * (len(ids) == 1)}"
        for name, ids in sorted(unread.items())
    ]
    return told + [
        f"not in their documents, so never found: the {what} of {_listed(ids)}"
        for what, ids in absent.items()
    ]


def _has_line(document: Document, number: int) -> bool:
    return bool(document.lines) and 1 <= number <= document.lines[-1].number


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more
