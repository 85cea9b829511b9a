"""Decisions and open questions that a model names, merged with those of the rules.

As with promises, what the rules have found stays as it is, and what the model alone has found is
added only where code sees that it is one: words of settling, or a question that nobody takes up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.minutes.dialogue.changes import SAME
from rag.minutes.dialogue.stance import stance
from rag.minutes.drafts import content, overlap
from rag.types import Decision, OpenQuestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.scribe.checking import Checked
    from rag.scribe.meeting import Meeting
    from rag.scribe.quotes import Span
    from rag.types import Minutes

#: words with which a meeting settles something
_SETTLED = re.compile(
    r"\b(?:решили|решено|решение|решаем|постановили|договорились|утвердили|утверждаем"
    r"|утвержд[её]н\w*|согласовали|останавливаемся|остановились на"
    r"|agreed|decided|decision|resolved|settled|approved|we(?:'re| are) going with"
    r"|let's go with)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:не|ещ[её]|если|надо|нужно|not|yet|if|haven't|need|should|must)\b", re.IGNORECASE
)
#: turns after a question in which somebody may take it up
_ANSWERS = 3


@dataclass
class Extras:
    """Decisions and questions in the order of the text, and what stays a suggestion."""

    decisions: list[Decision]
    questions: list[OpenQuestion]
    suggested_decisions: list[Decision] = field(default_factory=list)
    suggested_questions: list[OpenQuestion] = field(default_factory=list)
    added: int = 0


def merge_extras(meeting: Meeting, minutes: Minutes, found: Sequence[Checked]) -> Extras:
    """The decisions and questions of the rules with those of the model; see the module."""
    extras = Extras(list(minutes.decisions), list(minutes.questions))
    promised = [(promise.start, promise.end) for promise in minutes.promises]
    for item in found:
        if item.claim.kind == "decision":
            _decision(meeting, extras, promised, item)
        elif item.claim.kind == "question":
            _question(meeting, extras, item)
    extras.decisions.sort(key=lambda each: each.start)
    extras.questions.sort(key=lambda each: each.start)
    return extras


def _decision(meeting: Meeting, extras: Extras, promised: Sequence[Span], item: Checked) -> None:
    start, end = item.what
    known = [*extras.decisions, *extras.suggested_decisions]
    if _held(meeting, [(d.start, d.end) for d in known], item.what):
        return
    if any(left < end and start < right for left, right in promised):
        return  # what somebody promised is no decision besides
    made = Decision(meeting.text[start:end], item.line, start, end, item.turn.time)
    sentence = meeting.text[slice(*meeting.sentence_span(item.what))]
    cue = _SETTLED.search(sentence)
    if cue and not sentence.rstrip().endswith("?") and not _NOT_YET.search(sentence[: cue.end()]):
        extras.decisions.append(made)
        extras.added += 1
    else:
        extras.suggested_decisions.append(made)


def _question(meeting: Meeting, extras: Extras, item: Checked) -> None:
    known = [*extras.questions, *extras.suggested_questions]
    if _held(meeting, [(q.start, q.end) for q in known], item.what):
        return
    start, end = meeting.sentence_span(item.what)
    asker = meeting.speaker(item.turn)
    made = OpenQuestion(meeting.text[start:end], asker, item.line, start, end, item.turn.time)
    if made.text.rstrip("\"'»”) ").endswith("?") and not _taken_up(meeting, item):
        extras.questions.append(made)
        extras.added += 1
    else:
        extras.suggested_questions.append(made)


def _held(meeting: Meeting, spans: Sequence[Span], new: Span) -> bool:
    """Whether one of some spans is the new one, or says much the same."""
    words = content(meeting.text[slice(*new)])
    for start, end in spans:
        if start < new[1] and new[0] < end:
            return True
        other = content(meeting.text[start:end])
        if min(len(words), len(other)) > 1 and overlap(words, other) >= SAME:
            return True
    return False


def _taken_up(meeting: Meeting, item: Checked) -> bool:
    """Whether the next turn says yes or no to a question, or those near use any of its words."""
    asked = content(meeting.text[slice(*meeting.sentence_span(item.what))])
    index = item.turn.index
    near = meeting.turns[index + 1 : index + 1 + _ANSWERS]
    if near and stance(meeting.scene, meeting.sentences(near[0])) is not None:
        return True
    said = (content(meeting.text[turn.start : turn.end]) for turn in near)
    return not asked or any(asked & words for words in said)
