"""Whether a turn answers what waits: takes it, turns it down, passes it on or haggles over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.dialogue import answers, postponing
from rag.minutes.dialogue.stance import is_thankful, stance
from rag.minutes.dialogue.waiting import OPEN_PATIENCE, Waiting
from rag.minutes.drafts import Draft
from rag.minutes.english import answers as english_answers
from rag.minutes.english import days as english_days
from rag.minutes.english.words import is_condition
from rag.minutes.people.names import sharers
from rag.minutes.view import View
from rag.types import WE

if TYPE_CHECKING:
    from rag.minutes.clauses import Sentence
    from rag.minutes.dates import Found
    from rag.minutes.dialogue.dialogue import Dialogue
    from rag.minutes.findings import Finding


#: words of a turn that can be nothing but haggling over a date («А к среде?»)
_SHORT = 6


def can_answer(talk: Dialogue, waiting: Waiting, index: int, speaker: str | None) -> bool:
    """Whether this turn is in a position to answer."""
    finding = waiting.finding
    if speaker is not None and speaker == waiting.asker:
        return finding.kind == "request"
    unknown = speaker is None or finding.who not in talk.scene.roster
    if finding.open_call and not finding.named:
        return index <= waiting.turn + OPEN_PATIENCE
    if finding.kind != "request" or not finding.named:
        return index == waiting.turn + 1
    unknown = unknown or speaker in sharers(finding.who)
    return (unknown and index == waiting.turn + 1) or speaker in (finding.who, *finding.others)


def settle(
    talk: Dialogue,
    waiting: Waiting,
    index: int,
    found: list[Finding],
    answer: str | None,
    sentences: tuple[Sentence, ...],
) -> None:
    """Take a turn as the answer to what waits, if it is one."""
    speaker = talk.company.speaker(index)
    request = waiting.finding
    if not sentences:
        return
    if haggles(talk, waiting, index, found, sentences):
        return
    if speaker is not None and speaker == waiting.asker:
        if waiting.countered and (answer == "yes" or english_days.suits(sentences[0])):
            talk.waiting.remove(waiting)
            assent = assenting(talk, index, request, sentences)
            accept(talk, waiting, replace(assent, due=None), index)
        return
    if waiting.declined:
        return
    if waiting.about is not None and rearranges(talk, waiting, index, answer, sentences):
        return
    if request.kind in ("offer", "answer"):
        named = names_a_day(talk, index, sentences) and request.kind == "offer"
        if named:
            waiting.finding = replace(request, due=talk.company.new_due(index, sentences[:1]))
        settle_offer(talk, waiting, found, "yes" if named else answer, sentences)
        return
    _settle_request(
        talk, waiting, index, found, _answered(talk, request, index, found, answer), sentences
    )


def _answered(
    talk: Dialogue, request: Finding, index: int, found: list[Finding], answer: str | None
) -> str | None:
    """How a turn answers a request: "No" to "would you mind?", a day, an echo, "me"."""
    sentences = talk.company.sentences(index)
    asked = talk.scene.text[request.sentence_start : request.what_start]
    if english_answers.asks_minding(asked):
        answer = english_answers.minds(sentences) or answer
    if found:
        return answer
    if talk.scene.language == "en":
        said = talk.scene.text[request.what_start : request.what_end]
        answer = answer or ("yes" if english_answers.echoes(said, sentences[0]) else None)
    if request.open_call and not request.named:
        meant = answers.volunteers(sentences[0]) and not answers.is_idle(request)
        return "yes" if meant else None
    if answer is None and names_a_day(talk, index, sentences):
        return "yes"
    return answer


def _settle_request(
    talk: Dialogue,
    waiting: Waiting,
    index: int,
    found: list[Finding],
    answer: str | None,
    sentences: tuple[Sentence, ...],
) -> None:
    """Accept a request, pass it on, turn it down, or let it wait on."""
    request = waiting.finding
    if request.open_call and not request.named and answers.takes(sentences[0], request):
        talk.waiting.remove(waiting)
        accept(talk, waiting, assenting(talk, index, request, sentences), index)
        return
    own = _own(talk, request, found, answer)
    if own is None and answer == "yes":
        own = next((f for f in found if answers.only_tells_when(f)), None)
    passed = next((f for f in found if answers.passes_on(request, f)), None)
    if passed and not own:
        found.remove(passed)
        waiting.finding = replace(request, who=passed.who, named=True, open_call=False)
        waiting.turn, waiting.declined = index, False
        if passed.who == waiting.asker:
            waiting.asker = talk.company.speaker(index)  # thrown back at the one who asked
        waiting.also += (passed.at,)
    elif request.open_call and found and not own:
        if not all(f.kind == "answer" for f in found):
            talk.waiting.remove(waiting)  # taken by an answer that says what it takes
    elif own:
        found.remove(own)
        talk.waiting.remove(waiting)
        accept(talk, waiting, own, index)
    elif any(f.kind == "request" and f.named and f.who == request.who for f in found):
        talk.waiting.remove(waiting)  # said again, and better
    elif not request.open_call and (
        answers.is_past(sentences, request.verb) or answers.is_at_once(sentences[0])
    ):
        talk.waiting.remove(waiting)
    elif answer == "no":
        waiting.declined = not request.open_call or request.named
    elif answer == "yes":
        talk.waiting.remove(waiting)
        assent = assenting(talk, index, request, sentences)
        accept(talk, waiting, assent, index)


def _own(
    talk: Dialogue, request: Finding, found: list[Finding], answer: str | None
) -> Finding | None:
    """The finding that takes the request up; in English those that say it again go with it."""
    agreed = answer == "yes"
    fit = [f for f in found if answers.is_answer(talk.scene, request, f, agreed=agreed)]
    if not fit or talk.scene.language != "en":
        return fit[0] if fit else None
    own = fit[0]
    again = [f for f in fit[1:] if f.bare or _says_how(talk, own, f)]
    again += [f for f in found if f is not own and f.verb == "have" and _refers(talk, f)]
    for other in again:
        found.remove(other)
        own = replace(own, due=own.due or other.due) if own is fit[0] or own.due is None else own
    if own is not fit[0]:
        found[found.index(fit[0])] = own
    return own


def _says_how(talk: Dialogue, own: Finding, finding: Finding) -> bool:
    """Whether a finding says how a bare taking on is done ("Sure. I'll pop it in the post")."""
    return own.bare and english_answers.places(finding.verb) and _refers(talk, finding)


def _refers(talk: Dialogue, finding: Finding) -> bool:
    """Whether an act is done to "it" or "them"."""
    said = talk.scene.text[finding.what_start : finding.what_end]
    return english_answers.acts_on_it(said)


def rearranges(
    talk: Dialogue,
    waiting: Waiting,
    index: int,
    answer: str | None,
    sentences: tuple[Sentence, ...],
) -> bool:
    """Whether a turn gives an earlier promise its day («когда?») or another owner."""
    place = next((i for i, d in enumerate(talk.drafts) if d.at == waiting.about), None)
    due = talk.company.new_due(index, sentences[:2])
    handed = waiting.finding.act == "assigned" and answer == "yes"
    if place is None or not (due or handed):
        return False
    talk.waiting.remove(waiting)
    old = talk.drafts[place]
    support = (*old.support, waiting.finding.at)
    if not handed:
        talk.drafts[place] = replace(old, due=due, support=(*support, sentences[0].start))
        return True
    owner = talk.company.person(waiting.finding.who, waiting.asker, waiting.turn)
    earlier = (old.at, old.due.due.raw if old.due else None)
    talk.drafts[place] = replace(
        old,
        who=owner,
        act="assigned",
        at=sentences[0].start,
        turn=index,
        due=due or old.due,
        support=(*support, old.at),
        history=(*old.history, earlier),
    )
    return True


def haggles(
    talk: Dialogue,
    waiting: Waiting,
    index: int,
    found: list[Finding],
    sentences: tuple[Sentence, ...],
) -> bool:
    """Whether a short turn only asks about another day, which the request then has."""
    speaker = talk.company.speaker(index)
    if waiting.finding.kind == "request" and counters(talk, waiting, index, sentences):
        return True
    due = talk.company.new_due(index, sentences) if not found else None
    if talk.scene.language == "en" and stance(talk.scene, sentences) == "yes":
        return False  # "Don't I always? By Tuesday."
    if due is None or len(sentences[0].words) > _SHORT:
        return False
    if not (sentences[0].question or (speaker == waiting.asker and speaker is not None)):
        return False
    waiting.due, waiting.turn, waiting.declined = due, index, False
    waiting.also += (sentences[0].start,)
    return True


def counters(talk: Dialogue, waiting: Waiting, index: int, sentences: tuple[Sentence, ...]) -> bool:
    """Whether who is asked in English only offers another day ("Would Friday do?")."""
    speaker = talk.company.speaker(index)
    if speaker is None or speaker == waiting.asker or waiting.finding.bare:
        return False
    if stance(talk.scene, sentences) == "yes" and len(sentences) > 1:
        return False
    for sentence_at in range(min(len(sentences), 2)):
        due = english_days.countered(View(talk.scene, index, sentences, sentence_at, 0))
        if due:
            waiting.due, waiting.turn, waiting.declined = due, index, False
            waiting.countered = speaker
            waiting.also += (sentences[0].start,)
            return True
    return False


def opening_day(talk: Dialogue, index: int, sentences: tuple[Sentence, ...]) -> Found | None:
    """The day that a turn opens with, and says little else in its first clause."""
    if not sentences or not sentences[0].clauses:
        return None
    view = View(talk.scene, index, sentences, 0, 0)
    return english_days.opening_day(view)


def names_a_day(talk: Dialogue, index: int, sentences: tuple[Sentence, ...]) -> bool:
    """Whether an answer is nothing but a day («завтра-послезавтра»)."""
    view = View(talk.scene, index, sentences, 0, 0)
    if not sentences[0].clauses:
        return False
    return (postponing.only_due(view) or english_days.opening_day(view)) is not None


def settle_offer(
    talk: Dialogue,
    waiting: Waiting,
    found: list[Finding],
    answer: str | None,
    sentences: tuple[Sentence, ...],
) -> None:
    """An offer is taken by a yes, by thanks, by being told to; a strong one by silence."""
    request = waiting.finding
    talk.waiting.remove(waiting)
    told = answers.repeats(request, sentences)
    if english_answers.gives(request.verb) and english_answers.receives(sentences):
        told = True
        found[:] = [f for f in found if f.verb not in ("take", "have", "")]
    if not told and (answers.declines(sentences) or answer == "no" or request.kind == "answer"):
        return
    welcome = answer == "yes" or told or is_thankful(talk.scene, sentences)
    orders = [f for f in found if f.kind == "request" and answers.akin_to(f, request)]
    for order in orders:
        found.remove(order)
    orders = [f for f in orders if f.due]
    offer = replace(request, due=request.due or orders[0].due) if orders else request
    offer = replace(offer, kind="offer")
    accepted = welcome or request.due is not None or request.eager
    index = waiting.turn + 1
    thanked = talk.company.called.get(index + 1) if answer == "yes" else None
    talk.offered(offer, waiting.asker or thanked, accepted=accepted)


def assenting(
    talk: Dialogue, index: int, request: Finding, sentences: tuple[Sentence, ...]
) -> Finding:
    """A bare yes as a finding: it stands at the answer and has the request's words."""
    first = sentences[0]
    due = talk.company.new_due(index, sentences[:3])
    return replace(
        request,
        turn=index,
        at=first.start,
        sentence_start=first.start,
        sentence_end=first.end,
        due=due,
        bare=True,
        condition=_condition(talk, index, sentences),
    )


