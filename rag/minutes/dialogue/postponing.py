"""Another day for a promise: asked for, said back, agreed to, or corrected at once by its owner."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.minutes.dates import Found, dates_in
from rag.minutes.drafts import Draft, content, overlap, words_of
from rag.minutes.view import Scene, View
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Sentence

#: share of common stems from which a question is about a promise
_SAME = 0.5
#: turns within which a proposal can be agreed to
NEAR = 3
#: words of a sentence that can be a bare new deadline
_SHORT = 6
_AROUND_DUE = frozenset(
    "it is it's let's say make лучше давай давайте тогда значит s нет не пусть будет "
    "так уж край максимум примерно где-то хотя бы только лишь самое".split()
)


#: words of a question that can propose another day
_PROPOSAL = 14


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another deadline for the draft that stands at `at`, asked about in turn `turn`.

    `owner` alone can agree to it; None where anybody can.
    """

    at: int
    due: Found
    turn: int
    owner: str | None = None


def propose(
    scene: Scene,
    drafts: Sequence[Draft],
    index: int,
    speaker: str | None,
    sentences: Sequence[Sentence],
) -> Proposal | None:
    """Another day for a promise: «Can we say Wednesday for the cut?», «давай к двадцатому»."""
    for sentence_at in range(len(sentences)):
        view = View(scene, index, tuple(sentences), sentence_at, 0)
        found = (
            _countered(view, drafts, speaker)
            or _asked_about(view, drafts)
            or _shifted(view, drafts)
        )
        if found:
            return found
    return None


def _countered(view: View, drafts: Sequence[Draft], speaker: str | None) -> Proposal | None:
    """A day and little else, said to the one who has just promised («в четверг, Игорь»)."""
    if not view.sentence.clauses or speaker is None:
        return None
    due = only_due(view)
    for draft in reversed(drafts) if due else ():
        if view.turn - draft.turn != 1 or draft.who in (speaker, None) or due is None:
            continue
        moves = draft.due is None or draft.due.due != due.due
        if moves and draft.status in ("open", "conditional"):
            owner = None if draft.act == "joint" else draft.who
            return Proposal(draft.at, due, view.turn, owner)
        return None
    return None


def _asked_about(view: View, drafts: Sequence[Draft]) -> Proposal | None:
    """A question that names the thing and a day («Can we say Wednesday for the first version?»)."""
    scene, sentence = view.scene, view.sentence
    text = scene.text[sentence.start : sentence.end]
    if not sentence.question or len(sentence.words) > _PROPOSAL:
        return None
    found = dates_in(text, scene.base, sentence.language, bare=True)
    if not found:
        return None
    start, end, due = found[0]
    about = content(text[:start] + text[end:]) or content(_around(view))
    for draft in reversed(drafts):
        kept = words_of(scene.text, draft) - {stem(draft.verb)}
        moves = draft.due is not None and draft.due.due != due
        if moves and draft.turn < view.turn and overlap(about, kept) >= _SAME:
            day = Found(start + sentence.start, end + sentence.start, due)
            return Proposal(draft.at, day, view.turn)
    return None


def _shifted(view: View, drafts: Sequence[Draft]) -> Proposal | None:
    """A day that no longer holds and another ("Tuesday's no good, it'll have to be Thursday")."""
    if view.sentence.language != "en" or view.sentence.question:
        return None
    days = view.bare_days()
    said = " ".join(view.sentence.words)
    old = _OLD_DAY.search(said)
    if old is None or not days or not _NO_GOOD.search(said):
        return None
    for draft in reversed(drafts):
        if draft.due is not None and old[1] in draft.due.due.raw.lower():
            return Proposal(draft.at, days[-1], view.turn)
    return None


_OLD_DAY = re.compile(
    r"\b((?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow)(?:'s| is| isn't| won't| doesn't)\b"
)
_NO_GOOD = re.compile(
    r"no good|no use|won't work|doesn't work|not going to work|won't do|is out|is off|can't do|"
    r"can't make|can't manage|too (?:soon|early|tight|late)|isn't (?:possible|going)|impossible|"
    r"have to be|has to be|will need to be|needs to be|more like|rather than|instead of"
)


