"""The register of promises: which of them, or of the decisions, a question asks for.

A question goes to the register when it speaks of promising or deciding, or of tasks at a meeting.
What else it names (a person, a thing, a day, a meeting) narrows the rows; a question that names
what no row holds is left to the search over passages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

from rag.types import Answer, Citation, Decision, Due, Minutes, Promise, Sentence
from rag.words import STOP_WORDS, fold, language_of, stem, words

Wanted = Literal["promises", "decisions"]
Meetings = Sequence[tuple[str, str, Minutes]]

_PROMISES = re.compile(
    r"\b(?:(?:по)?обеща\w*|обязал\w*|обязательств\w*|взял\w* на себя|поручени\w*|поручил\w*|"
    r"поручен\w?|кто (?:и )?что (?:должен|делает|сделает|взял)|кто (?:должен|за что|отвечает)|"
    r"что (?:должн?[аы]?|должен) (?:был\w* )?(?:сделать|подготовить|прислать)|"
    r"(?:за)?дач\w+ (?:с|по итогам|после|на) (?:встреч|совещани|план[её]рк|созвон)\w*|"
    r"promis\w*|commit(?:ted|ments?)|action items?|to-?dos?|agreed to (?:do|send|take)|"
    r"who (?:will|is going to|should|has to|agreed|took on|owes)|"
    r"what (?:should|must|does|will) \w+ (?:\w+ )?(?:do|send|deliver|prepare))\b",
    re.IGNORECASE,
)
_DECISIONS = re.compile(
    r"\b(?:(?:какие|что за|перечисли\w*|список) (?:\w+ )?решени\w*|что (?:\w+ )?решили|"
    r"(?:о ч[её]м|что) договорились|what (?:was|were|did \w+) (?:\w+ )?(?:decided?|agreed?)|"
    r"(?:which|what|list) (?:the )?decisions?)\b",
    re.IGNORECASE,
)
#: Words of such questions that narrow nothing.
_FRAME = frozenset(
    stem(fold(word))
    for word in """
    обещал обещала обещали обещает обещание обещания пообещал обязался обязательства взял
    взяла взяли себя поручение поручения поручил поручили поручено должен должна должны
    сделать делает сделает задача задачи задачу дела отвечает вчера сегодня вчерашней
    сегодняшней прошлой прошлом последней последнем неделе неделю люди человек участник
    участники коллеги решение решения решили договорились принял приняли принято список
    перечисли покажи дай кому именно всего итоги итогам срок сроки сроку числу дата даты
    promise promised promises promising commit committed commitments commitment action item
    items todo todos agree agreed people person anyone everyone someone deliver send do take
    took taken should must owe owes decision decisions decided decide list show give deadline
    deadlines due date dates going last today yesterday week
    """.split()
)
#: Words for a meeting: they choose meetings by their titles and are no topic.
_MEETING = frozenset(
    stem(fold(word))
    for word in """
    встреча встрече встречи встречах совещание совещании совещания собрание собрании планерка
    планёрке летучка летучке оперативка оперативке стендап стендапе митинг созвон созвоне
    звонке звонок протокол протоколе meeting meetings call calls minutes
    """.split()
)
_MONTHS = (
    ("январ", "jan"),
    ("феврал", "feb"),
    ("март", "mar"),
    ("апрел", "apr"),
    ("май", "may"),
    ("июн", "jun"),
    ("июл", "jul"),
    ("август", "aug"),
    ("сентябр", "sep"),
    ("октябр", "oct"),
    ("ноябр", "nov"),
    ("декабр", "dec"),
)
_DAY = re.compile(
    r"\b(\d{1,2})(?:-?(?:го|е|th|st|nd|rd))?\s+(?:of )?([а-яё]{3,}|[a-z]{3,})\b"
    r"|\b([a-z]{3,}) (\d{1,2})\b"
    r"|\b(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?\b"
    r"|\b(\d{4})-(\d{2})-(\d{2})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What the register holds for a question, each with the document it stands in.

    `whole` says that the question asked for all there is: without rows there is no answer to it.
    """

    promises: tuple[tuple[str, Promise], ...] = ()
    decisions: tuple[tuple[str, Decision], ...] = ()
    whole: bool = False


def wanted(question: str) -> Wanted | None:
    """Whether a question asks for promises or decisions."""
    if _PROMISES.search(question):
        return "promises"
    return "decisions" if _DECISIONS.search(question) else None


def look_up(question: str, meetings: Meetings) -> Rows:
    """The rows a question asks for; none where it asks for something else.

    `meetings` are triples of document name, title and minutes.
    """
    kind = wanted(question)
    if kind is None:
        return Rows()
    day = _day(question)
    if day is not None:
        held = [m for m in meetings if m[2].date and m[2].date[5:] == day]
        if held:
            meetings, question = held, _DAY.sub(" ", question)
    meetings = _titled(question, meetings)
    if kind == "decisions":
        settled = [_Row(name, d, d.text) for name, _, m in meetings for d in m.decisions]
        chosen = _narrow(settled, _topic(question), meetings)
        settled_rows = tuple((row.document, row.item) for row in chosen)
        return Rows(decisions=settled_rows, whole=not _topic(question))
    made = [
        _Row(name, p, _text(p), p.who or "")
        for name, _, m in meetings
        for p in m.promises
        if p.force == "firm"
    ]
    owners = {word for row in made for word in row.owner}
    named = [word for word in words(question) if word in owners]
    if named:
        made = [row for row in made if any(word in row.owner for word in named)]
    topic = [word for word in _topic(question) if word not in named]
    rows = tuple((row.document, row.item) for row in _narrow(made, topic, meetings))
    return Rows(promises=rows, whole=not topic and not named)


