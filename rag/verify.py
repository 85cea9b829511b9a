"""A text of anyone's set against the library, sentence by sentence, without a language model.

Each sentence is searched for on its own. Sentences that stand together are cited together, over the
passages that any of them found, since one says what the next one means by "it".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from rag import sentences
from rag.cite.clean import claims
from rag.grounding import cited, found_for
from rag.query.courtesy import without_courtesies
from rag.types import Sentence
from rag.words import content_stems, language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.cite.entailment import Entailment
    from rag.retrieve import Retriever
    from rag.types import Document, Mark, Scope
    from rag.words import Language

Kind = Literal["prose", "row", "heading", "code"]

_RUN = 3  # sentences that are cited together
_NOT_CHECKED = ("heading", "code")
#: Why something is not checked.
_REASONS: dict[str, dict[Language, str]] = {
    "heading": {"ru": "заголовок", "en": "a heading"},
    "code": {"ru": "код", "en": "code"},
    "question": {"ru": "вопрос", "en": "a question"},
    "empty": {
        "ru": "здесь нет утверждения, которое можно проверить",
        "en": "it states nothing that can be checked",
    },
}

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_MATTER = re.compile(r"---\n(?=\w[\w-]*:)(?:.*\n)*?(?:---|\.\.\.)(?:\n|$)")
_ROW = re.compile(r"\s*\|.*\|\s*")
_RULE = re.compile(
    r"\s*+(?:(?:\|\s*+)?:?-{3,}:?\s*+(?:\|\s*+:?-{3,}:?\s*+)*\|?|[-*_](?:\s*[-*_]){2,}|=+)\s*"
)
_DEFINITION = re.compile(r"\s{0,3}\[(?!\^)[^\]]+\]:\s*\S+.*")
#: Marks of footnotes and of sources, whose numbers belong to the text alone.
_FOOTNOTE = re.compile(
    r"^\s{0,3}\[\^[^\]]+\]:[ \t]*|\[\^[^\]]+\]|[⁰¹²³⁴-⁹]+(?=[\s.,;:!?)»”]|$)"
    r"|[\[【]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\]】](?!\()"
)
_QUOTED = re.compile(r"^\s{0,3}(?:>\s?)+")
_COUNTED = re.compile(r"(?<=[мm])[²³]")  # square and cubic metres are no footnotes


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is of one kind: lines of prose, a row of a table, a heading, code."""

    kind: Kind
    text: str


def verify(
    document: Document,
    retriever: Retriever,
    *,
    scope: Scope | None = None,
    entailment: Entailment | None = None,
    on_checked: Callable[[int, int], None] = lambda *_: None,
) -> list[Sentence]:
    """Check a text by what the documents in scope say.

    Args:
        document: The text, with the marks its reader put. What was set aside is left out.
        retriever: Of the library. A document that is the text itself proves nothing and is
            passed over.
        scope: Where to look.
        entailment: Asked whether the cited sentences say what is said, where given.
        on_checked: Told the pieces of the text done and in all.

    Returns:
        The sentences in the order of the text, made harmless: "supported", "partly",
        "unsupported" and "contradicted" as in `cite`, and "unchecked" where nothing is stated: a
        heading, code, a question.

    Raises:
        UsageError: No document is in scope.
    """
    if scope is not None:
        retriever.select(scope)
    found: list[Sentence] = []
    runs = [run for piece in pieces(document) for run in _runs(piece)]
    for done, run in enumerate(runs, 1):
        if run.kind in _NOT_CHECKED:
            found += [_unchecked(claim.text, run.kind) for claim in claims(run.text)]
        else:
            found += _checked(run, document.id, retriever, scope, entailment)
        on_checked(done, len(runs))
    return found


def _checked(
    run: Piece,
    document_id: str,
    retriever: Retriever,
    scope: Scope | None,
    entailment: Entailment | None,
) -> list[Sentence]:
    """The sentences of a run with their verdicts, in order."""
    stated = [claim.text for claim in claims(run.text)]
    found = found_for((text for text in stated if not _why_not(text)), retriever, scope)
    passages = [each for each in found if each.chunk.document_id != document_id]
    standing, struck = cited(run.text, passages, retriever, entailment)
    return [
        _unchecked(each.text, why) if (why := _why_not(each.text)) else replace(each, place=None)
        for each in sorted([*standing, *struck], key=lambda sentence: sentence.place or 0)
    ]


def _why_not(text: str) -> str:
    """What a sentence is that states nothing to check, or ""."""
    if text.rstrip("\"'»”)").endswith("?"):
        return "question"
    said = without_courtesies(text)
    return "" if content_stems(said) or any(map(str.isdigit, said)) else "empty"


def _unchecked(text: str, why: str) -> Sentence:
    return Sentence(text, "unchecked", (), _REASONS[why][language_of(text)])


def _runs(piece: Piece) -> Iterator[Piece]:
    """A piece of prose cut into a few sentences each; others as they are."""
    if piece.kind != "prose":
        yield piece
        return
    spans = sentences.split(piece.text)
    for first in range(0, len(spans), _RUN):
        last = min(first + _RUN, len(spans)) - 1
        yield Piece("prose", piece.text[spans[first][0] : spans[last][1]])


def pieces(document: Document) -> list[Piece]:
    """A document as pieces in order, without what was set aside and what Markdown adds to it."""
    text = document.text
    matter = _FRONT_MATTER.match(text)
    marks = sorted(document.marks, key=lambda mark: mark.start)
    found: list[Piece] = []
    fence, start = "", matter.end() if matter else 0
    for line in text[start:].splitlines(keepends=True):
        fenced = _FENCE.match(line)
        if fence:
            closes = fenced and fenced[1].startswith(fence) and line.strip() == fenced[1]
            found += [] if closes else [Piece("code", line)]
            fence = "" if closes else fence
        elif fenced:
            fence = fenced[1]
        else:
            _add(found, line, _mark_at(marks, start, start + len(line.rstrip())))
        start += len(line)
    return _joined(found)


def _add(found: list[Piece], line: str, mark: Mark | None) -> None:
    """Add a line outside of code. An empty piece of prose ends a paragraph."""
    if _RULE.fullmatch(line):
        if found and found[-1].kind == "row":
            found[-1] = Piece("heading", found[-1].text)  # it names the columns
        return
    if _DEFINITION.fullmatch(line.rstrip("\n")) or (mark is not None and mark.kind == "aside"):
        return
    if mark is not None and mark.kind == "heading":
        found.append(Piece("heading", line.strip("# \t\n")))
    elif _ROW.fullmatch(line) or (mark is not None and mark.kind == "table"):
        found.append(Piece("row", "; ".join(filter(None, _cells(line)))))
    else:
        bare = _FOOTNOTE.sub("", _COUNTED.sub(_digit, _QUOTED.sub("", line)))
        found.append(Piece("prose", bare))


def _digit(power: re.Match[str]) -> str:
    return "2" if power.group() == "²" else "3"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"[|\t]", line)]


def _mark_at(marks: Sequence[Mark], start: int, end: int) -> Mark | None:
    """The mark that a line lies in."""
    return next((m for m in marks if m.start <= start < m.end or start < m.start < end), None)


def _joined(found: Sequence[Piece]) -> list[Piece]:
    """Lines that follow one another as one piece where they are prose or code."""
    joined: list[Piece] = []
    for kind, run in groupby(found, key=lambda piece: piece.kind):
        if kind in ("prose", "code"):
            joined.append(Piece(kind, "".join(piece.text for piece in run)))
        else:
            joined += run
    return [piece for piece in joined if piece.text.strip()]
