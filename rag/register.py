"""The register of promises: which of them, or of the decisions, a question asks for.

A question goes to the register when it speaks of promising or deciding, or of tasks at a meeting.
What else it names (a person, a thing, a day, a meeting) narrows the rows; a question that names
what no row holds is left to the search over passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from rag.words import STOP_WORDS, fold, stem, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Decision, Minutes, Promise

Wanted = Literal["promises", "decisions"]

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
    сделать делает сделает задача задачи задачу дела отвечает встреча встрече встречи встречах
    совещание совещании совещания собрание собрании планерка планёрке летучка летучке
    оперативка оперативке стендап стендапе митинг вчера сегодня вчерашней сегодняшней прошлой
    прошлом последней последнем неделе неделю созвон созвоне звонке звонок протокол протоколе
    люди человек люди участник участники коллеги решение решения решили договорились принял
    приняли принято список перечисли покажи дай кому именно всего итоги итогам срок сроки
    сроку числу дата даты promise promised promises promising commit committed commitments
    commitment action item items todo todos agree agreed meeting meetings call minutes people
    person anyone everyone someone deliver send do take took taken should must owe owes
    decision decisions decided decide list show give deadline deadlines due date dates going
    last today yesterday week call calls
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
    """What the register holds for a question, each with the document it stands in."""

    promises: tuple[tuple[str, Promise], ...] = ()
    decisions: tuple[tuple[str, Decision], ...] = ()


def wanted(question: str) -> Wanted | None:
    """Whether a question asks for promises or decisions."""
    if _PROMISES.search(question):
        return "promises"
    return "decisions" if _DECISIONS.search(question) else None


def look_up(question: str, meetings: Sequence[tuple[str, str, Minutes]]) -> Rows:
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
    topic = _topic(question)
    if kind == "decisions":
        settled = [_Row(name, d, d.text) for name, _, m in meetings for d in m.decisions]
        chosen = _narrow(settled, topic, meetings)
        return Rows(decisions=tuple((row.document, row.item) for row in chosen))
    made = [
        _Row(name, p, _text(p), _text(p, who=True), frozenset(words(p.who or "")))
        for name, _, m in meetings
        for p in m.promises
        if p.force == "firm"
    ]
    owners = {word for row in made for word in row.owner}
    named = [word for word in words(question) if word in owners]
    if named:
        made = [row for row in made if any(word in row.owner for word in named)]
        topic = [item for item in topic if item not in {stem(word) for word in named}]
    return Rows(promises=tuple((r.document, r.item) for r in _narrow(made, topic, meetings)))


Item = TypeVar("Item")


class _Row(Generic[Item]):
    """A row with the stems that a question may name it by, without and with its owner's name."""

    def __init__(
        self,
        document: str,
        item: Item,
        text: str,
        with_owner: str = "",
        owner: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self.item = item
        self.owner = owner
        self.stems = (frozenset(map(stem, words(text))), frozenset(map(stem, words(with_owner))))


def _narrow(
    rows: Sequence[_Row[Item]], topic: list[str], meetings: Sequence[tuple[str, str, Minutes]]
) -> list[_Row[Item]]:
    """The rows that hold more of the topic than the others, and more than half of it.

    A word that no row holds but the title of a meeting does narrows the meetings instead.
    """
    loose = [w for w in topic if not any(w in held for row in rows for held in row.stems)]
    for word in loose:
        titled = {n for n, title, _ in meetings if word in map(stem, words(f"{n} {title}"))}
        if titled:
            rows = [row for row in rows if row.document in titled]
            topic = [item for item in topic if item != word]
    if not topic:
        return list(rows)
    for kind in (0, 1):
        counts = [sum(word in row.stems[kind] for word in topic) for row in rows]
        best = max(counts, default=0)
        if 2 * best > len(topic):
            return [row for row, n in zip(rows, counts, strict=True) if n == best]
    return []


def _text(promise: Promise, *, who: bool = False) -> str:
    """The words a promise may be asked for by; with the name of its owner if wanted."""
    parts = [promise.what, promise.quote, promise.to_whom, promise.when and promise.when.raw]
    return " ".join(part for part in [*parts, promise.who if who else None] if part)


def _topic(question: str) -> list[str]:
    """Stems of the words that narrow the question, each once."""
    found = (stem(word) for word in words(question) if word not in STOP_WORDS)
    return [item for item in dict.fromkeys(found) if item not in _FRAME]


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
