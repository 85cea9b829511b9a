"""What a document is, what is cut from it, and an exact place in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

MarkKind = Literal["heading", "table", "aside"]
DocumentKind = Literal["text", "pdf", "image", "office", "mail", "web", "meeting"]
#: What a page was found to be: with a text layer; a picture; with a text layer whose characters
#: are wrong; with nothing on it; or not to be opened.
PageKind = Literal["text", "scan", "garbled", "blank", "damaged"]

#: Why a span is set aside, in `Mark.note`.
RUNNING_HEADER, RUNNING_FOOTER = "running header", "running footer"
HIDDEN_TEXT = "hidden text"
NAVIGATION = "navigation"


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
    `time` is the stamp as the file writes it. `speaker` is None where the file names nobody. `day`
    (ISO) is that of a message in a chat, which may go on for weeks; else None.
    """

    speaker: str | None
    text: str
    line: int
    time: str | None
    start: int
    end: int
    day: str | None = None


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

    def line_span(self, number: int) -> tuple[int, int] | None:
        """The words of a physical line, without space around them; None without such a line."""
        place = next((i for i, line in enumerate(self.lines) if line.number == number), None)
        if place is None:
            return None
        start = self.lines[place].start
        following = next((line.start for line in self.lines[place + 1 :]), len(self.text))
        words = self.text[start:following]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        return (start, end) if start < end else None

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
