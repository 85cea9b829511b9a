"""What is found for a question, what is sent to a model, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from rag.query import Query
    from rag.types.documents import Citation, Passage, Scope
    from rag.types.meetings import Entry, Promise

#: How a sentence stands to the documents; "unchecked" states nothing, such as a question.
Verdict = Literal["supported", "partly", "unsupported", "contradicted", "unchecked"]
Role = Literal["system", "user", "assistant"]

#: What a refused question is answered with, by language. The prompt asks a model for these very
#: words and the code recognises them.
REFUSAL = {"ru": "В ваших документах этого нет.", "en": "Not in your documents."}


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that may answer, where it stands, and how well it does.

    `passage` is the place of its passage in the evidence, `score` about the chance that it answers
    where any sentence does. `cover` is the share of the question it holds itself, from 0 to 1.
    `highlight` is the span of the document in it that is the answer, where that is clear.
    """

    citation: Citation
    passage: int
    score: float
    cover: float
    highlight: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question: passages by rank, and their sentences, best first.

    `confidence` is the chance, from 0 to 1, that the passages hold an answer at all.
    `query` is the question as it was searched for.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[Found, ...]
    confidence: float = 0.0
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, what it rests on, and how well. `reason` explains a verdict.

    `highlight` is the span of the cited document that is the answer itself, where that is clear.
    `place` counts the sentences of a model's text from 0; None where it is no part of one.
    """

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...]
    reason: str = ""
    highlight: tuple[int, int] | None = None
    place: int | None = None

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the highlight, the highlight, and the text after it."""
        if self.highlight is None:
            return self.text, "", ""
        first = self.citations[0].start
        start, end = self.highlight[0] - first, self.highlight[1] - first
        return self.text[:start], self.text[start:end], self.text[end:]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a prompt ("system", "question", "passage 2", …) costs in tokens.

    A passage names its document, and the page or the line it begins on.
    """

    name: str
    tokens: int
    document: str | None = None
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What did not go into the prompt, or not whole, about the tokens this saved, and why."""

    name: str
    tokens: int
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The token account of a prompt: `total` is the sum of the parts and the number of ids sent.

    `exact` is False where the model's own tokenizer was out of reach and `tokenizer` names an
    estimate. `window` and `reserve` (kept for the answer) are in tokens too:
    total + reserve <= window.
    """

    parts: tuple[Part, ...]
    total: int
    window: int
    reserve: int
    tokenizer: str
    exact: bool
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent to a model: the messages, the passages inside them in order, the account."""

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gets: sentences that stand, those that were struck, and the evidence.

    `by` says whose words the sentences are. `refusal` is None where the question was answered.
    `entries` are rows of the register, filled for questions about promises. `timings`
    are seconds by step. `query` is what was searched for, None where nothing was. `asked` is the
    question that took the place of a follow-up, None where it was asked as typed. `notes` say what
    was done to a model's text before it was checked, in the language of the question.
    """

    text: str
    sentences: tuple[Sentence, ...] = ()
    struck: tuple[Sentence, ...] = ()
    passages: tuple[Passage, ...] = ()
    entries: tuple[Entry, ...] = ()
    refusal: str | None = None
    receipt: Receipt | None = None
    timings: dict[str, float] = field(default_factory=dict)
    by: Literal["documents", "model"] = "documents"
    query: Query | None = None
    asked: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def promises(self) -> tuple[tuple[str, Promise], ...]:
        """The promises of the entries, each with its document."""
        return tuple((entry.document, entry.promise) for entry in self.entries)

    @property
    def written(self) -> tuple[Sentence, ...]:
        """All that the model wrote, in its order: what stands and what was struck."""
        known = [each for each in (*self.sentences, *self.struck) if each.place is not None]
        return tuple(sorted(known, key=lambda each: each.place or 0))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations of the answer, in order."""
        return tuple(citation for sentence in self.sentences for citation in sentence.citations)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and what was answered, as the person saw it.

    `asked` is the question that was put in its place, the same where it stands alone. `answer` is
    the text that stood. `model` is None where none was asked. `time` is ISO, in UTC.
    """

    question: str
    asked: str
    answer: str
    refusal: str | None = None
    by: Literal["documents", "model"] = "documents"
    model: str | None = None
    citations: tuple[Citation, ...] = ()
    time: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """A question of a conversation with all that came of it, as it is saved.

    `state` tells how it ended. `asked_at` knows its time zone. `model` is the one that was set, ""
    for none; whether it wrote the answer is told by `answer.by`. `answer` is None where it was
    stopped before there was any, or failed: `error` says why and `hint` what to do.
    """

    question: str
    state: Literal["done", "stopped", "failed"]
    asked_at: datetime
    seconds: float
    scope: Scope | None = None
    collection: str = ""
    model: str = ""
    answer: Answer | None = None
    error: str = ""
    hint: str = ""