def answer(rows: Rows, cite: Callable[[str, int, int], Citation]) -> Answer:
    """Rows as an answer; `cite` cites a span of a document by its name."""
    items: list[tuple[str, Promise | Decision]] = [*rows.promises, *rows.decisions]
    sentences = tuple(
        Sentence(citation.quote, "supported", (citation,))
        for name, item in items
        for citation in [cite(name, item.start, item.end)]
    )
    lines = [promise_line(item) if isinstance(item, Promise) else item.text for _, item in items]
    return Answer("\n".join(lines), sentences, promises=rows.promises)


def promise_line(promise: Promise) -> str:
    """A promise in one line of plain words: who → to whom: what — by when."""
    line = promise.who or "—"
    if promise.to_whom:
        line += f" → {promise.to_whom}"
    line += f": {promise.what}"
    return f"{line} — {due_text(promise.when)}" if promise.when else line


def due_text(when: Due) -> str:
    """A deadline for a person: the days it means, then the words as said."""
    days = " … ".join(dict.fromkeys(day for day in (when.start, when.end) if day))
    return f"{days} ({when.raw})" if days else f"({when.raw})"


Item = TypeVar("Item")


class _Row(Generic[Item]):
    """A row with the words that a question may name it by, its owner's name apart."""

    def __init__(self, document: str, item: Item, text: str, owner: str = "") -> None:
        self.document = document
        self.item = item
        self.owner = frozenset(words(owner))
        self._text = text

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every form of the words of the row."""
        return frozenset(key for word in words(self._text) for key in _keys(word))

    @cached_property
    def owner_keys(self) -> frozenset[str]:
        """Every form of the words of the owner's name."""
        return frozenset(key for word in self.owner for key in _keys(word))


def _keys(word: str) -> set[str]:
    """What a word is recognised by: its stem, and the dictionary forms it may be of."""
    keys = {stem(word)}
    if language_of(word) == "ru":
        from rag.minutes.morphology import parses  # a dictionary, for these questions only

        keys.update(parse.lemma for parse in parses(word))
    return keys


def _narrow(
    rows: Sequence[_Row[Item]], topic: Sequence[str], meetings: Meetings
) -> list[_Row[Item]]:
    """The rows that hold more of the topic than the others, and more than half of it.

    A word that no row holds but the title of a meeting does narrows the meetings instead.
    """
    left = []
    for word in topic:
        keys = _keys(word)
        if not any(keys & (row.keys | row.owner_keys) for row in rows):
            titled = {name for name, title, _ in meetings if keys & _title_keys(name, title)}
            if titled:
                rows = [row for row in rows if row.document in titled]
                continue
        left.append(keys)
    if not left:
        return list(rows)
    for held in ([row.keys for row in rows], [row.keys | row.owner_keys for row in rows]):
        counts = [sum(bool(keys & one) for keys in left) for one in held]
        best = max(counts, default=0)
        if 2 * best > len(left):
            return [row for row, n in zip(rows, counts, strict=True) if n == best]
    return []


def titled(named: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Which of the titles, by their keys, hold all of these words in any form."""
    wanted = [_keys(word) for word in named]
    held = {key: {k for w in words(title) for k in _keys(w)} for key, title in titles.items()}
    return [key for key, keys in held.items() if all(keys & one for one in wanted)]


def _titled(question: str, meetings: Meetings) -> Meetings:
    """The meetings whose title has the word for a meeting that the question uses, else all."""
    asked = {stem(word) for word in words(question)} & _MEETING
    return [m for m in meetings if asked & _title_keys(m[0], m[1])] or meetings


def _title_keys(name: str, title: str) -> set[str]:
    return {stem(word) for word in words(f"{name} {title}")}


def _text(promise: Promise) -> str:
    """The words a promise may be asked for by."""
    parts = (promise.what, promise.quote, promise.to_whom, promise.when and promise.when.raw)
    return " ".join(part for part in parts if part)


def _topic(question: str) -> list[str]:
    """The words that narrow the question, each once."""
    found = (word for word in dict.fromkeys(words(question)) if word not in STOP_WORDS)
    return [word for word in found if stem(word) not in _FRAME | _MEETING]


def _day(question: str) -> str | None:
    """The month and day a question names, as MM-DD."""
    for match in _DAY.finditer(question):
        day, month, en_month, en_day, d, m, _, _, iso_month, iso_day = match.groups()
        if iso_day:
            return f"{iso_month}-{iso_day}"
        if d:
            return f"{int(m):02}-{int(d):02}"
        number = _month(month or en_month)
        if number:
            return f"{number:02}-{int(day or en_day):02}"
    return None


def _month(word: str) -> int | None:
    folded = fold(word)
    if folded in ("мая", "мае"):
        return 5
    return next((n for n, heads in enumerate(_MONTHS, 1) if folded.startswith(heads)), None)
