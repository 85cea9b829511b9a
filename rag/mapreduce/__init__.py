"""Summaries by a model of texts of any length, within its window.

cut     ─ headings, pages, turns, whole sentences: pieces that fit
map     ─ notes on every piece; a sentence that the piece does not support goes at once
reduce  ─ notes on notes, in as many rounds as it takes for all to fit one window
final   ─ the summary, each sentence checked against the documents and cited

A text that fits is summarised in one call. What a model has replied is kept as it comes, so a run
that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rag.cite.clean import inert
from rag.errors import ModelError
from rag.mapreduce.calls import Calls
from rag.refusal import is_refusal
from rag.summary import Gap, Progress, Source, Summary, summarise
from rag.summary.asking import NOTES, of_notes, of_passages
from rag.summary.checking import Checker
from rag.summary.pieces import cut, furthest, passages, units
from rag.summary.verbatim import language_of_all
from rag.types import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rag.models import Model
    from rag.store.replies import Replies
    from rag.summary import Brief
    from rag.summary.nouns import Step
    from rag.summary.pieces import Unit
    from rag.types import Citation, Message, Passage, Sentence
    from rag.words import Language

__all__ = ["Watch", "map_reduce"]

_HOPELESS = 2  # pieces that failed, and none that did not, after which the model is given up


def _ignore(_: object) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told of what: how far it has come, and the words of the last call as they come."""

    progress: Callable[[Progress], None] = _ignore
    text: Callable[[str], None] = _ignore


@dataclass(frozen=True, slots=True)
class _Note:
    """A sentence of the model's, and what it rests on."""

    text: str
    citations: tuple[Citation, ...]


def map_reduce(
    model: Model,
    sources: Mapping[str, Source],
    brief: Brief,
    *,
    replies: Replies | None = None,
    sampling: Sequence[object] = (),
    secret: bytes = b"",
    watch: Watch | None = None,
) -> Summary:
    """Summarise documents with a model.

    Args:
        model: Asked one call after another.
        sources: Documents by the names they are cited by.
        brief: What is asked for.
        replies: Where replies are looked for and kept.
        sampling: How the model was told to draw, since replies depend on it.
        secret: Of the library, for the lines around a text; see `rag.fence`.
        watch: Who is told.

    Returns:
        A summary whose sentences are all supported by the documents. Where none of the model's is,
        the documents' own sentences.

    Raises:
        ModelError: The model fails on the first pieces, or on notes. What it replied is kept.
        DoesNotFit: The window is too short for any text.
    """
    language = brief.language or language_of_all(each.document for each in sources.values())
    calls = Calls(model, brief, language, replies, sampling)
    return _Run(model, sources, brief, language, calls, secret, watch or Watch()).summary()


