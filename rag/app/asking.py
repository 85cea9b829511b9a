"""What can be asked of a library: questions, conversations, summaries, sets of questions."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from rag import config
from rag.app.keeping import Keeping
from rag.errors import LibraryError, UsageError
from rag.index import Library
from rag.observe import observer
from rag.retrieve import Retriever
from rag.store.checks import is_older
from rag.store.opening import open_catalogue
from rag.store.secret import secret_of
from rag.types import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from rag.answer import Answerer
    from rag.embed.base import Floats
    from rag.evaluate import Item, Trial
    from rag.mapreduce import Watch
    from rag.models import Model
    from rag.named import Unread
    from rag.promised import Asked, Listed
    from rag.record import Read, Record, Summarise
    from rag.report import Progress
    from rag.retrieve import Mode
    from rag.store.history import History
    from rag.summary import Brief, Summary
    from rag.summary import Progress as Step
    from rag.talk import SoFar, Talk
    from rag.types import Answer, Entry, Evidence, Exchange
    from rag.words import Language


#: Longest question in characters; a longer one is a file given by mistake.
QUESTION_LIMIT = 20_000


def _ignore(_: object) -> None:
    """Nobody watches."""


def _as_it_is(model: Model) -> Model:
    """A model with nothing around it."""
    return model


class Asking(Keeping):
    """A library that can be asked."""

    def answer(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        past: Sequence[Exchange] = (),
        on_text: Callable[[str], None] = _ignore,
        on_step: Callable[[str], None] = _ignore,
        around: Callable[[Model], Model] = _as_it_is,
    ) -> Answer:
        """Answer a question; see `rag.answer.Answerer`. Raises UsageError for no question.

        `around` gives what is asked in the place of the model, where one is set.
        """
        question = checked_question(question)
        with self._opened() as (library, retriever):
            return self._answerer(library, retriever, around).answer(
                question,
                k=self.settings.passages,
                scope=scope,
                past=past,
                on_text=on_text,
                on_step=on_step,
            )

    def _answerer(
        self,
        library: Library,
        retriever: Retriever,
        around: Callable[[Model], Model] = _as_it_is,
    ) -> Answerer:
        from rag.answer import Answerer, Asker

        model = around(self.model) if self.model else None
        secret = secret_of(self.paths.folder) if model else b""
        asker = Asker(self.settings.me, self.today)
        return Answerer(library.catalogue, retriever, model, self.entailment, secret, asker)

    def embed(self, texts: Sequence[str], *, queries: bool = False) -> tuple[Floats, int]:
        """Vectors of texts by the library's embedder, shape (texts, dimension), and their tokens.

        They are comparable with those of the library. `queries` says that the texts are questions.
        """
        import numpy as np

        with self.library() as library:
            embedder = library.embedder(self.embedder)
            if queries:
                vectors = np.stack([embedder.encode_query(text) for text in texts])
            else:
                vectors = embedder.encode_documents(texts)
            return vectors, embedder.tokens(texts)

    @property
    def today(self) -> date:
        """The day it is here: it decides what is overdue, and never what a deadline means."""
        return datetime.now().astimezone().date()

    def promises(self, asked: Asked, *, scope: Scope, today: date | None = None) -> Listed:
        """Rows of the register of all meetings; see `rag.promised.listed`."""
        from rag.promised import listed

        day = today or self.today
        return listed(self.paths, asked, scope, today=day, me=self.settings.me)

    def meetings(self, entries: Iterable[Entry]) -> dict[str, Record]:
        """The meetings that rows of the register stand in; see `rag.promised.records`."""
        from rag.promised import records

        return records(self.paths, entries)

    def openers(self, language: Language, scope: Scope | None = None) -> tuple[str, ...]:
        """First questions to suggest, each of which the documents in scope answer.

        They are made once for each state of the library; see `rag.openers`. There are none where
        nothing can be made of the documents, and none of a library that cannot be asked: asking it
        will tell why.
        """
        try:
            with open_catalogue(self.paths) as catalogue:
                wanted = scope or Scope()
                made = partial(self._openers, language, wanted)
                return self._kept(("openers", language, wanted), catalogue, made)
        except (LibraryError, UsageError):
            return ()

    def _openers(self, language: Language, scope: Scope) -> tuple[str, ...]:
        from rag.answer import Answerer, Asker
        from rag.openers import openers

        embedder = self.embedder
        with Library.open(self.paths, embedder) as library:
            retriever = Retriever(library, embedder)  # models would take seconds for each question
            asker = Asker(self.settings.me, self.today)
            answerer = Answerer(library.catalogue, retriever, asker=asker)
            return openers(
                library.catalogue,
                partial(answerer.answer, k=self.settings.passages, scope=scope),
                language,
                within=retriever.select(scope),
            )

    def talk(self, *, resume: bool = False, after: SoFar | None = None) -> Talk:
        """A conversation to ask in, new, the last one or one held so far; see `rag.talk.Talk`."""
        from rag.talk import Talk

        model = self.settings.model or None
        history = self.history if self.settings.history else None
        return Talk(self.answer, history, model, resume, after)

    @property
    def history(self) -> History:
        """What was asked and answered here so far."""
        from rag.store.history import History

        return History(self.paths.history)

    def search(
        self, question: str, *, k: int, scope: Scope | None = None, mode: Mode = "hybrid"
    ) -> Evidence:
        """The k best passages alone; see `rag.retrieve.Retriever.find`.

        Raises UsageError for a wrong k, no question, or a scope that holds nothing.
        """
        k = config.checked("passages", k, "flag")
        with self._opened() as (_, retriever), observer().step("retrieve"):
            return retriever.find(checked_question(question), k=k, scope=scope, mode=mode)

    def summarise(
        self,
        names: Sequence[str],
        brief: Brief,
        *,
        fresh: bool = False,
        watch: Watch | None = None,
        beside: bool = True,
    ) -> Summary:
        """Summarise documents, named as in `document`, by folder or pattern; or files beside them.

        `beside` false means that no files beside the library are meant. Goes on where a run that
        was interrupted stopped, unless `fresh`; see `rag.mapreduce.library.summary_of`.
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
            beside=beside,
        )

    def minutes(
        self,
        names: Sequence[str],
        *,
        day: str | None = None,
        fresh: bool = False,
        beside: bool = True,
        on_progress: Callable[[Step], None] = _ignore,
    ) -> Iterator[Record | Unread]:
        """The minutes of meetings one by one, named as in `summarise`; nothing is written.

        `day` (ISO) is that of the meetings, and goes before what their files tell. Files that
        cannot be read or are no meetings come with the reason; see `rag.record.records_of`.
        """
        from rag.named import named
        from rag.record import records_of

        found = named(names, self.paths, partial(self._readers, day=day or ""), beside=beside)
        summarise = self._summary_by(fresh, on_progress)
        yield from records_of(found, summarise, day=day, read=self._read_by(fresh, on_progress))

    def _read_by(self, fresh: bool, on_progress: Callable[[Step], None]) -> Read | None:
        """What reads a meeting beside the rules: the model where one is set."""
        if self.model is None:
            return None
        from rag.mapreduce import Watch
        from rag.scribe.library import reading_of

        return partial(
            reading_of,
            paths=self.paths,
            model=self.model,
            sampling=(self.settings.temperature, self.settings.max_tokens),
            fresh=fresh,
            watch=Watch(on_progress),
        )

    def _summary_by(self, fresh: bool, on_progress: Callable[[Step], None]) -> Summarise:
        """What summarises one document: the model where one is set."""
        from rag.summary.verbatim import without_model

        if self.model is None:
            return lambda name, source, brief: without_model({name: source}, brief)
        from rag.mapreduce import Watch
        from rag.mapreduce.library import summary_of_sources

        return lambda name, source, brief: summary_of_sources(
            {name: source},
            self.paths,
            brief,
            model=self.model,
            sampling=(self.settings.temperature, self.settings.max_tokens),
            fresh=fresh,
            watch=Watch(on_progress),
        )

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

        file = evaluate.find(source).resolve()
        items = evaluate.load(file)
        app, documents = self, None
        if home is not None:
            documents = evaluate.documents_folder(file.parent, items)
            name = evaluate.collection(documents, self.settings)
            app = type(self)(replace(self.settings, collection=name), home)
            bring = partial(app.ingest, [documents], sync=True, leave_out=[file])
            fresh = fresh or is_older(app.paths)  # what is measured is this version
            evaluate.keep_up(partial(bring, on_progress=on_progress), documents, fresh=fresh)
        named = file.parent.name if file.name in evaluate.NAMES else file.stem
        with app._opened() as (library, retriever):
            answerer = self._answerer(library, retriever) if answers else None
            yield evaluate.prepare(items, library, retriever, answerer, named, documents)

    @contextmanager
    def trial_of(
        self, items: Sequence[Item], name: str, *, answers: bool = False
    ) -> Iterator[Trial]:
        """Questions by the name of their set and what they can be put to, which is this library.

        Raises UsageError where they name documents that it does not have.
        """
        from rag import evaluate

        with self._opened() as (library, retriever):
            answerer = self._answerer(library, retriever) if answers else None
            yield evaluate.prepare(items, library, retriever, answerer, name, None)


def checked_question(question: str) -> str:
    """The question without the space around it. Raises UsageError for none or one too long."""
    question = question.strip()
    if not question:
        raise UsageError("The question is empty", 'Ask something: rag ask "…"')
    if not question.isascii() and any("\ud800" <= char <= "\udfff" for char in question):
        raise UsageError(
            "The question is not in UTF-8",
            "Bring it into UTF-8: iconv -f cp1251 -t utf-8 FILE | rag ask -",
        )
    if len(question) > QUESTION_LIMIT:
        raise UsageError(
            f"The question has {len(question)} characters; the limit is {QUESTION_LIMIT}",
            "Put a long text into a file and add it: rag ingest FILE",
        )
    return question
