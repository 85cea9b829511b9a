"""What words say of a promise made a moment ago: its day, its owner, that it is another's now."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.dialogue import postponing
from rag.minutes.dialogue.waiting import PATIENCE
from rag.minutes.drafts import content, words_of
from rag.minutes.english import answers as english_answers
from rag.minutes.findings import GROUP, Finding
from rag.minutes.russian.words import akin
from rag.minutes.russian.words import promised as promised_by_others
from rag.minutes.view import View
from rag.types import WE

if TYPE_CHECKING:
    from rag.minutes.clauses import Sentence
    from rag.minutes.dialogue.dialogue import Dialogue


#: the latest promises, of whose things nobody asks as of another
_KNOWN = 4
#: turns within which a bare verb goes on about what its speaker has taken on
ELABORATING = 2
#: verbs of taking on: whatever is said next about it is the same promise; "" is «с меня»
_TAKING = frozenset({"", "взять", "брать", "забирать", "забрать", "взяться"})


def endorse(
    talk: Dialogue, index: int, speaker: str | None, answer: str, sentences: tuple[Sentence, ...]
) -> None:
    """«Вадим сбросит график. — Ага, к понедельнику»: one agrees to what another said of him."""
    place = len(talk.drafts) - 1
    last = talk.drafts[place] if talk.drafts else None
    if last is None or last.act != "reported" or last.who != speaker or speaker is None:
        return
    if last.status == "cancelled" or not 0 < index - last.turn <= ELABORATING:
        return
    said = talk.scene.text[slice(*last.sentence)].lower().split()
    if sentences[0].language != "ru" or any(promised_by_others(word.strip(",.")) for word in said):
        return  # what he promised then stands where it was told
    if answer == "no":
        del talk.drafts[place]
        return
    due = talk.company.new_due(index, sentences[:3]) or last.due
    support = (*last.support, last.at)
    talk.drafts[place] = replace(
        last, act="accepted", at=sentences[0].start, turn=index, due=due, support=support
    )


def promised(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> int | None:
    """Where the promise of a moment ago stands that a bare verb is about."""
    if finding.kind != "request" or not finding.bare:
        return None
    for draft in reversed(talk.drafts):
        if index - draft.turn > ELABORATING or _asked_since(talk, index, speaker, draft.who):
            return None
        meant = akin(draft.verb, finding.verb) or finding.verb in ("", "сделать")
        if meant and draft.who != speaker and draft.status == "open":
            return draft.at
    return None


def _asked_since(talk: Dialogue, index: int, speaker: str | None, owner: str | None) -> bool:
    """Whether a third has just asked something: what is said then goes on about that."""
    asked = talk.company.sentences(index - 1)[-1:] if index else ()
    asker = talk.company.speaker(index - 1) if asked and asked[0].question else None
    return asker not in (None, owner, speaker)


def asks_further(
    talk: Dialogue, index: int, speaker: str | None, sentences: tuple[Sentence, ...]
) -> Finding | None:
    """ "And the receipts?": another thing asked of the one who has just promised something."""
    last = talk.drafts[-1] if talk.drafts else None
    if last is None or not 0 < index - last.turn <= ELABORATING or last.who in (speaker, None):
        return None
    asked = sentences[-1] if sentences else None
    thing = english_answers.further(asked) if asked else None
    if asked is None or thing is None:
        return None
    said = content(talk.scene.text[slice(*thing)])
    if any(said & words_of(talk.scene.text, draft) for draft in talk.drafts[-_KNOWN:]):
        return None
    return Finding(
        "request",
        index,
        at=asked.start,
        what_start=thing[0],
        what_end=thing[1],
        sentence_start=asked.start,
        sentence_end=asked.end,
        who=last.who,
        verb=last.verb,
        due=last.due,
        named=True,
    )


def urges(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> bool:
    """Whether «сделай к четвергу» asks for another day of what has just been promised."""
    last = talk.drafts[-1] if talk.drafts else None
    recent = last is not None and 0 < index - last.turn <= ELABORATING
    if last is None or finding.due is None or not recent or last.who in (speaker, None):
        return False
    if _asked_since(talk, index, speaker, last.who):
        return False
    talk.proposal = postponing.Proposal(last.at, finding.due, index, last.who)
    return True


def follow(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> bool:
    """What is a promise only as an answer: «на той неделе будет», «завтра уберём»."""
    if elaborates(talk, finding, index, speaker):
        return True
    if not talk.company.is_asked(index) or finding.due is None:
        return False
    if finding.act != "joint" and finding.verb:
        return False
    topic = talk.company.thing_before(finding) or talk.company.question_before(finding)
    firm = replace(finding, force="firm")
    talk.promise(firm, topic if finding.bare and topic else firm, speaker, accepted=True)
    return True


def repeats(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> bool:
    """Whether a bare verb only says again what its speaker has promised («Точно сдам»)."""
    for place in range(len(talk.drafts) - 1, -1, -1):
        draft = talk.drafts[place]
        if index - draft.turn > PATIENCE:
            return False
        if draft.who == speaker and speaker and finding.verb and draft.verb == finding.verb:
            talk.drafts[place] = replace(draft, support=(*draft.support, finding.at))
            return True
    return False


def adds_day(talk: Dialogue, finding: Finding, index: int) -> bool:
    """«Давайте я к ним съезжу. Завтра и заеду»: the day of what was offered a sentence before."""
    last = talk.waiting[-1] if talk.waiting else None
    if last is None or last.turn != index or last.finding.kind != "offer":
        return False
    known = last.finding.due is not None and last.finding.due != finding.due
    if finding.thing or finding.due is None or known:
        return False
    if last.finding.bare or not akin(last.finding.verb, finding.verb):
        return False
    last.finding = replace(last.finding, due=finding.due)
    return True


def says_hour(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> bool:
    """«Ключи привезу завтра. К десяти положу»: the hour of what was promised a sentence before."""
    last = talk.drafts[-1] if talk.drafts else None
    if last is None or last.turn != index or last.who != speaker or finding.kind != "promise":
        return False
    said = talk.scene.text[finding.what_start : finding.what_end].lower().split()
    return last.at < finding.at and len(said) == _HOURLY and _HOUR.match(" ".join(said)) is not None


#: «к десяти положу»
_HOURLY = 3
_HOUR = re.compile(
    r"(?:к|в|до|после)\s(?:часу|двум|трем|трём|четырем|четырём|пяти|шести|семи|восьми|девяти|десяти"
    r"|одиннадцати|двенадцати|полудню|полудня|обеду|обеда|вечеру|утру|\d{1,2}(?::\d\d)?)\s"
)


def elaborates(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> bool:
    """Whether a verb and a day without a thing only go on about what was just taken on.

    «С меня фото. Вечером кину», «набросаю к первому», «на той неделе будет».
    """
    if finding.thing or finding.condition:
        return False
    if finding.due is None:
        return repeats(talk, finding, index, speaker)
    for place in range(len(talk.drafts) - 1, -1, -1):
        draft = talk.drafts[place]
        if index - draft.turn > ELABORATING:
            return False
        owner = draft.who == speaker or (draft.who == WE["ru"] and finding.who == GROUP)
        known = draft.due is not None and draft.due.due != finding.due.due
        if not owner or known or draft.status not in ("open", "conditional"):
            continue
        taken = draft.verb in _TAKING or not finding.verb
        taken = taken or (draft.turn != index and goes_on(talk, finding))
        if taken or akin(draft.verb, finding.verb):
            support = (*draft.support, finding.at)
            talk.drafts[place] = replace(draft, due=finding.due, support=support)
            return True
    return False


def completes(talk: Dialogue, finding: Finding, index: int, speaker: str | None) -> None:
    """Drop the thing just taken on where the act follows ("Posters are on me. I'll print them")."""
    last = talk.drafts[-1] if talk.drafts else None
    if last is None or last.turn != index or last.who != speaker or last.verb or last.due:
        return
    said = talk.scene.text[finding.what_start : finding.what_end]
    if last.act == "self" and finding.verb and english_answers.acts_on_it(said):
        talk.drafts.pop()


def just_promised(talk: Dialogue, index: int, asker: str | None) -> bool:
    """Whether somebody else has promised something in this or the two turns before."""
    return any(d.who != asker and index - d.turn <= 2 for d in talk.drafts)


def goes_on(talk: Dialogue, finding: Finding) -> bool:
    """Whether a sentence opens as the outcome of what was agreed («тогда в выходные откачу»)."""
    opening = talk.scene.text[finding.sentence_start : finding.sentence_end].split(maxsplit=1)
    return bool(opening) and opening[0].strip(",.!").lower() in ("тогда", "значит", "итак")


def tells_when(
    talk: Dialogue, index: int, speaker: str | None, sentences: tuple[Sentence, ...]
) -> bool:
    """«За мной. — Срок? — До пятницы»: a day on being asked, of what has none yet."""
    asked = talk.company.sentences(index - 1)[-1:] if index else ()
    if not asked or not sentences or not sentences[0].clauses or speaker is None:
        return False
    if not asked[0].question or " ".join(asked[0].words[-2:]) not in _ASKING_WHEN:
        return False
    due = postponing.only_due(View(talk.scene, index, sentences, 0, 0))
    place = len(talk.drafts) - 1
    last = talk.drafts[place] if talk.drafts else None
    if due is None or last is None or last.who != speaker or last.due is not None:
        return False
    if not 0 < index - last.turn <= ELABORATING or last.status != "open":
        return False
    support = (*last.support, asked[0].start, sentences[0].start)
    talk.drafts[place] = replace(last, due=due, support=support)
    return True


#: the last two words of a question for the day alone
_ASKING_WHEN = frozenset(
    {"срок", "сроки", "какой срок", "по срокам", "когда", "а когда", "к какому", "и когда"}
    | {"by when", "when", "and when", "the deadline", "what deadline", "deadline", "till when"}
)


def takes_over(talk: Dialogue, offer: Finding, who: str | None) -> bool:
    """Whether «давай лучше я отправлю» takes another's promise of a moment ago."""
    for place in range(len(talk.drafts) - 1, -1, -1):
        old = talk.drafts[place]
        if not 0 < offer.turn - old.turn <= PATIENCE or old.who in (who, None):
            continue
        free = old.status == "cancelled" or (offer.kind == "offer" and old.status == "open")
        if free and akin(old.verb, offer.verb):
            talk.drafts[place] = replace(
                old,
                who=who,
                status="open",
                at=offer.at,
                sentence=(offer.sentence_start, offer.sentence_end),
                turn=offer.turn,
                due=offer.due or old.due,
                support=(*old.support, old.at),
                history=(*old.history, (old.at, old.due.due.raw if old.due else None)),
            )
            return True
    return False
