"""From a document to the minutes of its meeting, by all the rules; pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from rag.minutes.dialogue.callings import people_called
from rag.minutes.dialogue.dialogue import Dialogue
from rag.minutes.english import rules as english
from rag.minutes.paper.marks import is_protocol, lists_tasks
from rag.minutes.paper.protocol import protocol_drafts
from rag.minutes.people.headers import offices_in, participants_in
from rag.minutes.people.names import Roster, sharers
from rag.minutes.places import time_at
from rag.minutes.reports.reports import reports_in
from rag.minutes.russian import rules as russian
from rag.minutes.sections.decisions import decisions_in
from rag.minutes.sections.questions import questions_in
from rag.minutes.sections.remarks import remarks_of
from rag.minutes.sections.topics import topics_in
from rag.minutes.view import Scene
from rag.types import Change, Minutes, Promise
from rag.words import language_of

if TYPE_CHECKING:
    from rag.minutes.drafts import Draft
    from rag.minutes.findings import Finding
    from rag.minutes.view import View
    from rag.types import Document, Flag

_SAMPLE = 20_000
#: the label of an entry of a list that names more than one («Артур и Таня: …»)
_SEVERAL = re.compile(r",|&|/|\s(?:и|and)\s")
#: a name in quotation marks right behind the words of an act, without a sentence of its own in it
_QUOTED_NAME = re.compile(r"[ \u00a0](?:«[^»\n.!?]{1,60}»|“[^”\n.!?]{1,60}”|\"[^\"\n.!?]{1,60}\")")
#: a text with fewer capitals than one letter in so many is written without them
_CAPITALS_ONE_IN = 200


def is_meeting(document: Document) -> bool:
    """Whether a document is a meeting: it has turns, or the marks of minutes or a protocol."""
    return bool(document.turns) or is_protocol(document.text)


def extract(document: Document, *, date: str | None = None) -> Minutes:
    """Who promised what to whom by when in a meeting; empty where the document is none.

    `date` (ISO) is the meeting's day and goes before the document's own and those of a chat's
    messages. Without any, deadlines keep their words and have no dates. Raises ValueError where
    `date` is no ISO day.
    """
    day = date or document.date
    language = language_of(document.text[:_SAMPLE])
    paper = not document.turns or lists_tasks(document.turns, language)
    speakers = (t.speaker for t in document.turns if t.speaker)
    people = [
        *participants_in(document),
        *(s for s in speakers if not (paper and _SEVERAL.search(s))),
    ]
    if not people and language == "ru":
        people = people_called(document.text, document.turns, language)
    scene = Scene(
        document.text,
        Roster(people, cased=_is_cased(document)),
        _day(day),
        language,
        on_paper=paper,
        roles=offices_in(document),
    )
    if not paper:
        turns = [replace(turn, day=None) if date else turn for turn in document.turns]
        drafts = Dialogue(scene, turns, _findings).run()
    elif document.turns or is_protocol(document.text):
        drafts = protocol_drafts(scene)
    else:
        return Minutes(day, (), (), ())
    promises = tuple(_promise(document, draft) for draft in drafts)
    remarks = remarks_of(document)
    decisions = decisions_in(document, language, remarks, promises, line_of)
    questions = questions_in(
        document, language, remarks, promises, decisions, scene.roster, line_of
    )
    topics = topics_in(document, language, remarks, scene.roster, line_of)
    reports = reports_in(document, scene, promises)
    return Minutes(day, scene.roster.names, promises, decisions, topics, questions, reports)


def _findings(view: View) -> Finding | None:
    """What a clause says, by the rules of its sentence's language."""
    rules = russian.findings if view.sentence.language == "ru" else english.findings
    return rules(view)


def _is_cased(document: Document) -> bool:
    """Whether the words have capitals at all; a recogniser's often have none."""
    spoken = "".join(turn.text for turn in document.turns) or document.text
    letters = sum(map(str.isalpha, spoken))
    return sum(map(str.isupper, spoken)) * _CAPITALS_ONE_IN >= letters


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def line_of(document: Document, offset: int) -> int:
    """The physical line of an offset; counted by line ends where the reader kept none."""
    known = document.line_at(offset)
    return known if known is not None else document.text.count("\n", 0, offset) + 1


def _named_to(text: str, end: int) -> int:
    """Where an act ends: behind the quoted name it leads to («съезжу в «Альянс»»)."""
    named = _QUOTED_NAME.match(text, end)
    return named.end() if named else end


def _promise(document: Document, draft: Draft) -> Promise:
    text = document.text
    line = line_of(document, draft.at)
    start, end = draft.sentence
    support = {line_of(document, offset) for offset in (*draft.support, draft.what[0], start)}
    owners, recipients = sharers(draft.who), sharers(draft.to_whom)
    flags: list[Flag] = []
    if owners:
        flags.append("ambiguous owner")
    if recipients:
        flags.append("ambiguous recipient")
    return Promise(
        who=None if owners else draft.who,
        to_whom=None if recipients else draft.to_whom,
        what=text[draft.what[0] : _named_to(text, draft.what[1])],
        when=draft.due.due if draft.due else None,
        act=draft.act,
        status=draft.status,
        quote=text[start:end],
        line=line,
        start=start,
        end=end,
        support=tuple(sorted(support - {line})),
        history=tuple(Change(line_of(document, at), raw) for at, raw in draft.history),
        force=draft.force,
        condition=text[draft.condition[0] : draft.condition[1]] if draft.condition else None,
        time=time_at(document, start),
        flags=tuple(flags),
    )