class _Run:
    """One summary while it is made."""

    def __init__(
        self,
        model: Model,
        sources: Mapping[str, Source],
        brief: Brief,
        language: Language,
        calls: Calls,
        secret: bytes,
        watch: Watch,
    ) -> None:
        self._counter = model.counter
        self._sources = sources
        self._documents = {name: source.document for name, source in sources.items()}
        self._brief = brief
        self._language = language
        self._calls = calls
        self._secret = secret
        self._watch = watch
        self._units = [u for name, each in self._documents.items() for u in units(name, each)]
        self._checker = Checker(self._documents, self._units)
        self._pieces = 1
        self._gaps: list[Gap] = []

    def summary(self) -> Summary:
        """All the steps in order."""
        if not self._units:
            return self._verbatim()
        whole = self._passages(self._units)
        messages = self._of_passages(whole, "final")
        if self._calls.fits(messages):
            return self._final(messages, whole, (), 1)
        notes = self._map(self._cut())
        if not notes:
            return self._verbatim()
        notes, turn = self._reduce(notes)
        return self._final(self._of_notes(notes, "final"), whole, notes, turn)

    # -- the steps

    def _cut(self) -> list[tuple[Unit, ...]]:
        """All sentences, in pieces that fit."""
        return cut(
            self._units,
            size=lambda unit: self._counter.count_text(self._text(unit)),
            room=self._calls.room("map"),
            fits=lambda part: self._calls.fits(self._of_passages(self._passages(part), "map")),
            text_of=self._text,
        )

    def _map(self, pieces: Sequence[Sequence[Unit]]) -> list[_Note]:
        """Notes on every piece; where the model fails on one there will be a gap."""
        self._pieces = len(pieces)
        notes: list[_Note] = []
        done = 0
        for number, piece in enumerate(pieces):
            self._tell("map", 1, number, len(pieces))
            found = self._passages(piece)
            try:
                text = self._ask("map", 1, self._of_passages(found, "map"), found)
                failed = "" if text else "the model wrote nothing"
            except ModelError as error:
                if not done and number + 1 >= min(_HOPELESS, len(pieces)):
                    raise
                failed = error.message
            if failed:
                self._gaps += [_gap(self._documents[p.document], p, failed) for p in found]
            else:
                done += 1
                notes += self._noted(text, found)
        self._tell("map", 1, len(pieces), len(pieces))
        return notes

    def _noted(self, text: str, found: Sequence[Passage]) -> list[_Note]:
        """What of a reply stands; where nothing does, the sentences that say most of the piece."""
        if self._brief.about and is_refusal(inert(text)):
            return []
        standing, _ = self._checker.check(text, within=found)
        if not standing:
            standing = self._excerpt(found)
        return self._short([_Note(each.text, each.citations) for each in standing])

    def _short(self, notes: Sequence[_Note]) -> list[_Note]:
        """The notes but for those that fit no window even alone."""
        return [
            note for note in notes if self._fit([note], "reduce") and self._fit([note], "final")
        ]

    def _reduce(self, notes: list[_Note]) -> tuple[list[_Note], int]:
        """Notes that fit one window, and the number of the round that takes them."""
        turn = 2
        while not self._fit(notes, "final"):
            groups = self._groups(notes)
            shorter: list[_Note] = []
            for number, group in enumerate(groups):
                self._tell("reduce", turn, number, len(groups))
                text = self._ask("reduce", turn, self._of_notes(group, "reduce"), group)
                standing, _ = self._checker.check(text, [note.citations for note in group])
                kept = self._short([_Note(each.text, each.citations) for each in standing])
                shorter += kept or group[:1]
            self._tell("reduce", turn, len(groups), len(groups))
            # a model that makes notes longer would never come to an end
            notes = shorter if self._size(shorter) < self._size(notes) else notes[::2]
            turn += 1
        return notes, turn

    def _groups(self, notes: Sequence[_Note]) -> list[list[_Note]]:
        """Notes in order, in as few groups as fit the window."""
        groups: list[list[_Note]] = []
        begin = 0
        while begin < len(notes):
            end = furthest(notes, begin, len(notes), lambda part: self._fit(part, "reduce"))
            groups.append(list(notes[begin:end]))
            begin = end
        return groups

    def _final(
        self,
        messages: Sequence[Message],
        whole: Sequence[Passage],
        notes: Sequence[_Note],
        turn: int,
    ) -> Summary:
        """The model's summary as far as it stands, or the documents' own sentences."""
        self._tell("final", turn, 0, 1)
        text = self._ask("final", turn, messages, whole, self._watch.text)
        self._tell("final", turn, 1, 1)
        if self._brief.about and is_refusal(inert(text)):
            return self._result(refused=True)
        standing, struck = self._checker.check(text, [note.citations for note in notes])
        if not standing:
            return self._verbatim(struck)
        return self._result(standing[: self._brief.most], struck, by="model")

    def _verbatim(self, struck: Sequence[Sentence] = ()) -> Summary:
        """The documents' own sentences, where nothing of the model's stands."""
        found = summarise(
            self._sources.values(), self._cite, most=self._brief.most, about=self._brief.about
        )
        return self._result(found, struck, refused=not found, instead=bool(found))

    # -- small things

    def _ask(
        self,
        step: Step,
        turn: int,
        messages: Sequence[Message],
        of: Sequence[Passage | _Note],
        on_text: Callable[[str], None] = _ignore,
    ) -> str:
        names = {
            name
            for each in of
            for name in (
                [c.document for c in each.citations] if isinstance(each, _Note) else [each.document]
            )
        }
        ids = {self._documents[name].id for name in names}
        return self._calls.ask(step, turn, messages, ids, on_text)

    def _text(self, unit: Unit) -> str:
        return self._documents[unit.name].text[unit.start : unit.end]

    def _passages(self, piece: Sequence[Unit]) -> list[Passage]:
        return passages(piece, self._documents)

    def _of_passages(self, found: Sequence[Passage], step: Step) -> tuple[Message, ...]:
        return of_passages(found, step, self._brief, self._language, self._secret)

    def _of_notes(self, notes: Sequence[_Note], step: Step) -> tuple[Message, ...]:
        told = [note.text for note in notes]
        return of_notes(told, step, self._brief, self._language, self._secret)

    def _fit(self, notes: Sequence[_Note], step: Step) -> bool:
        return self._calls.fits(self._of_notes(notes, step))

    def _size(self, notes: Sequence[_Note]) -> int:
        return self._counter.count(self._of_notes(notes, "final"))

    def _tell(self, step: Step, turn: int, done: int, total: int) -> None:
        self._watch.progress(Progress(step, turn, done, total, self._calls.kept))

    def _excerpt(self, found: Sequence[Passage]) -> list[Sentence]:
        """The sentences that say most of some passages."""
        by_id = {each.chunk.id: each for each in found}
        parts = [Source(Document(each.chunk.id, "", each.chunk.text)) for each in found]

        def cite(key: str, start: int, end: int) -> Citation:
            first = by_id[key].chunk.start
            name = by_id[key].document
            return self._documents[name].citation(name, first + start, first + end)

        return summarise(parts, cite, most=NOTES, about=self._brief.about)

    def _cite(self, document_id: str, start: int, end: int) -> Citation:
        name = next(name for name, each in self._documents.items() if each.id == document_id)
        return self._documents[name].citation(name, start, end)

    def _result(
        self,
        standing: Sequence[Sentence] = (),
        struck: Sequence[Sentence] = (),
        *,
        by: Literal["documents", "model"] = "documents",
        refused: bool = False,
        instead: bool = False,
    ) -> Summary:
        return Summary(
            documents=tuple(self._documents),
            language=self._language,
            sentences=tuple(standing),
            struck=tuple(struck),
            by=by,
            pieces=self._pieces,
            calls=tuple(self._calls.made),
            notes=tuple(dict.fromkeys(self._calls.notes)),
            gaps=tuple(_merged(self._gaps)),
            refused=refused,
            instead=instead,
        )