def _condition(
    talk: Dialogue, index: int, sentences: tuple[Sentence, ...]
) -> tuple[int, int] | None:
    """The condition an English yes is given under ("Yeah, if you send me the logo")."""
    if sentences[0].language != "en":
        return None
    for clause_at, clause in enumerate(sentences[0].clauses):
        if clause.words and is_condition(View(talk.scene, index, sentences, 0, clause_at)):
            return clause.start, clause.end
    return None


def accept(talk: Dialogue, waiting: Waiting, own: Finding, index: int) -> None:
    request = waiting.finding
    speaker = talk.company.speaker(index)
    who = waiting.countered if speaker == waiting.asker else speaker
    who = who or (request.who if request.named else None)
    if answers.speaks_for_many(talk.scene, request, own):
        who = WE[talk.scene.language]
    if request.act == "assigned" and request.who not in talk.scene.roster:
        who = request.who  # another agrees that an outsider does it
    if own.act == "reported":
        who = own.who  # «он тебе в среду отдаст»
    borrowed = answers.adds_nothing(talk.scene, request, own) and not request.bare
    what = request if borrowed else own
    if own.bare and request.bare:
        its_own = request.open_call or (request.act == "assigned" and own.kind != "request")
        what = own if its_own else talk.company.asked_before(request) or request
    to_whom = talk.company.person(request.to_whom, waiting.asker, request.turn)
    to_whom = to_whom or talk.company.person(own.to_whom, speaker, index)
    own = replace(own, others=())
    for other in (request.who, *request.others) if request.others and who != WE["ru"] else ():
        if other != who:  # one answers, and it stays with the others too
            told = replace(request, who=other, others=(), due=waiting.due, turn=index)
            talk.promise(told, told, waiting.asker, accepted=True)
    talk.keep(
        Draft.of(
            own,
            who=who,
            to_whom=None if to_whom == who else to_whom,
            what=(what.what_start, what.what_end),
            due=own.due or _opening_due(talk, own, index) or waiting.due,
            act="accepted",
            condition=own.condition,
            support=(request.at, *waiting.also),
        )
    )


def _opening_due(talk: Dialogue, own: Finding, index: int) -> Found | None:
    """The day a turn opens with, or puts for what it takes on ("Will do. Monday all right?")."""
    sentences = talk.company.sentences(index)
    if own.bare and (day := opening_day(talk, index, sentences)):
        return day
    views = (View(talk.scene, index, sentences, i, 0) for i in range(1, min(len(sentences), 4)))
    asked = (v for v in views if v.sentence.question and v.sentence.clauses)
    return next(filter(None, map(english_days.countered, asked)), None)
