"""The nouns of the project: what a document is, what is found in it, what is answered.

Frozen dataclasses over the standard library only. Offsets count characters (Unicode code
points) from 0, `end` exclusive; page and line numbers count from 1, as a person counts.
Derive a changed value with `dataclasses.replace`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rag.query import Query

#: How a sentence stands to the documents; "unchecked" states nothing, such as a question.
Verdict = Literal["supported", "partly", "unsupported", "contradicted", "unchecked"]
MarkKind = Literal["heading", "table", "aside"]
DocumentKind = Literal["text", "pdf", "image", "office", "mail", "web", "meeting"]
#: What a page was found to be: with a text layer; a picture; with a text layer whose characters
#: are wrong; with nothing on it; or not to be opened.
PageKind = Literal["text", "scan", "garbled", "blank", "damaged"]
Act = Literal["self", "accepted", "assigned", "reported", "joint"]
Status = Literal["open", "conditional", "done", "cancelled"]
Force = Literal["firm", "tentative"]
Role = Literal["system", "user", "assistant"]

#: What a refused question is answered with, by language. The prompt asks a model for these very
#: words and the code recognises them.
REFUSAL = {"ru": "В ваших документах этого нет.", "en": "Not in your documents."}

#: Why a span is set aside, in `Mark.note`.
RUNNING_HEADER, RUNNING_FOOTER = "running header", "running footer"
HIDDEN_TEXT = "hidden text"
NAVIGATION = "navigation"

#: Stands in `Promise.who` and `Promise.to_whom` for a group: the speakers together, everybody.
WE = {"ru": "МЫ", "en": "WE"}
ALL = {"ru": "ВСЕ", "en": "ALL"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: `text[start:end]`, its number and the label printed on it.

    `recognised` says that its text was read off its picture.
    """

    number: int
    label: str | None
    start: int
    end: int
    kind: PageKind = "text"
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Where a recognised word, `text[start:end]`, stands on the picture of its page.

    The sides are shares of the page's width and height, from its upper left corner.
    """

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """Where physical line `number` of the file begins in the document's text."""

    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a document that is something: a heading of a level, a table, or a span set aside.

    A table of level 1 names its columns in its first line. A span set aside (`kind="aside"`) stays
    in the text and in the coverage count but enters no chunk; `note` holds the reason, e.g.
    "running header".
    """

    kind: MarkKind
    start: int
    end: int
    level: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's uninterrupted words in a meeting; `document.text[start:end] == text`.

    `line` is the physical line of the file (Telegram: the message id) where the words begin;
    `time` is the stamp as the file writes it. `speaker` is None where the file names nobody.
    """

    speaker: str | None
    text: str
    line: int
    time: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file with the places in it that have names.

    `id` is the SHA-256 of the file's bytes, in hex. `pages` is empty where the format has none,
    `lines` where physical lines mean nothing to a reader (PDF, DOCX). `date` is the document's own
    ISO date (a meeting's day, a PDF's creation), never that of today. `encoding` names that of a
    plain text file. `boxes`, by offset, are the words of pages whose text was recognised. `notes`
    says what a person should know of the reading, e.g. "no text on page 3".
    """

    id: str
    title: str
    text: str
    pages: tuple[Page, ...] = ()
    marks: tuple[Mark, ...] = ()
    turns: tuple[Turn, ...] = ()
    lines: tuple[Line, ...] = ()
    kind: DocumentKind = "text"
    date: str | None = None
    encoding: str | None = None
    boxes: tuple[Box, ...] = ()
    notes: tuple[str, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Number of the page that holds the character at `offset`; None without pages."""
        if not self.pages:
            return None
        place = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[max(place, 0)].number

    def line_at(self, offset: int) -> int | None:
        """Physical line that holds the character at `offset`; None without lines."""
        if not self.lines:
            return None
        place = bisect_right(self.lines, offset, key=lambda line: line.start) - 1
        return self.lines[max(place, 0)].number

    def citation(self, name: str, start: int, end: int) -> Citation:
        """A citation of a span, under the name that the document goes by."""
        page, line = self.page_at(start), self.line_at(start)
        return Citation(name, page, line, start, end, self.text[start:end])


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document that is embedded and found; `document.text[start:end] == text`.

    `id` is a hash of document, span and chunker version. `context` is the heading path the chunk
    stands under, searched with it but no part of its text.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A found chunk, perhaps widened by its neighbours, and why it was found.

    `document` is the path below the ingested folder. `pages` are the pages the span touches,
    `line` the physical line it begins on. `score` is higher for better; `rank` counts from 1;
    `via` names the searches that found it ("words", "vectors"), "page" where the question names its
    page, and "reranker" if one judged it.
    """

    chunk: Chunk
    document: str
    pages: tuple[int, ...]
    line: int | None
    score: float
    rank: int
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact place: the document's text from `start` to `end` reads `quote`."""

    document: str
    page: int | None
    line: int | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to search: names or patterns of documents, and the days they may be of (ISO)."""

    documents: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.documents and self.since is None and self.until is None


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
class Due:
    """A deadline: the words as said, and the ISO days they mean, both inclusive.

    `start` None is an open start («к пятнице»); both None: no calendar anchor. `assumption` names
    the reading that was taken where the words allow more than one.
    """

    raw: str
    start: str | None
    end: str | None
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """An earlier state of a promise: the line that held it and the deadline it had there."""

    line: int
    when_raw: str | None


@dataclass(frozen=True, slots=True)
class Promise:
    """Who does what for whom by when, and the line of the meeting it stands on.

    `quote` is verbatim: `document.text[start:end]`. `who` is None where the text does not say.
    `support` are further lines (the request before an assent, repeats).
    """

    who: str | None
    to_whom: str | None
    what: str
    when: Due | None
    act: Act
    status: Status
    quote: str
    line: int
    start: int
    end: int
    support: tuple[int, ...] = ()
    history: tuple[Change, ...] = ()
    force: Force = "firm"
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Something a meeting settled without an actor; `document.text[start:end] == text`."""

    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """What was taken from one meeting. `date` is ISO, or None where the file does not tell."""

    date: str | None
    participants: tuple[str, ...]
    promises: tuple[Promise, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gets: sentences that stand, those that were struck, and the evidence.

    `by` says whose words the sentences are. `refusal` is None where the question was answered.
    `promises` are pairs of document and promise, filled for questions about promises. `timings`
    are seconds by step. `query` is what was searched for, None where nothing was. `asked` is the
    question that took the place of a follow-up, None where it was asked as typed. `notes` say what
    was done to a model's text before it was checked, in the language of the question.
    """

    text: str
    sentences: tuple[Sentence, ...] = ()
    struck: tuple[Sentence, ...] = ()
    passages: tuple[Passage, ...] = ()
    promises: tuple[tuple[str, Promise], ...] = ()
    refusal: str | None = None
    receipt: Receipt | None = None
    timings: dict[str, float] = field(default_factory=dict)
    by: Literal["documents", "model"] = "documents"
    query: Query | None = None
    asked: str | None = None
    notes: tuple[str, ...] = ()

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