def _gap(document: Document, passage: Passage, reason: str) -> Gap:
    start, end = passage.chunk.start, passage.chunk.end
    first, last = document.line_at(start), document.line_at(max(end - 1, start))
    lines = None if first is None or last is None else (first, last)
    pages = (passage.pages[0], passage.pages[-1]) if passage.pages else None
    return Gap(passage.document, start, end, pages, lines, reason)


def _merged(gaps: Iterable[Gap]) -> list[Gap]:
    """Gaps with those that follow on one another in one."""
    found: list[Gap] = []
    for gap in gaps:
        last = found[-1] if found else None
        same = last and (last.document, last.reason) == (gap.document, gap.reason)
        if last and same and (_follow(last.pages, gap.pages) or _follow(last.lines, gap.lines)):
            pages, lines = _both(last.pages, gap.pages), _both(last.lines, gap.lines)
            found[-1] = replace(last, end=gap.end, pages=pages, lines=lines)
        else:
            found.append(gap)
    return found


def _follow(one: tuple[int, int] | None, two: tuple[int, int] | None) -> bool:
    return one is not None and two is not None and two[0] - one[1] <= 1


def _both(one: tuple[int, int] | None, two: tuple[int, int] | None) -> tuple[int, int] | None:
    return (one[0], two[1]) if one and two else None
