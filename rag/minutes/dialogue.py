"""From what each clause says to promises: who accepts what, what changes, what falls away.

Turns are gone through in order. A request waits a few turns for its addressee's answer, an offer
for an objection; a promise that repeats, moves, hands over, withdraws or discharges an earlier one
changes that instead of adding another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.minutes import answers, changes
from rag.minutes.clauses import Sentence, sentences_of
from rag.minutes.drafts import Draft
from rag.minutes.english_spans import bare_day
from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER, Finding
from rag.minutes.morphology import reading
from rag.minutes.russian_words import akin, promised
from rag.minutes.stance import Stance, is_thankful, stance
from rag.minutes.view import Scene, View
from rag.types import ALL, WE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.minutes.dates import Found
    from rag.minutes.names import Mention
    from rag.types import Turn

#: turns that a request to a named person waits for an answer; to nobody in particular it waits one
PATIENCE = 3
#: the same for «кто возьмёт?», which several may turn down
OPEN_PATIENCE = 6
#: turns within which a bare verb goes on about what its speaker has taken on
ELABORATING = 2
#: verbs of taking on: whatever is said next about it is the same promise; "" is «с меня»
_TAKING = frozenset({"", "взять", "брать", "забирать", "забрать", "взяться"})
#: words of a turn that can be nothing but haggling over a date («А к среде?»)
_SHORT = 6
#: characters before a verb in which «я» is its subject
_NEARBY = 20
#: words of a turn that can agree to a day by naming it («к двадцатому так к двадцатому»)
_BRIEF = 10


@dataclass
class _Waiting:
    """A request or offer that has not been answered yet; `due` follows the haggling over it.

    `about` is where an earlier promise stands that a bare «когда?», «пусть лучше Олег» is about.
    """

    finding: Finding
    asker: str | None
    due: Found | None
    turn: int
    also: tuple[int, ...] = ()
    declined: bool = False
    about: int | None = None


@dataclass
class Dialogue:
    """The state of going through a meeting; `run` is the way in."""

    scene: Scene
    turns: Sequence[Turn]
    read: Callable[[View], Finding | None]
    drafts: list[Draft] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)
    called: dict[int, str] = field(default_factory=dict)
    named: dict[int, tuple[Mention, ...]] = field(default_factory=dict)
    split: dict[int, tuple[Sentence, ...]] = field(default_factory=dict)
    proposal: changes.Proposal | None = None

    def run(self) -> list[Draft]:
        """All promises of the meeting, in the order of their lines."""
        for index, turn in enumerate(self.turns):
            self._expire(index)
            self._turn(index, turn)
        self._expire(len(self.turns) + OPEN_PATIENCE + 1)
        return sorted(self.drafts, key=lambda draft: draft.at)

    @property
    def _labelled(self) -> bool:
        return any(turn.speaker for turn in self.turns[:20])

    def _speaker(self, index: int) -> str | None:
        """Who speaks; without labels, whom the turn before has called by name."""
        label = self.turns[index].speaker
        return self.scene.roster.canonical(label) if label else self.called.get(index)

    def _turn(self, index: int, turn: Turn) -> None:
        sentences = self._sentences(index)
        if turn.speaker is None and self._labelled:
            return  # a forwarded or quoted message: its words are not the sender's
        found = self._findings(index, sentences)
        answer = stance(self.scene, sentences) or self._only_when(index, sentences)
        speaker = self._speaker(index)
        for waiting in reversed(self.waiting[:]):
            if self._answers(waiting, index, speaker):
                self._settle(waiting, index, found, answer, sentences)
        if answer:
            self._endorse(index, speaker, answer, sentences)
        for finding in found:
            self._add(finding, index, speaker)
        confirmed = False
        if self.proposal and sentences:
            said = self._new_due(index, sentences[:1]) if len(sentences[0].words) <= _BRIEF else None
            agrees = answer == "yes" and not any(f.due for f in found)
            place = (index, turn.start, speaker)
            before = tuple(self.drafts)
            self.proposal = changes.confirm(self.drafts, self.proposal, place, said, agrees)
            confirmed = before != tuple(self.drafts)
        accepted = any(draft.turn == index and draft.who == speaker for draft in self.drafts)
        proposer = None if accepted or any(f.kind != "request" for f in found) else speaker
        proposed = changes.propose(self.scene, self.drafts, index, proposer, sentences)
        self.proposal = proposed or self.proposal
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
        earlier = self._named(index - 1) if index else ()
        for sentence_at, sentence in enumerate(sentences):
            taken = False
            if sentence_at:
                earlier += self._mentions(sentences[sentence_at - 1])
            for clause_at in range(len(sentence.clauses)):
                view = View(self.scene, index, sentences, sentence_at, clause_at, vocative)
                vocative = _called(view) or vocative
                view.recent_outsider = self._outsider(index)
                view.earlier = earlier
                view.vocative = vocative or _called_later(view)
                finding = self.read(view)
                if finding and not (finding.anaphoric and taken):
                    found.append(finding)
                    taken = True
        if not self._labelled:
            self._call(index, vocative, sentences)
        found = [f for f in found if not _is_joke(f, sentences)]
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

    def _named(self, index: int) -> tuple[Mention, ...]:
        """Everybody a turn names, in order; kept, as the turns after ask again."""
        if index not in self.named:
            sentences = self._sentences(index)
            self.named[index] = tuple(m for s in sentences for m in self._mentions(s))
        return self.named[index]

    def _sentences(self, index: int) -> tuple[Sentence, ...]:
        """The sentences of a turn, split once."""
        if index not in self.split:
            turn, scene = self.turns[index], self.scene
            found = sentences_of(scene.text, turn.start, turn.end, scene.language)
            self.split[index] = tuple(found)
        return self.split[index]

    def _mentions(self, sentence: Sentence) -> tuple[Mention, ...]:
        tokens = [token for clause in sentence.clauses for token in clause.tokens]
        return tuple(self.scene.roster.mentions(tokens))

    def _outsider(self, index: int) -> str | None:
        """The one person outside the roster that this turn or the one before names."""
        turns = range(max(0, index - 1), index + 1)
        named = {m.name for i in turns for m in self._named(i) if not m.known}
        return named.pop() if len(named) == 1 else None

    def _answers(self, waiting: _Waiting, index: int, speaker: str | None) -> bool:
        """Whether this turn is in a position to answer."""
        finding = waiting.finding
        if speaker is not None and speaker == waiting.asker:
            return finding.kind == "request"
        unknown = speaker is None or finding.who not in self.scene.roster.names
        if finding.open_call and not finding.named:
            return index <= waiting.turn + OPEN_PATIENCE
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
        if not sentences:
            return
        if self._haggles(waiting, index, found, sentences):
            return
        if waiting.declined or (speaker is not None and speaker == waiting.asker):
            return
        if waiting.about is not None and self._changes(waiting, index, answer, sentences):
            return
        if request.kind == "offer":
            self._settle_offer(waiting, found, answer, sentences)
            return
        if request.open_call and not found and not request.named:
            answer = "yes" if answers.volunteers(sentences[0]) else None
        elif answer is None and not found and self._names_a_day(index, sentences):
            answer = "yes"
        own = next((f for f in found if answers.is_answer(self.scene, request, f)), None)
        if own is None and answer == "yes":
            own = next((f for f in found if answers.only_tells_when(f)), None)
        passed = next((f for f in found if answers.passes_on(request, f)), None)
        if passed and not own:
            found.remove(passed)
            waiting.finding = replace(request, who=passed.who, named=True, open_call=False)
            waiting.turn, waiting.declined = index, False
            waiting.also += (passed.at,)
        elif request.open_call and found and not own:
            if not all(f.kind == "answer" for f in found):
                self.waiting.remove(waiting)  # taken by an answer that says what it takes
        elif own:
            found.remove(own)
            self.waiting.remove(waiting)
            self._accept(waiting, own, index)
        elif any(f.kind == "request" and f.named and f.who == request.who for f in found):
            self.waiting.remove(waiting)  # said again, and better
        elif answers.is_past(sentences, request.verb) or answers.is_at_once(sentences[0]):
            self.waiting.remove(waiting)
        elif answer == "no":
            waiting.declined = not request.open_call or request.named
        elif answer == "yes":
            self.waiting.remove(waiting)
            assent = self._assent(index, request, sentences)
            self._accept(waiting, assent, index)

    def _changes(
        self,
        waiting: _Waiting,
        index: int,
        answer: str | None,
        sentences: tuple[Sentence, ...],
    ) -> bool:
        """Whether a turn gives an earlier promise its day («когда?») or another owner."""
        place = next((i for i, d in enumerate(self.drafts) if d.at == waiting.about), None)
        due = self._new_due(index, sentences[:2])
        handed = waiting.finding.act == "assigned" and answer == "yes"
        if place is None or not (due or handed):
            return False
        self.waiting.remove(waiting)
        old = self.drafts[place]
        support = (*old.support, waiting.finding.at)
        if not handed:
            self.drafts[place] = replace(old, due=due, support=(*support, sentences[0].start))
            return True
        owner = self._person(waiting.finding.who, waiting.asker, waiting.turn)
        earlier = (old.at, old.due.due.raw if old.due else None)
        self.drafts[place] = replace(
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

    def _haggles(
        self,
        waiting: _Waiting,
        index: int,
        found: list[Finding],
        sentences: tuple[Sentence, ...],
    ) -> bool:
        """Whether a short turn only asks about another day, which the request then has."""
        speaker = self._speaker(index)
        due = self._new_due(index, sentences) if not found else None
        if due is None or len(sentences[0].words) > _SHORT:
            return False
        if not (sentences[0].question or (speaker == waiting.asker and speaker is not None)):
            return False
        waiting.due, waiting.turn, waiting.declined = due, index, False
        waiting.also += (sentences[0].start,)
        return True

    def _names_a_day(self, index: int, sentences: tuple[Sentence, ...]) -> bool:
        """Whether an answer is nothing but a day («завтра-послезавтра»)."""
        view = View(self.scene, index, sentences, 0, 0)
        return bool(sentences[0].clauses) and changes.only_due(view) is not None

    def _settle_offer(
        self,
        waiting: _Waiting,
        found: list[Finding],
        answer: str | None,
        sentences: tuple[Sentence, ...],
    ) -> None:
        """An offer is taken by a yes, by thanks, by being told to; a strong one by silence."""
        request = waiting.finding
        self.waiting.remove(waiting)
        told = answers.repeats(request, sentences)
        if answer == "no" and not told:
            return
        welcome = answer == "yes" or told or is_thankful(self.scene, sentences)
        for order in [f for f in found if f.kind == "request" and answers.akin_to(f, request)]:
            found.remove(order)
        accepted = welcome or request.due is not None or request.eager
        index = waiting.turn + 1
        thanked = self.called.get(index + 1) if answer == "yes" else None
        self._offered(request, waiting.asker or thanked, accepted=accepted)

    def _assent(self, index: int, request: Finding, sentences: tuple[Sentence, ...]) -> Finding:
        """A bare yes as a finding: it stands at the answer and has the request's words."""
        first = sentences[0]
        due = self._new_due(index, sentences[:3])
        return replace(
            request,
            turn=index,
            at=first.start,
            sentence_start=first.start,
            sentence_end=first.end,
            due=due,
            bare=True,
            condition=None,
        )

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
        if answers.speaks_for_many(self.scene, request, own):
            who = WE[self.scene.language]
        if request.act == "assigned" and request.who not in self.scene.roster.names:
            who = request.who  # another agrees that an outsider does it
        borrowed = answers.adds_nothing(self.scene, request, own) and not request.bare
        what = request if borrowed else own
        if own.bare and request.bare:
            its_own = request.open_call or (request.act == "assigned" and own.kind != "request")
            what = own if its_own else self._asked_before(request) or request
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
            wordy = [s for s in parts if len(s.words) > 2]
            if wordy:
                return replace(request, what_start=wordy[-1].start, what_end=wordy[-1].end)
        return None

    def _add(self, finding: Finding, index: int, speaker: str | None) -> None:
        """A finding that answers nothing: a promise, or something that waits."""
        if finding.kind == "request" and finding.anaphoric and self._just_promised(index, speaker):
            return  # "can you do that before the weekend?": what was just promised is meant
        if finding.kind == "answer":
            self._follow(finding, index, speaker)
        elif finding.kind in ("offer", "request"):
            self._wait(finding, index, speaker)
        elif finding.kind == "promise" and self._elaborates(finding, index, speaker):
            return
        elif not finding.thing and finding.who == SPEAKER and self._takes_over(finding, speaker):
            return
        elif finding.bare:
            topic = self._topic(finding)
            if topic:
                self._promise(finding, topic, speaker, accepted=True)
        else:
            self._promise(finding, finding, speaker, accepted=True)

    def _endorse(
        self, index: int, speaker: str | None, answer: str, sentences: tuple[Sentence, ...]
    ) -> None:
        """«Вадим сбросит график. — Ага, к понедельнику»: one agrees to what another said of him."""
        place = len(self.drafts) - 1
        last = self.drafts[place] if self.drafts else None
        if last is None or last.act != "reported" or last.who != speaker or speaker is None:
            return
        if last.status == "cancelled" or not 0 < index - last.turn <= ELABORATING:
            return
        said = self.scene.text[slice(*last.sentence)].lower().split()
        if sentences[0].language != "ru" or any(promised(word.strip(",.")) for word in said):
            return  # what he promised then stands where it was told
        if answer == "no":
            del self.drafts[place]
            return
        due = self._new_due(index, sentences[:3]) or last.due
        support = (*last.support, last.at)
        self.drafts[place] = replace(
            last, act="accepted", at=sentences[0].start, turn=index, due=due, support=support
        )

    def _wait(self, finding: Finding, index: int, speaker: str | None) -> None:
        """Let a request or offer wait; «к пятнице успеешь?» only adds to the one before it."""
        last = self.waiting[-1] if self.waiting else None
        if finding.kind == "request" and finding.bare and last and last.turn == index:
            if last.finding.kind == "request" and not last.finding.bare:
                last.due = last.due or finding.due
                return
        if finding.bare and finding.due and self._urges(finding, index, speaker):
            return
        about = self._promised(finding, index, speaker) if not finding.thing else None
        self.waiting.append(_Waiting(finding, speaker, finding.due, index, about=about))

    def _promised(self, finding: Finding, index: int, speaker: str | None) -> int | None:
        """Where the promise of a moment ago stands that a bare verb is about."""
        if finding.kind != "request" or not finding.bare:
            return None
        for draft in reversed(self.drafts):
            if index - draft.turn > ELABORATING:
                return None
            meant = akin(draft.verb, finding.verb) or finding.verb in ("", "сделать")
            if meant and draft.who != speaker and draft.status == "open":
                return draft.at
        return None

    def _urges(self, finding: Finding, index: int, speaker: str | None) -> bool:
        """Whether «сделай к четвергу» asks for another day of what has just been promised."""
        last = self.drafts[-1] if self.drafts else None
        recent = last is not None and 0 < index - last.turn <= ELABORATING
        if last is None or finding.due is None or not recent or last.who in (speaker, None):
            return False
        self.proposal = changes.Proposal(last.at, finding.due, index, last.who)
        return True

    def _follow(self, finding: Finding, index: int, speaker: str | None) -> None:
        """What is a promise only as an answer: «на той неделе будет», «завтра уберём»."""
        if self._elaborates(finding, index, speaker):
            return
        if not self._is_asked(index) or finding.due is None:
            return
        topic = self._question_before(finding)
        if finding.act == "joint":
            firm = replace(finding, force="firm")
            self._promise(firm, topic if finding.bare and topic else firm, speaker, accepted=True)
        elif not finding.verb:
            self._promise(
                finding, topic if finding.bare and topic else finding, speaker, accepted=True
            )

    def _question_before(self, finding: Finding) -> Finding | None:
        """The last question of the turn before, as what a verb without a thing is about."""
        asked = [s for s in self._sentences(finding.turn - 1) if s.question and len(s.words) > 1]
        if not asked:
            return None
        return replace(finding, what_start=asked[-1].start, what_end=asked[-1].end)

    def _is_asked(self, index: int) -> bool:
        """Whether the turn before is another's and ends in a question."""
        if not index:
            return False
        sentences = self._sentences(index - 1)
        other = self._speaker(index - 1) != self._speaker(index) or not self._labelled
        return other and any(sentence.question for sentence in sentences[-2:])

    def _elaborates(self, finding: Finding, index: int, speaker: str | None) -> bool:
        """Whether a verb and a day without a thing only go on about what was just taken on.

        «С меня фото. Вечером кину», «набросаю к первому», «на той неделе будет».
        """
        if finding.thing or finding.due is None or finding.condition:
            return False
        for place in range(len(self.drafts) - 1, -1, -1):
            draft = self.drafts[place]
            if index - draft.turn > ELABORATING:
                return False
            owner = draft.who == speaker or (draft.who == WE["ru"] and finding.who == GROUP)
            known = draft.due is not None and draft.due.due != finding.due.due
            if not owner or known or draft.status not in ("open", "conditional"):
                continue
            taken = draft.verb in _TAKING or not finding.verb
            taken = taken or (draft.turn != index and self._goes_on(finding))
            if taken or akin(draft.verb, finding.verb):
                support = (*draft.support, finding.at)
                self.drafts[place] = replace(draft, due=finding.due, support=support)
                return True
        return False

    def _just_promised(self, index: int, asker: str | None) -> bool:
        """Whether somebody else has promised something in this or the two turns before."""
        return any(d.who != asker and index - d.turn <= 2 for d in self.drafts)

    def _offered(self, offer: Finding, who: str | None, *, accepted: bool) -> None:
        """An offer nobody objected to; «давайте я» alone is about what was said before."""
        if accepted and not offer.thing and self._takes_over(offer, who):
            return
        if not offer.bare or (offer.verb and accepted):
            self._promise(offer, offer, who, accepted=accepted)
        elif accepted and (topic := self._asked_before(offer)):
            self._promise(offer, topic, who, accepted=True)

    def _goes_on(self, finding: Finding) -> bool:
        """Whether a sentence opens as the outcome of what was agreed («тогда в выходные откачу»)."""
        opening = self.scene.text[finding.sentence_start : finding.sentence_end].split(maxsplit=1)
        return bool(opening) and opening[0].strip(",.!").lower() in ("тогда", "значит", "итак")

    def _takes_over(self, offer: Finding, who: str | None) -> bool:
        """Whether «давай лучше я отправлю» takes another's promise of a moment ago."""
        for place in range(len(self.drafts) - 1, -1, -1):
            old = self.drafts[place]
            if not 0 < offer.turn - old.turn <= PATIENCE or old.who in (who, None):
                continue
            free = old.status == "cancelled" or (offer.kind == "offer" and old.status == "open")
            if free and akin(old.verb, offer.verb):
                self.drafts[place] = replace(
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

    def _topic(self, finding: Finding) -> Finding | None:
        """What a verb without object is about: the turn's own words before it, or a question."""
        if not finding.anaphoric:
            before = self.scene.text[max(0, finding.at - _NEARBY) : finding.at].lower().split()
            meant = finding.due or self._is_asked(finding.turn) or "я" in before[-2:]
            return finding if meant else None
        if finding.act == "reported":  # «Лена сказала, что будут к среде»
            return self._asked_before(replace(finding, what_start=self.turns[finding.turn].start))
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
            return self._fuller(mark) if mark else None
        if mark == SPEAKER:
            return speaker
        if mark == GROUP:
            return WE[self.scene.language]
        if mark == EVERYBODY:
            return ALL[self.scene.language]
        return self._addressee(turn, speaker) if mark == ADDRESSEE else None

    def _fuller(self, name: str) -> str:
        """An outsider's name as it was first given in full («Маша» for Маша Лунина)."""
        if name in self.scene.roster.names or " " in name:
            return name
        full = {
            m.name
            for mentions in self.named.values()
            for m in mentions
            if not m.known and m.name.split()[0] == name and " " in m.name
        }
        return full.pop() if len(full) == 1 else name

    def _addressee(self, index: int, speaker: str | None) -> str | None:
        """Whom a turn calls by name, else who spoke last before it."""
        for sentence in self._sentences(index):
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
            patience = OPEN_PATIENCE if finding.open_call and not finding.named else PATIENCE
            if index - waiting.turn <= patience:
                continue
            self.waiting.remove(waiting)
            if waiting.declined:
                continue
            if finding.kind == "request" and finding.named and finding.imperative:
                assigned = replace(finding, act="assigned", due=waiting.due)
                self._promise(assigned, assigned, waiting.asker, accepted=True)
            elif finding.kind == "offer" and (finding.due or finding.eager) and not finding.bare:
                self._promise(finding, finding, waiting.asker, accepted=True)


def _is_joke(finding: Finding, sentences: Sequence[Sentence]) -> bool:
    """Whether the next sentence takes it back («Напишу ночью. Шучу.»)."""
    following = next((s for s in sentences if s.start >= finding.sentence_end), None)
    return following is not None and bool(_JOKES & set(following.words[:2]))


_JOKES = frozenset("шучу шутка шутю прикалываюсь шутим kidding joking".split())


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
