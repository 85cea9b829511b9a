"""A conversation as a file: what is shown of it, in which order and words, and as Markdown.

Each question has its answer sentence by sentence, the places it rests on with their words, what was
struck and why, or what is nearest where the documents do not say. `conversation_word` lays the same
out as a document of Word. Text of documents and models comes here as it is; whoever lays it out
makes it harmless.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Literal, get_args

from rag import schema
from rag.exports.markdown import escape
from rag.exports.outline import cut, plain
from rag.register import due_text, entry_place, link_line, state_text
from rag.shown import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from rag.types import Answer, Citation, Entry, Round, Scope, Sentence
    from rag.words import Language

TalkForm = Literal["md", "docx", "json"]
TALK_FORMS: tuple[TalkForm, ...] = get_args(TalkForm)

_LABELS: dict[Language, dict[str, str]] = {
    "ru": {
        "title": "Разговор с документами",
        "time": "Когда",
        "by": "Чьи слова",
        "documents": "самих документов",
        "scope": "Где искали",
        "everywhere": "во всех документах",
        "since": "с {}",
        "until": "по {}",
        "collection": "собрание {}",
        "asked": "Понято так",
        "page": "стр. {}",
        "line": "строка {}",
        "sources": "Источники",
        "struck": "Вычеркнуто: документы этого не подтверждают",
        "instead": "Сказанное моделью документы не подтверждают; вот их собственные слова.",
        "nearest": "Ближайшее, что есть",
        "partly": "подтверждается отчасти",
        "promises": "Обещания",
        "stopped": "Остановлено прежде, чем появился ответ.",
        "failed": "Ответа нет",
        "who": "Кто",
        "to_whom": "Кому",
        "what": "Что",
        "when": "Срок",
        "where": "Где",
        "quote": "«{}»",
    },
    "en": {
        "title": "Conversation with documents",
        "time": "Asked",
        "by": "Words of",
        "documents": "the documents themselves",
        "scope": "Looked in",
        "everywhere": "all documents",
        "since": "from {}",
        "until": "to {}",
        "collection": "collection {}",
        "asked": "Taken as",
        "page": "page {}",
        "line": "line {}",
        "sources": "Sources",
        "struck": "Struck: the documents do not support it",
        "instead": "Nothing the model said is supported; these are the documents' own words.",
        "nearest": "The nearest there is",
        "partly": "partly supported",
        "promises": "Promises",
        "stopped": "Stopped before there was an answer.",
        "failed": "No answer",
        "who": "Who",
        "to_whom": "To whom",
        "what": "What",
        "when": "By when",
        "where": "Where",
        "quote": "“{}”",
    },
}
#: The columns of a table of promises.
COLUMNS = ("who", "to_whom", "what", "when", "where")
_DEFAULT_COLLECTION = "default"
_TITLE = 160  # characters of a question in a heading


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of an answer: its words, the numbers of its places, and what is doubtful."""

    text: str
    marks: tuple[int, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, and its words there. `label` is its number, where it has one."""

    where: str
    quote: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A question and its answer, ready to be laid out. What is empty is left out.

    `question` is "" where the title has all of it. `facts` are pairs of a label and a value;
    `promises` the rows of a table with `COLUMNS`.
    """

    title: str
    question: str
    facts: tuple[tuple[str, str], ...]
    said: str = ""
    promises: tuple[tuple[str, ...], ...] = ()
    promised: tuple[Place, ...] = ()
    sentences: tuple[Told, ...] = ()
    sources: tuple[Place, ...] = ()
    nearest: tuple[Place, ...] = ()
    struck: tuple[Told, ...] = ()
    notes: tuple[str, ...] = ()


def export_conversation(
    rounds: Sequence[Round], form: TalkForm, language: Language, zone: tzinfo = UTC
) -> bytes:
    """A conversation in a form, its labels in a language and its times in a zone.

    JSON has all of it, times in UTC, and can be checked: `rag prove`.
    """
    if form == "json":
        text = json.dumps(schema.conversation(rounds), ensure_ascii=False, indent=2)
        return f"{escaped(text)}\n".encode(errors="replace")
    if form == "docx":
        from rag.exports import conversation_word

        return conversation_word.document(rounds, language, zone)
    return page(rounds, language, zone).encode(errors="replace")


def labels_of(language: Language) -> dict[str, str]:
    """The words a conversation is shown with."""
    return _LABELS[language]


# -- what is shown


def block(value: Round, language: Language, zone: tzinfo) -> Block:
    """What is shown of a question."""
    words, answer, asked = _LABELS[language], value.answer, _asked(value.question)
    facts = tuple(_facts(value, words, zone))
    if answer is None:
        failed = f"{words['failed']}: {value.error}" + (f". {value.hint}" if value.hint else "")
        said = failed if value.error else words["stopped"]
        return Block(*asked, facts, said)
    if answer.refusal:
        nearest = tuple(
            Place(_where(passage.document, passage.pages[:1], passage.line, words), quote)
            for passage in answer.passages
            if (quote := cut(passage.chunk.text))
        )
        return Block(*asked, facts, answer.refusal, nearest=nearest, notes=answer.notes)
    rest = answer.sentences[len(answer.promises) :]  # a register's rows come first, in order
    numbers = _numbered(rest)
    held = {sentence.text for sentence in rest}
    return Block(
        *asked,
        facts,
        words["instead"] if answer.struck and answer.by == "documents" else "",
        tuple(_row(entry, language) for entry in answer.entries),
        tuple(_promised(answer, language)),
        tuple(_told(each, numbers, words) for each in rest),
        tuple(
            Place(
                place(citation, words),
                "" if citation.quote in held else citation.quote,  # it stands above
                f"[{number}]",
            )
            for citation, number in numbers.items()
        ),
        struck=tuple(Told(each.text, doubt=each.reason) for each in answer.struck),
        notes=answer.notes,
    )


def _asked(question: str) -> tuple[str, str]:
    """A question as a heading, and whole where that has not all of it."""
    whole = plain(question)
    if len(whole) <= _TITLE:
        return whole, ""
    return f"{whole[:_TITLE].rpartition(' ')[0] or whole[:_TITLE]} …", whole


def place(citation: Citation, words: dict[str, str]) -> str:
    """Where a citation points: document, page or line."""
    pages = () if citation.page is None else (citation.page,)
    return _where(citation.document, pages, citation.line, words)


def _where(name: str, pages: Sequence[int], line: int | None, words: dict[str, str]) -> str:
    if pages:
        return f"{name}, {words['page'].format(pages[0])}"
    return name if line is None else f"{name}, {words['line'].format(line)}"


def _facts(value: Round, words: dict[str, str], zone: tzinfo) -> Iterator[tuple[str, str]]:
    asked = value.asked_at.astimezone(zone)
    yield words["time"], f"{asked:%Y-%m-%d %H:%M} {asked.tzname()}"
    if value.answer is not None and not value.answer.refusal:
        by_model = value.answer.by == "model" and value.model
        yield words["by"], value.model if by_model else words["documents"]
    yield words["scope"], _scope(value.scope, value.collection, words)
    if value.answer is not None and value.answer.asked:
        yield words["asked"], value.answer.asked


def _scope(scope: Scope | None, collection: str, words: dict[str, str]) -> str:
    parts = [", ".join(scope.documents)] if scope and scope.documents else [words["everywhere"]]
    if scope and scope.since:
        parts.append(words["since"].format(scope.since))
    if scope and scope.until:
        parts.append(words["until"].format(scope.until))
    if collection and collection != _DEFAULT_COLLECTION:
        parts.append(words["collection"].format(collection))
    return "; ".join(parts)


def _numbered(sentences: Sequence[Sentence]) -> dict[Citation, int]:
    """A number for every citation, from 1, in order of appearance."""
    citations = dict.fromkeys(c for sentence in sentences for c in sentence.citations)
    return {citation: number for number, citation in enumerate(citations, 1)}


def _told(sentence: Sentence, numbers: dict[Citation, int], words: dict[str, str]) -> Told:
    doubt = ""
    if sentence.verdict == "partly":
        doubt = words["partly"] + (f": {sentence.reason}" if sentence.reason else "")
    marks = dict.fromkeys(numbers[citation] for citation in sentence.citations)
    return Told(sentence.text, tuple(marks), doubt)


def _row(entry: Entry, language: Language) -> tuple[str, ...]:
    """A promise as the cells of `COLUMNS`."""
    promise, state = entry.promise, state_text(entry, language)
    what = f"{promise.what} ({state})" if state else promise.what
    when = due_text(promise.when) if promise.when else ""
    return (entry.who or "—", entry.to_whom or "", what, when, entry_place(entry))


def _promised(answer: Answer, language: Language) -> Iterator[Place]:
    """The words of each promise, and what other meetings say of it."""
    for entry in answer.entries:
        yield Place(entry_place(entry), entry.promise.quote)
        yield from (Place(link_line(link, language), "") for link in entry.links)


# -- as Markdown


def page(rounds: Sequence[Round], language: Language, zone: tzinfo = UTC) -> str:
    """A conversation as Markdown (CommonMark with the tables of GitHub), in which nothing works."""
    words = _LABELS[language]
    lines = [f"# {words['title']}"]
    for value in rounds:
        lines += _lines(block(value, language, zone), words)
    return "\n".join(lines) + "\n"


def answered(value: Round, language: Language) -> str:
    """What came of a question alone as Markdown, its sources under `heading`."""
    words = _LABELS[language]
    return "\n".join(_answer_lines(block(value, language, UTC), words)).strip("\n")


def heading(words: dict[str, str], name: str) -> str:
    """What stands above a part of an answer: "sources", "nearest", "struck", "promises"."""
    return f"### {words[name]}"


def _lines(shown: Block, words: dict[str, str]) -> Iterator[str]:
    yield from ("", f"## {escape(shown.title)}", "")
    if shown.question:
        yield from (escape(shown.question), "")
    yield from (f"- {label}: {escape(value)}" for label, value in shown.facts)
    yield from _answer_lines(shown, words)


def _answer_lines(shown: Block, words: dict[str, str]) -> Iterator[str]:
    if shown.said:
        yield from ("", escape(shown.said))
    if shown.promises:
        yield from ("", heading(words, "promises"), "")
        yield "| " + " | ".join(words[name] for name in COLUMNS) + " |"
        yield "| " + " | ".join("---" for _ in COLUMNS) + " |"
        yield from ("| " + " | ".join(map(escape, row)) + " |" for row in shown.promises)
        yield ""
        yield from _places(shown.promised, words)
    for each in shown.sentences:
        marks = "".join(f"\\[{number}\\]" for number in each.marks)
        doubt = f"({escape(each.doubt)})" if each.doubt else ""
        yield from ("", " ".join(filter(None, (escape(each.text), marks, doubt))))
    for name in ("sources", "nearest"):
        if places := getattr(shown, name):
            yield from ("", heading(words, name), "")
            yield from _places(places, words)
    if shown.struck:
        yield from ("", heading(words, "struck"), "")
        for each in shown.struck:
            yield f"- {escape(each.text)}" + (f" — {escape(each.doubt)}" if each.doubt else "")
    if shown.notes:
        yield ""
        yield from (f"- {escape(note)}" for note in shown.notes)


def _places(places: Sequence[Place], words: dict[str, str]) -> Iterator[str]:
    for each in places:
        head = escape(" ".join(filter(None, (each.label, each.where))))
        yield f"- {head}" + (f": {escape(quoted(each, words))}" if each.quote else "")


def quoted(value: Place, words: dict[str, str]) -> str:
    """The words of a place in quotation marks, on one line."""
    return words["quote"].format(plain(value.quote))
