"""Texts and saved answers held against a library; jobs on one document."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.app.showing import Showing
from rag.errors import LibraryMissing
from rag.store.opening import open_catalogue
from rag.store.secret import secret_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.jobs.checking import Source
    from rag.jobs.result import Request, Result
    from rag.jobs.template import Template
    from rag.prove import Proof
    from rag.types import Scope, Sentence


class Checking(Showing):
    """A library that texts can be held against."""

    def verify(
        self,
        source: Path | bytes,
        *,
        scope: Scope | None = None,
        password: str = "",
        on_checked: Callable[[int, int], None] = lambda *_: None,
    ) -> list[Sentence]:
        """The sentences of a file, or of text, and what the library says of each.

        See `rag.verify`. Raises UsageError where there is no such file, ReadError where it cannot
        be read.
        """
        from rag import verify
        from rag.outside import read_outside

        with self._readers(password) as pool:
            read = read_outside(source, pool, "md").values()
        with self._opened() as (_, retriever):
            check = partial(verify.verify, retriever=retriever, entailment=self.entailment)
            told = [check(each.document, scope=scope, on_checked=on_checked) for each in read]
        return [sentence for sentences in told for sentence in sentences]

    def prove(self, text: str, password: str = "") -> list[Proof]:
        """Whether the quotes of a saved answer still stand in their files; see `rag.prove`."""
        from rag import prove

        cited = prove.citations(text)
        with open_catalogue(self.paths) as catalogue, self._readers(password) as pool:
            return list(prove.prove(cited, catalogue, pool))

    def source(self, name: str, given: bytes | None = None) -> Source:
        """A text that a job is done on: a file, else a document of the library by its name.

        `given` is the text itself, as bytes, which `name` then only names. Raises LibraryMissing
        where there is neither such a file nor a library.
        """
        from rag.jobs.checking import Source
        from rag.outside import the_document_in

        path = Path(name)
        if given is None and not path.exists():
            if not self.exists:
                raise LibraryMissing(
                    f"There is no file {name}, and no library at {self.paths.folder}",
                    "Name a file, or make a library: rag ingest FOLDER",
                )
            row, document = self.document(name)
            return Source(row.name, document)
        with self._readers() as pool:
            document = the_document_in(path if given is None else given, pool, "txt")
        return Source(name, document)

    def job(
        self,
        template: Template,
        source: Source,
        request: Request,
        on_piece: Callable[[int, int], None] = lambda *_: None,
    ) -> Result:
        """Do a job on a text, with the model where one is set; see `rag.jobs.running.run`."""
        from rag.jobs.running import run

        secret = secret_of(self.paths.folder)
        return run(template, source, self.model, request, secret=secret, on_piece=on_piece)
