"""Which rows of the register a question asks for.

A question goes to the register when it speaks of promising, owing or deciding, or of tasks at a
meeting; what else it names (a person, a thing, a day, a meeting, a deadline) narrows the rows. A
question that could be about anything («кто заказывает торт?») goes there only where a promise
holds all its words but the verbs. What the register cannot tell is left to the search.

A weekday or "tomorrow" in a question counts from the day of the one meeting it can be about, else
from today; a day of the calendar is the one nearest to the meetings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.register import wording
from rag.register.linking import join
from rag.register.matching import Row, by_subject, by_title, holding, is_verb, keys_of, narrow
from rag.register.view import is_overdue, the_person
from rag.words import STOP_WORDS, fold, language_of, words

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from rag.register.matching import Meetings
    from rag.register.people import Directory, Person
    from rag.types import Citation, Decision, Due, Entry

    Context = Callable[[str, int], str]

_ALIKE_LETTERS = 4  # of a word at most, by which a row is looked at closer
_LEAST_LETTERS = 3
_NAME_WORDS = 3  # of a person in a question, at most
_ANY_DAY = date(2001, 1, 10)  # what words for days are read against where there is no other
_ARTICLED = re.compile(
    r"\b(?:the|a|an|my|our|his|her|their|your)\s+(?:\w+\s+)?(\w+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What the register holds for a question, each with the document it stands in.

    `whole` says that nobody but the register can tell: without rows there is no answer.
    """

    entries: tuple[Entry, ...] = ()
    decisions: tuple[tuple[str, Decision], ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Named:
    """Somebody a question names: everybody it may be, and whether it is owed to them."""

    people: tuple[Person, ...]
    words: frozenset[str]
    owed: bool


def look_up(
    question: str,
    meetings: Meetings,
    *,
    today: date | None = None,
    me: str = "",
    context: Context | None = None,
    within: Container[str] | None = None,
) -> Rows:
    """The rows a question asks for; none where it asks for something else.

    `meetings` are triples of document name, title and minutes. `me` is the name of who asks.
    `context` gives the words before a line of a document: a question's words may stand there too.
    `within` are the documents that are asked of, all where None: what other meetings say of their
    promises is told all the same. Raises UsageError where the question says «я» and `me` is nobody
    of the meetings.
    """
    kind = wording.wanted(question)
    chosen = [m for m in meetings if within is None or m[0] in within]
    if not chosen or (kind is None and not _may_be_here(question, chosen)):
        return Rows()
    day = wording.day_of(question)
    if day is not None and not day.by:
        held = [m for m in chosen if m[2].date and m[2].date[5:] == day.key]
        if day.year:
            held = [m for m in held if m[2].date and m[2].date.startswith(str(day.year))]
        if held:
            start, end = day.span
            chosen, question = held, question[:start] + " " + question[end:]
            day = None
    about, question = by_subject(question, chosen)
    chosen = list(by_title(question, about))
    if kind == "decisions":
        return _decisions(question, chosen)
    return _Search(question, meetings, chosen, day, today, me, context).rows(
        outright=kind is not None
    )


def _decisions(question: str, meetings: Meetings) -> Rows:
    settled = [Row(name, d, d.text) for name, _, m in meetings for d in m.decisions]
    topic = wording.topic_of(question)
    rows = narrow(settled, topic, meetings)
    return Rows(decisions=tuple((row.document, row.item) for row in rows), whole=not topic)


def _may_be_here(question: str, meetings: Meetings) -> bool:
    """Whether any promise has letters of the question's words, to look closer at."""
    if not wording.may_ask(question):
        return False
    heads = [fold(w)[:_ALIKE_LETTERS] for w in wording.topic_of(question)]
    heads = [head for head in heads if len(head) >= _LEAST_LETTERS]
    return any(
        head in what
        for _, _, minutes in meetings
        for what in (fold(promise.what) for promise in minutes.promises)
        for head in heads
    )


def beside(question: str, meetings: Meetings, place: Citation) -> Rows:
    """The promise that a sentence found for a question is a part of: its words, or the request.

    It says who, or by when, which the sentence alone may not. None for other questions, and where
    the sentence is a part of several.
    """
    who, when = wording.WHO.match(question), wording.WHEN.match(question)
    if not (who or when):
        return Rows()
    nouns = [w for w in wording.topic_of(question) if not is_verb(w)]
    found = [
        entry
        for entry in join(meetings).entries
        if entry.state != "tentative"
        and _holds(entry, place)
        and (entry.who if who else entry.promise.when)
        and _speaks_of(f"{_text(entry)} {entry.who} {place.quote}", nouns)
    ]
    return Rows(tuple(found) if len(found) == 1 else ())


def _speaks_of(text: str, topic: Sequence[str]) -> bool:
    """Whether a text has every word of a topic in some form."""
    held = {key for word in words(text) for key in keys_of(word)}
    return all(keys_of(word) & held for word in topic)


def _holds(entry: Entry, place: Citation) -> bool:
    """Whether a place is the words of a promise, or one of the lines that make it."""
    promise = entry.promise
    if entry.document != place.document:
        return False
    touches = promise.start < place.end and place.start < promise.end
    return touches or place.line in (promise.line, *promise.support)


class _Search:
    """One question and all that it is held against."""

    def __init__(
        self,
        question: str,
        meetings: Meetings,
        chosen: Meetings,
        day: wording.Day | None,
        today: date | None,
        me: str,
        context: Context | None,
    ) -> None:
        self._context = context
        self._question = question
        self._chosen = chosen
        self._today = today
        joined = join(meetings)
        self._people = joined.people
        names = frozenset(name for name, _, _ in chosen)
        self._entries = [
            entry
            for entry in joined.entries
            if entry.state != "tentative"
            and (entry.document in names or any(k.document in names for k in entry.links))
        ]
        self._named = _people_in(question, self._people)
        self._due, told = self._deadline(day)
        taken = {word for each in self._named for word in each.words} | set(words(told))
        self._topic = [word for word in wording.topic_of(question) if word not in taken]
        self._me = self._myself(me)

    def rows(self, *, outright: bool) -> Rows:
        """The rows; `outright` where the question speaks of promises."""
        narrowed = bool(self._named or self._due or self._topic)
        kept = self._by_people(self._entries)
        if not outright:
            return self._of_things(kept)
        if wording.WHOSE.match(self._question) and not self._named and self._me is None:
            return Rows()
        kept = self._by_kind(kept)
        if self._due is not None:
            kept = [entry for entry in kept if self._is_due(entry, self._due)]
        found = self._narrowed(kept)
        if wording.STILL.search(self._question):
            found = [e for e in found if e.state in ("open", "conditional")] or found
        if self._nobody(found):
            return self._nameless(found)
        own = self._me is not None or self._due is not None
        alone = not self._topic and (own or not narrowed)
        return Rows(tuple(found), whole=alone and not wording.CANCELLED.search(self._question))

    def _narrowed(self, entries: Sequence[Entry]) -> list[Entry]:
        rows = [Row(e.document, e, _text(e), e.promise.who or "") for e in entries]
        known = len(self._named) + (self._me is not None)
        return [row.item for row in narrow(rows, self._topic, self._chosen, known)]

    def _of_things(self, entries: Sequence[Entry]) -> Rows:
        """Rows for a question that does not speak of promises: all its things must be in them."""
        rows = [Row(e.document, e, _said(e), around=self._around(e)) for e in entries]
        nouns = {fold(word) for word in _ARTICLED.findall(self._question)}
        found = [row.item for row in holding(rows, self._topic, nouns)]
        if self._nobody(found):
            return self._nameless(found)
        if wording.WHEN.match(self._question):
            found = [e for e in found if e.promise.when or e.state in ("done", "cancelled")]
        return Rows(tuple(found))

    def _around(self, entry: Entry) -> str:
        """The words of a promise's sentence, and what was said right before."""
        before = self._context(entry.document, entry.promise.line) if self._context else ""
        return f"{_text(entry)} {before}"

    def _nobody(self, found: Sequence[Entry]) -> bool:
        """Whether the question is who, and no promise says it."""
        asks = wording.WHO.match(self._question) and not wording.NO_OWNER.search(self._question)
        return bool(asks and found) and not any(entry.who for entry in found)

    def _nameless(self, found: Sequence[Entry]) -> Rows:
        """No rows; and no answer elsewhere, where the meetings name nobody at all."""
        documents = {entry.document for entry in found}
        named = any(m.participants for name, _, m in self._chosen if name in documents)
        return Rows(whole=not named)

    def _by_people(self, entries: Sequence[Entry]) -> list[Entry]:
        kept = list(entries)
        for named in self._named:
            owed = [e for e in kept if self._is(e, e.to_whom, named.people)]
            owing = [e for e in kept if self._is(e, e.who, named.people)]
            if named.owed:
                kept = owed or [e for e in kept if named.words & set(words(_text(e)))]
            else:
                kept = owing
        if self._me is not None:
            if wording.TO_ME.search(self._question):
                return [e for e in kept if self._is(e, e.to_whom, (self._me,)) and e.who]
            return [e for e in kept if self._is(e, e.who, (self._me,))]
        return kept

    def _is(self, entry: Entry, name: str | None, people: Iterable[Person]) -> bool:
        return name is not None and self._people.person(entry.document, name) in people

    def _by_kind(self, entries: Sequence[Entry]) -> list[Entry]:
        asked = self._question
        kept = list(entries)
        if wording.OVERDUE.search(asked):
            today = self._today
            kept = [e for e in kept if today is not None and is_overdue(e, today)]
        if wording.NO_DATE.search(asked):
            kept = [e for e in kept if e.promise.when is None and e.state == "open"]
        if wording.NO_OWNER.search(asked):
            kept = [e for e in kept if e.who is None and e.state == "open"]
        if wording.CANCELLED.search(asked):
            kept = [e for e in kept if e.state == "cancelled"]
        return kept

    def _myself(self, me: str) -> Person | None:
        """Who asks, where the question says «я» or «мне» and of nothing but what is owed."""
        asked = self._question
        to_me = wording.TO_ME.search(asked)
        if not to_me and not wording.ME_OWING.search(asked):
            return None
        other = any(not named.owed for named in self._named)
        if wording.wanted(asked) is None or (other and not to_me):
            return None  # "what must Ned do for my trip?" is about Ned
        if not me:
            if self._topic:
                return None
            raise UsageError(
                "The question is about you, and nobody has said who you are",
                'Set your name: me = "Олег Титов" in rag.toml, or RAG_ME="Олег Титов"',
            )
        return the_person(self._people, me)

    def _deadline(self, day: wording.Day | None) -> tuple[Due | None, str]:
        """The deadline a question names, and its words."""
        from rag.minutes.dates import find_due, names_a_day
        from rag.types import Due

        if wording.WHEN.match(self._question) or not names_a_day(self._question):
            return None, ""
        dates = {m[2].date for m in self._chosen if m[2].date}
        latest = max(dates, default=None) or (self._today and self._today.isoformat())
        if day is not None and latest:
            found = day.near(date.fromisoformat(latest))
            raw = self._question[slice(*day.span)]
            if found is not None:
                iso = found.isoformat()
                return Due(raw, None if day.by else iso, iso), raw
        one = len(self._chosen) == 1 and bool(dates)
        anchor = date.fromisoformat(dates.pop()) if one else self._today
        due = find_due(self._question, anchor or _ANY_DAY, language_of(self._question))
        if due is None or not due.end:  # «на встрече» is no day
            return None, ""
        return (due if anchor else Due(due.raw, None, None)), due.raw

    def _is_due(self, entry: Entry, due: Due) -> bool:
        """Whether a promise is due within a deadline, or names it by the same words."""
        when = entry.promise.when
        if when is None:
            return False
        last, first = when.end, when.start or when.end
        if due.end and last and first:
            return first <= due.end and (due.start is None or last >= due.start)
        named = [keys_of(w) for w in words(due.raw) if w not in STOP_WORDS]
        said = {key for word in words(when.raw) for key in keys_of(word)}
        return bool(named) and all(keys & said for keys in named)


def _said(entry: Entry) -> str:
    """The words that name what was promised, here and in other meetings."""
    return " ".join([entry.promise.what, *(link.quote for link in entry.links)])


def _text(entry: Entry) -> str:
    """The words a promise may be asked for by."""
    promise = entry.promise
    when = promise.when.raw if promise.when else None
    parts = (promise.what, promise.quote, promise.to_whom, when, *(k.quote for k in entry.links))
    return " ".join(part for part in parts if part)


def _people_in(question: str, people: Directory) -> list[_Named]:
    """The people of the meetings that a question names."""
    found: list[_Named] = []
    tokens = list(re.finditer(r"[^\W_][\w'’-]*", question))
    at = 0
    while at < len(tokens):
        for count in range(min(_NAME_WORDS, len(tokens) - at), 0, -1):
            run = tokens[at : at + count]
            if not all(_may_name(token.group()) for token in run):
                continue
            those = people.find(" ".join(token.group() for token in run))
            if those:
                said = frozenset(w for token in run for w in words(token.group()))
                found.append(_Named(those, said, _is_owed(question, run)))
                at += count - 1
                break
        at += 1
    return found


def _may_name(word: str) -> bool:
    """Whether a word of a question can be a name: a capital, or the dictionary's word for it."""
    folded = fold(word)
    if folded in STOP_WORDS:
        return False
    if word[0].isupper() or language_of(word) == "en" or word[0].isdigit():
        return True
    from rag.minutes.morphology import parses
    from rag.minutes.people.given_names import is_given_name

    return is_given_name(folded) or any(
        parse.grammemes & {"Name", "Surn", "Patr"} and parse.score > 0.1 for parse in parses(folded)
    )


def _is_owed(question: str, run: Sequence[re.Match[str]]) -> bool:
    """Whether a name is whom it is owed to: a dative beside «обещал», "to Ned", "owes Ned"."""
    before = question[: run[0].start()]
    if language_of(run[0].group()) == "en":
        return re.search(r"\b(?:to|owe[sd]?|promised to)\s+$", before, re.IGNORECASE) is not None
    from rag.minutes.morphology import parses

    tags = [p.grammemes for p in parses(fold(run[0].group())) if "Fixd" not in p.grammemes]
    dative = any("datv" in t for t in tags) and not any("nomn" in t for t in tags)
    return dative and wording.OWED.search(question) is not None
