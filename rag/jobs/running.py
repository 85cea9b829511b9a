"""A job over one document: the one place that puts its steps in order.

no model     ─ refused with the kind that is needed; a summary is made of the document's sentences
fits         ─ asked about the whole
does not     ─ its pieces are condensed, asked about one by one, or vote, as the template says
an answer    ─ held against the document; nothing unsupported stays unseen
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rag import summary
from rag.errors import DoesNotFit, ModelError, UsageError
from rag.jobs import pieces as cutting
from rag.jobs import voting
from rag.jobs.asking import Ask, prepare
from rag.jobs.checking import Checked, Source
from rag.jobs.drafting import Writer
from rag.jobs.records import Flag, Ground, Record, leaves
from rag.jobs.result import Request, Result, Sent
from rag.types import Citation, Document
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.jobs.pieces import Piece
    from rag.jobs.template import Template
    from rag.models import Model

#: Tokens of an answer that repeats its text in another form, for each token of the text: rows of
#: JSON name every field anew; code in another language is about as long.
_GROWTH = {"rows": 2.0, "join": 1.25}
#: Examples take at most this share of what a prompt may hold; the rest is for the document.
_EXAMPLES_SHARE = 0.5
#: Rounds of condensing, each of which has to leave less than this share of the text.
_ROUNDS, _SHRINKS = 6, 0.8


def run(
    template: Template,
    source: Source,
    model: Model | None,
    request: Request,
    *,
    secret: bytes = b"",
    on_piece: Callable[[int, int], None] = lambda *_: None,
) -> Result:
    """Do a job over a document.

    `secret` is that of the library. `on_piece` is told pieces done and in all. Raises UsageError
    for options that cannot be, ModelError where there is no model or it gives nothing usable,
    DoesNotFit.
    """
    if not cutting.whole(source.document).text.strip():
        raise UsageError(f"{source.name} has no text", f"Look at it: rag show {source.name}")
    if model is None:
        return _without_model(template, source)
    ask = prepare(
        template,
        source.document.text,
        said=request.said,
        fields=request.fields,
        examples=request.examples,
        steps=request.steps,
        secret=secret,
    )
    temperature = template.temperature if request.temperature is None else request.temperature
    writer = Writer(model, temperature, template.max_tokens, template.stop)
    ask, left_out = with_examples_that_fit(ask, writer)
    job = _Job(ask, source, writer, request.samples, on_piece)
    if left_out:
        job.notes.append(f"{left_out} of {left_out + len(ask.examples)} examples do not fit")
    return replace(job.done(), sent=sent_by(writer))


def _without_model(template: Template, source: Source) -> Result:
    """The document's own sentences for a summary; no other job is done without a model."""
    if not template.without_model:
        needs = template.needs["en"]
        raise ModelError(
            f"The job {template.name} needs {needs}",
            f"Name one: rag job {template.name} DOC -m transformers:FOLDER, or -m openai:NAME"
            " --base-url URL",
        )
    document = source.document

    def cite(_: str, start: int, end: int) -> Citation:
        return document.citation(source.name, start, end)

    found = tuple(summary.summarise([summary.source_of(document, None)], cite))
    text = "\n".join(" ".join(sentence.text.split()) for sentence in found)
    return Result(
        *(template.name, source.name, "text", text),
        sentences=found,
        by="documents",
        language=language_of(document.text),
    )


def with_examples_that_fit(ask: Ask, writer: Writer) -> tuple[Ask, int]:
    """The job with as many examples as leave the document its share; and how many were left out."""
    examples = list(ask.examples)
    while examples:
        counted = writer.model.counter.count(replace(ask, examples=tuple(examples)).messages(""))
        if counted <= writer.room * _EXAMPLES_SHARE:
            break
        examples.pop()
    return replace(ask, examples=tuple(examples)), len(ask.examples) - len(examples)


def sent_by(writer: Writer) -> Sent:
    """The bill of what a writer has sent its model so far."""
    model = writer.model
    return Sent(
        len(writer.sent),
        sum(writer.sent),
        max(writer.sent, default=0),
        model.window,
        model.reserve,
        model.counter.name,
        model.counter.exact,
    )


