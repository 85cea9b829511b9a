"""From what each clause says to promises: who accepts what, what changes, what falls away.

Turns are gone through in order. A request waits a few turns for its addressee's answer, an offer
for an objection; a promise that repeats, moves, hands over, withdraws or discharges an earlier one
changes that instead of adding another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.minutes import changes, english_answers
from rag.minutes.clauses import Sentence, sentences_of, tokens_of
from rag.minutes.drafts import Draft, content
from rag.minutes.english_answers import kindred
from rag.minutes.english_spans import bare_day
from rag.minutes.english_words import is_condition
from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER, Finding
from rag.minutes.morphology import reading
from rag.minutes.stance import Stance, stance
from rag.minutes.view import Scene, View
from rag.types import ALL, WE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.minutes.dates import Found
    from rag.types import Turn

#: turns that a request to a named person waits for an answer; to nobody in particular it waits one
PATIENCE = 3
#: words of a turn that can be nothing but haggling over a date («А к среде?»)
_SHORT = 6


@dataclass
class _Waiting:
    """A request or offer that has not been answered yet; `due` follows the haggling over it."""

    finding: Finding
    asker: str | None
    due: Found | None
    turn: int
    also: tuple[int, ...] = ()
    declined: bool = False


@dataclass
class Dialogue:
    """The state of going through a meeting; `run` is the way in."""

    scene: Scene
    turns: Sequence[Turn]
    read: Callable[[View], Finding | None]
    drafts: list[Draft] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)
    called: dict[int, str] = field(default_factory=dict)
    proposal: changes.Proposal | None = None

    def run(self) -> list[Draft]:
        """All promises of the meeting, in the order of their lines."""
        for index, turn in enumerate(self.turns):
            self._expire(index)
            self._turn(index, turn)
        self._expire(len(self.turns) + PATIENCE + 1)
        return sorted(self.drafts, key=lambda draft: draft.at)

    @property
    def _labelled(self) -> bool:
        return any(turn.speaker for turn in self.turns[:20])

    def _speaker(self, index: int) -> str | None:
        """Who speaks; without labels, whom the turn before has called by name."""
        label = self.turns[index].speaker
        return self.scene.roster.canonical(label) if label else self.called.get(index)

    def _turn(self, index: int, turn: Turn) -> None:
        sentences = tuple(sentences_of(self.scene.text, turn.start, turn.end, self.scene.language))
        if turn.speaker is None and self._labelled:
            return  # a forwarded or quoted message: its words are not the sender's
        found = self._findings(index, sentences)
        answer = stance(self.scene, sentences) or self._only_when(index, sentences)
        speaker = self._speaker(index)
        for waiting in reversed(self.waiting[:]):
            if self._answers(waiting, index, speaker):
                self._settle(waiting, index, found, answer, sentences)
        for finding in found:
            self._add(finding, index, speaker)
        confirmed = False
        if self.proposal and sentences:
            said = changes.only_due(View(self.scene, index, sentences, 0, 0))
            before = tuple(self.drafts)
            self.proposal = changes.confirm(
                self.drafts, self.proposal, index, turn.start, said, answer == "yes"
            )
            confirmed = before != tuple(self.drafts)
        self.proposal = changes.propose(self.scene, self.drafts, index, sentences) or self.proposal
        settled = bool(found) or confirmed
        changes.apply(self.scene, self.drafts, index, speaker, sentences, settled, answer)

    def _only_when(self, index: int, sentences: tuple[Sentence, ...]) -> Stance | None:
        """Yes, where a turn opens with nothing but a day («В среду», "First thing tomorrow")."""
        if not sentences or not sentences[0].clauses or sentences[0].question:
            return None
        return "yes" if changes.only_due(View(self.scene, index, sentences, 0, 0)) else None

    def _findings(self, index: int, sentences: tuple[Sentence, ...]) -> list[Finding]:
        found: list[Finding] = []
        vocative: str | None = None
        for sentence_at, sentence in enumerate(sentences):
            taken = False
            for clause_at in range(len(sentence.clauses)):
                view = View(self.scene, index, sentences, sentence_at, clause_at, vocative)
                vocative = _called(view) or vocative
                view.recent_outsider = self._outsider(index)
                view.vocative = vocative or _called_later(view)
                finding = self.read(view)
                if finding and not (finding.anaphoric and taken):
                    found.append(finding)
                    taken = True
        if not self._labelled:
            self._call(index, vocative, sentences)
        whole = [f for f in found if not (f.bare and f.anaphoric and f.kind == "offer")]
        return whole or found

    def _call(self, index: int, vocative: str | None, sentences: tuple[Sentence, ...]) -> None:
        """Without labels: the next turn is whose name was called, as long as one goes on asking."""
        if vocative:
            self.called[index + 1] = vocative
        elif self.called.get(index - 1) and index not in self.called:
            asks = any(reading(w, "VERB", "2per") for s in sentences for w in s.words)
            if asks:
                self.called[index + 1] = self.called[index - 1]

    def _outsider(self, index: int) -> str | None:
        """The one person outside the roster that this turn or the one before names."""
        named = set()
        for turn in self.turns[max(0, index - 1) : index + 1]:
            tokens = tokens_of(self.scene.text, turn.start, turn.end)
            named |= {m.name for m in self.scene.roster.mentions(tokens) if not m.known}
        return named.pop() if len(named) == 1 else None

    def _answers(self, waiting: _Waiting, index: int, speaker: str | None) -> bool:
        """Whether this turn is in a position to answer."""
        finding = waiting.finding
        if speaker is not None and speaker == waiting.asker:
            return finding.kind == "request"
        unknown = speaker is None or finding.who not in self.scene.roster.names
        if finding.kind == "offer" or not finding.named:
            return index == waiting.turn + 1
        return (unknown and index == waiting.turn + 1) or speaker == finding.who

    def _settle(
        self,
        waiting: _Waiting,
        index: int,
        found: list[Finding],
        answer: str | None,
        sentences: tuple[Sentence, ...],
    ) -> None:
        """Take a turn as the answer to what waits, if it is one."""
        speaker = self._speaker(index)
        request = waiting.finding
        haggled = self._new_due(index, sentences) if not found else None
        asks_again = (
            bool(haggled)
            and len(sentences[0].words) <= _SHORT
            and (sentences[0].question or speaker == waiting.asker)
        )
        if asks_again:
            waiting.due, waiting.turn, waiting.declined = haggled, index, False
            waiting.also += (sentences[0].start,)
            return
        if waiting.declined or (speaker is not None and speaker == waiting.asker):
            return
        if request.kind == "offer":
            self.waiting.remove(waiting)
            if answer != "no":
                accepted = answer == "yes" or request.due is not None
                thanked = self.called.get(index + 1) if answer == "yes" else None
                self._offered(request, waiting.asker or thanked, accepted=accepted)
            return
        if request.open_call and not found:
            answer = "yes" if self._volunteers(sentences[0]) else None
        own = next((f for f in found if _is_answer(request, f)), None)
        if request.open_call and found and not own:
            self.waiting.remove(waiting)  # taken by an answer that says what it takes
        elif own:
            found.remove(own)
            self.waiting.remove(waiting)
            self._accept(waiting, own, index)
        elif answer == "no":
            waiting.declined = True
        elif answer == "yes" and not _is_past(sentences[0]):
            self.waiting.remove(waiting)
            assent = self._assent(index, request, sentences)
            self._accept(waiting, assent, index)

    def _volunteers(self, sentence: Sentence) -> bool:
        if self.scene.language == "en":
            return english_answers.volunteers(sentence)
        return _volunteers(sentence)

    def _assent(self, index: int, request: Finding, sentences: tuple[Sentence, ...]) -> Finding:
        """A bare yes as a finding: it stands at the answer and has the request's words."""
        first = sentences[0]
        due = self._new_due(index, sentences[:2])
        return replace(
            request,
            turn=index,
            at=first.start,
            sentence_start=first.start,
            sentence_end=first.end,
            due=due,
            bare=True,
            condition=self._condition(index, sentences),
        )

    def _condition(
        self, index: int, sentences: tuple[Sentence, ...]
    ) -> tuple[int, int] | None:
        """The condition a yes is given under ("Yeah, if you send me the logo")."""
        if self.scene.language != "en":
            return None
        for clause_at, clause in enumerate(sentences[0].clauses):
            view = View(self.scene, index, sentences, 0, clause_at)
            if clause.words and is_condition(view):
                return clause.start, clause.end
        return None

    def _new_due(self, index: int, sentences: Sequence[Sentence]) -> Found | None:
        for sentence_at in range(len(sentences)):
            view = View(self.scene, index, tuple(sentences), sentence_at, 0)
            if view.dues and (not sentence_at or len(view.sentence.words) <= _SHORT):
                return view.dues[0]
            if self.scene.language == "en" and view.sentence.clauses and (day := bare_day(view)):
                return day
        return None

    def _accept(self, waiting: _Waiting, own: Finding, index: int) -> None:
        request = waiting.finding
        speaker = self._speaker(index)
        who = speaker if speaker else (request.who if request.named else None)
        said = self.scene.text[own.what_start : own.what_end]
        borrowed = (own.bare or english_answers.refers_back(said)) and not request.bare
        what = request if borrowed else own
        if own.bare and request.bare:
            what = self._asked_before(request) or request
        to_whom = self._person(request.to_whom, waiting.asker, request.turn)
        to_whom = to_whom or self._person(own.to_whom, speaker, index)
        self._keep(
            Draft.of(
                own,
                who=who,
                to_whom=None if to_whom == who else to_whom,
                what=(what.what_start, what.what_end),
                due=own.due or waiting.due,
                act="accepted",
                condition=own.condition,
                support=(request.at, *waiting.also),
            )
        )

    def _asked_before(self, request: Finding) -> Finding | None:
        """For «успеешь?»: the clause before it in the turn, or what was wanted a turn earlier."""
        turn = self.turns[request.turn]
        earlier = [turn] if turn.start < request.what_start - 3 else []
        if request.turn:
            earlier.append(self.turns[request.turn - 1])
        for candidate in earlier:
            end = min(candidate.end, request.what_start)
            parts = sentences_of(self.scene.text, candidate.start, end, self.scene.language)
            wordy = [s for s in parts if len(s.words) > 2 and self._says_something(s)]
            if wordy:
                start, end = english_answers.act_in(wordy[-1])
                return replace(request, what_start=start, what_end=end)
        return None

    def _says_something(self, sentence: Sentence) -> bool:
        return bool(content(self.scene.text[sentence.start : sentence.end]))

    def _add(self, finding: Finding, index: int, speaker: str | None) -> None:
        """A finding that answers nothing: a promise, or something that waits."""
        if finding.kind == "request" and finding.anaphoric and self._just_promised(index, speaker):
            return  # "can you do that before the weekend?": what was just promised is meant
        if finding.kind in ("offer", "request"):
            self.waiting.append(_Waiting(finding, speaker, finding.due, index))
        elif finding.bare:
            topic = self._topic(finding)
            if topic:
                self._promise(finding, topic, speaker, accepted=True)
        else:
            self._promise(finding, finding, speaker, accepted=True)

    def _just_promised(self, index: int, asker: str | None) -> bool:
        """Whether somebody else has promised something in this or the two turns before."""
        return any(d.who != asker and index - d.turn <= 2 for d in self.drafts)

    def _offered(self, offer: Finding, who: str | None, *, accepted: bool) -> None:
        """An offer nobody objected to; «давайте я» alone is about what was said before."""
        if not offer.bare:
            self._promise(offer, offer, who, accepted=accepted)
        elif accepted and (topic := self._asked_before(offer)):
            self._promise(offer, topic, who, accepted=True)

    def _topic(self, finding: Finding) -> Finding | None:
        """What a verb without object is about: the turn's own words before it, or a question."""
        if not finding.anaphoric:
            return finding if finding.due else None
        return self._asked_before(finding)

    def _promise(
        self, finding: Finding, what: Finding, speaker: str | None, *, accepted: bool
    ) -> None:
        for other in finding.others:
            self._promise(replace(finding, who=other, others=()), what, speaker, accepted=accepted)
        who = self._person(finding.who, speaker, finding.turn)
        to_whom = self._person(finding.to_whom, speaker, finding.turn)
        if finding.force == "firm" and not accepted:
            return
        if finding.force == "tentative" and finding.act == "joint":
            return  # «поищем», "we'll see about it": nobody could be asked for it
        self._keep(
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

    def _person(self, mark: str | None, speaker: str | None, turn: int) -> str | None:
        """A name for a mark: the speaker, whom the turn addresses, the group, everybody."""
        if mark is None or not mark.startswith("\0"):
            return mark or None
        if mark == SPEAKER:
            return speaker
        if mark == GROUP:
            return WE[self.scene.language]
        if mark == EVERYBODY:
            return ALL[self.scene.language]
        return self._addressee(turn, speaker) if mark == ADDRESSEE else None

    def _addressee(self, index: int, speaker: str | None) -> str | None:
        """Whom a turn calls by name, else who spoke last before it."""
        turn = self.turns[index]
        for sentence in sentences_of(self.scene.text, turn.start, turn.end, self.scene.language):
            for clause_at in range(len(sentence.clauses)):
                called = _called(View(self.scene, index, (sentence,), 0, clause_at))
                if called and called != speaker:
                    return called
        for earlier in range(index - 1, max(-1, index - 4), -1):
            other = self._speaker(earlier)
            if other and other != speaker:
                return other
        return None

    def _keep(self, draft: Draft) -> None:
        """Add a draft, unless it repeats or changes an earlier one."""
        changes.merge(self.scene, self.drafts, draft)

    def _expire(self, index: int) -> None:
        """What has waited too long: a named imperative stands as assigned, the rest is dropped."""
        for waiting in self.waiting[:]:
            finding = waiting.finding
            if index - waiting.turn <= PATIENCE:
                continue
            self.waiting.remove(waiting)
            if waiting.declined:
                continue
            if finding.kind == "request" and finding.named and finding.imperative:
                assigned = replace(finding, act="assigned", due=waiting.due)
                self._promise(assigned, assigned, waiting.asker, accepted=True)
            elif finding.kind == "offer" and finding.due and not finding.bare:
                self._promise(finding, finding, waiting.asker, accepted=True)


def _volunteers(sentence: Sentence) -> bool:
    """Whether a short answer to «кто …?» is «я»."""
    mine = {"я", "мы", "возьму", "сделаю", "i", "me", "i'll", "i'm"}
    return len(sentence.words) <= _SHORT - 2 and bool(mine & set(sentence.words))


def _is_past(sentence: Sentence) -> bool:
    """Whether an answer tells what was done rather than what will be («так сняла вчера»)."""
    return any(reading(word, "VERB", "past", at_least=0.5) for word in sentence.words)


def _is_answer(request: Finding, own: Finding) -> bool:
    """Whether one's own promise takes up the request rather than something else."""
    if own.kind == "request" or own.who not in (SPEAKER, GROUP):
        return False
    return own.bare or request.bare or kindred(own.verb, request.verb)


_THANKS = frozenset("thank you thanks amazing brilliant спасибо супер thanks".split())


def _called(view: View) -> str | None:
    """The person a clause does nothing but call («Рита, …»), or begins by calling."""
    for mention in view.mentions:
        if not mention.cases & {"nomn", "voct"}:
            continue
        rest = [t.word for i, t in enumerate(view.tokens) if not mention.first <= i < mention.last]
        if all(view.is_in(word, "filler") or word in _THANKS for word in rest):
            return mention.name
    return None


def _called_later(view: View) -> str | None:
    """The person called in a clause further on in the sentence («…, Юлия Сергеевна»)."""
    for other in view.others():
        called = _called(other)
        if called:
            return called
    return None