def correct(scene: Scene, drafts: list[Draft], index: int, sentences: Sequence[Sentence]) -> None:
    """Move what the turn has just promised where it corrects itself («Нет, давайте в среду»)."""
    for sentence_at, sentence in enumerate(sentences):
        opens = sentence.words[:1] in _CORRECTIONS or sentence.words[:2] == ("пусть", "будет")
        if not sentence_at or not opens or sentence.question:
            continue
        view = View(scene, index, tuple(sentences), sentence_at, 0)
        days = view.dues or tuple(view.bare_days())
        place = next(
            (
                i
                for i in range(len(drafts) - 1, -1, -1)
                if drafts[i].turn == index and drafts[i].sentence[0] < sentence.start
            ),
            None,
        )
        if place is None or not days:
            continue
        old, due = drafts[place], days[-1]
        if old.due and old.due.due != due.due:
            history = (*old.history, (old.at, old.due.due.raw))
            support = (*old.support, sentence.start)
            drafts[place] = replace(old, due=due, history=history, support=support)


#: words that take back the day just named
_CORRECTIONS = frozenset(
    (word,) for word in "нет не хотя вернее точнее ой стоп no wait sorry actually".split()
)


def confirm(
    drafts: list[Draft],
    proposal: Proposal,
    turn: tuple[int, int, str | None],
    said: Found | None,
    yes: bool,
) -> Proposal | None:
    """Carry out a proposal that the turn agrees to or repeats; the proposal as it stands then.

    `turn` is its index, its offset and its speaker.
    """
    index, at, speaker = turn
    if proposal.owner is not None and speaker != proposal.owner:
        return proposal if index - proposal.turn <= NEAR else None
    again = said is not None and said.due.end == proposal.due.due.end and said.due.end is not None
    if not 1 <= index - proposal.turn <= NEAR or not (yes or again):
        return proposal if index - proposal.turn <= NEAR else None
    place = next((i for i, draft in enumerate(drafts) if draft.at == proposal.at), None)
    if place is None:
        return None
    old = drafts[place]
    earlier = (old.at, old.due.due.raw if old.due else None)
    changed = old.due is None or old.due.due != proposal.due.due
    drafts[place] = replace(
        old,
        due=proposal.due,
        at=at,
        turn=index,
        support=(*old.support, old.at, proposal.due.start),
        history=(*old.history, earlier) if changed else old.history,
    )
    return replace(proposal, at=at)


def only_due(view: View) -> Found | None:
    """The deadline of a sentence that holds little else («ок, к понедельнику»)."""
    scene, sentence = view.scene, view.sentence
    text = scene.text[sentence.start : sentence.end]
    found = dates_in(text, scene.base, sentence.language, bare=len(sentence.words) <= _SHORT)
    if not found:
        return None
    due = Found(found[0].start + sentence.start, found[0].end + sentence.start, found[0].due)
    instead = _INSTEAD_OF.search(text, 0, found[0].start)
    dropped = range(instead.start() + sentence.start, due.start) if instead else ()
    called = {
        c.tokens[i].start
        for c in sentence.clauses
        for m in scene.mentions(c.tokens)
        for i in range(m.first, m.last)
        if m.cases & {"nomn", "voct"}
    }
    rest = [
        t.word
        for c in sentence.clauses
        for t in c.tokens
        if not due.start <= t.start < due.end and t.start not in {*called, *dropped}
    ]
    idle = all(
        view.is_in(word, "filler") or view.is_in(word, "assent") or word in _AROUND_DUE
        for word in rest
    )
    return due if idle and len(rest) <= _SHORT else None


#: a day that is taken back in front of the one meant («не до среды, а …», "not Friday but …")
_INSTEAD_OF = re.compile(r"\b(?:не|not)\s[^.,!?]{1,30},?\s(?:а|но|but)\s+$", re.IGNORECASE)


def _around(view: View) -> str:
    """The other sentences of a turn («The long read, I forgot. Can it be Monday?»)."""
    text, own = view.scene.text, view.sentence
    return " ".join(text[s.start : s.end] for s in view.sentences if s is not own)


def only_later(sentence: Sentence) -> bool:
    """Whether «раньше не успею» puts an act off without giving it up."""
    return any(
        one in ("раньше", "быстрее") and other == "не"
        for one, other in itertools.pairwise(sentence.words)
    )


#: words that open the thing a sentence is about
_ABOUT = re.compile(
    r"(?:насч[её]т|касательно|по поводу|что касается|as for|regarding|about)\s+([^,;:—–]+)", re.I
)


def topic_of(scene: Scene, sentence: Sentence) -> frozenset[str]:
    """What a sentence says it is about («Насчёт реестра — отбой»); empty for most sentences."""
    about = _ABOUT.match(scene.text, sentence.start, sentence.end)
    return content(about[1]) if about else frozenset()
