"""The composition root: settings to wired objects. The faces call this and render what comes."""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, TypeVar

from rag import config
from rag.embed import HASHED, load_embedder, load_entailment, load_reranker
from rag.errors import LibraryError, LibraryMissing, RagError, UsageError
from rag.index import (
    Library,
    Writer,
    library_embedder,
    open_catalogue,
    replacing,
)
from rag.retrieve import Retriever, is_name
from rag.store.place import LibraryPaths, collections
from rag.store.replies import Replies
from rag.store.secret import secret_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.cite import Entailment
    from rag.config import Settings
    from rag.doctor import Check
    from rag.embed import Embedder, EncoderOptions, Reranker
    from rag.evaluate import Trial
    from rag.jobs.checking import Source
    from rag.jobs.result import Request, Result
    from rag.jobs.template import Template
    from rag.locate import Span
    from rag.mapreduce import Watch
    from rag.models import Model
    from rag.picture import Drawing, Picture, Wanted
    from rag.prove import Proof
    from rag.report import Progress, Report
    from rag.retrieve import Mode
    from rag.store.catalogue import DocumentRow, FileRow
    from rag.store.history import History
    from rag.summary import Brief, Summary
    from rag.talk import Talk
    from rag.types import Answer, Document, Evidence, Exchange, Scope, Sentence
    from rag.workers.pool import ReaderPool

    Row = TypeVar("Row", DocumentRow, FileRow)

#: Longest question in characters; a longer one is a file given by mistake.
QUESTION_LIMIT = 20_000
_COLLECTION = re.compile(r"[\w-][\w.-]{0,63}")


def _ignore(_: object) -> None:
    """Nobody watches."""


