"""From what each clause says to promises: who accepts what, what changes, what falls away.

Turns are gone through in order. A request waits a few turns for its addressee's answer, an offer
for an objection; a promise that repeats, moves, hands over, withdraws or discharges an earlier one
changes that instead of adding another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from rag.minutes.dialogue import changes, following, postponing, replies
from rag.minutes.dialogue.speakers import Company, called, called_later
from rag.minutes.dialogue.stance import Stance, stance
from rag.minutes.dialogue.waiting import OPEN_PATIENCE, PATIENCE, Waiting
from rag.minutes.drafts import Draft
from rag.minutes.findings import SPEAKER, Finding
from rag.minutes.view import Scene, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.minutes.clauses import Sentence
    from rag.types import Turn

#: characters before a verb in which «я» is its subject
_NEARBY = 20
#: words of a turn's first sentence that is nothing but «облегчу»
_LONE = 2
#: words of a turn that can agree to a day by naming it («к двадцатому так к двадцатому»)
_BRIEF = 10


@dataclass
class Dialogue:
    """The state of going through a meeting; `run` is the way in."""

    scene: Scene
    turns: Sequence[Turn]
    read: Callable[[View], Finding | None]
    drafts: list[Draft] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    agreeing: set[int] = field(default_factory=set)
    proposal: postponing.Proposal | None = None
    company: Company = field(init=False)

    def __post_init__(self) -> None:
        self.company = Company(self.scene, self.turns)

    def run(self) -> list[Draft]:
        """All promises of the meeting, in the order of their lines."""
        for index, turn in enumerate(self.turns):
            if turn.day:
                self.scene = replace(self.scene, base=date.fromisoformat(turn.day))
            self._expire(index)
            self._turn(index, turn)
        self._expire(len(self.turns) + OPEN_PATIENCE + 1)
        return sorted(self.drafts, key=lambda draft: draft.at)

    def _turn(self, index: int, turn: Turn) -> None:
        sentences = self.company.sentences(index)
        if turn.speaker is None and self.company.labelled:
            return  # a forwarded or quoted message: its words are not the sender's
        found = self._findings(index, sentences)
        answer = stance(self.scene, sentences) or self._only_when(index, sentences)
        if answer == "yes":
            self.agreeing.add(index)
        speaker = self.company.speaker(index)
        for waiting in reversed(self.waiting[:]):
            if replies.can_answer(self, waiting, index, speaker):
                replies.settle(self, waiting, index, found, answer, sentences)
        if answer:
            following.endorse(self, index, speaker, answer, sentences)
        if self.scene.language == "en" and not found:
            asked = following.asks_further(self, index, speaker, sentences)
            found = [asked] if asked else found
        for finding in found:
            self._add(finding, index, speaker)
        confirmed = False
        if self.proposal and sentences:
            said = (
                self.company.new_due(index, sentences[:1])
                if len(sentences[0].words) <= _BRIEF
                else None
            )
            agrees = answer == "yes" and not any(f.due for f in found)
            place = (index, turn.start, speaker)
            before = tuple(self.drafts)
            self.proposal = postponing.confirm(self.drafts, self.proposal, place, said, agrees)
            confirmed = before != tuple(self.drafts)
        accepted = any(draft.turn == index and draft.who == speaker for draft in self.drafts)
        proposer = None if accepted or any(f.kind != "request" for f in found) else speaker
        proposed = postponing.propose(self.scene, self.drafts, index, proposer, sentences)
        self.proposal = proposed or self.proposal
        told = not found and following.tells_when(self, index, speaker, sentences)
        settled = bool(found) or confirmed or told
        changes.apply(self.scene, self.drafts, index, speaker, sentences, settled, answer)

    def _only_when(self, index: int, sentences: tuple[Sentence, ...]) -> Stance | None:
        """Yes, where a turn opens with nothing but a day («В среду», "First thing tomorrow")."""
        if not sentences or not sentences[0].clauses or sentences[0].question:
            return None
        return "yes" if replies.names_a_day(self, index, sentences) else None

    def _findings(self, index: int, sentences: tuple[Sentence, ...]) -> list[Finding]:
        found: list[Finding] = []
        vocative: str | None = None
        earlier = self.company.named(index - 1) if index else ()
        for sentence_at, sentence in enumerate(sentences):
            taken = False
            if sentence_at:
                earlier += self.company.mentions(sentences[sentence_at - 1])
            for clause_at in range(len(sentence.clauses)):
                view = View(self.scene, index, sentences, sentence_at, clause_at, vocative)
                vocative = called(view) or vocative
                view.recent_outsider = self.company.outsider(index)
                view.earlier = earlier
                view.before = self.company.sentences(index - 1) if index else ()
                view.vocative = vocative or called_later(view)
                finding = self.read(view)
                if finding and not (finding.anaphoric and taken):
                    found.append(finding)
                    taken = True
        if not self.company.labelled:
            self.company.call(index, vocative, sentences)
        found = [f for f in found if not _is_joke(f, sentences)]
        open_calls = any(waiting.finding.open_call for waiting in self.waiting)
        if open_calls and not any(f.thing for f in found if not f.anaphoric):
            return found  # «давай я» takes what was asked for
        whole = [f for f in found if not (f.bare and f.anaphoric and f.kind == "offer")]
        return whole or found

    def _add(self, finding: Finding, index: int, speaker: str | None) -> None:
        """A finding that answers nothing: a promise, or something that waits."""
        if (
            finding.kind == "request"
            and finding.anaphoric
            and following.just_promised(self, index, speaker)
        ):
            return  # "can you do that before the weekend?": what was just promised is meant
        if finding.kind == "answer":
            if not following.follow(self, finding, index, speaker) and finding.who == SPEAKER:
                self.waiting.append(Waiting(finding, speaker, finding.due, index))
        elif finding.kind in ("offer", "request"):
            self._wait(finding, index, speaker)
        elif self._is_of_before(finding, index, speaker):
            return
        elif finding.bare:
            topic = self._topic(finding)
            if topic:
                self.promise(finding, topic, speaker, accepted=True)
        else:
            self.promise(finding, finding, speaker, accepted=True)

    def _is_of_before(self, finding: Finding, index: int, speaker: str | None) -> bool:
        """Whether a promise only goes on about one made before, or takes another's over."""
        if following.elaborates(self, finding, index, speaker):
            return True
        if finding.who == SPEAKER and (
            following.adds_day(self, finding, index)
            or following.says_hour(self, finding, index, speaker)
        ):
            return True
        if self.scene.language == "en" and finding.who == SPEAKER:
            following.completes(self, finding, index, speaker)
        own = not finding.thing and finding.who == SPEAKER
        return own and following.takes_over(self, finding, speaker)

    def _wait(self, finding: Finding, index: int, speaker: str | None) -> None:
        """Let a request or offer wait; «к пятнице успеешь?» only adds to the one before it."""
        last = self.waiting[-1] if self.waiting else None
        bare = finding.kind == "request" and finding.bare
        same = last is not None and last.turn == index and last.finding.kind == "request"
        if last and bare and same and not last.finding.bare:
            last.due = last.due or finding.due
            return
        if finding.bare and finding.due and following.urges(self, finding, index, speaker):
            return
        about = following.promised(self, finding, index, speaker) if not finding.thing else None
        self.waiting.append(Waiting(finding, speaker, finding.due, index, about=about))

    def offered(self, offer: Finding, who: str | None, *, accepted: bool) -> None:
        """An offer nobody objected to; «давайте я» alone is about what was said before."""
        if accepted and not offer.thing and following.takes_over(self, offer, who):
            return
        meant = self.company.asked_before(offer) if self.scene.language == "en" else None
        if not offer.bare or (offer.verb and accepted):
            self.promise(offer, (meant if offer.bare else None) or offer, who, accepted=accepted)
        elif accepted and (topic := self.company.asked_before(offer)):
            self.promise(offer, topic, who, accepted=True)

    def _topic(self, finding: Finding) -> Finding | None:
        """What a verb without object is about: the turn's own words before it, or a question."""
        if not finding.anaphoric:
            before = self.scene.text[max(0, finding.at - _NEARBY) : finding.at].lower().split()
            sentences = self.company.sentences(finding.turn)
            early = sum(s.end <= finding.sentence_start for s in sentences) <= 1
            asked = early and self.company.is_asked(finding.turn)
            short = (
                sentences[0].start == finding.sentence_start and len(sentences[0].words) <= _LONE
            )
            meant = finding.due or asked or short or "я" in before[-2:]
            meant = meant or (finding.turn in self.agreeing and finding.verb != "сделать")
            return (self.company.thing_before(finding) or finding) if meant else None
        if finding.act == "reported":  # «Лена сказала, что будут к среде»
            return self.company.asked_before(
                replace(finding, what_start=self.turns[finding.turn].start)
            )
        own = finding if finding.verb == "have" else None  # "you'll have it by Friday"
        return self.company.asked_before(finding) or own

    def promise(
        self, finding: Finding, what: Finding, speaker: str | None, *, accepted: bool
    ) -> None:
        for other in finding.others:
            self.promise(replace(finding, who=other, others=()), what, speaker, accepted=accepted)
        who = self.company.person(finding.who, speaker, finding.turn)
        to_whom = self.company.person(finding.to_whom, speaker, finding.turn)
        if finding.force == "firm" and not accepted:
            return
        if finding.force == "tentative" and finding.act == "joint":
            return  # «поищем», "we'll see about it": nobody could be asked for it
        self.keep(
            Draft.of(
                finding,
                who=who,
                to_whom=None if to_whom == who else to_whom,
                what=(what.what_start, what.what_end),
                due=finding.due,
                act=finding.act,
                condition=finding.condition,
                support=(what.what_start,) if what is not finding else (),
            )
        )

    def keep(self, draft: Draft) -> None:
        """Add a draft, unless it repeats or changes an earlier one."""
        changes.merge(self.scene, self.drafts, draft)

    def _expire(self, index: int) -> None:
        """What has waited too long: a named imperative stands as assigned, the rest is dropped."""
        for waiting in self.waiting[:]:
            finding = waiting.finding
            patience = OPEN_PATIENCE if finding.open_call and not finding.named else PATIENCE
            if index - waiting.turn <= patience:
                continue
            self.waiting.remove(waiting)
            if waiting.declined:
                continue
            if finding.kind == "request" and finding.named and finding.imperative:
                assigned = replace(finding, act="assigned", due=waiting.due)
                self.promise(assigned, assigned, waiting.asker, accepted=True)
            elif finding.kind == "offer" and (finding.due or finding.eager) and not finding.bare:
                self.promise(finding, finding, waiting.asker, accepted=True)


def _is_joke(finding: Finding, sentences: Sequence[Sentence]) -> bool:
    """Whether the next sentence takes it back («Напишу ночью. Шучу.»)."""
    following = next((s for s in sentences if s.start >= finding.sentence_end), None)
    return following is not None and bool(_JOKES & set(following.words[:2]))


_JOKES = frozenset("шучу шутка шутю прикалываюсь шутим kidding joking".split())