@dataclass
class _Job:
    """A job under way."""

    ask: Ask
    source: Source
    writer: Writer
    samples: int
    on_piece: Callable[[int, int], None]
    notes: list[str] = field(default_factory=list)
    agreements: list[float] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def done(self) -> Result:
        """The answer to the whole document."""
        template = self.ask.template
        parts = self._pieces(self.ask)
        if len(parts) > 1 and template.long == "refuse":
            raise DoesNotFit(
                f"{self.source.name} is longer than the window: it takes {len(parts)} pieces",
                "Use a model with a longer window (--window), or cut the document",
            )
        if template.output == "json":
            result = self._json(parts)
        elif template.long == "join" or template.output == "code":
            result = self._joined(parts)
        else:
            result = self._text(parts)
        agreement = sum(self.agreements) / len(self.agreements) if self.agreements else None
        return replace(
            result, pieces=len(parts), agreement=agreement, notes=tuple(dict.fromkeys(self.notes))
        )

    # -- pieces

    def _pieces(self, ask: Ask) -> list[Piece]:
        """The document in pieces that fit a prompt, and whose answers fit what is kept for them."""
        return cutting.pieces(self.source.document, lambda text: self._fits(ask, text))

    def _fits(self, ask: Ask, text: str) -> bool:
        template = ask.template
        growth = _GROWTH.get("rows" if template.rows else template.long)
        if growth and self.writer.model.counter.count_text(text) * growth > self.writer.answer:
            return False
        return self.writer.fits(ask.messages(text))

    def _each(self, parts: Sequence[Piece]) -> Iterator[Piece]:
        """The pieces, told of as they are done."""
        for done, piece in enumerate(parts):
            self.on_piece(done, len(parts))
            yield piece
        self.on_piece(len(parts), len(parts))

    # -- texts

    def _text(self, parts: Sequence[Piece]) -> Result:
        """One text about the document, condensed first where that is longer than the window."""
        text = parts[0].text if len(parts) == 1 else self._condensed()
        if not text.strip():
            self.notes.append("nothing that the model condensed it to is supported by the document")
            return self._result("")
        return self._checked(self._best(text))

    def _best(self, text: str) -> Checked:
        """The draft that the document supports best."""
        check = self.ask.template.check
        drafts = self.writer.drafts(self.ask, text, self.samples)
        judged = [self.source.checked(draft.text, check) for draft in drafts]
        if check == "none":
            return judged[voting.likest([draft.text for draft in drafts])]
        return max(judged, key=lambda each: (each.share, len(each.sentences)))

    def _condensed(self) -> str:
        """What matters in a document longer than the window, in as many rounds as it takes."""
        ask, document = self.ask.condensing(), self.source.document
        for _ in range(_ROUNDS):
            texts = []
            parts = cutting.pieces(document, lambda text: self._fits(ask, text))
            for piece in self._each(parts):
                (draft,) = self.writer.drafts(ask, piece.text, 1)
                texts.append(self.source.checked(draft.text, "strike").text)
            shorter = "\n\n".join(filter(None, texts))
            if self._fits(self.ask, shorter):
                return shorter
            if len(shorter) > _SHRINKS * len(document.text):
                break
            document = Document("", "", shorter)
        raise ModelError(
            f"{self.writer.model.name} does not make {self.source.name} any shorter",
            "Use a model with a longer window, or one that follows instructions better",
        )

    def _joined(self, parts: Sequence[Piece]) -> Result:
        """The answers to the pieces after one another."""
        answers = [answer for piece in self._each(parts) for answer in self._answers(piece)]
        texts = [answer.text for answer in answers if answer.text.strip()]
        joined = Checked(
            "\n\n".join(texts),
            tuple(each for answer in answers for each in answer.sentences),
            tuple(each for answer in answers for each in answer.struck),
        )
        return self._checked(joined)

    def _answers(self, piece: Piece) -> list[Checked]:
        """The answer to a piece; to its halves where it was too long for what is kept for it."""
        if self.ask.template.output == "text":
            return [self._best(piece.text)]
        drafts = self.writer.drafts(self.ask, piece.text, self.samples)
        if any(draft.cut for draft in drafts) and (more := self._halves(piece)):
            return [answer for half in more for answer in self._answers(half)]
        best = drafts[voting.likest([draft.text for draft in drafts])]
        return [Checked(best.text, (), ())]

    def _halves(self, piece: Piece) -> list[Piece]:
        """The two halves of a piece whose answer was cut; none where it cannot be parted."""
        halves = cutting.halves(self.source.document, piece)
        if len(halves) > 1:
            return halves
        self.notes.append("an answer was cut for want of room: give it more with --max-tokens")
        return []

    # -- JSON

    def _json(self, parts: Sequence[Piece]) -> Result:
        if self.ask.template.rows:
            return self._rows(parts)
        answers = [(self._answer(piece), len(piece.text)) for piece in self._each(parts)]
        values = [value for value, _ in answers]
        if len(values) == 1:
            value = values[0]
        elif self.ask.template.long == "vote":
            value = self._vote(values, [float(size) for _, size in answers])
        else:
            value = voting.together(values)
        return self._result(_dumped(value), value=value, records=self._record(value))

    def _rows(self, parts: Sequence[Piece]) -> Result:
        records = [record for piece in self._each(parts) for record in self._records(piece)]
        value = [record.values for record in records]
        self.flags += [flag for record in records for flag in record.flags]
        return self._result(_dumped(value), value=value, records=tuple(records))

    def _records(self, piece: Piece) -> list[Record]:
        """The records of a piece, settled among its drafts; of its halves where one was cut."""
        drafts = self.writer.drafts(self.ask, piece.text, self.samples)
        if any(draft.cut for draft in drafts) and (more := self._halves(piece)):
            return [record for half in more for record in self._records(half)]
        if any(draft.mended for draft in drafts):
            self.notes.append("the model's JSON was broken and has been mended")
        rows = [draft.value["rows"] for draft in drafts]
        if self.ask.template.check == "none":
            settled, share = voting.majority(rows)
            self._agreed(share, len(drafts))
            return [Record(row, None) for row in settled]
        ground = Ground(self.source, piece)
        standing = [ground.records(self.ask.fields, each) for each in rows]
        if len(standing) == 1:
            records, left_out = standing[0]
            if drafts[0].cut and rows[0] and not records:
                raise ModelError(
                    f"The answer of {self.writer.model.name} was cut before its first record ended",
                    "Give it more with --max-tokens, or name another model with -m",
                )
            self.flags += left_out
            return records
        records, share = voting.merged([records for records, _ in standing])
        self._agreed(share, len(drafts))
        return records

    def _answer(self, piece: Piece) -> Any:
        """The value for a piece, settled among its drafts and held against it."""
        drafts = self.writer.drafts(self.ask, piece.text, self.samples)
        if any(draft.mended for draft in drafts):
            self.notes.append("the model's JSON was broken and has been mended")
        ground = Ground(self.source, piece)
        values = [self._grounded(ground, draft.value) for draft in drafts]
        if len(values) == 1:
            return values[0]
        if self.ask.fields:
            value, share = voting.elected(self.ask.fields, values)
        else:
            value, share = voting.majority(values)
        self._agreed(share, len(drafts))
        return value

    def _grounded(self, ground: Ground, value: Any) -> Any:
        if self.ask.template.check == "none" or self.ask.schema is None:
            return value
        if self.ask.fields:
            value, flags = ground.record(self.ask.fields, value)
        else:
            value, flags = leaves(ground, value, self.ask.schema)
        self.flags += [flag for flag in flags if flag not in self.flags]
        return value

    def _vote(self, values: Sequence[Any], weights: Sequence[float]) -> Any:
        """The answer of most of the document, each piece weighing as much as it is long."""
        if self.ask.fields:
            value, share = voting.elected(self.ask.fields, values, weights)
        else:
            value, share = voting.majority(values, weights)
        self.agreements.append(share)
        return value

    def _record(self, value: Any) -> tuple[Record, ...]:
        """The one record of a job without rows, with the place of the first value that stands."""
        if not self.ask.fields or self.ask.template.check == "none":
            return ()
        ground = Ground(self.source, cutting.whole(self.source.document))
        places = (
            ground.value(each, value[each.name])
            for each in self.ask.fields
            if not each.judged and value[each.name] is not None
        )
        return (Record(value, next(filter(None, places), None)),)

    # -- results

    def _agreed(self, share: float, drafts: int) -> None:
        self.agreements.append(share)
        if drafts < self.samples:
            self.notes.append(f"{self.samples - drafts} of {self.samples} drafts were no use")

    def _checked(self, answer: Checked) -> Result:
        return self._result(answer.text, sentences=answer.sentences, struck=answer.struck)

    def _result(self, text: str, **more: Any) -> Result:
        template = self.ask.template
        return Result(
            template.name,
            self.source.name,
            template.output,
            text,
            fields=self.ask.fields,
            flags=tuple(self.flags),
            language=self.ask.language,
            **more,
        )


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