class App:
    """A library with the settings it is used with."""

    def __init__(self, settings: Settings, home: Path | None = None) -> None:
        if not _COLLECTION.fullmatch(settings.collection):
            raise UsageError(
                f"{settings.collection!r} is no name for a collection",
                "Use letters, digits, - and _.",
            )
        self.settings = settings
        self.paths = LibraryPaths(home or config.library_home(settings), settings.collection)
        self._embedders: dict[tuple[str, EncoderOptions], Embedder] = {}
        self._loading = Lock()
        self._models: list[Model] = []
        self._loading_model = Lock()  # takes minutes, in which others may search

    # -- parts

    @property
    def embedder(self) -> Embedder:
        """As set; else the library's own as it is now; else the built-in one. Loaded once."""
        wanted = self._wanted_embedder()
        with self._loading:
            if wanted not in self._embedders:
                self._embedders = {wanted: load_embedder(*wanted)}
            return self._embedders[wanted]

    def _wanted_embedder(self) -> tuple[str, EncoderOptions]:
        """Its name, and how to load it: as it made the library, but for what is set."""
        options = config.encoding(self.settings)
        if self.settings.embedder:
            return self.settings.embedder, options
        try:
            with open_catalogue(self.paths) as catalogue:
                identity = library_embedder(catalogue)
        except LibraryError:  # none yet, or one that will be replaced
            return HASHED, options
        return identity.source, options.as_made(identity.prefixes, identity.dimension)

    @cached_property
    def reranker(self) -> Reranker | None:
        """The cross-encoder that is set, loaded; None where none is."""
        if not self.settings.reranker:
            return None
        return load_reranker(self.settings.reranker, config.encoding(self.settings))

    @cached_property
    def entailment(self) -> Entailment | None:
        """The cross-encoder of inference that is set, loaded; None where none is."""
        if not self.settings.nli:
            return None
        return load_entailment(self.settings.nli, config.encoding(self.settings))

    @cached_property
    def model(self) -> Model | None:
        """The model that is set, loaded once for all threads; None where none is."""
        if not self.settings.model:
            return None
        with self._loading_model:
            if not self._models:
                self._models.append(self._load_model())
            return self._models[0]

    def _load_model(self) -> Model:
        from rag.models import load_model

        return load_model(
            self.settings.model,
            base_url=self.settings.base_url or None,
            window=self.settings.window or None,
            max_tokens=self.settings.max_tokens,
            temperature=self.settings.temperature,
            seed=self.settings.seed,
            top_p=self.settings.top_p,
            repetition_penalty=self.settings.repetition_penalty,
            stop=config.stops(self.settings),
            device=self.settings.device,
            dtype=self.settings.dtype,
            quantize=self.settings.quantize,
            offline=self.settings.offline,
            tokenizer=self.settings.tokenizer or None,
            server_seconds=self.settings.server_seconds,
        )

    @property
    def exists(self) -> bool:
        """Whether there is a library to open."""
        try:
            open_catalogue(self.paths).close()
        except LibraryMissing:
            return False
        return True

    def can_begin(self, folder: Path) -> bool:
        """Whether to make a library of a folder unasked.

        No library is set or found above it, and it holds documents and is not a folder that holds
        everything else too. Raises LibraryMissing where a library has other collections than the
        one that is set: that is a slip of the pen, not a beginning.
        """
        from rag.readers import supported

        folder = folder.absolute()
        others = [name for name in collections(self.paths.home) if name != self.paths.collection]
        if others:
            raise LibraryMissing(
                f"There is no collection {self.paths.collection} in {self.paths.home}",
                f"Name one with --collection: {', '.join(others)}. Or make it:"
                f" rag ingest FOLDER --collection {self.paths.collection}",
            )
        if self.settings.home or (self.paths.home.is_dir() and self.paths.home.parent != folder):
            return False
        if folder in (Path.home(), Path(folder.anchor)):
            return False
        return any(
            path.is_file() and supported(path) and not path.name.startswith(".")
            for pattern in ("*", "*/*")
            for path in folder.glob(pattern)
        )

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The library, open for reading."""
        with self._opened() as (library, _):
            yield library

    @contextmanager
    def _opened(self) -> Iterator[tuple[Library, Retriever]]:
        """The library and what finds passages in it."""
        embedder = self.embedder
        with Library.open(self.paths, embedder) as library:
            yield library, Retriever(library, embedder, self.reranker)

    # -- what a person can ask for

    def ingest(
        self,
        sources: Sequence[Path],
        *,
        sync: bool = False,
        fresh: bool = False,
        reread: bool = False,
        password: str = "",
        leave_out: Sequence[Path] = (),
        on_progress: Callable[[Progress], None] = _ignore,
    ) -> Report:
        """Bring files into the library; see `rag.ingest.ingest`.

        With `fresh` a new library takes the place of the old one, when it is whole. `password`
        opens files that are encrypted.
        """
        from rag.ingest import ingest

        with replacing(self.paths) if fresh else nullcontext(self.paths) as target:
            report = ingest(
                sources,
                target,
                self.embedder,
                options=config.reading(self.settings, password),
                sync=sync,
                reread=reread,
                leave_out=leave_out,
                workers=self.settings.workers or None,
                on_progress=on_progress,
            )
        if report.changed or report.removed:
            self._forget_replies()
        return report

    def _forget_replies(self) -> None:
        """Let nothing that a model has said outlive the document it was said of."""
        if self.paths.replies.exists():
            with Replies.open(self.paths.replies) as replies:
                replies.prune({row.id for row in self.documents()})

    def watch(
        self,
        sources: Sequence[Path],
        *,
        password: str = "",
        on_error: Callable[[RagError], None],
        stop: Event | None = None,
    ) -> Iterator[Report]:
        """Bring files and folders into the library now, and again whenever they change.

        Gives a report each time that something was done. What goes wrong later on ends nothing: it
        is told, and tried again at the next change. Ends when `stop` is set.
        """
        from rag.watch import changes

        resolved = [source.expanduser().resolve() for source in sources]
        first = True
        for _ in changes(resolved, stop=stop or Event()):
            try:
                report = self.ingest(resolved, sync=True, password=password)
            except RagError as error:
                if first:
                    raise
                on_error(error)
                continue
            if first or report.added or report.changed or report.removed:
                yield report
            first = False

    def dry_run(
        self,
        sources: Sequence[Path],
        *,
        sync: bool = False,
        reread: bool = False,
        password: str = "",
    ) -> Report:
        """What `ingest` would do; see `rag.ingest.dry_run`."""
        from rag.ingest import dry_run

        options = config.reading(self.settings, password)
        return dry_run(sources, self.paths, options=options, sync=sync, reread=reread)

    def answer(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        past: Sequence[Exchange] = (),
        on_text: Callable[[str], None] = _ignore,
    ) -> Answer:
        """Answer a question; see `rag.answer.Answerer`. Raises UsageError for no question."""
        from rag.answer import Answerer

        question = checked_question(question)
        with self._opened() as (library, retriever):
            secret = secret_of(self.paths.folder) if self.model else b""
            parts = (library.catalogue, retriever, self.model, self.entailment, secret)
            return Answerer(*parts).answer(
                question,
                k=self.settings.passages,
                scope=scope,
                past=past,
                on_text=on_text,
            )

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

    def talk(self, *, resume: bool = False) -> Talk:
        """A conversation to ask in, new or the last one; see `rag.talk.Talk`."""
        from rag.talk import Talk

        model = self.settings.model or None
        return Talk(self.answer, self.history if self.settings.history else None, model, resume)

    @property
    def history(self) -> History:
        """What was asked and answered here so far."""
        from rag.store.history import History

        return History(self.paths.history)

    def summarise(
        self,
        names: Sequence[str],
        brief: Brief,
        *,
        fresh: bool = False,
        watch: Watch | None = None,
    ) -> Summary:
        """Summarise documents, named as in `document`, by folder or pattern; or files beside them.

        Goes on where a run that was interrupted stopped, unless `fresh`; see
        `rag.mapreduce.library.summary_of`.
        """
        from rag.mapreduce.library import summary_of

        return summary_of(
            names,
            self.paths,
            brief,
            model=self.model,
            readers=self._readers,
            sampling=(self.settings.temperature, self.settings.max_tokens),
            fresh=fresh,
            watch=watch,
        )

    def search(
        self, question: str, *, k: int, scope: Scope | None = None, mode: Mode = "hybrid"
    ) -> Evidence:
        """The k best passages; see `rag.retrieve.Retriever`. Raises UsageError for a wrong k."""
        k = config.checked("passages", k, "flag")
        with self._opened() as (_, retriever):
            return retriever.retrieve(checked_question(question), k=k, scope=scope, mode=mode)

    def documents(self) -> list[DocumentRow]:
        """What is in the library."""
        with open_catalogue(self.paths) as catalogue:
            return catalogue.documents()

    def document(self, name: str) -> tuple[DocumentRow, Document]:
        """A document by its name, or by the last parts of its path that only one has."""
        with open_catalogue(self.paths) as catalogue:
            row = _the_one(catalogue.documents(), name)
            return row, catalogue.document(row.id)

    def file(self, name: str) -> Path:
        """Where the file of a document lies, or lay when it was read; named as in `document`."""
        with open_catalogue(self.paths) as catalogue:
            held = [row for row in catalogue.files() if row.document_id]
            row = _the_one(held, name)
        return Path(row.root) / row.path

    def picture(self, name: str, wanted: Wanted, password: str = "") -> Picture:
        """A page of a document as a picture, with what is wanted marked; see `rag.picture.draw`."""
        from rag.picture import draw

        row, document = self.document(name)
        source = self.file(row.name)
        with self._readers(password) as pool:
            return draw(document, row.name, source, wanted, partial(pool.draw, source))

    def drawing(self, name: str, page: int, span: Span) -> Drawing | None:
        """A page (from 1) of a document with a span marked where it can be found there.

        None where the file is gone or has changed. Raises ReadError where it cannot be drawn.
        """
        from rag.picture import page_alone

        row, document = self.document(name)
        with self._readers() as pool:
            return pool.draw(self.file(row.name), *page_alone(document, page, span))

    def _readers(self, password: str = "") -> ReaderPool:
        """A child process for one foreign file."""
        from rag.workers.pool import ReaderPool

        return ReaderPool(1, config.reading(self.settings, password))

    def source(self, name: str, given: bytes | None = None) -> Source:
        """A text that a job is done on: a file, else a document of the library by its name.

        `given` is the text itself, as bytes, which `name` then only names.
        """
        from rag.jobs.checking import Source
        from rag.outside import the_document_in

        path = Path(name)
        if given is None and not path.exists():
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

    def remove(self, name: str) -> str:
        """Take a document out of the library; named as in `document`. Gives its full name.

        The file stays, and as long as it does the next ingest of its folder brings it back.
        """
        with open_catalogue(self.paths) as catalogue:
            row = _the_one(catalogue.documents(), name)
        with Writer.open(self.paths, self.embedder) as writer:
            writer.publish([], [row.name])
        self._forget_replies()
        return row.name

    def reindex(
        self, *, on_progress: Callable[[int, int], None] = lambda *_: None
    ) -> tuple[int, int]:
        """Derive the indexes anew with the embedder that is set. Gives documents and chunks.

        The old ones serve until the new are whole. What a model has embedded is kept when this is
        interrupted. `on_progress` is told chunks done and in all.
        """
        if not self.exists:
            raise LibraryMissing(
                f"There is no library at {self.paths.folder}", "Make one: rag ingest FOLDER"
            )
        with Writer.open(self.paths, self.embedder, replacing=True) as writer:
            writer.rebuild(on_progress)
            return writer.catalogue.counts()

    def doctor(self) -> Iterator[Check]:
        """Look the library over; see `rag.doctor.examine`."""
        from rag.doctor import examine

        return examine(self.paths, self.embedder)

    @contextmanager
    def trial(
        self,
        source: Path,
        *,
        home: Path | None = None,
        fresh: bool = False,
        answers: bool = False,
        on_progress: Callable[[Progress], None] = _ignore,
    ) -> Iterator[Trial]:
        """The questions at `source`, a file or its folder, and what they can be put to.

        That is a library of the documents beside them, which is kept below `home` and brought up to
        date here, or begun anew where `fresh` says so; without a `home` it is this library. With
        `answers` they are answered too, by the model where one is set. Raises UsageError for a set
        that does not fit the documents.
        """
        from rag import evaluate
        from rag.answer import Answerer

        file = evaluate.find(source).resolve()
        items = evaluate.load(file)
        app, documents = self, None
        if home is not None:
            documents = evaluate.documents_folder(file.parent, items)
            name = evaluate.collection(documents, self.settings)
            app = App(replace(self.settings, collection=name), home)
            bring = partial(app.ingest, [documents], sync=True, leave_out=[file])
            evaluate.keep_up(partial(bring, on_progress=on_progress), documents, fresh=fresh)
        named = file.parent.name if file.name in evaluate.NAMES else file.stem
        with app._opened() as (library, retriever):
            model = self.model if answers else None
            judge = self.entailment if answers else None
            parts = (library.catalogue, retriever, model, judge, secret_of(self.paths.folder))
            answerer = Answerer(*parts) if answers else None
            yield evaluate.prepare(items, library, retriever, answerer, named, documents)


def _the_one(rows: Sequence[Row], name: str) -> Row:
    """The row that a name means, an exact one first. Raises UsageError for none or many."""
    exact = [row for row in rows if row.name == name]
    alike = exact or [row for row in rows if is_name(row.name, name)]
    if len(alike) == 1:
        return alike[0]
    said = ", ".join(row.name for row in alike[:5])
    raise UsageError(
        f"{name} may be any of {said}" if alike else f"There is no document {name}",
        "See what there is: rag list",
    )


def checked_question(question: str) -> str:
    """The question without the space around it. Raises UsageError for none or one too long."""
    question = question.strip()
    if not question:
        raise UsageError("The question is empty", 'Ask something: rag ask "…"')
    if len(question) > QUESTION_LIMIT:
        raise UsageError(
            f"The question has {len(question)} characters; the limit is {QUESTION_LIMIT}",
            "Put a long text into a file and add it: rag ingest FILE",
        )
    return question
