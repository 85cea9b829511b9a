"""What is shown of a meeting to people, in which order and words; every form lays this out.

Text of the document comes here as one line of printing characters. Quotes are verbatim but for
that; one of a whole speech is cut to what stands around the promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.cite.clean import legible
from rag.exports.labels import labels
from rag.minutes.places import time_at, turn_at
from rag.register import due_text, edits_text
from rag.sentences import split
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.record import Record
    from rag.types import Citation, Decision, Document, Field, OpenQuestion, Promise
    from rag.words import Language

#: Characters of a quote that are shown; the recogniser's "sentence" may be a speech.
QUOTE = 320
#: Stands behind what a person has set; `state_of` says what had been read.
EDITED = "✎"
_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a section: its words, who said them where that matters, and the place.

    `quote` are the words of the meeting where `text` is not itself those.
    """

    text: str
    place: str
    who: str = ""
    quote: str = ""
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A promise, ready to be shown. Empty where the meeting does not say.

    `quote` has its quotation marks; of a request that was accepted it holds both.
    """

    number: int
    who: str
    to_whom: str
    what: str
    when: str
    state: str
    place: str
    quote: str
    closed: bool

    @property
    def parties(self) -> str:
        """Who promised, and to whom."""
        who = self.who or "—"
        return f"{who} → {self.to_whom}" if self.to_whom else who


@dataclass(frozen=True, slots=True)
class Outline:
    """The minutes of one meeting, or rows of the register, as sections; empty are those without.

    `groups` are promises under the titles of their groups.
    """

    language: Language
    title: str
    file: str = ""
    date: str = ""
    participants: tuple[str, ...] = ()
    summary: tuple[Item, ...] = ()
    topics: tuple[Item, ...] = ()
    decisions: tuple[Item, ...] = ()
    groups: tuple[tuple[str, tuple[Task, ...]], ...] = ()
    questions: tuple[Item, ...] = ()
    suggestions: tuple[Item, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """The words it is shown with."""
        return labels(self.language)


def outline(record: Record) -> Outline:
    """A record as what is shown of it."""
    minutes = record.minutes
    words_ = words_of(record)

    def place(line: int, time: str | None) -> str:
        return placed(words_, line, time)

    return Outline(
        spoken(record),
        title=titled(record),
        file=plain(record.name),
        date=minutes.date or "",
        participants=tuple(map(plain, minutes.participants)),
        summary=_summary(record, words_),
        topics=tuple(Item(plain(t.title), place(t.line, t.time)) for t in minutes.topics),
        decisions=tuple(
            Item(cut(d.text), place(d.line, d.time), verbatim=True) for d in minutes.decisions
        ),
        groups=_groups(record, words_),
        questions=tuple(
            Item(cut(q.text), place(q.line, q.time), plain(q.asker or ""), verbatim=True)
            for q in minutes.questions
        ),
        suggestions=_suggestions(record, words_),
    )


def spoken(record: Record) -> Language:
    """The language of a meeting, which its minutes are shown in."""
    return language_of(record.document.text[:_SAMPLE])


def most_spoken(records: Sequence[Record]) -> Language:
    """The language that at least half of the meetings are in, Russian before others."""
    russian = sum(spoken(each) == "ru" for each in records)
    return "ru" if records and 2 * russian >= len(records) else "en"


def words_of(record: Record) -> dict[str, str]:
    """The words a meeting is shown with; what a chat counts are messages."""
    found = labels(spoken(record))
    is_chat = record.name.lower().endswith(".json")
    return {**found, "line": found["message"]} if is_chat else found


def titled(record: Record) -> str:
    """The title of a meeting, or the name of its file."""
    return plain(record.document.title) or plain(record.name)


def plain(text: str) -> str:
    """The text as one line of printing characters."""
    return " ".join(legible(text).split())


def cut(text: str, around: str = "") -> str:
    """A quote as one line, of a long one the part with the words that it is quoted for."""
    line, wanted = plain(text), plain(around)
    if len(line) <= QUOTE:
        return line
    at = max(line.find(wanted), 0) if wanted else 0
    first = max(0, min(at + len(wanted) // 2 - QUOTE // 2, len(line) - QUOTE))
    part = line[first : first + QUOTE]
    if first:
        part = "… " + part.partition(" ")[2]
    return part.rpartition(" ")[0] + " …" if first + QUOTE < len(line) else part


def placed(words_: dict[str, str], line: int | None, time: str | None) -> str:
    """A place in words: the line, and the time where the file has times."""
    parts = [words_["line"].format(line)] if line is not None else []
    return ", ".join([*parts, *([plain(time)] if time else [])])


def place_of(promise: Promise, words_: dict[str, str]) -> str:
    """The line and time of a promise, and the further lines that belong to it.

    One that a person has added without a line has no place.
    """
    if not promise.quote:
        return words_["no_line"]
    place = placed(words_, promise.line, promise.time)
    further = ", ".join(map(str, promise.support))
    return f"{place}; {words_['see'].format(further)}" if further else place


def _summary(record: Record, words_: dict[str, str]) -> tuple[Item, ...]:
    document = record.document

    def where(citation: Citation) -> str:
        if citation.page is not None:
            return words_["page"].format(citation.page)
        return placed(words_, line_of(record, citation.start), time_at(document, citation.start))

    items = []
    for sentence in record.summary.sentences:
        quotes = [plain(c.quote) for c in sentence.citations]
        text = plain(sentence.text)
        items.append(
            Item(
                text,
                "; ".join(dict.fromkeys(map(where, sentence.citations))),
                quote="" if text in quotes else " … ".join(map(cut, quotes)),
                verbatim=text in quotes,
            )
        )
    return tuple(items)


def _suggestions(record: Record, words_: dict[str, str]) -> tuple[Item, ...]:
    """What a model alone has seen, in the order of the text; no part of the minutes."""
    if record.reading is None:
        return ()
    seen = record.reading.suggestions
    found = [(each.line, _suggested(task_of(record, each, 0, words_))) for each in seen.promises]
    others: tuple[Decision | OpenQuestion, ...] = (*seen.decisions, *seen.questions)
    for said in others:
        place = placed(words_, said.line, said.time)
        found.append((said.line, Item(cut(said.text), place, verbatim=True)))
    return tuple(item for _, item in sorted(found, key=lambda pair: pair[0]))


def _suggested(task: Task) -> Item:
    when = f" ({task.when})" if task.when else ""
    return Item(f"{task.parties}: {task.what}{when} — {task.quote}", task.place)


def line_of(record: Record, offset: int) -> int:
    """The physical line of an offset; counted by line ends where the reader kept none."""
    known = record.document.line_at(offset)
    return known if known is not None else record.document.text.count("\n", 0, offset) + 1


def group_of(promise: Promise) -> str:
    """The group that a promise is shown in, by its key among the labels."""
    if promise.status in ("done", "cancelled"):
        return "closed"
    if promise.status == "conditional":
        return "conditional"
    if promise.force == "tentative":
        return "tentative"
    if promise.who is None:
        return "unowned"
    return "dated" if day_of(promise) else "undated"


def day_of(promise: Promise) -> str:
    """The last day of a promise (ISO), the first of one without an end, "" without any."""
    return (promise.when and (promise.when.end or promise.when.start)) or ""


def _groups(record: Record, words_: dict[str, str]) -> tuple[tuple[str, tuple[Task, ...]], ...]:
    held: dict[str, list[Promise]] = {
        name: [] for name in ("dated", "undated", "unowned", "conditional", "tentative", "closed")
    }
    for promise in record.minutes.promises:
        held[group_of(promise)].append(promise)
    for promises in held.values():
        promises.sort(key=lambda each: (day_of(each) or "9999", each.line))
    numbers = iter(range(1, len(record.minutes.promises) + 1))
    return tuple(
        (words_[name], tuple(task_of(record, each, next(numbers), words_) for each in promises))
        for name, promises in held.items()
        if promises
    )


def task_of(record: Record, promise: Promise, number: int, words_: dict[str, str]) -> Task:
    """A promise of a meeting, ready to be shown."""
    edited = {edit.field for edit in promise.edits}

    def marked(field: Field, text: str) -> str:
        return f"{text} {EDITED}".strip() if edited & {field, "own"} and text else text

    return Task(
        number,
        who=marked("who", plain(promise.who or "")),
        to_whom=marked("to_whom", plain(promise.to_whom or "")),
        what=marked("what", cut(promise.what)),
        when=marked("when", plain(due_text(promise.when)) if promise.when else ""),
        state=state_of(record, promise),
        place=place_of(promise, words_),
        quote=quoted(record, promise),
        closed=promise.status in ("done", "cancelled"),
    )


def quoted(record: Record, promise: Promise) -> str:
    """What was said, between quotation marks; before an assent the request with the words of it.

    Words that a person has set are not looked for: what was read is. Empty where nothing was said.
    """
    promise = promise.read or promise
    if not promise.quote:
        return ""
    mark = words_of(record)["quote"]
    said = [cut(promise.quote, promise.what)]
    text = record.document.text
    at = text.rfind(promise.what, 0, promise.start)
    if promise.what not in promise.quote and line_of(record, at) in promise.support:
        turn = turn_at(record.document, at)
        first = text.rfind("\n", 0, at) + 1
        labelled = turn is not None and first < turn.start <= at
        first = turn.start if turn and labelled else first
        asker = f"{plain(turn.speaker)}: " if turn and turn.speaker and labelled else ""
        last = text.find("\n", at)
        for a, b in split(text, first, last if last >= 0 else len(text)):
            if a <= at < b:
                said.insert(0, (asker if a == first else "") + cut(text[a:b], promise.what))
    return " — ".join(map(mark.format, said))


def state_of(record: Record, promise: Promise) -> str:
    """What became of a promise, and what a person should look at, in words."""
    words_ = words_of(record)
    parts = [words_.get(f"is_{promise.status}", "")]
    if promise.condition:
        parts.append(words_["if"].format(cut(promise.condition)))
    if promise.force == "tentative":
        parts.append(words_["is_tentative"])
    for change in promise.history:
        raw = plain(change.when_raw or "") or words_["was_undated"]
        parts.append(words_["was"].format(raw, words_["line"].format(change.line)))
    for flag in promise.flags:
        key = {"ambiguous owner": "owner_of", "ambiguous recipient": "recipient_of"}.get(flag)
        if key is None:
            parts.append(words_["check"])
        else:
            fitting = words_["or"].join(
                map(plain, candidates(record.document, record.minutes.participants, promise))
            )
            parts.append(words_[key].format(fitting or words_["unclear"]))
    parts += _doubts(record, promise, words_)
    if promise.when and promise.when.assumption:
        parts.append(plain(promise.when.assumption))
    parts.append(plain(edits_text(promise, spoken(record))))
    return "; ".join(filter(None, parts))


def _doubts(record: Record, promise: Promise, words_: dict[str, str]) -> list[str]:
    """What a model reads otherwise than the rules, whose reading stands."""
    if record.reading is None or promise not in record.minutes.promises:
        return []
    at = record.minutes.promises.index(promise)
    names = {"status": "state", "condition": "conditional"}
    return [
        words_["doubt"].format(
            words_[names.get(doubt.field, doubt.field)].lower(),
            plain(doubt.model or "") or words_["nothing_said"],
        )
        for doubt in record.reading.doubts
        if doubt.promise == at
    ]


def candidates(document: Document, participants: Sequence[str], promise: Promise) -> Sequence[str]:
    """The participants that a name in the lines of a promise fits, where it fits several."""
    from rag.minutes.clauses import tokens_of  # tables of names, for few meetings only
    from rag.minutes.people.names import Roster

    roster = Roster(participants)
    lines = {promise.line, *promise.support}
    turns = (turn.text for turn in document.turns if turn.line in lines)
    said = " ".join((promise.quote, *turns))
    return next(filter(None, map(roster.shared, tokens_of(said, 0, len(said)))), ())
