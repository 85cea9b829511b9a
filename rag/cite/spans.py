"""The sentences of the passages that can be cited, each with what is understood with it.

That are the headings over it, who says it and to whom, the question it answers, and the names of
the columns where it is a row of a table.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from rag import sentences
from rag.cite.grammar import first_person
from rag.cite.letters import letter, second_person
from rag.cite.likeness import CLOSE, resembles
from rag.cite.statement import EMPTY, Statement, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rag.types import Document, Passage

_CELLS = re.compile(r"\s*(?:\||\t)\s*")
_CAPTION, _CAPTION_ROOM = re.compile(r"\W*(?:Таблица|Table)\b"), 200
_AND = re.compile(r"\s(?:и|and|&)\s")
_RULE = re.compile(r"[\s|:+-]+")
_REPLY = re.compile(
    r"\W*(?:(?P<yes>да|конечно|верно|ага|угу|хорошо|ладно|ок|договорились|сделаю|yes|yep|yeah|sure"
    r"|right|of course|ok|okay|will do|no problem"
    r"|(?:it|they|he|she|we|i|you) (?:did|does|do|has|have|is|are|am|was|were|will|can)"
    r"(?= *(?:[,.!]|$)))"
    r"|(?P<no>(?:(?:пока|ещё|еще) )?нет|not yet|no|nope))\b[\s,.!—–-]*",
    re.I,
)
#: Questions that say all but what they ask for: "And for twelve hundred?", «А если не придут?»
_OPEN = re.compile(
    r"\W*(?:[^\W\d_]+, )?(?:а |и |and |but |so |then )?(?:если|для|когда|сколько|кто"
    r"|where|if|for|when|how (?:much|many)|who|what if|what does|what do|what will)\b",
    re.I,
)
_ECHO = 2  # words of an answer that repeats the question
_NO = {"ru": "не ", "en": "not "}
_VOICES = 3  # lines that begin as if with a speaker, from which they are taken for such
#: Whom a sentence speaks to: "Vera, I read your email".
_CALLED = re.compile(r"(?:[^\W\d_]+, )?([A-ZА-ЯЁ][^\W\d_]+)[,?!]\s")
_LABEL = re.compile(
    r"\W*(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]?\s*)?([A-ZА-ЯЁ][\w.-]*(?: [A-ZА-ЯЁ][\w.-]*){0,2}):\s"
)


@dataclass(frozen=True)
class Span:
    """One or two sentences of a document: `document.text[start:end]`.

    `said` is the text as it is compared: a row of a table with the names of its columns. `context`
    are the stems of its headings and title, `speaker` those of who says it, or who answers it
    where it is a question that is `answered`, `hearer` those of whom it is said to, `row` those of
    the first cell of a row of a table, `asker` those of who put a question that is answered.
    """

    text: str
    said: Statement
    document: str
    start: int
    end: int
    passage: int
    place: int
    context: frozenset[str]
    speaker: frozenset[str] = frozenset()
    answered: bool = False
    hearer: frozenset[str] = frozenset()
    row: frozenset[str] = frozenset()
    asker: frozenset[str] = frozenset()

    @property
    def asks(self) -> bool:
        """Whether it is a question: it states nothing itself."""
        return self.said.text.rstrip().endswith("?")

    @cached_property
    def around(self) -> frozenset[str]:
        """Stems that count as said here: of headings, whoever says "I", and whom "you" means."""
        forms = self.said.forms
        if self.answered:
            return self.context | self.speaker | self.hearer
        own = self.speaker and any(first_person(form) for form in forms)
        spoken = self.hearer and any(second_person(form) for form in forms)
        found = self.context | self.speaker if own else self.context
        return found | self.hearer if spoken else found


def answered(spans: list[Span], documents: Mapping[str, Document]) -> list[Span]:
    """The sentences, a question as one statement with what answers it.

    That is yes or no, a word of the question again, or what an open question asks for.
    """
    found = []
    for one, two in itertools.zip_longest(spans, spans[1:]):
        beside = two is not None and (one.passage, one.place + 1) == (two.passage, two.place)
        asked = _stated(one, two) if beside and one.asks and not two.asks else ""
        if not asked:
            found.append(one)
            continue
        text = documents[one.document].text[one.start : two.end]
        mine = any(first_person(form) for form in one.said.forms)
        found.append(
            replace(
                one,
                text=text,
                said=statement(asked),
                end=two.end,
                speaker=two.speaker or one.speaker,
                answered=True,
                asker=one.speaker,
                hearer=one.speaker if mine else frozenset(),
            )
        )
    return found


def _stated(question: Span, answer: Span) -> str:
    """What a question and its answer state together, or ""."""
    asked, said = question.said.text.rstrip(" ?"), answer.said
    if reply := _REPLY.match(said.text):
        denied = _NO[question.said.language] if reply.group("no") else ""
        return f"{denied}{asked}. {said.text[reply.end() :]}"
    opened = _OPEN.match(asked) and question.speaker and question.speaker != answer.speaker
    if opened or _echoes(said, question.said):
        return f"{asked}. {said.text}"
    return ""


def _echoes(answer: Statement, question: Statement) -> bool:
    """Whether an answer repeats a word or two of the question and says no more: «Встаём.»"""
    words = [item for item in answer.items if item.stem]
    return 1 <= len(words) <= _ECHO and all(
        any(resembles(word, stemmed) >= CLOSE for stemmed in question.stems)
        for word in answer.items
    )


def spans_of(passage: Passage, document: Document, number: int) -> list[Span]:
    """The sentences of a passage, the `number`-th of those that are looked at."""
    chunk, text = passage.chunk, document.text
    name = PurePath(passage.document).stem
    around = statement(f"{chunk.context}\n{document.title}\n{name}").stems - _empty_stems()
    mail = letter(text)
    found = []
    for place, turn in enumerate(_turns(chunk.text, document.kind == "meeting")):
        start, end = chunk.start + turn.start, chunk.start + turn.end
        speaker, hearer, context = turn.speaker, turn.hearer, around
        if mail:
            body = mail.start <= start < mail.end
            speaker, hearer = (mail.writer, mail.reader) if body else (frozenset(), frozenset())
            context = around | mail.context(start)
        row = _row(text[start:end], text, start)
        span = Span(
            text=text[start:end],
            said=statement(row or turn.said),
            document=passage.document,
            start=start,
            end=end,
            passage=number,
            place=place,
            context=context,
            speaker=speaker,
            hearer=hearer,
            row=_first_cell(text[start:end]) if row else frozenset(),
        )
        found.append(span)
    return found


class _Turn(NamedTuple):
    """A sentence, what it says without its speaker, and the stems of who speaks and listens."""

    start: int
    end: int
    said: str
    speaker: frozenset[str]
    hearer: frozenset[str]


def _turns(text: str, meeting: bool) -> Iterator[_Turn]:
    """The sentences of a passage; one speaks to whom one names, or to who spoke before."""
    spans = _split(text)
    labels = [_LABEL.match(text, left) for left, _ in spans]
    spoken = meeting or sum(map(bool, labels)) >= _VOICES
    voices = {stemmed for each in labels if each for stemmed in statement(each.group(1)).stems}
    speaker: frozenset[str] = frozenset()
    hearer: frozenset[str] = frozenset()
    for (left, right), label in zip(spans, labels, strict=True):
        said = text[left:right]
        if spoken and label:
            said = text[label.end() : right]
            before, speaker = speaker, statement(label.group(1)).stems
            hearer = before if before != speaker else hearer
        called = _CALLED.match(said.strip()) if spoken else None
        if called and (name := statement(called.group(1)).stems) & voices:
            hearer = name
        yield _Turn(left, right, said, speaker, hearer)


def _first_cell(row: str) -> frozenset[str]:
    """The stems of what a row of a table is about."""
    return statement(_CELLS.split(row.strip().strip("|").strip())[0]).stems - _empty_stems()


@lru_cache(maxsize=1)
def _empty_stems() -> frozenset[str]:
    from rag.words import stem

    return frozenset(stem(word) for word in EMPTY)


@lru_cache(maxsize=512)
def _split(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentences.split(text))


def _row(written: str, text: str, start: int) -> str:
    """A row of a table as lines of its first cell, the name of a column and the cell in it.

    "" for what is no row, or has no row of names above it.
    """
    signs = written.count("|") or written.count("\t")
    if not signs or "\n" in written:
        return ""
    sign = "|" if "|" in written else "\t"
    head = caption = ""
    end = text.rfind("\n", 0, start)
    while end > 0:
        begin = text.rfind("\n", 0, end) + 1
        line = text[begin:end]
        if line.count(sign) != signs:
            caption = _caption(text[max(end - _CAPTION_ROOM, 0) : end])
            break
        if not _RULE.fullmatch(line):
            head = line
        end = begin - 1
    if not head:
        return ""
    names, cells = (_CELLS.split(each.strip().strip("|").strip()) for each in (head, written))
    if len(names) != len(cells):
        return ""
    about = _AND.sub(" ", cells[0])
    said = [f"{about} {name} {cell};" for name, cell in zip(names[1:], cells[1:], strict=True)]
    return "\n".join([each.replace(", ", " ") for each in said] + [caption] * bool(caption))


def _caption(before: str) -> str:
    """The line over a table that names it, with the unit of its numbers."""
    lines = before.strip().splitlines()
    return lines[-1].strip() if lines and _CAPTION.match(lines[-1]) else ""
